"""Which loads a meter says are not down: by their own watts, else by what their PDU or the site draws too much."""

from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import Measured, fresh_watts, is_asleep, is_metered
from services.controller.core.seen import Snapshot

NOMINAL_MARGIN = 1.1  # miners draw up to 5 % above nameplate, a PDU's sum is good to a few percent


def drawing(kept: frozenset[int], measured: Measured, snapshot: Snapshot, limits: Limits, now: Now) -> frozenset[str]:
    """Loads that a fresh meter says are not down: by their own watts, else by what their PDU or the site draws.

    A load that nothing fresh measures is unknown: it is reported, not cut.
    """
    found = set(measured.still_on)
    for meter in snapshot.meters:
        if meter.kw is None or not is_metered(meter, limits, now):
            continue
        covered = [i for i, load in enumerate(limits.loads) if not meter.pdu or load.pdu == meter.pdu]
        excess_kw = meter.kw - (0.0 if meter.pdu else limits.meter_base_kw) - _expected_kw(covered, kept, snapshot, limits, now)
        settled = measured.proven_down | measured.still_on
        suspects = [limits.loads[i] for i in covered if i not in kept and limits.loads[i].name not in settled]
        found |= _suspects(suspects, excess_kw, measured.doubted, snapshot, limits)
    return frozenset(found)


def _expected_kw(covered: list[int], kept: frozenset[int], snapshot: Snapshot, limits: Limits, now: Now) -> float:
    """What a meter over these loads should show: their own fresh watts where there are any, else what they may draw."""
    total = 0.0
    for i in covered:
        watts = fresh_watts(snapshot.loads[i], limits, now)
        if watts is not None:
            total += watts / 1000
        else:
            total += limits.loads[i].kw * NOMINAL_MARGIN if i in kept else limits.asleep_watts / 1000
    return total


def _suspects(suspects: list[Load], excess_kw: float, doubted: frozenset[str], snapshot: Snapshot, limits: Limits) -> set[str]:
    """Those that may draw the excess, the likeliest first: what is in doubt most often does not run at all."""
    if excess_kw <= 0:
        return set()
    index = {load.name: i for i, load in enumerate(limits.loads)}
    awake_first = sorted(suspects, key=lambda load: (load.name in doubted, is_asleep(snapshot.loads[index[load.name]]), -load.kw))
    named: set[str] = set()
    for load in awake_first:
        if excess_kw <= 0:
            break
        named.add(load.name)
        excess_kw -= load.kw
    return named
