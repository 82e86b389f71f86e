"""One fan, judged by what it draws: proven, unproven, or disproved. Unproven is not disproved.

Watts prove only while the energy monitor sees mains voltage, and only when they were polled after the last switching.
"""

from dataclasses import dataclass, replace

from services.controller.core.changed import changed
from services.controller.core.memory import FanMemory
from services.controller.core.moments import Now
from services.controller.core.plant import Fan, Limits
from services.controller.core.seen import FanSeen
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import Control, FanState, PowerState, Proof

_RUNNING_SHARE = 0.5  # a fan that draws half of what it learnt still moves air; a broken belt or a stopped motor does not
_LEARN_AFTER_S = 60.0
_LEARN_FROM, _LEARN_BY = 0.05, 0.1  # in steps, so that the ledger is spared
_INRUSH = 1.5  # of the baseline: more is a start, not a fan that runs


@dataclass(frozen=True, slots=True)
class Judged:
    """One fan's memory, proof, reason and state. `unasked`: it has drawn for long although it is wanted off and its relay is."""

    memory: FanMemory
    proof: Proof
    reason: str
    state: FanState = FanState.ORDERED
    unasked: bool = False


def judge_fan(fan: Fan, memory: FanMemory, seen: FanSeen, volts_good: bool | None, limits: Limits, now: Now) -> Judged:
    """Judge one fan against what it was told."""
    if memory.wanted is PowerState.OFF:
        return _resting(fan, memory, seen, volts_good, limits, now)
    if limits.fan_proof_by_relay:
        return _by_relay(memory, seen, limits, now)
    polled_s = seen.watts_mono_s
    if seen.watts is None or polled_s is None or not _is_fresh(polled_s, limits, now):
        return _unproven(memory, "no fresh watts")
    if not volts_good:
        return _unproven(memory, "mains voltage unknown: its watts prove nothing")
    if polled_s < memory.changed.mono_s:
        return Judged(memory, Proof.UNPROVEN, "no watts since it was switched on")
    enough = _enough_watts(memory, limits)
    if memory.baseline_w is not None and seen.watts > _INRUSH * memory.baseline_w:
        return Judged(memory, Proof.UNPROVEN, f"{seen.watts:.0f} W, its inrush")
    if seen.watts >= enough:
        return Judged(changed(_learn(memory, seen.watts, limits, now), low_since=None), Proof.PROVEN, f"{seen.watts:.0f} W")
    return _too_little(memory, seen.watts, enough, polled_s, limits, now)


def _too_little(memory: FanMemory, watts: float, enough: float, polled_s: float, limits: Limits, now: Now) -> Judged:
    """Running up at first, disproved when its readings stood so low for the time of a start."""
    memory, stood_s = _contradicted(memory, polled_s, now)
    if stood_s < limits.fan_spin_up_s:
        return Judged(memory, Proof.UNPROVEN, f"{watts:.0f} W, running up")
    return Judged(memory, Proof.DISPROVED, f"{watts:.0f} W where {enough:.0f} W are needed")


def _by_relay(memory: FanMemory, seen: FanSeen, limits: Limits, now: Now) -> Judged:
    """A site without an energy monitor takes the relay's word, while it is fresh and newer than the last switching."""
    if not _is_fresh(seen.relay_mono_s, limits, now):
        return _unproven(memory, "no fresh word of its relay")
    if seen.relay_mono_s is not None and seen.relay_mono_s < memory.changed.mono_s:
        return _unproven(memory, "no word of its relay since it was switched on")
    if seen.relay is PowerState.ON:
        return Judged(memory, Proof.PROVEN, "by its relay's word")
    return _unproven(memory, "its relay is not on")


def _resting(fan: Fan, memory: FanMemory, seen: FanSeen, volts_good: bool | None, limits: Limits, now: Now) -> Judged:
    """A fan that is wanted off runs unasked when its relay, which we do switch, freshly reads off and yet it draws: a welded
    contactor. A relay that reads on is an order still on its way, or a board that is lost: told elsewhere."""
    polled_s = seen.watts_mono_s
    is_ours = fan.wired and limits.control is Control.ARMED
    relay = seen.relay if _is_fresh(seen.relay_mono_s, limits, now) else PowerState.UNKNOWN
    watts = (seen.watts or 0.0) if volts_good and _is_fresh(polled_s, limits, now) else 0.0
    draws = watts >= _enough_watts(memory, limits)
    if not draws and relay is not PowerState.ON:
        return _unproven(memory, "off as wanted", FanState.RESTING)
    shown = f"{watts:.0f} W" if draws else "on by its relay"
    is_stopping = is_ours and elapsed_s(memory.changed, now) < limits.fan_spin_up_s
    state = FanState.STOPPING if is_stopping else FanState.UNASKED
    reason = f"stopping: {shown}" if is_stopping else f"{shown} although it is wanted off"
    if polled_s is None or not (is_ours and draws and relay is PowerState.OFF):
        return _unproven(memory, reason, state)
    memory, stood_s = _contradicted(memory, polled_s, now)
    return Judged(memory, Proof.UNPROVEN, reason, state, stood_s >= limits.fan_spin_up_s)


def _unproven(memory: FanMemory, reason: str, state: FanState = FanState.ORDERED) -> Judged:
    return Judged(changed(memory, low_since=None), Proof.UNPROVEN, reason, state)


def _is_fresh(polled_s: float | None, limits: Limits, now: Now) -> bool:
    return polled_s is not None and now.mono_s - polled_s <= limits.fan_watts_max_age_s


def _enough_watts(memory: FanMemory, limits: Limits) -> float:
    return limits.fan_min_watts if memory.baseline_w is None else memory.baseline_w * _RUNNING_SHARE


def _contradicted(memory: FanMemory, polled_s: float, now: Now) -> tuple[FanMemory, float]:
    """Since when its watts contradict what it was told, and for how long by its readings: one old reading proves nothing."""
    since = memory.low_since or replace(now, mono_s=polled_s)
    return changed(memory, low_since=since), polled_s - max(since.mono_s, memory.changed.mono_s)


def _learn(memory: FanMemory, watts: float, limits: Limits, now: Now) -> FanMemory:
    """Learn what it draws once it has run up."""
    if elapsed_s(memory.changed, now) < max(_LEARN_AFTER_S, limits.fan_spin_up_s):
        return memory
    if memory.baseline_w is None:
        return replace(memory, baseline_w=round(watts, 1))
    if abs(watts - memory.baseline_w) <= _LEARN_FROM * memory.baseline_w or watts > _INRUSH * memory.baseline_w:
        return memory  # after a cut of the mains fans start by themselves: what they draw then teaches nothing
    return replace(memory, baseline_w=round(memory.baseline_w + _LEARN_BY * (watts - memory.baseline_w), 1))
