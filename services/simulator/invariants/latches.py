"""What holds of memory: what a person did stands until a person, or the end that he gave it, undoes it."""

from services.shared.vocabulary import LeaseKind, Level
from services.simulator.invariants import facts
from services.simulator.twin.step import Step


def a_trip_ends_only_by_a_reset(step: Step) -> str | None:
    """A trip ends only by a person's reset: no decision removes one."""
    gone = {trip.key for trip in step.before.trips} - {trip.key for trip in step.decision.state.trips}
    return f"trip {', '.join(sorted(gone))} ended by itself" if gone else None


def a_lockout_ends_only_by_its_removal(step: Step) -> str | None:
    """A lock-out has an owner and no end: only a person removes it, and no restart does."""
    if step.decision.state.lockouts != step.before.lockouts:
        return "a lock-out changed by itself"
    nobody = [lock.target for lock in step.before.lockouts if not lock.owner]
    return f"the lock-out of {nobody[0]} has no owner" if nobody else None


def every_hold_has_an_owner_and_an_end(step: Step) -> str | None:
    """Every lease has an owner and an end: it is there until then, and not a moment longer. A drill may end by its proof."""
    for hold in step.decision.state.holds:
        if not hold.owner or not 0 < hold.seconds < float("inf"):
            return f"lease {hold.id} has no owner or no end"
        if facts.is_over(step, hold):
            return f"lease {hold.id} of {hold.owner} is over and still holds"
    after = set(step.decision.state.holds)
    if any(hold not in after and hold.kind is not LeaseKind.DRILL for hold in facts.holds(step)) or after - set(
        step.before.holds
    ):
        return "a lease ended before its time or began by itself"
    return None


def out_of_service_has_an_owner_and_an_end(step: Step) -> str | None:
    """A source is out of service by a person's word and until the end that he gave, and not a moment longer."""
    after = {one.name: one for one in step.decision.state.sources}
    for source in step.limits.sources:
        known = after.get(source.name)
        if known is None:
            return f"source {source.name} is forgotten"
        if known.out_until is not None and (not known.out_by or step.now.mono_s >= known.out_until.mono_s):
            return f"source {source.name} is out of service without owner or beyond its end"
        if (known.out_until is None) is not facts.in_service(step, source):
            return f"source {source.name} changed its service by itself"
    return None


def a_silent_source_keeps_its_level(step: Step) -> str | None:
    """The last level of a source stands until the source says another; what is not understood changes nothing."""
    before = {one.name: one for one in step.before.sources}
    said = {one.name for one in step.snapshot.signals if one.level is not Level.UNKNOWN and one.mono_s is not None}
    said |= {one.name for one in step.limits.sources if facts.contact(step, one) is not None}
    for one in step.decision.state.sources:
        if one.name not in said and one.name in before and one.level is not before[one.name].level:
            return f"{one.name} was silent and its level changed to {one.level.value}"
    return None
