"""After the emergency stop: what is measured is followed until it proves that the load is off, or the declared time is over."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from services.cli.exit_codes import EXIT_DONE, EXIT_NO_ANSWER, EXIT_REFUSED
from services.cli.eyes import Eyes
from services.cli.load_line import LoadLine, figures, is_proven, still_on, within
from services.shared.settings import Settings

_LOOK_EACH_S = 1.0
_UNSEEN_S = 12.0  # what is new is heard within 5 s by the broker; its first word may be old
_TRIP = "stop"
_BY_HAND = "Look at the load, and stop the site by hand, at the breaker, where it is still on."
UNSEEN = f"It was ordered, and cannot be proven from here: neither the api nor the broker tells what is on now. {_BY_HAND}"


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it. `off` None: nobody measured it. `load` as the controller's state has it, None where it was not seen."""

    off: bool | None
    words: str
    code: int
    seconds: float
    load: dict[str, Any] | None


def on_now(load: dict[str, Any] | None) -> str:
    """How much is on in the second of the order."""
    return "How much is still on is not known from here yet" if load is None else _capital(still_on(load))


def in_figures(found: Found | None, load: dict[str, Any] | None) -> dict[str, Any]:
    """For a program; null is unknown. `off` is true only when it was measured. `load` is that at the order."""
    load = found.load if found else load
    names = ("measured_kw", "unknown_kw", "tolerance_kw")
    told_of = {name: load.get(name) if load else None for name in names}
    words, seconds = (found.words, round(found.seconds, 1)) if found else ("", None)
    return {"off": found.off if found else None, "seconds": seconds, **told_of, "words": words}


def unproven(began_s: float) -> Found:
    """Nobody tells what is on; seconds count from the order."""
    return Found(None, UNSEEN, EXIT_NO_ANSWER, time.monotonic() - began_s, None)


def unswitched(load: dict[str, Any] | None, began_s: float) -> Found:
    """In observe mode nothing will come of it, which needs no waiting."""
    words = f"control = observe: the site is tripped, and nothing is switched. {on_now(load)}. {_BY_HAND}"
    return Found(None, words, EXIT_REFUSED, time.monotonic() - began_s, load)


async def until_off(eyes: Eyes, settings: Settings, began_s: float) -> Found:
    """Follow it from the order on; seconds count from there. It looks once at least, however long the order took."""
    deadline_s = began_s + settings.power.response_deadline_minutes * 60
    line, seen_s, load = LoadLine(), time.monotonic(), None
    while True:
        state = await eyes.state()
        if state is not None:
            seen_s, load = time.monotonic(), state["load"]
            line.show(load)
            found = _judged(state, time.monotonic() - began_s)
            if found is not None:
                line.end()
                return found
        elif time.monotonic() - seen_s > _UNSEEN_S:
            line.end()
            return unproven(began_s)
        if time.monotonic() >= deadline_s:
            break
        await asyncio.sleep(_LOOK_EACH_S)
    line.end()
    return _late(load, time.monotonic() - began_s)


def _judged(state: dict[str, Any], seconds: float) -> Found | None:
    """None while it is not known yet. A state from before the order, without its trip, proves nothing."""
    load = state["load"]
    if not any(trip["key"] == _TRIP for trip in state["trips"]):
        return None
    if load["nominal_kw"] <= 0 and load["measured_kw"] is None:
        return Found(None, "No load is set up: there is nothing to prove.", EXIT_DONE, seconds, load)
    if not is_proven(load):
        return None
    words = f"OFF: proven by measurement after {seconds:.0f} s, {still_on(load)}{within(load, load['target_kw'])}."
    return Found(True, words, EXIT_DONE, seconds, load)


def _late(load: dict[str, Any] | None, seconds: float) -> Found:
    if load is None:
        return Found(None, UNSEEN, EXIT_NO_ANSWER, seconds, None)
    is_on = load["measured_kw"] is not None and load["measured_kw"] > load["target_kw"] + (load.get("tolerance_kw") or 0.0)
    words = f"NOT PROVEN OFF within {seconds:.0f} s: {figures(load)}. {_BY_HAND}"
    return Found(False if is_on else None, words, EXIT_NO_ANSWER, seconds, load)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
