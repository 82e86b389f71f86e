"""`mine config show`: each value and where it comes from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from services.cli import ask
from services.cli.in_force import beside, beside_mistakes
from services.cli.reading import judged
from services.cli.saying import say
from services.shared.settings import SettingsError
from services.shared.settings.listing import ListedKey, listed

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

    Of a site that runs it says which of them are not in force before a restart.

    Exit code 0 shown, 2 mistakes.
    """
    settings = judged(quiet=as_json, tell=_mistakes)
    keys = [key for key in listed(settings) if key.is_changed or not changed]
    found = beside(settings)
    lists = {"warnings": settings.warnings, "mistakes": found.mistakes, "changed": found.changed}
    copies = {"kept_at": found.kept_at, "next_kept_at": found.next_kept_at}
    ask.told(
        {"keys": [asdict(key) for key in keys], **lists, **copies},
        [*_lines(keys, found.changed), *found.lines()],
        as_json=as_json,
    )
    if as_json and found.unknown:
        typer.echo("\n".join(found.lines()), err=True)


def _mistakes(error: SettingsError) -> None:
    say("\n".join([str(error), *filter(None, [beside_mistakes(error)])]), err=True)


def _lines(keys: Sequence[ListedKey], waiting: Collection[str]) -> Iterator[str]:
    for section, of_section in groupby(keys, lambda key: key.section):
        yield f"[{section}]"
        for key in of_section:
            later = "; not in force before a restart" if f"[{section}] {key.key}" in waiting else ""
            yield f"{key.key} = {key.value}    ({key.origin}{later})"
        yield ""
