"""The five-second answer: is the site safe, is it curtailed, and why."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.api.tile_views import Headline, Tone
from services.shared.messages import State
from services.shared.vocabulary import Control, Mode

_STILL_ON = re.compile(r"[\d.,]+ kW of [\d.,]+ kW still on")
_ROUNDED_KW = 0.1
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


Clock = Callable[[float], str]
"""Unix seconds as they stand in a sentence."""


def clock_of(timezone: str, now_at: float) -> Clock:
    """Hours and minutes of the site, such as "17:02", with the day where it is another: "21 Nov 17:02"."""

    def told(at: float) -> str:
        try:
            moment, today = (datetime.fromtimestamp(one, ZoneInfo(timezone)) for one in (at, now_at))
        except (ValueError, OverflowError, OSError):
            return "a time that is none"
        return f"{moment:%H:%M}" if moment.date() == today.date() else f"{moment.day} {moment:%b %H:%M}"

    return told


def headline(
    state: State | None, silence: str, clock: Clock | None = None, *, measured: bool = True, todo: tuple[str, ...] = ()
) -> Headline:
    """The answer in one sentence with its reasons. `silence` says why nothing is known of the present; empty where it is.

    `measured`: the measured load is not older than its limit. `clock`: UTC by default.
    """
    if state is None or silence:
        return _silent(silence).model_copy(update={"todo": todo})
    back_at = _back_at(state)
    clock = clock or clock_of("UTC", state.since_at)
    said = _measured(state, _SAID[state.mode], clock, measured=measured)
    if back_at is not None:
        said = replace(said, sentence=f"{said.sentence} Back at the earliest {clock(back_at)}.")
    if state.trips:
        said = replace(said, tone="bad", safe=False)
    elif said.safe is not False and state.temperature_max_c is None:
        sentence = f"No temperature is known. {said.sentence.removeprefix('Safe. ')}"
        said = replace(said, tone="unknown", safe=None, sentence=sentence)
    observing = " (Observing only: nothing is switched.)" if state.control is Control.OBSERVE else ""
    return Headline(
        sentence=said.sentence + observing,
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
        if state.mode is Mode.CURTAILED and not proven:
            said = _Said("Curtailed, unproven", "unknown", None, None)
        return replace(said, sentence=f"{said.sentence} since {clock(state.since_at)}: {_cause(state)}. {_on(state, measured)}")
    if state.mode is Mode.RESTORING and (held := _held_by(state)):
        return replace(said, sentence=f"Safe. The load is waiting to return: {held}.")
    if state.mode is Mode.EMERGENCY:
        within = load.measured_kw is not None and load.measured_kw <= load.target_kw
        return replace(said, curtailed=True if load.unknown_kw <= 0 and (load.proven or within) else None)
    return said


def _cause(state: State) -> str:
    """The first reason, such as "utility signal Control"."""
    found = next(iter(_why(state)), state.limited_by).rstrip(".")
    return found.replace(": ", " ", 1) if found.startswith("utility signal") else found


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
