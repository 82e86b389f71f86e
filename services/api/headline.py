"""The five-second answer: is the site safe, is it curtailed, and why."""

import re
from dataclasses import dataclass, replace
from functools import partial

from services.api.tile_views import Headline, Tone
from services.shared.messages import State
from services.shared.site_time import Clock, SiteTime
from services.shared.vocabulary import Control, Mode

_STILL_ON = re.compile(r"[\d.,]+ kW of [\d.,]+ kW still on")
_ROUNDED_KW = 0.1
_GUARD = "worst interval"
ASKING = ("signal", "contact", "schedule", "lease")
"""The first words of the rules that are a power event: a utility's page or contact, hours known in advance, a forced signal."""
STILL_ON = frozenset({"over_target", "load_still_on"})
"""The alarms which say that load is on that was asked off, past its deadline."""
NO_BROKER = "the broker cannot be reached"


@dataclass(frozen=True, slots=True)
class _Said:
    sentence: str
    tone: Tone
    safe: bool | None
    curtailed: bool | None


_SAID: dict[Mode, _Said] = {
    Mode.STARTING: _Said("Starting: fans first, no load is raised.", "warning", True, None),
    Mode.NORMAL: _Said("Safe. The load may run.", "good", True, False),
    Mode.CURTAILING: _Said("Safe. The load is coming off", "warning", True, False),
    Mode.CURTAILED: _Said("Safe. Curtailed", "good", True, True),
    Mode.RESTORING: _Said("Safe. The load is coming back in stages.", "warning", True, False),
    Mode.THERMAL_LIMIT: _Said("Too warm: load is held down until it cools.", "warning", False, None),
    Mode.EMERGENCY: _Said("EMERGENCY: the load is being stopped or is stopped.", "bad", False, None),
    Mode.FAILSAFE: _Said("Not safe to run: too little is known.", "bad", False, None),
    Mode.MANUAL: _Said("A person holds part of the plant by hand.", "warning", True, None),
}

_WOULD: dict[Mode, _Said] = {
    Mode.STARTING: _Said("Observing: fans would start first, and no load would be raised.", "warning", None, None),
    Mode.NORMAL: _Said("Observing: the load would be free to run.", "good", True, False),
    Mode.CURTAILING: _Said("Observing: the load would be coming off", "warning", None, False),
    Mode.CURTAILED: _Said("Observing: the load would be off", "warning", None, None),
    Mode.RESTORING: _Said("Observing: the load would be coming back in stages.", "warning", None, None),
    Mode.THERMAL_LIMIT: _Said("Too warm. Observing: load would be held down until it cools.", "warning", False, None),
    Mode.EMERGENCY: _Said("EMERGENCY. Observing: the load would be stopped.", "bad", False, None),
    Mode.FAILSAFE: _Said("Not safe to run: too little is known. Observing: the load would be stopped.", "bad", False, None),
    Mode.MANUAL: _Said("Observing: a person would hold part of the plant by hand.", "warning", None, None),
}
"""Where nothing is switched: what would be done. Whether that is safe nobody here has in hand."""


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
        return _silent(silence).model_copy(update={"todo": todo})
    back_at = _back_at(state)
    clock = clock or partial(SiteTime("UTC").brief, now_at=state.since_at)
    observing = state.control is Control.OBSERVE
    if since_at is not None:
        state = state.model_copy(update={"since_at": since_at})
    said = _measured(state, (_WOULD if observing else _SAID)[state.mode], clock, measured=measured)
    if back_at is not None:
        said = replace(said, sentence=f"{said.sentence} Back at the earliest {clock(back_at)}.")
    if state.trips:
        said = replace(said, tone="bad", safe=False)
    elif still_on and said.safe is not False:
        sentence = f"Load is on that was asked off. {said.sentence.removeprefix('Safe. ')}"
        said = replace(said, tone="bad", safe=False, sentence=sentence)
    elif said.safe is not False and unknown:
        sentence = f"Not known to be safe: {'; '.join(unknown)}. {said.sentence.removeprefix('Safe. ')}"
        said = replace(said, tone="unknown", safe=None, sentence=sentence)
    return Headline(
        sentence=f"{said.sentence} Nothing is switched." if observing else said.sentence,
        why=_why(state),
        tone=said.tone,
        safe=said.safe,
        curtailed=said.curtailed,
        back_at=back_at,
        todo=todo,
    )


