"""What is measured: the site's kW, what of it is unknown, which loads are proven down. Unknown is never zero and never off."""

from dataclasses import dataclass, replace

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import LoadSeen, MeterSeen, Snapshot
from services.shared.vocabulary import LoadState, PowerState


@dataclass(frozen=True, slots=True)
class Measured:
    """`kw` None when nothing fresh measures anything. `oldest_mono_s`: the earliest poll start among what was added up.

    `doubted`: loads whose readers did not show the last command (`doubt.py`); they count as unknown, whatever is read.
    """

    kw: float | None
    oldest_mono_s: float | None
    unknown_kw: float
    proven_down: frozenset[str]
    still_on: frozenset[str]
    doubted: frozenset[str] = frozenset()


def measure(snapshot: Snapshot, limits: Limits, now: Now, doubted: frozenset[str] = frozenset()) -> Measured:
    """Add up what is fresh: the site meter before PDU sums, PDU sums before single outlets."""
    own = [fresh_watts(seen, limits, now) for seen in snapshot.loads]
    shown_down, on = _down_and_on(own, snapshot, limits, now)
    down = shown_down - doubted
    site = next((meter for meter in snapshot.meters if not meter.pdu and is_metered(meter, limits, now)), None)
    if site is not None and site.kw is not None:
        return Measured(max(0.0, site.kw - limits.meter_base_kw), site.mono_s, 0.0, down, on, doubted)
    return _sum(snapshot, limits, now, own, Measured(None, None, 0.0, down, on, doubted))


def _down_and_on(own: list[float | None], snapshot: Snapshot, limits: Limits, now: Now) -> tuple[frozenset[str], frozenset[str]]:
    """Down by its own watts; without any, by an open outlet freshly read. On by its own watts alone."""
    down, on = [], []
    for load, watts, seen in zip(limits.loads, own, snapshot.loads, strict=True):
        if watts is None:
            if outlet_is_open(seen, limits, now):
                down.append(load.name)
        elif watts <= limits.asleep_watts:
            down.append(load.name)
        else:
            on.append(load.name)
    return frozenset(down), frozenset(on)


def _sum(snapshot: Snapshot, limits: Limits, now: Now, own: list[float | None], known: Measured) -> Measured:
    pdus = {meter.pdu: meter for meter in snapshot.meters if meter.pdu and is_metered(meter, limits, now)}
    kw = sum(meter.kw or 0.0 for meter in pdus.values())
    moments = [meter.mono_s for meter in pdus.values() if meter.mono_s is not None]
    unknown_kw = 0.0
    for load, watts, seen in zip(limits.loads, own, snapshot.loads, strict=True):
        has_meter = load.pdu in pdus
        if not has_meter and watts is not None and seen.watts_mono_s is not None:
            kw += watts / 1000
            moments.append(seen.watts_mono_s)
            has_meter = True
        if load.name in known.doubted or not (has_meter or load.name in known.proven_down):
            unknown_kw += load.kw
    return replace(known, kw=kw if moments else None, oldest_mono_s=min(moments, default=None), unknown_kw=unknown_kw)


def is_metered(meter: MeterSeen, limits: Limits, now: Now) -> bool:
    """Whether a meter shows something that is fresh enough to prove anything."""
    return meter.kw is not None and is_fresh(meter.mono_s, limits, now)


def fresh_watts(seen: LoadSeen, limits: Limits, now: Now) -> float | None:
    """A load's own watts, or None when nothing meters it alone or the reading is too old."""
    return seen.watts if is_fresh(seen.watts_mono_s, limits, now) else None


def outlet_is_open(seen: LoadSeen, limits: Limits, now: Now) -> bool:
    """Whether the outlet was freshly read as off."""
    return seen.outlet is PowerState.OFF and is_fresh(seen.outlet_mono_s, limits, now)


def is_fresh(polled_mono_s: float | None, limits: Limits, now: Now) -> bool:
    """Whether a poll that began at this moment still tells of now."""
    return polled_mono_s is not None and now.mono_s - polled_mono_s <= limits.meter_max_age_s


def is_asleep(seen: LoadSeen) -> bool:
    """What the device says of itself; good enough to spare a command, never proof of kW."""
    return seen.state is LoadState.ASLEEP


def says_it_works(seen: LoadSeen, limits: Limits, now: Now) -> bool:
    """Whether the device says, freshly and with no watts to tell otherwise, that the load works."""
    works = seen.state in (LoadState.HASHING, LoadState.WAKING) and seen.outlet is not PowerState.OFF
    return works and is_fresh(seen.state_mono_s, limits, now) and fresh_watts(seen, limits, now) is None
