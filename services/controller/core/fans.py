"""Fans: what is proven of each, how many must run, and which. Unproven is not disproved.

A fan fails on: "off" is only ever a lease. Every start is spaced, every fan rests and runs its dwell time.
"""

from dataclasses import dataclass, replace
from math import ceil, floor

from services.controller.core.interlocks import SMOKE_TRIP
from services.controller.core.memory import Cause, FanMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import FanSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted, Ceiling, FanFigures, Floor
from services.shared.vocabulary import AlarmKind, LeaseKind, PowerState, Proof

_RUNNING_SHARE = 0.5  # a fan that draws half of what it learnt still moves air; a broken belt or a stopped motor does not


@dataclass(frozen=True, slots=True)
class FanVerdict:
    """Every fan judged by its watts, and what that allows."""

    memories: tuple[FanMemory, ...]
    figures: tuple[FanFigures, ...]
    proven: int
    disproved: int
    ceilings: tuple[Ceiling, ...]
    alarms: tuple[AlarmWanted, ...]


def judge_fans(state: State, snapshot: Snapshot, limits: Limits, now: Now, nominal_kw: float) -> FanVerdict:
    """Judge each fan, then the air that is left."""
    memories, figures = [], []
    for index, fan in enumerate(limits.fans):
        memory = state.fans[index] if index < len(state.fans) else FanMemory(PowerState.ON, now)
        locked = any(lock.target == f"fan-{fan.number}" for lock in state.lockouts)
        memory, proof, reason = _judge(memory, snapshot.fans[index], snapshot.volts_good, limits, now)
        memories.append(memory)
        figures.append(FanFigures(proof, "locked out" if locked else reason, locked))
    proven = sum(one.proof is Proof.PROVEN and not one.locked_out for one in figures)
    disproved = sum(one.proof is Proof.DISPROVED for one in figures)
    return FanVerdict(
        tuple(memories),
        tuple(figures),
        proven,
        disproved,
        _air_ceilings(disproved + sum(one.locked_out for one in figures), disproved, limits, nominal_kw),
        _alarms(figures, limits),
    )


def _judge(memory: FanMemory, seen: FanSeen, volts_good: bool | None, limits: Limits, now: Now) -> tuple[FanMemory, Proof, str]:
    if memory.wanted is PowerState.OFF:
        return replace(memory, low_since=None), Proof.UNPROVEN, "off as wanted"
    if limits.fan_proof_by_relay:
        on = seen.relay is PowerState.ON
        return memory, Proof.PROVEN if on else Proof.UNPROVEN, "by its relay's word" if on else "its relay is not on"
    polled_s = seen.watts_mono_s
    if seen.watts is None or polled_s is None or now.mono_s - polled_s > limits.fan_watts_max_age_s:
        return replace(memory, low_since=None), Proof.UNPROVEN, "no fresh watts"
    if not volts_good:
        return replace(memory, low_since=None), Proof.UNPROVEN, "mains voltage unknown: its watts prove nothing"
    if polled_s < memory.changed.mono_s:
        return memory, Proof.UNPROVEN, "no watts since it was switched on"
    enough = limits.fan_min_watts if memory.baseline_w is None else memory.baseline_w * _RUNNING_SHARE
    if seen.watts >= enough:
        return replace(_learn(memory, seen.watts, limits, now), low_since=None), Proof.PROVEN, f"{seen.watts:.0f} W"
    # Low for so long by its readings, not by the clock: one old reading disproves nothing.
    memory = memory if memory.low_since else replace(memory, low_since=replace(now, mono_s=polled_s))
    assert memory.low_since is not None
    if polled_s - max(memory.low_since.mono_s, memory.changed.mono_s) < limits.fan_spin_up_s:
        return memory, Proof.UNPROVEN, f"{seen.watts:.0f} W, running up"
    return memory, Proof.DISPROVED, f"{seen.watts:.0f} W where {enough:.0f} W are needed"


def _learn(memory: FanMemory, watts: float, limits: Limits, now: Now) -> FanMemory:
    """Learn what it draws once it has run up, in steps of 5 % so that the ledger is spared."""
    if elapsed_s(memory.changed, now) < max(60.0, limits.fan_spin_up_s):
        return memory
    if memory.baseline_w is None or abs(watts - memory.baseline_w) > 0.05 * memory.baseline_w:
        learnt = watts if memory.baseline_w is None else memory.baseline_w + 0.1 * (watts - memory.baseline_w)
        return replace(memory, baseline_w=round(learnt, 1))
    return memory


def carries_kw(fans: int, limits: Limits, nominal_kw: float) -> float:
    """The load that so many fans may carry: one of all is a spare."""
    if not limits.fans:
        return nominal_kw
    return nominal_kw * min(1.0, fans / max(1, len(limits.fans) - 1))


def needed_for(kw: float, limits: Limits, nominal_kw: float) -> int:
    """How many proven fans a load of `kw` needs before it is raised."""
    if not limits.fans or nominal_kw <= 0:
        return 0
    return min(len(limits.fans), max(1, ceil(kw / nominal_kw * max(1, len(limits.fans) - 1) - 1e-9)))


