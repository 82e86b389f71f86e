"""Why it is so: the reasons that are told of a state, who asks first, and what holds a return."""

from services.shared.messages import Limit, State
from services.shared.vocabulary import RuleKind

_ROUNDED_KW = 0.1
_ENDLESS = frozenset({RuleKind.STALE, RuleKind.BLIND, RuleKind.TEMPERATURE, RuleKind.AIRFLOW})
"""What holds a return, and ends when the plant is another: nobody knows when."""


def why(state: State) -> tuple[str, ...]:
    """The reasons, a trip's first and each once, without the measured kW, which are told beside them."""
    reasons = [reason for reason in state.reasons if reason != state.still_on]
    trips = [f"tripped: {trip.reason}" for trip in state.trips]
    return tuple(dict.fromkeys((*trips, *reasons)))


def cause(state: State) -> tuple[str, frozenset[str]]:
    """Who asks, such as "utility signal Control", and then the guard of the interval where that holds the load lower.

    With it the reasons that say so.
    """
    first = None if state.trips else next(iter(state.limits), None)
    if first is None:
        found = next(iter(why(state)), state.limited_by)
        return found.rstrip("."), frozenset({found})
    asking = next((one for one in state.limits if one.kind.is_power_event), None)
    if first.kind is RuleKind.INTERVAL and asking is not None:
        return f"{_clause(asking)}; {_clause(first)}", frozenset({asking.reason, first.reason})
    return _clause(first), frozenset({first.reason})


def held_by(state: State) -> str:
    """What holds a return, or a part of it, and until when where no moment is known; empty when nothing does."""
    limit = _holding(state)
    if limit is None:
        return ""
    return limit.reason.rstrip(".") + ("; not before the probe is back" if limit.kind is RuleKind.STALE else "")


def is_endless(state: State) -> bool:
    """Whether what holds a return has no end that is known; the moment that is told then is that of another part of the load."""
    limit = _holding(state)
    return limit is not None and limit.kind in _ENDLESS


def _holding(state: State) -> Limit | None:
    """In a return only what holds it has a ceiling at the setpoint."""
    holding = [limit for limit in state.limits if limit.ceiling_kw <= state.load.setpoint_kw + _ROUNDED_KW]
    return min(holding, key=lambda limit: limit.ceiling_kw, default=None)


def _clause(limit: Limit) -> str:
    return (limit.clause or limit.reason).rstrip(".")
