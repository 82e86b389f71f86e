"""Which fans run: one start at a time on the whole site, the bank that lacks most first, the fan with the fewest hours first.

A fan fails on: "off" is only ever a lease. A fan is stopped only when enough others have run long enough to be proven, so that
never fewer run than are asked for. Where nothing was switched for a day, a rested fan takes the place of one that ran long.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.controller.core.airflow import FanVerdict
from services.controller.core.banks import Bank, banks_of
from services.controller.core.memory import FanMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import PowerState, Proof

_NEVER = float("inf")
_ROTATE_AFTER_H = 24.0


@dataclass(frozen=True, slots=True)
class _Crew:
    """One bank at work: the stage asked for, the fans ordered on that are not disproved, those at rest."""

    bank: Bank
    stage: int
    counted: tuple[int, ...]
    resting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """Fans that a lease or a drill holds on or wants off: by preference only, a floor wins."""

    on: frozenset[int]
    off: frozenset[int]


def choose_fans(
    state: State, air: FanVerdict, stages: Mapping[str, int], limits: Limits, now: Now, unread: frozenset[str] = frozenset()
) -> tuple[tuple[FanMemory, ...], float]:
    """The wanted state of each fan for the stages of the banks, and the moment of the next start or stop.

    No fan stops in a bank of `unread`: it waits for a new temperature.
    """
    memories = [
        _stopped(memory, now) if figure.locked_out and memory.wanted is PowerState.ON else memory
        for memory, figure in zip(air.memories, air.figures, strict=True)
    ]
    held = _held(state, limits)
    crews = [_crew(bank, stages.get(bank.scope, 0), memories, air) for bank in banks_of(limits)]
    if to_start := _to_start(crews, held):
        due = _start_one(memories, to_start, held, state, limits, now)
    elif surplus := [crew for crew in crews if len(crew.counted) > crew.stage]:
        due = _stop_one(memories, [crew for crew in surplus if crew.bank.scope not in unread], held, limits, now)
    else:
        rested = [i for crew in crews for i in _to_rotate(crew, memories, held, now)]
        due = _start_one(memories, rested, held, state, limits, now) if rested else _NEVER
    return tuple(memories), due


def stop_all(air: FanVerdict, now: Now) -> tuple[FanMemory, ...]:
    """Every fan wanted off at once: smoke, where the operator configured it so."""
    return tuple(_stopped(memory, now) if memory.wanted is PowerState.ON else memory for memory in air.memories)


def _crew(bank: Bank, stage: int, memories: list[FanMemory], air: FanVerdict) -> _Crew:
    usable = [i for i in bank.members if not air.figures[i].locked_out]
    running = [i for i in usable if memories[i].wanted is PowerState.ON]
    counted = tuple(i for i in running if air.figures[i].proof is not Proof.DISPROVED)
    return _Crew(bank, stage, counted, tuple(i for i in usable if i not in running))


def _held(state: State, limits: Limits) -> _Held:
    wishes = [wish for hold in state.holds for wish in hold.fans]
    index = {fan.number: i for i, fan in enumerate(limits.fans)}
    on = frozenset(index[number] for number, wanted in wishes if wanted is PowerState.ON and number in index)
    return _Held(on, frozenset(index[number] for number, _ in wishes if number in index) - on)


def _to_start(crews: list[_Crew], held: _Held) -> tuple[int, ...]:
    """The resting fans of the bank that lacks most, else those that a lease wants on."""
    lacking = [crew for crew in crews if crew.resting and len(crew.counted) < crew.stage]
    if lacking:
        return max(lacking, key=lambda crew: crew.stage - len(crew.counted)).resting
    return tuple(i for crew in crews for i in crew.resting if i in held.on)


def _start_one(memories: list[FanMemory], resting: Iterable[int], held: _Held, state: State, limits: Limits, now: Now) -> float:
    """Start one fan after its rest; one at a time, spaced. What is needed waits for no rest, only for its space."""
    due_s = state.last_fan_start.mono_s + limits.fan_start_spacing_s if state.last_fan_start else now.mono_s
    if now.mono_s < due_s:
        return due_s
    rested = [i for i in resting if elapsed_s(memories[i].changed, now) >= limits.fan_min_off_s]
    choice = min(rested or resting, key=lambda i: (i not in held.on, i in held.off, memories[i].hours, i))
    memories[choice] = replace(memories[choice], wanted=PowerState.ON, changed=now, low_since=None)
    return now.mono_s + limits.fan_start_spacing_s


def _stop_one(memories: list[FanMemory], surplus: list[_Crew], held: _Held, limits: Limits, now: Now) -> float:
    """Stop the fan with the most hours of the bank with most to spare, one per spacing. A fan that has just started holds no
    other's place: it may yet prove dead."""
    last_s = max((memory.changed.mono_s for memory in memories if memory.wanted is PowerState.OFF), default=-_NEVER)
    if now.mono_s < last_s + limits.fan_start_spacing_s:
        return last_s + limits.fan_start_spacing_s
    dwell_s = max(limits.fan_min_on_s, 2 * limits.fan_spin_up_s)
    settled = {i for crew in surplus for i in crew.counted if elapsed_s(memories[i].changed, now) >= dwell_s}
    spare = {crew.bank.scope: sum(i in settled for i in crew.counted) - crew.stage for crew in surplus}
    ready = [
        crew for crew in surplus if spare[crew.bank.scope] > 0 and not held.on.issuperset(settled.intersection(crew.counted))
    ]
    if not ready:
        waiting = [i for crew in surplus for i in crew.counted if i not in settled and i not in held.on]
        return min((memories[i].changed.mono_s + dwell_s for i in waiting), default=_NEVER)
    crew = max(ready, key=lambda crew: spare[crew.bank.scope])
    candidates = settled.intersection(crew.counted) - held.on
    choice = max(candidates, key=lambda i: (i in held.off, life_h(memories[i], now), i))
    memories[choice] = _stopped(memories[choice], now)
    return now.mono_s + limits.fan_start_spacing_s


def _to_rotate(crew: _Crew, memories: list[FanMemory], held: _Held, now: Now) -> list[int]:
    """The rested fan that takes over from one with a day more of running, once nothing of the bank was switched for a day.

    It is only started here: one too many then runs, and the one with the most hours is stopped.
    """
    day_s = _ROTATE_AFTER_H * 3600
    resting = [i for i in crew.resting if i not in held.off]
    running = [i for i in crew.counted if i not in held.on]
    if not resting or not running or any(elapsed_s(memories[i].changed, now) < day_s for i in crew.bank.members):
        return []
    rested = min(resting, key=lambda i: (memories[i].hours, i))
    longest_h = max(life_h(memories[i], now) for i in running)
    return [rested] if longest_h - memories[rested].hours > _ROTATE_AFTER_H else []


def life_h(memory: FanMemory, now: Now) -> float:
    """All its running hours, those since it was started too."""
    return memory.hours + (elapsed_s(memory.changed, now) / 3600 if memory.wanted is PowerState.ON else 0.0)


def _stopped(memory: FanMemory, now: Now) -> FanMemory:
    return replace(memory, wanted=PowerState.OFF, changed=now, low_since=None, hours=round(life_h(memory, now), 3))
