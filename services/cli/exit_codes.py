"""The exit codes of `mine`, and the only place that numbers them."""

from collections.abc import Mapping

EXIT_DONE = 0
EXIT_REFUSED = 1
EXIT_MISTAKES = 2
EXIT_NOT_RUNNING = 3
EXIT_NO_ANSWER = 4
EXIT_INTERRUPTED = 130
"""128 and SIGINT's number, as a shell has it."""
MEANINGS: Mapping[int, str] = {
    EXIT_DONE: "done: what was asked for is so",
    EXIT_REFUSED: "refused, by the controller or because this user may not; or looked, and found what must not be: a fault, a "
    "silent site, a device that is not proven, a day that falls short",
    EXIT_MISTAKES: "mistakes: in the configuration, or in what was typed; nothing was done",
    EXIT_NOT_RUNNING: "not running: nobody was there to ask, or the api has no broker; nothing was asked of anybody, and nothing "
    "is carried out later. Of `mine run`: it cannot start, a port or the folder is taken, or the "
    "folder cannot be written",
    EXIT_NO_ANSWER: "no answer, or no measurement that proves it in time: it was asked, and may have been done, or may still be",
    EXIT_INTERRUPTED: "interrupted (Ctrl-C) before its end; what had been asked for by then may be done",
}