def _back_at(state: State) -> float | None:
    """Where load waits for something whose end is known."""
    if state.mode in (Mode.NORMAL, Mode.STARTING) or (state.mode is Mode.RESTORING and not _held_by(state)):
        return None
    return state.back_at


def _measured(state: State, said: _Said, clock: Clock, *, measured: bool) -> _Said:
    """What the mode says, as far as measurements bear it out."""
    load = state.load
    if state.mode in (Mode.CURTAILING, Mode.CURTAILED):
        proven = load.proven and load.unknown_kw <= 0 and measured
        if state.mode is Mode.CURTAILED and state.control is Control.OBSERVE:
            said = replace(said, curtailed=True if proven else None)
        elif state.mode is Mode.CURTAILED and not proven:
            said = _Said("Curtailed, unproven", "unknown", None, None)
        return replace(said, sentence=f"{said.sentence} since {clock(state.since_at)}: {_cause(state)}. {_on(state, measured)}")
    if state.mode is Mode.RESTORING and (held := _held_by(state)):
        waiting = "Safe. The load is waiting" if state.control is Control.ARMED else "Observing: the load would be waiting"
        return replace(said, sentence=f"{waiting} to return: {held}.")
    if state.mode is Mode.EMERGENCY:
        is_known = load.measured_kw is not None and measured and load.unknown_kw <= 0
        within = load.measured_kw is not None and load.measured_kw <= load.target_kw
        return replace(said, curtailed=load.proven or within if is_known else None)
    return said


def _cause(state: State) -> str:
    """Who asks, such as "utility signal Control", and then the guard of the interval where that holds the load lower."""
    why = [reason.rstrip(".") for reason in _why(state)]
    guard = [one.reason.rstrip(".") for one in state.limits if one.rule == _GUARD]
    asking = [one.reason.rstrip(".") for one in state.limits if one.rule.partition(" ")[0] in ASKING]
    found = next(iter(why), state.limited_by)
    if found in guard and asking:
        return f"{_plain(asking[0])}; {found}"
    return _plain(found)


def _plain(reason: str) -> str:
    return reason.replace(": ", " ", 1) if reason.startswith("utility signal") else reason


def _on(state: State, measured: bool) -> str:
    load = state.load
    if load.measured_kw is None or not measured:
        return f"How much is still on is not measured, {load.unknown_kw:.0f} kW unknown."
    return f"{load.measured_kw:.0f} kW of {load.nominal_kw:.0f} kW still on, {load.unknown_kw:.0f} kW unknown."


def _held_by(state: State) -> str:
    """Why nothing may be raised now, empty when something may. In a return only what holds it has a ceiling at the setpoint."""
    holding = [limit for limit in state.limits if limit.ceiling_kw <= state.load.setpoint_kw + _ROUNDED_KW]
    return min(holding, key=lambda limit: limit.ceiling_kw).reason.rstrip(".") if holding else ""


def _why(state: State) -> tuple[str, ...]:
    """The reasons, a trip's first and each once, without the measured kW, which are told beside them."""
    reasons = [reason for reason in state.reasons if not _STILL_ON.match(reason)]
    trips = [f"tripped: {trip.reason}" for trip in state.trips]
    return tuple(dict.fromkeys((*trips, *reasons)))


def _silent(why: str) -> Headline:
    return Headline(sentence="Nothing is known of the site at present.", why=(why,), tone="unknown", safe=None, curtailed=None)
