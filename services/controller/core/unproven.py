"""Load that was asked off while what reads it is silent: most of an event that nothing proves is an emergency.

What a silent PDU or a silent site meter leaves unknown counts, and what a reader tells that did not show the last command; what
nothing ever measured does not, for that is how the site is.
"""

from services.controller.core.memory import Cause, Silence
from services.controller.core.mode import Picture
from services.controller.core.plant import Load
from services.controller.core.proof import is_metered
from services.controller.core.ranks import ranked
from services.controller.core.silence import away_devices, lost_devices
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted
from services.shared.vocabulary import AlarmKind, Control

_SHARE = 0.5  # of the kW that were asked off
_NAMED = 12


def unproven_alarms(silent: tuple[Silence, ...], picture: Picture) -> tuple[tuple[AlarmWanted, ...], frozenset[str]]:
    """The emergency, and the devices that it names: their loss follows from it.

    It comes when the first of them is lost, so that a poll that fails now and then is none.
    """
    asked = any(one.cause in (Cause.UTILITY, Cause.SIGNAL_LOST) for one in picture.binding)
    if not asked or picture.limits.control is Control.OBSERVE or not picture.measured.unknown_kw:
        return (), frozenset()
    away = away_devices(silent, picture.limits, picture.now)
    meter = _lost_site_meter(picture)
    down = [load for i, load in enumerate(picture.limits.loads) if i not in picture.kept]
    doubted = _doubted(down, picture)
    hidden = [load for load in _unmeasured(down, picture) if meter or away & {load.pdu, load.soft_device}]
    unknown = doubted + [load for load in hidden if load not in doubted]
    readers = away & {name for load in unknown for name in (load.pdu, load.soft_device)}
    unknown_kw, down_kw = sum(load.kw for load in unknown), sum(load.kw for load in down)
    is_most = unknown_kw > max(_SHARE * down_kw, picture.limits.meter_tolerance_kw)
    if not is_most or not (meter or doubted or readers & lost_devices(silent)):
        return (), frozenset()
    alarm = AlarmWanted(
        "curtailment_unproven",
        AlarmKind.EMERGENCY,
        f"Of {down_kw:.0f} kW that were asked off {unknown_kw:.0f} kW are measured by nothing: "
        f"{_why((*sorted(readers), *meter), doubted)}.",
        "Nobody knows whether the load is off, and nothing proves it to the utility.",
        "Look at the load on the site; check the field network's switch and power.",
    )
    return (ranked(alarm, unknown_kw, picture.state, picture.limits),), readers


def _doubted(down: list[Load], picture: Picture) -> list[Load]:
    """Loads whose readers are in doubt, once they had their time to go off; a site meter that misses a poll makes none."""
    is_awaited = any(not one.pdu and one.mono_s is not None for one in picture.snapshot.meters) and not _lost_site_meter(picture)
    since = {name: at for at, names in picture.state.lowered for name in names}
    late_s, now = picture.limits.response_deadline_s, picture.now
    names = () if is_awaited else picture.measured.doubted
    return [load for load in down if load.name in names and elapsed_s(since.get(load.name, now), now) >= late_s]


def _why(silent: tuple[str, ...], doubted: list[Load]) -> str:
    whose = tuple(sorted({load.pdu or load.soft_device for load in doubted}))
    parts = (("no answer of", silent), ("the last command did not show at", whose))
    return "; ".join(f"{word} {_listed(names)}" for word, names in parts if names)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _lost_site_meter(picture: Picture) -> tuple[str, ...]:
    """A site meter that was read once, and then not for as long as makes a device lost."""
    longest_s = max(picture.limits.lost_after_s.values(), default=picture.limits.meter_max_age_s)
    sites = (one for one in picture.snapshot.meters if not one.pdu and one.mono_s is not None)
    return tuple(one.name for one in sites if one.mono_s is not None and picture.now.mono_s - one.mono_s > longest_s)


def _unmeasured(loads: list[Load], picture: Picture) -> list[Load]:
    measured = picture.measured
    by_sum = {meter.pdu for meter in picture.snapshot.meters if is_metered(meter, picture.limits, picture.now)}
    known = measured.proven_down | measured.still_on
    return [load for load in loads if load.pdu not in by_sum and load.name not in known]
