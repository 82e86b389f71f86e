"""How a command speaks: a terminal that is gone, or a log on a full card, keeps nobody from stopping the site."""

import errno
import os
from contextlib import suppress

import typer

_STDOUT, _STDERR = 1, 2
_said: dict[bool, str] = {}
"""The last that this command said: on stderr under True, on stdout under False."""


def began() -> None:
    """A command begins: nothing is said yet."""
    _said.clear()


def has_answered() -> bool:
    """Whether anything stands on stdout."""
    return False in _said


def reason() -> str:
    """What stands last on stderr."""
    return _said.get(True, "").strip()


def say(text: str, *, err: bool = False) -> None:
    """On stdout, or on stderr. What takes no more is left alone: of stdout it is told on stderr, unless its reader left."""
    _said[err] = text
    try:
        typer.echo(text, err=err)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDERR if err else _STDOUT)
        if not err and error.errno != errno.EPIPE:
            with suppress(OSError):
                typer.echo(f"Nothing more is written to stdout: {error.strerror}", err=True)


def sentences(*parts: str) -> str:
    """What several owners wrote, each with a capital and a stop; what is empty is left out."""
    told = (" ".join(part.split()) for part in parts)
    return " ".join(f"{one[0].upper()}{one[1:]}{'' if one.endswith(('.', '!', '?')) else '.'}" for one in told if one)
