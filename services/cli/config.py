"""`mine config show`: each value and where it comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from services.cli import ask
from services.cli.reading import judged
from services.shared.settings.told import ToldKey, told

app = typer.Typer(help="The configuration as the services read it.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As GET /api/v1/config answers.")]


@app.callback()
def _only() -> None:
    """Keeps `show` a command of its own."""


@app.command()
def show(
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the defaults.")] = False,
    as_json: AsJson = False,
) -> None:
    """Each value with its origin: the file's line, `environment`, `secret file`, `the run`, or `default`; secrets are masked.

    Exit code 0 shown, 2 mistakes.
    """
    settings = judged(quiet=as_json)
    keys = [key for key in told(settings) if key.is_changed or not changed]
    document = {"keys": [asdict(key) for key in keys], "warnings": settings.warnings, "mistakes": (), "changed": ()}
    ask.told(document, list(_lines(keys)), as_json=as_json)


def _lines(keys: Sequence[ToldKey]) -> Iterator[str]:
    for section, of_section in groupby(keys, lambda key: key.section):
        yield f"[{section}]"
        yield from (f"{key.key} = {key.value}    ({key.origin})" for key in of_section)
        yield ""
