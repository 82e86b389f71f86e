"""The five-second answer: is the site safe, is it curtailed, and why."""

from dataclasses import replace
from functools import partial

from services.api.said import ARMED, OBSERVING, UNPROVEN, Said, waiting
from services.api.tile_views import Headline
from services.shared.messages import Limit, State
from services.shared.site_time import Clock, SiteTime
from services.shared.vocabulary import Control, Mode, RuleKind

_ROUNDED_KW = 0.1
_SHOWN_KW = 0.5  # less is shown as 0 kW
STILL_ON = frozenset({"over_target", "load_still_on"})
"""The alarms which say that load is on that was asked off, past its deadline."""
NO_BROKER = "the broker cannot be reached"


def headline(
    state: State | None,
    silence: str,
    clock: Clock | None = None,
    *,
    measured: bool = True,
    todo: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
    since_at: float | None = None,
    still_on: bool = False,
) -> Headline:
    """The answer in one sentence with its reasons. `silence` says why nothing is known of the present; empty where it is.

    `measured`: the measured load is not older than its limit. `clock`: UTC by default. `unknown`: why nobody knows that the
    site is safe, in half sentences. `since_at`: when the load began to come off, by default when this mode began.
    `still_on`: one of the alarms of STILL_ON stands.
    """
    if state is None or silence:
        return _silent(silence, todo)
    back_at, why = _back_at(state), _why(state)
    clock = clock or partial(SiteTime("UTC").brief, now_at=state.since_at)
    is_observing = state.control is Control.OBSERVE
    began = clock(state.since_at if since_at is None else since_at)
    said = _measured(state, (OBSERVING if is_observing else ARMED)[state.mode], began, measured=measured)
    said = _judged(said, tripped=bool(state.trips), still_on=still_on, unknown=unknown)
    brief, end = f"{said.lead} {said.text}".lstrip(), " Nothing is switched." if is_observing else ""
    back = "" if back_at is None else f" Back at the earliest {clock(back_at)}."
    return Headline(
        sentence=f"{brief}{said.figures}{back}{end}",
        brief=f"{brief}{end}",
        tells_since=said.tells_since,
        why=why,
        more=tuple(one for one in why if one and one not in said.told),
        tone=said.tone,
        safe=said.safe,
        curtailed=said.curtailed,
        tolerance_kw=_tolerance_kw(state, measured=measured),
        back_at=back_at,
        todo=todo,
    )


def _judged(said: Said, *, tripped: bool, still_on: bool, unknown: tuple[str, ...]) -> Said:
    """The verdict over what the mode alone says."""
    if tripped:
        return replace(said, tone="bad", safe=False)
    if said.safe is False:
        return said
    if still_on:
        return replace(said, tone="bad", safe=False, lead="Load is on that was asked off.")
    if unknown:
        return replace(said, tone="unknown", safe=None, lead=f"Not known to be safe: {'; '.join(unknown)}.")
    return said


def _back_at(state: State) -> float | None:
    """Where load waits for something whose end is known."""
    if state.mode in (Mode.NORMAL, Mode.STARTING) or (state.mode is Mode.RESTORING and not _held_by(state)):
        return None
    return state.back_at


def _measured(state: State, said: Said, began: str, *, measured: bool) -> Said:
    """What the mode says, as far as measurements bear it out. `began`: when the load began to come off."""
    load = state.load
    if state.mode in (Mode.CURTAILING, Mode.CURTAILED):
        return _taken_off(state, said, began, measured=measured)
    if state.mode is Mode.RESTORING and (held := _held_by(state)):
        lead, text = waiting(held, armed=state.control is Control.ARMED)
        return replace(said, lead=lead, text=text)
    if state.mode is Mode.EMERGENCY:
        is_known = load.measured_kw is not None and measured and load.unknown_kw <= 0
        within = load.measured_kw is not None and load.measured_kw <= load.target_kw
        return replace(said, curtailed=load.proven or within if is_known else None)
    return said


def _taken_off(state: State, said: Said, began: str, *, measured: bool) -> Said:
    if state.mode is Mode.CURTAILED:
        proven = _is_proven(state, measured=measured)
        if state.control is Control.OBSERVE:
            said = replace(said, curtailed=True if proven else None)
        elif not proven:
            said = UNPROVEN
    cause, told = _cause(state)
    text = f"{said.text} since {began}: {cause}." if cause else f"{said.text} since {began}."
    return replace(said, text=text, figures=f" {_on(state, measured=measured)}", told=told, tells_since=True)


def _is_proven(state: State, *, measured: bool) -> bool:
    return state.load.proven and state.load.unknown_kw <= 0 and measured


def _cause(state: State) -> tuple[str, frozenset[str]]:
    """Who asks, such as "utility signal Control", and then the guard of the interval where that holds the load lower.

    With it the reasons that say so.
    """
    first = None if state.trips else next(iter(state.limits), None)
    if first is None:
        found = next(iter(_why(state)), state.limited_by)
        return found.rstrip("."), frozenset({found})
    asking = next((one for one in state.limits if one.kind.is_power_event), None)
    if first.kind is RuleKind.INTERVAL and asking is not None:
        return f"{_clause(asking)}; {_clause(first)}", frozenset({asking.reason, first.reason})
    return _clause(first), frozenset({first.reason})


def _clause(limit: Limit) -> str:
    return (limit.clause or limit.reason).rstrip(".")


def _on(state: State, *, measured: bool) -> str:
    load = state.load
    if load.measured_kw is None or not measured:
        return f"How much is still on is not measured, {load.unknown_kw:.0f} kW unknown."
    tolerance_kw = _tolerance_kw(state, measured=measured)
    within = "" if tolerance_kw is None else f", within the meter's tolerance of {tolerance_kw:g} kW"
    return f"{load.measured_kw:.0f} kW of {load.nominal_kw:.0f} kW still on{within}, {load.unknown_kw:.0f} kW unknown."


def _tolerance_kw(state: State, *, measured: bool) -> float | None:
    """The tolerance by which what is on counts as proven off; None where nothing is, or where none is needed."""
    load = state.load
    if state.mode is not Mode.CURTAILED or not _is_proven(state, measured=measured):
        return None
    if load.measured_kw is None or load.tolerance_kw is None:
        return None
    return load.tolerance_kw if _SHOWN_KW <= load.measured_kw - load.target_kw <= load.tolerance_kw else None


def _held_by(state: State) -> str:
    """Why nothing may be raised now, empty when something may. In a return only what holds it has a ceiling at the setpoint."""
    holding = [limit for limit in state.limits if limit.ceiling_kw <= state.load.setpoint_kw + _ROUNDED_KW]
    return min(holding, key=lambda limit: limit.ceiling_kw).reason.rstrip(".") if holding else ""


def _why(state: State) -> tuple[str, ...]:
    """The reasons, a trip's first and each once, without the measured kW, which are told beside them."""
    reasons = [reason for reason in state.reasons if reason != state.still_on]
    trips = [f"tripped: {trip.reason}" for trip in state.trips]
    return tuple(dict.fromkeys((*trips, *reasons)))


def _silent(why: str, todo: tuple[str, ...]) -> Headline:
    sentence = "Nothing is known of the site at present."
    more = (why,) if why else ()
    return Headline(
        sentence=sentence, brief=sentence, why=(why,), more=more, tone="unknown", safe=None, curtailed=None, todo=todo
    )
