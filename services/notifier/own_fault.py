"""A fault of our own where people are to be told: they hear that there was one, the log what and where."""

import logging
import traceback
from pathlib import Path

from services.notifier.channels.base import Failed
from services.shared.unanswered import OWN_FAULT

log = logging.getLogger(__name__)

_FRAMES_TOLD = 5


def own_fault(what: str, error: Exception, *, maybe_taken: bool = False) -> Failed:
    """The reason for people, after it was logged. `what` it happened to."""
    log.error("%s: a fault of our own: %s", what, _where(error))
    return Failed(OWN_FAULT, maybe_taken=maybe_taken)


def _where(error: Exception) -> str:
    """What it is and where it came up, innermost first. Its own words may name a person or a token."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES_TOLD:])
    return f"{type(error).__name__} at {' < '.join(f'{Path(one.filename).name}:{one.lineno}' for one in frames)}"
