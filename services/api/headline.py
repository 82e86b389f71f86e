"""The five-second answer: is the site safe, is it curtailed, and why."""

from dataclasses import replace

from services.api import because
from services.api.mode_sentences import ARMED, OBSERVING, Said
from services.api.proof_sentences import borne_out, tolerance_kw
from services.api.tile_views import Headline
from services.shared.messages import State
from services.shared.site_time import Clock
from services.shared.vocabulary import Control, Mode

STILL_ON = frozenset({"over_target", "load_still_on"})
"""The alarms which say that load is on that was asked off, past its deadline."""
NO_BROKER = "the broker cannot be reached"


def headline(
    state: State | None,
    silence: str,
    *,
    clock: Clock,
    measured: bool,
    todo: tuple[str, ...],
    unknown: tuple[str, ...],
    since: tuple[float | None, float | None],
    still_on: bool,
) -> Headline:
    """The answer in one sentence with its reasons. `silence` says why nothing is known of the present; empty where it is.
    Nothing has a default: whoever forgets one would call a site safe of which that is not known.

    `measured`: the measured load is not older than its limit. `clock`: the site's. `unknown`: why nobody knows that the site
    is safe, in half sentences. `since`: when the load began to come off, None for when this mode began, and when a measurement
    showed it off, None where that is not known. `still_on`: one of the alarms of STILL_ON stands.
    """
    if state is None or silence:
        return silent(silence, todo)
    back_at, why = _back_at(state), because.why(state)
    is_observing = state.control is Control.OBSERVE
    began, off = (clock(state.since_at if since[0] is None else since[0]), "" if since[1] is None else clock(since[1]))
    said = borne_out(state, (OBSERVING if is_observing else ARMED)[state.mode], began, off, measured=measured)
    said = _judged(said, tripped=bool(state.trips), still_on=still_on, unknown=unknown)
    brief, end = f"{said.lead} {said.text}".lstrip(), " Nothing is switched." if is_observing else ""
    back = "" if back_at is None else f" {_what(state)} at the earliest {clock(back_at)}."  # cut to the minute: never too late
    return Headline(
        sentence=f"{brief}{said.figures}{back}{end}",
        brief=f"{brief}{end}",
        tells_since=said.tells_since,
        why=why,
        more=tuple(one for one in why if one and one not in said.told),
        tone=said.tone,
        safe=said.safe,
        curtailed=said.curtailed,
        tolerance_kw=tolerance_kw(state, measured=measured),
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
    if state.mode in (Mode.NORMAL, Mode.STARTING):
        return None
    if state.mode is Mode.RESTORING and (not because.held_by(state) or because.is_endless(state)):
        return None
    return state.back_at


def _what(state: State) -> str:
    """On the way up a part may be back already: what has a moment then is the next stage."""
    return "The next stage" if state.mode is Mode.RESTORING else "Back"


def silent(why: str, todo: tuple[str, ...] = ()) -> Headline:
    """The answer where nothing is known of the present, and `why`."""
    sentence = "Nothing is known of the site at present."
    more = (why,) if why else ()
    return Headline(
        sentence=sentence, brief=sentence, why=(why,), more=more, tone="unknown", safe=None, curtailed=None, todo=todo
    )
