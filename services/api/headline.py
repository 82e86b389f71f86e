"""The five-second answer: is the site safe, is it curtailed, and why."""

from services.api.dashboard import Headline, Tone
from services.shared.messages import State
from services.shared.vocabulary import Control, Mode

_SENTENCES: dict[Mode, tuple[str, Tone, bool | None, bool | None]] = {
    Mode.STARTING: ("Starting: fans first, no load is raised.", "warning", True, None),
    Mode.NORMAL: ("Safe. The load may run.", "good", True, False),
    Mode.CURTAILING: ("Safe. The load is coming off.", "warning", True, False),
    Mode.CURTAILED: ("Safe. The load is curtailed.", "good", True, True),
    Mode.RESTORING: ("Safe. The load is coming back in stages.", "warning", True, False),
    Mode.THERMAL_LIMIT: ("Too warm: load is held down until it cools.", "warning", False, None),
    Mode.EMERGENCY: ("EMERGENCY: the load is being stopped or is stopped.", "bad", False, None),
    Mode.FAILSAFE: ("Not safe to run: too little is known.", "bad", False, None),
    Mode.MANUAL: ("A person holds part of the plant by hand.", "warning", True, None),
}
"""Mode to (sentence, tone, safe, curtailed)."""


def headline(state: State | None, stale: bool, broker_connected: bool) -> Headline:
    """The answer in one sentence with its reasons. While the controller is silent nothing is known, and that is said."""
    if state is None or stale:
        return _silent(broker_connected)
    sentence, tone, safe, curtailed = _SENTENCES[state.mode]
    why = list(state.reasons)
    if state.trips:
        tone, safe = "bad", False
        why = [f"tripped: {trip.reason}" for trip in state.trips] + why
    elif safe and state.temperature_max_c is None:
        tone, safe, sentence = "unknown", None, f"No temperature is known. {sentence.removeprefix('Safe. ')}"
    if state.control is Control.OBSERVE:
        sentence += " (Observing only: nothing is switched.)"
    return Headline(sentence=sentence, why=tuple(why), tone=tone, safe=safe, curtailed=curtailed)


def _silent(broker_connected: bool) -> Headline:
    why = "the controller is silent" if broker_connected else "the broker cannot be reached"
    return Headline(sentence="Nothing is known of the site at present.", why=(why,), tone="unknown", safe=None, curtailed=None)
