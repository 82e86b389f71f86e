"""What the mode says, as far as measurements bear it out: whether the load is off, and how much is still on."""

from dataclasses import replace

from services.api.because import cause, held_by, is_endless
from services.api.mode_sentences import UNPROVEN, Said, waiting
from services.shared.messages import State
from services.shared.vocabulary import Control, Mode

_SHOWN_KW = 0.5  # less is shown as 0 kW


def borne_out(state: State, said: Said, began: str, off: str = "", *, measured: bool) -> Said:
    """What the mode says, as far as measurements bear it out. `began`: when the load began to come off, `off`: when it was
    proven off; empty where that is not known."""
    load = state.load
    if state.mode in (Mode.CURTAILING, Mode.CURTAILED):
        return _taken_off(state, said, began, off, measured=measured)
    if state.mode is Mode.RESTORING and (held := held_by(state)):
        in_part = state.back_at is not None and is_endless(state)
        lead, text = waiting(held, armed=state.control is Control.ARMED, in_part=in_part)
        return replace(said, lead=lead, text=text)
    if state.mode is Mode.EMERGENCY:
        is_known = load.measured_kw is not None and measured and load.unknown_kw <= 0
        within = load.measured_kw is not None and load.measured_kw <= load.target_kw
        return replace(said, curtailed=load.proven or within if is_known else None)
    return said


def tolerance_kw(state: State, *, measured: bool) -> float | None:
    """The tolerance by which what is on counts as proven off; None where nothing is, or where none is needed."""
    load = state.load
    if state.mode is not Mode.CURTAILED or not _is_proven(state, measured=measured):
        return None
    if load.measured_kw is None or load.tolerance_kw is None:
        return None
    return load.tolerance_kw if _SHOWN_KW <= load.measured_kw - load.target_kw <= load.tolerance_kw else None


def _taken_off(state: State, said: Said, began: str, off: str, *, measured: bool) -> Said:
    since = f" since {began}"
    if state.mode is Mode.CURTAILED:
        proven = _is_proven(state, measured=measured)
        if proven and off not in ("", began) and state.control is Control.ARMED:
            since = f", asked {began}, proven off {off}"
        if state.control is Control.OBSERVE:
            said = replace(said, curtailed=True if proven else None)
        elif not proven:
            said = UNPROVEN
    why, told = cause(state)
    text = f"{said.text}{since}: {why}." if why else f"{said.text}{since}."
    return replace(said, text=text, figures=f" {_on(state, measured=measured)}", told=told, tells_since=True)


def _is_proven(state: State, *, measured: bool) -> bool:
    return state.load.proven and state.load.unknown_kw <= 0 and measured


def _on(state: State, *, measured: bool) -> str:
    load = state.load
    if load.measured_kw is None or not measured:
        return f"How much is still on is not measured, {load.unknown_kw:.0f} kW unknown."
    most_kw = tolerance_kw(state, measured=measured)
    within = "" if most_kw is None else f", within the meter's tolerance of {most_kw:g} kW"
    return f"{load.measured_kw:.0f} kW of {load.nominal_kw:.0f} kW still on{within}, {load.unknown_kw:.0f} kW unknown."
