"""How far a lone pass is, on stderr: a terminal shows one line that changes, elsewhere a line stands every few seconds."""

import time

import typer

from services.cli.progress import changing

_APART_S = 10.0


class Line:
    """Takes every line; shows what is of use."""

    def __init__(self) -> None:
        self._said = ""
        self._said_s = float("-inf")

    def __call__(self, line: str) -> None:
        """Show it, unless it is the same, or too soon for a log. An empty one takes the changing line away."""
        if changing(line):
            return
        if line not in ("", self._said) and time.monotonic() - self._said_s >= _APART_S:
            self._said, self._said_s = line, time.monotonic()
            typer.echo(line, err=True)
