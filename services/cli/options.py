"""The options that several commands share, and what every number and name that is typed must be."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from services.cli.exit_codes import EXIT_MISTAKES
from services.cli.reading import end

Number = TypeVar("Number", int, float, float | None)
MOST_MINUTES = 1440.0
MOST_KW = 100_000.0


def within(least: float, most: float) -> Callable[[typer.CallbackParam, Number], Number]:
    """Takes a number of this range, and none; another ends the command, with both bounds. NaN is no number."""

    def taken(param: typer.CallbackParam, value: Number) -> Number:
        if value is not None and not least <= value <= most:
            end(f"{param.opts[0]}: found {value:.10g}; allowed: a number from {least:g} to {most:g}", EXIT_MISTAKES)
        return value

    return taken


def named(param: typer.CallbackParam, value: str | None) -> str | None:
    """A name that was typed; an empty one, as of a variable that is not set, is no wish for a list."""
    if value is not None and not value.strip():
        end(f"{str(param.name).upper()}: found {value!r}; allowed: a name, or no word at all for the list", EXIT_MISTAKES)
    return value


Reason = Annotated[str, typer.Option("--reason", "-r", help="For the records.")]
Json = Annotated[bool, typer.Option("--json", help="As the API answers.")]
ForPrograms = Annotated[bool, typer.Option("--json", help="For programs: one JSON document on stdout, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Minutes = Annotated[
    float,
    typer.Option(
        "--minutes", "-m", callback=within(0.1, MOST_MINUTES), help="So long it holds, 0.1 to 1440; then it ends by itself."
    ),
]
