"""What the last poll of an acting device read, in a few words, and what keeps it from acting."""

from collections.abc import Callable, Sequence

from services.api.check.rows import Found, Judge
from services.api.image import Image
from services.shared.messages import DeviceHealth, MemberReport
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind, LoadState, PowerState

NOT_ARMED = "not armed: api_key or client_id of [FOREMAN] is empty; miners cannot be put to sleep"


def foreman(_: DeviceHealth, image: Image, settings: Settings) -> Found:
    """How many of our miners its listing has in a state that we know; of one whose outlet is open it can tell nothing."""
    ours = [row for row in settings.loads if row.kind is LoadKind.FOREMAN and row.foreman_id is not None]
    return _counted(ours, image, "miner", "without a state in its listing", _is_told_of)


def pdu(health: DeviceHealth, image: Image, settings: Settings) -> Found:
    """Its outlets that loads.csv names, and its kW where it measures them."""
    ours = [row for row in settings.loads if row.pdu == health.device and row.outlet is not None]
    found = _counted(ours, image, "outlet", "that it does not tell", lambda one: one.outlet is not PowerState.UNKNOWN)
    power = image.readings.get(health.device, "power")
    kw = f", {power.value:.1f} kW" if power is not None and power.value is not None else ""
    return Found(found.words + kw, found.trouble, found.is_fault)


def relays(health: DeviceHealth, image: Image, settings: Settings) -> Found:
    """The fans that hang on this board."""
    fans = settings.fans
    boards = [one.rpartition("/")[0] for one in fans.channels] or ["relay-1"] * fans.count
    ours = [number for number, board in enumerate(boards, 1) if board == health.device]
    words = f"{len(ours)} relay{'' if len(ours) == 1 else 's'}"
    if not fans.wiring:
        return Found(words, "not armed: wiring of [FANS] is empty; they are read, never switched")
    running = {fan.number: fan.running for fan in (image.state.fans if image.state else ())}
    known = [number for number in ours if running.get(number, PowerState.UNKNOWN) is not PowerState.UNKNOWN]
    unknown = f"fan {', '.join(str(one) for one in ours if one not in known)} unknown" if len(known) < len(ours) else ""
    return Found(words, unknown)


def http(health: DeviceHealth, image: Image, settings: Settings) -> Found:
    """The loads of its section. Where there is no read-back nothing was asked, and nothing is known."""
    section = health.device.removeprefix("http-")
    if not settings.http_loads[section].read_path:
        return Found("not asked", "read_path is none: nobody knows whether its loads obey")
    ours = [row for row in settings.loads if row.kind is LoadKind.HTTP and row.section == section]
    return _counted(ours, image, "load", "that do not tell their state", lambda one: one.state is not LoadState.UNKNOWN)


def _is_told_of(one: MemberReport) -> bool:
    return one.state is not LoadState.UNKNOWN or one.outlet is PowerState.OFF


def _counted(ours: Sequence[LoadRow], image: Image, noun: str, lacking: str, is_known: Callable[[MemberReport], bool]) -> Found:
    """`212 of 240 outlets` where some are not known; none of them known is a fault."""
    members = {one.name: one for group in image.reported.all() for one in group.members}
    unknown = [row.name for row in ours if row.name not in members or not is_known(members[row.name])]
    if not ours:
        return Found("answered", f"and loads.csv names no {noun} of it")
    if not unknown:
        return Found(f"{len(ours)} {noun}{'' if len(ours) == 1 else 's'}")
    trouble = f"{len(unknown)} {lacking}: {', '.join(unknown[:3])}{' ...' if len(unknown) > 3 else ''}"
    return Found(f"{len(ours) - len(unknown)} of {len(ours)} {noun}s", trouble, is_fault=len(unknown) == len(ours))


JUDGES: dict[str, Judge] = {"foreman": foreman, "snmp_pdu": pdu, "modbus_fans": relays, "http_load": http}
