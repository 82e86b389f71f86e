"""What the verdicts do to the fans: every rule's floor, the highest wins in its bank, and which fans run for it.

The operator's table of rules is made from these functions and their first lines.
"""

from collections.abc import Callable

from services.controller.core import interlocks
from services.controller.core.banks import Bank, banks_of, part_of, stage_before, stages_of
from services.controller.core.changed import changed
from services.controller.core.fans import choose_fans, stop_all
from services.controller.core.memory import FanMemory, State
from services.controller.core.moments import Now
from services.controller.core.motion import Motion
from services.controller.core.plant import SITE, Limits
from services.controller.core.proof import Measured
from services.controller.core.stamps import elapsed_s
from services.controller.core.unread import unread_banks
from services.controller.core.verdicts import Verdicts
from services.controller.core.wanted import Floor
from services.shared.vocabulary import LeaseKind, PowerState

_NO_LOAD_SHARE = 0.02  # of a bank's load; less than this is meters, lamps and switches

FloorRule = Callable[[State, Verdicts, Motion, Limits, Now], tuple[Floor, ...]]


def temperature(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """The warmer a zone, the more of its fans; too warm or without a fresh temperature, all of them."""
    return verdicts.thermal.floors


def trips(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """A zone that tripped by its temperature has all its fans; what fans do on smoke is configured."""
    return interlocks.trip_floors(verdicts.trips, limits)


def load(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """At least one fan of a bank while any load is on in its scope, or may be."""
    on = [bank for bank in banks_of(limits) if _has_load(bank, _running_kw(bank, motion, limits), verdicts.measured, limits)]
    return tuple(Floor("load", 1, f"at least one fan{bank.label} while any load is on", bank.scope) for bank in on)


def restore(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """Fans lead the heat: as many run as the load needs that returns next, in a zone with fans of its own all of them."""
    if state.setpoint_kw is not None and motion.returning:
        return tuple(_lead(bank, motion.returning, "fans lead the heat", motion, limits) for bank in banks_of(limits))
    if elapsed_s(state.stepped, now) < limits.fan_lag_s or motion.waking:
        nothing: frozenset[int] = frozenset()
        return tuple(_lead(bank, nothing, "released load is still coming", motion, limits) for bank in banks_of(limits))
    return ()


def start(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """After a start of the controller all fans run before any load is raised."""
    if elapsed_s(state.started, now) >= limits.start_grace_s:
        return ()
    return tuple(Floor("start", len(bank.members), "fans first after a start", bank.scope) for bank in banks_of(limits))


def lag(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """After load went off as many fans run on as before: the heat stays for some minutes."""
    if elapsed_s(state.load_off_since, now) >= limits.fan_lag_s:
        return ()
    banks = [(bank, min(len(bank.members), stage_before(state, bank.scope))) for bank in banks_of(limits)]
    return tuple(Floor("lag", stage, "fans lag behind the heat", bank.scope) for bank, stage in banks)


def lease(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """A number of fans that a person forces for a time; each bank has its part of it, rounded up."""
    forced = [hold for hold in state.holds if hold.kind is LeaseKind.FANS and hold.fan_stage is not None]
    return tuple(
        Floor("lease", part_of(hold.fan_stage or 0, bank, limits), f"forced by {hold.owner}", bank.scope)
        for hold in forced
        for bank in banks_of(limits)
    )


def readings(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """An old temperature lowers nothing: the fans of before run until one is read after the last of them switched."""
    unread = _unread(verdicts, limits, now)
    kept = [(bank, min(len(bank.members), stage_before(state, bank.scope))) for bank in banks_of(limits) if bank.scope in unread]
    return tuple(Floor("readings", stage, "no new temperature: no fan is lowered", bank.scope) for bank, stage in kept)


FLOORS: tuple[FloorRule, ...] = (temperature, trips, load, restore, start, lag, lease, readings)


def cool(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[State, tuple[Floor, ...], float]:
    """The fans chosen, by which floors, and the moment of the next start or stop."""
    floors = tuple(floor for rule in FLOORS for floor in rule(state, verdicts, motion, limits, now))
    if interlocks.fans_stop(verdicts.trips, limits):
        stages = dict.fromkeys((bank.scope for bank in banks_of(limits)), 0)
        return _with_fans(state, stop_all(verdicts.air, now), stages, now), floors, float("inf")
    stages = stages_of(floors, limits)
    memories, due = choose_fans(state, verdicts.air, stages, limits, now, _unread(verdicts, limits, now))
    return _with_fans(state, memories, stages, now), floors, due


def _unread(verdicts: Verdicts, limits: Limits, now: Now) -> frozenset[str]:
    return unread_banks(verdicts.thermal.read, verdicts.air.memories, limits, now)


def _running_kw(bank: Bank, motion: Motion, limits: Limits) -> float:
    return _kw_in(bank, motion.kept, limits)


def _kw_in(bank: Bank, indexes: frozenset[int], limits: Limits) -> float:
    return sum(limits.loads[i].kw for i in indexes if bank.scope in limits.loads[i].scopes)


def _lead(bank: Bank, returning: frozenset[int], reason: str, motion: Motion, limits: Limits) -> Floor:
    """A stage of load returns to a zone with air of its own only on all its fans: no neighbour helps where one is stuck."""
    running_kw, rise_kw = _running_kw(bank, motion, limits), _kw_in(bank, returning, limits)
    if bank.scope != SITE and rise_kw > 0 and (running_kw <= 0 or rise_kw >= limits.restore_step_kw):
        return Floor("restore", len(bank.members), reason, bank.scope)
    return Floor("restore", bank.needs(running_kw + min(rise_kw, limits.restore_step_kw)), reason, bank.scope)


def _has_load(bank: Bank, running_kw: float, measured: Measured, limits: Limits) -> bool:
    """Whether load is on in the bank's scope, or may be: what nothing measures is not off."""
    if running_kw > 0:
        return True
    if measured.kw is not None and measured.kw + measured.unknown_kw <= bank.nominal_kw * _NO_LOAD_SHARE:
        return False
    return bank.scope == SITE or any(bank.scope in load.scopes and load.name not in measured.proven_down for load in limits.loads)


def _with_fans(state: State, memories: tuple[FanMemory, ...], stages: dict[str, int], now: Now) -> State:
    started = any(
        new.wanted is PowerState.ON and (i >= len(state.fans) or state.fans[i].wanted is PowerState.OFF)
        for i, new in enumerate(memories)
    )
    return changed(
        state,
        fans=memories,
        fan_stage=sum(stages.values()),
        fan_stages=tuple(stages.items()),
        last_fan_start=now if started else state.last_fan_start,
    )