def _air_ceilings(without_air: int, disproved: int, limits: Limits, nominal_kw: float) -> tuple[Ceiling, ...]:
    count = len(limits.fans)
    if not count or not disproved:
        return ()
    if disproved > count / 2:
        return (Ceiling("airflow", 0.0, f"{disproved} of {count} fans do not run", Cause.EMERGENCY),)
    kw = carries_kw(count - without_air, limits, nominal_kw)
    if kw >= nominal_kw:
        return ()
    return (Ceiling("airflow", floor(kw), f"{disproved} of {count} fans do not run", Cause.THERMAL),)


def _alarms(figures: list[FanFigures], limits: Limits) -> tuple[AlarmWanted, ...]:
    bad = [(fan.number, one.reason) for fan, one in zip(limits.fans, figures, strict=True) if one.proof is Proof.DISPROVED]
    if not bad:
        return ()
    kind = AlarmKind.EMERGENCY if len(bad) > len(limits.fans) / 2 else AlarmKind.WARNING
    cause = ", ".join(f"fan {number} ({reason})" for number, reason in bad)
    consequence = "Other fans take over; load is shed when too little air is left."
    return (
        AlarmWanted(
            "fans_disproved",
            kind,
            f"Ordered to run, but not running: {cause}.",
            consequence,
            "Look at contactor, belt and breaker.",
        ),
    )


def choose_fans(
    state: State, verdict: FanVerdict, floors: tuple[Floor, ...], limits: Limits, now: Now
) -> tuple[tuple[FanMemory, ...], int, float]:
    """The wanted state of each fan for the highest floor. Returns memories, the stage in force, and the next due moment."""
    if limits.fans_on_smoke == "off" and any(trip.key == SMOKE_TRIP for trip in state.trips):
        stopped = tuple(
            m if m.wanted is PowerState.OFF else replace(m, wanted=PowerState.OFF, changed=now) for m in verdict.memories
        )
        return stopped, 0, float("inf")
    stage = max((one.stage for one in floors), default=0)
    memories = list(verdict.memories)
    running = [i for i, memory in enumerate(memories) if memory.wanted is PowerState.ON]
    counted = [i for i in running if verdict.figures[i].proof is not Proof.DISPROVED and not verdict.figures[i].locked_out]
    due = float("inf")
    for index in [i for i in running if verdict.figures[i].locked_out]:
        memories[index] = replace(memories[index], wanted=PowerState.OFF, changed=now)
    held = _held(state)
    resting = [i for i, memory in enumerate(memories) if memory.wanted is PowerState.OFF and not verdict.figures[i].locked_out]
    asked = [i for i in resting if i in held.on]
    if len(counted) < stage or asked:
        due = _start_one(memories, resting if len(counted) < stage else asked, held, state, limits, now)
    elif len(counted) > stage:
        due = _stop_one(memories, counted, held, limits, now)
    return tuple(memories), stage, due


@dataclass(frozen=True, slots=True)
class _Held:
    on: frozenset[int]
    off: frozenset[int]


def _held(state: State) -> _Held:
    wishes = [wish for hold in state.holds if hold.kind is LeaseKind.FANS for wish in hold.fans]
    on = frozenset(number - 1 for number, wanted in wishes if wanted is PowerState.ON)
    return _Held(on, frozenset(number - 1 for number, wanted in wishes if wanted is PowerState.OFF) - on)


def _start_one(memories: list[FanMemory], resting: list[int], held: _Held, state: State, limits: Limits, now: Now) -> float:
    """Start one fan, the one with the fewest hours; one at a time, spaced, after its rest. Fail-safe starts are spaced too."""
    if not resting:
        return float("inf")
    spaced_due = (state.last_fan_start.mono_s + limits.fan_start_spacing_s) if state.last_fan_start else now.mono_s
    if now.mono_s < spaced_due:
        return spaced_due
    rested = [i for i in resting if elapsed_s(memories[i].changed, now) >= limits.fan_min_off_s]
    choice = min(rested or resting, key=lambda i: (i not in held.on, i in held.off, memories[i].hours, i))
    memories[choice] = replace(memories[choice], wanted=PowerState.ON, changed=now, low_since=None)
    return now.mono_s + limits.fan_start_spacing_s


def _stop_one(memories: list[FanMemory], counted: list[int], held: _Held, limits: Limits, now: Now) -> float:
    """Stop one fan, the one with the most hours, after it has run its dwell time; one per spacing."""
    last = max((memory.changed.mono_s for memory in memories if memory.wanted is PowerState.OFF), default=float("-inf"))
    if now.mono_s < last + limits.fan_start_spacing_s:
        return last + limits.fan_start_spacing_s
    candidates = [i for i in counted if i not in held.on]
    ready = [i for i in candidates if elapsed_s(memories[i].changed, now) >= limits.fan_min_on_s]
    if not ready:
        return min((memories[i].changed.mono_s + limits.fan_min_on_s for i in candidates), default=float("inf"))
    choice = max(ready, key=lambda i: (i in held.off, memories[i].hours, i))
    ran_h = elapsed_s(memories[choice].changed, now) / 3600
    memories[choice] = replace(
        memories[choice], wanted=PowerState.OFF, changed=now, hours=round(memories[choice].hours + ran_h, 3)
    )
    return now.mono_s + limits.fan_start_spacing_s
