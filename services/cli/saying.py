"""How a command speaks: a terminal that is gone, or a log on a full card, keeps nobody from stopping the site, or running it."""

import errno
import os
import select
import sys
from contextlib import suppress

import typer

_STDOUT, _STDERR = 1, 2
_refused: set[int | None] = set()
"""Why stdout took nothing, as far as this command told it: error numbers."""
_said: dict[bool, str] = {}
"""The last that this command said: on stderr under True, on stdout under False."""


def began() -> None:
    """A command begins: nothing is said yet."""
    _said.clear()
    _refused.clear()


def has_answered() -> bool:
    """Whether anything stands on stdout."""
    return False in _said


def reason() -> str:
    """What stands last on stderr."""
    return _said.get(True, "").strip()


def say(text: str, *, err: bool = False) -> None:
    """On stdout, or on stderr; never raises. What is not taken is dropped: of stdout it is told on stderr, once for each cause,
    unless its reader left. The next line is tried again, for a card may have room then."""
    _said[err] = text
    try:
        typer.echo(_in_its_letters(text, sys.stderr if err else sys.stdout), err=err)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        _drop(err, for_good=number == errno.EPIPE)
        if not err and number not in {errno.EPIPE, *_refused}:
            _refused.add(number)
            say(f"Not written to stdout: {os.strerror(number) if number else error}", err=True)


def is_taken(within_s: float) -> bool:
    """Whether stdout takes 4,096 bytes by then without waiting: a terminal that was halted does not, nor a reader that hangs.
    True too where it never takes anything: `say` finds that out."""
    room = select.poll()
    room.register(_STDOUT, select.POLLOUT)
    return bool(room.poll(within_s * 1_000.0))


def _in_its_letters(text: str, stream: object) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _drop(err: bool, *, for_good: bool) -> None:
    """Empty the stream's buffer into nothing, so that its end is no fault; for good, leave the stream there."""
    number, stream = (_STDERR, sys.stderr) if err else (_STDOUT, sys.stdout)
    with suppress(OSError, ValueError):
        kept, nowhere = os.dup(number), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        with suppress(OSError, ValueError):
            stream.flush()
        if not for_good:
            os.dup2(kept, number)
        os.close(kept)
        os.close(nowhere)


def sentences(*parts: str) -> str:
    """What several owners wrote, each with a capital and a stop; what is empty is left out."""
    told = (" ".join(part.split()) for part in parts)
    return " ".join(f"{one[0].upper()}{one[1:]}{'' if one.endswith(('.', '!', '?')) else '.'}" for one in told if one)
