"""What stands on the site, from the operator's settings as the core wants it: loads, fans, feeders, zones, and in which order
loads are kept.
"""

from services.controller.core.plant import Fan, Feeder, Load
from services.shared.settings.sensing import has_temperatures
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind

_LEASE_STEP_S = 10.0  # lease lengths differ by fan, so that a dead controller's fans come back one after the other


def foreman_is_set_up(settings: Settings) -> bool:
    """Foreman needs its address, a key and a client id."""
    return bool(settings.apis.foreman_api and settings.foreman.api_key.get_secret_value() and settings.foreman.client_id)


def loads_of(settings: Settings) -> tuple[Load, ...]:
    """Every load with the soft path that is set up for it and the feeders that carry it."""
    return tuple(_load(row, settings) for row in settings.loads)


def _load(row: LoadRow, settings: Settings) -> Load:
    soft = {
        LoadKind.FOREMAN: "foreman" if foreman_is_set_up(settings) and row.foreman_id is not None else "",
        LoadKind.HTTP: f"http-{row.section}",
        LoadKind.OUTLET: "",
    }[row.kind]
    return Load(
        row.name, row.kind, row.group, row.zone, row.kw, row.priority, row.efficiency_j_th,
        soft, row.pdu, row.outlet, row.protected, _feeders_of(row, settings),
    )  # fmt: skip


def _feeders_of(row: LoadRow, settings: Settings) -> tuple[str, ...]:
    return tuple(name for name, feeder in settings.feeders.items() if row.is_behind(feeder.members))


def feeders_of(settings: Settings) -> tuple[Feeder, ...]:
    """Every breaker and feeder with its limit."""
    return tuple(Feeder(name, feeder.limit_kw) for name, feeder in settings.feeders.items())


def keep_order(loads: tuple[Load, ...]) -> tuple[int, ...]:
    """Indexes of the loads, most important and most efficient first; what names no efficiency comes last of its priority."""

    def rank(index: int) -> tuple[int, float, str]:
        load = loads[index]
        return load.priority, load.efficiency_j_th if load.efficiency_j_th is not None else float("inf"), load.name

    return tuple(sorted(range(len(loads)), key=rank))


def fan_channels(settings: Settings) -> tuple[tuple[str, int], ...]:
    """Board and channel (from 1) of each fan; by default fan n is channel n of the first board."""
    if not settings.fans.channels:
        return tuple(("relay-1", number) for number in range(1, settings.fans.count + 1))
    pairs = [text.partition("/") for text in settings.fans.channels]
    return tuple((board, int(channel)) for board, _, channel in pairs)


def fans_of(settings: Settings) -> tuple[Fan, ...]:
    """Every fan. A site that names neither relays nor an energy monitor has no fans that we could know of."""
    if not settings.apis.fan_relay_ip and not settings.apis.iotawatt_ip:
        return ()
    fans = settings.fans
    wired_to = fans.wiring * fans.count if len(fans.wiring) == 1 else fans.wiring
    zones = fans.zones or ("",) * fans.count
    return tuple(
        Fan(
            number=number,
            device=board,
            wired=bool(settings.apis.fan_relay_ip) and len(wired_to) >= number and wired_to[number - 1] in ("nc", "no"),
            lease_s=fans.lease_seconds + _LEASE_STEP_S * number,
            zone=zones[number - 1],
        )
        for number, (board, _) in enumerate(fan_channels(settings), 1)
    )


def sensed_zones(settings: Settings) -> frozenset[str]:
    """The zones that temperatures may be told for; a sensor without a zone is in `main`."""
    if not has_temperatures(settings):
        return frozenset()
    return frozenset({"main"} | {zone for _, zone in settings.temperature.zones})
