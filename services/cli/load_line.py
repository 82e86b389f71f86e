"""What is on, told in a line that changes while load comes off."""

from typing import Any

from services.cli.progress import changing
from services.cli.saying import say

_BAR = 30
_SHOWN_KW = 0.05  # one decimal is told
_ONLY_HOLD = frozenset({"stale", "air_unproven", "rest", "ramp"})  # kinds of rules that keep load from rising, and lower none


class LoadLine:
    """On a terminal, on stderr, the same line again; nothing elsewhere."""

    def __init__(self) -> None:
        self._first_kw: float | None = None
        self._said = ""

    def show(self, load: dict[str, Any], why: str = "") -> None:
        """`load` as the controller's state has it; `why` belongs to its target."""
        if self._first_kw is None:
            self._first_kw = load["measured_kw"]
        line = _progress(load, self._first_kw, why)
        if changing(line):
            self._said = line

    def end(self) -> None:
        """The next word stands in a line of its own."""
        if self._said:
            say("", err=True)


def _progress(load: dict[str, Any], first_kw: float | None, why: str) -> str:
    """A bar of what has come off since the first look, and what is still on and unknown."""
    on_kw, target_kw = load["measured_kw"], load["target_kw"]
    if on_kw is None or first_kw is None or first_kw <= target_kw:
        share = 0.0 if on_kw is None or on_kw > target_kw else 1.0
    else:
        share = min(1.0, max(0.0, (first_kw - on_kw) / (first_kw - target_kw)))
    done = round(share * _BAR)
    return f"[{'#' * done}{'.' * (_BAR - done)}] {figures(load, why)}"


def figures(load: dict[str, Any], why: str = "") -> str:
    """What is on, what may be and why, and what nothing measures."""
    return f"{still_on(load)}, target {load['target_kw']:.1f} kW{why}, {load['unknown_kw']:.1f} kW unknown"


def lower(state: dict[str, Any], asked_kw: float) -> str:
    """Why less may stay on than was asked for, such as " (5 kW is the limit; loads run whole)"; empty where it is not less.

    `state` is the controller's, or the page's feed.
    """
    target_kw = state["load"]["target_kw"]
    if target_kw >= asked_kw - _SHOWN_KW:
        return ""
    held = bool(state["lockouts"]) or any(one["kind"] in ("miners", "drill") for one in state["leases"])
    asking = [one for one in state["limits"] if one["kind"] not in _ONLY_HOLD]
    others = any(one["scope"] != "site" or target_kw - _SHOWN_KW < one["ceiling_kw"] < asked_kw - _SHOWN_KW for one in asking)
    return f" ({asked_kw:g} kW is the limit; {'others hold more down' if held or others else 'loads run whole'})"


def released(load: dict[str, Any]) -> str:
    """What may be on now: in a return less than at its end, such as "203.0 kW so far, at the end 1015.0"."""
    so_far_kw, end_kw = load["setpoint_kw"], load["target_kw"]
    if so_far_kw is None or so_far_kw >= end_kw - _SHOWN_KW:
        return f"{end_kw:.1f}"
    return f"{so_far_kw:.1f} kW so far, at the end {end_kw:.1f}"


def least(state: dict[str, Any], otherwise_kw: float) -> float:
    """The least that a rule leaves the whole site."""
    site = (one for one in state["limits"] if one["scope"] == "site" and one["kind"] not in _ONLY_HOLD)
    return min((float(one["ceiling_kw"]) for one in site), default=otherwise_kw)


def still_on(load: dict[str, Any]) -> str:
    """Such as "975.0 kW still on"."""
    on_kw = load["measured_kw"]
    return "what is on is not measured" if on_kw is None else f"{on_kw:.1f} kW still on"


def within(load: dict[str, Any], target_kw: float) -> str:
    """Such as ", within the meter's tolerance of 30.5 kW of 200 kW"; empty where what is on needs none."""
    if load.get("tolerance_kw") is None or load["measured_kw"] <= target_kw + _SHOWN_KW:
        return ""
    return f", within the meter's tolerance of {load['tolerance_kw']:.1f} kW of {target_kw:g} kW"


def is_proven(load: dict[str, Any]) -> bool:
    """Whether a measurement that is newer than the ask shows it, with nothing unknown."""
    return bool(load["proven"]) and load["unknown_kw"] <= 0 and load["measured_kw"] is not None
