"""`mine check`: is the configuration right, what is not set up yet, can the fleet be off in time, and does every device, every
way to people and every part of our own work now."""

import asyncio
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from services.api.check.rows import Row
from services.cli import check_told, reach
from services.cli.answering import refusal
from services.cli.ask import NotDone, told
from services.cli.check_asked import Say, asked
from services.cli.check_configuration import configuration
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_NOT_RUNNING, EXIT_REFUSED
from services.cli.in_force import beside_mistakes, control_told
from services.cli.progress import changing
from services.cli.reading import judged
from services.cli.saying import say
from services.shared.settings import Settings, SettingsError, missing
from services.shared.settings.watcher import is_watcher

_MISTAKES = "The configuration has mistakes: what it names wrongly cannot be asked. Mend them, then check again."
_START = (
    "Start it (`sudo systemctl start bitcoin-mine`, `docker compose up --detach`, `mine run`), or look at the "
    "configuration alone: `mine check --config-only`."
)


def check(
    config_only: Annotated[bool, typer.Option("--config-only", help="Read the configuration, and ask nobody.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; the same fields each time.")] = False,
) -> None:
    """Read the configuration; then ask the running services for every device and every channel, each with a verdict and a hint.

    A verdict on a device is of a poll that began after the question: this waits for each one's next poll, at most 2 min.
    Providers are asked whether they know us; nothing is sent. The configuration of a second machine, which only watches,
    is read alone.

    Exit code 0 all is well, or with warnings alone; 1 something that is set up does not work; 2 mistakes in the configuration;
    3 nothing runs: the configuration has no mistake, and nothing else was asked; 4 no answer.
    """
    settings = _settings(asks=not config_only, as_json=as_json)
    words = configuration(settings)
    if not as_json:
        typer.echo("\n".join(words))
    if config_only or is_watcher(settings):
        _end(settings, words, (), None, 0, as_json=as_json)
    try:
        with _progress() as say:
            rows = asyncio.run(asked(settings, say))
    except NotDone as why:
        reason = f"Devices and channels were not asked: {str(why)[:1].lower()}{str(why)[1:]}."
        _end(settings, words, (), f"{reason} {_START}" if why.code == EXIT_NOT_RUNNING else reason, why.code, as_json=as_json)
    otherwise = asyncio.run(control_told(settings))
    if not as_json:
        typer.echo("\n".join(["", *check_told.lines(rows), *otherwise]))
    words += otherwise
    _end(settings, words, rows, "", EXIT_REFUSED if check_told.is_bad(rows) else 0, as_json=as_json)


def _end(
    settings: Settings, words: Sequence[str], rows: Sequence[Row], why_not: str | None, code: int, *, as_json: bool
) -> NoReturn:
    """`why_not` is empty where everything was asked, and None where nothing should be."""
    if as_json:
        told(_document(code, settings, words, rows, why_not), [], as_json=True)
    elif why_not:
        typer.echo("\n" + textwrap.fill(why_not, check_told.WIDTH, break_on_hyphens=False))
    raise typer.Exit(code)


def _document(
    code: int, settings: Settings | None, words: Sequence[str], rows: Sequence[Row], why_not: str | None
) -> dict[str, Any]:
    mistakes = [] if settings else list(words)
    bad = ", ".join(row.name for row in check_told.bad(rows))
    why = "; ".join(mistakes) or why_not or f"Not as it must be: {bad}"
    return {
        **refusal(why if code else None, code),
        "configuration": {
            "mistakes": mistakes,
            "warnings": [*reach.told(settings)[1], *settings.warnings] if settings else [],
            "not_set_up": list(missing(settings)) if settings else [],
            "words": list(words) if settings else [],
        },
        "asked": why_not == "",
        "not_asked_because": "only the configuration was read" if why_not is None else why_not,
        "rows": [row.model_dump(mode="json", exclude={"due_s"}) for row in rows],
        "summary": check_told.summary(rows),
    }


def _settings(*, asks: bool, as_json: bool) -> Settings:
    """Those of the run. With mistakes they are told, whether services run on all the same, and the command ends."""

    def tell(error: SettingsError) -> None:
        runs_on = beside_mistakes(error) if asks else ""
        if as_json:
            why_not = f"{runs_on} {_MISTAKES}".lstrip() if asks else None
            told(_document(EXIT_MISTAKES, None, [str(one) for one in error.problems], (), why_not), [], as_json=True)
        else:
            say("\n".join([str(error), *([runs_on] if runs_on else [])]), err=True)

    return judged(quiet=as_json, tell=tell)


@contextmanager
def _progress() -> Iterator[Say]:
    """On a terminal the same line again; nothing for a program."""

    def show(done: int, whole: int) -> None:
        changing(f"waiting for each device's next poll: {done} of {whole}")

    try:
        yield show
    finally:
        changing("")
