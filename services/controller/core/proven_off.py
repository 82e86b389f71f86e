"""What was proven off after it was asked off. When its reader then falls silent it is unknown, which is no sign that it is on.

A word that it draws (a meter's, or its device's own) ends that, and only a new reading brings it back. What people are told of a
silent reader is the loss of that device.
"""

from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.proof import Measured, fresh_watts, says_it_works
from services.controller.core.seen import LoadSeen, Snapshot


def proven_since(state: State) -> dict[str, float]:
    """When each load that was proven off was found so, monotonic seconds: a proof counts for the asks before it."""
    return {name: at.mono_s for at, names in state.proven_off for name in names}


def remember_proven_off(
    state: State, measured: Measured, drawing: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[tuple[Stamp, frozenset[str]], ...]:
    """The loads that are proven off by a reading begun after the ask, by the moment it was found. A new ask wants a new one."""
    if not state.lowered:
        return ()
    asked_s = {name: since.mono_s for since, names in state.lowered for name in names}
    before = {name: at for at, names in state.proven_off for name in names}
    newest_s = max((memory.since.mono_s for memory in state.ceilings), default=float("-inf"))
    found: dict[Stamp, set[str]] = {}
    for load, seen in zip(limits.loads, snapshot.loads, strict=True):
        name = load.name
        if name not in asked_s or name in drawing or says_it_works(seen, limits, now):
            continue
        at, ask_s = before.get(name), max(asked_s[name], newest_s)
        if (at is None or at.mono_s <= ask_s) and name in measured.proven_down and _polled_s(seen, limits, now) > ask_s:
            at = now
        if at is not None:
            found.setdefault(at, set()).add(name)
    return tuple((at, frozenset(names)) for at, names in found.items())


def _polled_s(seen: LoadSeen, limits: Limits, now: Now) -> float:
    """When the poll began that shows it down: that of its own watts, else that of its outlet."""
    metered = fresh_watts(seen, limits, now) is not None
    return (seen.watts_mono_s if metered else seen.outlet_mono_s) or 0.0
