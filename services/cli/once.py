"""`mine once`: asks the running controller for one full cycle; with none running it takes one careful pass itself."""

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import check_asked, noted
from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.check_told import bad
from services.cli.claim import user
from services.cli.exit_codes import EXIT_DONE, EXIT_INTERRUPTED, EXIT_MISTAKES, EXIT_NO_ANSWER, EXIT_NOT_RUNNING, EXIT_REFUSED
from services.cli.holds import notes
from services.cli.options import Json, within
from services.cli.progress import changing
from services.cli.reading import end, judged
from services.controller.ledger_file import LedgerTaken
from services.shared.settings import EXAMPLE, Settings

if TYPE_CHECKING:
    from services.cli.alone.one_pass import Outcome

LEDGER = "ledger.db"
_THIS_HOST = ("127.0.0.1", "::1", "localhost")
_NO_SITES = (
    "Nothing was done: there is no config/config.txt, and the example is no site's configuration, but this ledger remembers a "
    "site. Name its own in MINE_CONFIG, such as MINE_CONFIG=config/demo.txt."
)
_NOT_HERE = "The ledger is in use by a controller or lies elsewhere, and nobody can be asked: nothing was done."


def once(
    seconds: Annotated[
        float, typer.Option("--seconds", "-s", callback=within(5, 3600), help="With no controller: at most so long, 5 to 3600.")
    ] = 90.0,
    as_json: Json = False,
) -> None:
    """One full cycle now: re-check everything, record a state row.

    With no controller running it takes the controller's ledger, asks every device and decides; armed it may take load off and
    switch fans on. It never raises load, and it leaves the fans on. What is not as it must be then, as `mine check` tells
    it, has a line each.

    Exit code 0 done, 1 refused or not all is as it must be, 2 mistakes, 3 a controller runs and nobody can ask it, 4 no answer,
    130 interrupted: what had been sent by then may be done.
    """
    settings = judged(quiet=as_json)
    is_alone = noted.read(Path(settings.data.folder)) is None and _is_here(settings)
    if is_alone and _is_another_sites(settings):
        end(_NO_SITES, EXIT_MISTAKES)
    outcome = _alone(settings, seconds) if is_alone else None
    if outcome is None:
        return _ask(settings, as_json=as_json)
    from services.cli.alone import told as words  # noqa: PLC0415 - as below

    document, code = words.document(outcome), words.code(outcome)
    told(document, list(words.lines(outcome)), as_json=as_json, code=code, why=_not_as_it_must(document["wrong"]))
    raise typer.Exit(code)


def _alone(settings: Settings, seconds: float) -> "Outcome | None":
    """What became of a pass of our own; None where a controller holds the ledger."""
    from services.cli.alone.one_pass import Alone  # noqa: PLC0415 - two services at once: no other command has room for them

    logging.getLogger().addHandler(logging.NullHandler())  # what there is to say stands in the verdicts
    try:
        return asyncio.run(Alone(settings, changing).run(user(), seconds))
    except LedgerTaken:
        return None
    except (sqlite3.Error, OSError) as error:
        end(f"Nothing was done: the ledger cannot be opened: {error}", EXIT_REFUSED)
    except BaseExceptionGroup as faults:
        if not isinstance(faults.exceptions[0], (sqlite3.Error, OSError)):
            raise
        end(f"Broken off: {faults.exceptions[0]}", EXIT_REFUSED)
    except KeyboardInterrupt:
        end("Interrupted: what was sent is in the ledger, and stays.", EXIT_INTERRUPTED)


def _ask(settings: Settings, *, as_json: bool) -> None:
    async def work(_: Settings) -> tuple[dict[str, Any], list[str]]:
        try:
            async with api_of(settings) as api:
                document = await api.ask("cycle", {}, "one cycle asked for")
                return document, await _wrong(api)
        except NotDone as why:
            if why.code == EXIT_NOT_RUNNING:
                raise NotDone(f"{_NOT_HERE} {why}", why.code) from None
            raise

    document, wrong = carried_out(work, quiet=True)
    lines = ["One full cycle was done.", *notes(document), *(f"Not as it must be: {one}" for one in wrong)]
    code = EXIT_REFUSED if wrong else EXIT_DONE
    told(document | {"wrong": wrong}, lines, as_json=as_json, code=code, why=_not_as_it_must(wrong))
    raise typer.Exit(code)


def _not_as_it_must(wrong: list[str]) -> str:
    return f"Not as it must be: {'; '.join(wrong)}"


async def _wrong(api: Api) -> list[str]:
    """What `mine check` would call no good now. Raises NotDone."""
    try:
        return [f"{row.name}: {row.words}" for row in bad(await check_asked.now(api))]
    except NotDone as why:
        unknown = f"One full cycle was done. Whether all is as it must be is unknown: {why}"
        raise NotDone(unknown, EXIT_NO_ANSWER) from None


def _is_another_sites(settings: Settings) -> bool:
    """The example knows none of the loads and sources that a ledger remembers, and would forget them."""
    ledger = Path(settings.data.folder) / LEDGER
    return settings.file == EXAMPLE and ledger.exists() and ledger.stat().st_size > 0


def _is_here(settings: Settings) -> bool:
    """Whether the controller's ledger lies here, or would. Where it has a host of its own, no other one makes a new ledger."""
    return (Path(settings.data.folder) / LEDGER).exists() or settings.ops.controller_host in _THIS_HOST
