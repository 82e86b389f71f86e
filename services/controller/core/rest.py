"""Load that has come back too often rests: a signal, a sensor or a fan that chatters must not wear out power supplies.

It only holds: what is asked for comes off at once, however often.
"""

from services.controller.core.counted import lasting
from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import RuleKind

_HOUR_S = 3600.0


def must_rest(state: State, limits: Limits, now: Now) -> tuple[Ceiling, ...]:
    """The hold on a site whose load came back `returns_per_hour` times within the last hour, until it has been quiet for long."""
    often = limits.returns_per_hour
    if not often or len(recent(state.returned, now)) < often or elapsed_s(state.load_off_since, now) >= limits.rest_s:
        return ()
    reason = f"load came back {often} times within the hour and went off again: it rests for {lasting(limits.rest_s)}"
    return (Ceiling(RuleKind.REST, "rest", 0.0, reason),)


def rested_s(state: State, limits: Limits, now: Now) -> float:
    """The monotonic moment at which such a hold ends, if no more load comes off; in the past where none stands."""
    if not must_rest(state, limits, now) or state.load_off_since is None:
        return float("-inf")
    return min(state.load_off_since.mono_s + limits.rest_s, min(one.mono_s for one in recent(state.returned, now)) + _HOUR_S)


def remember_return(state: State, limits: Limits, now: Now) -> tuple[Stamp, ...]:
    """The moments when load first rose after some had come off, with this one: load rises now."""
    newest = state.returned[-1].mono_s if state.returned else float("-inf")
    came_off = state.load_off_since is not None and state.load_off_since.mono_s > newest
    if not limits.returns_per_hour or not came_off:
        return state.returned
    return (*recent(state.returned, now), now)[-limits.returns_per_hour :]


def recent(returned: tuple[Stamp, ...], now: Now) -> tuple[Stamp, ...]:
    """Those of the last hour."""
    return tuple(one for one in returned if elapsed_s(one, now) < _HOUR_S)
