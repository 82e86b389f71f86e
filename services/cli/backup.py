"""`mine backup`: copies of what must not be lost, each proven before it counts; beside the running services."""

import sys
import time
from typing import Annotated

import typer

from services.backup import places, taking, told
from services.backup.trouble import Trouble
from services.cli import ask
from services.cli.backup_due import by_itself
from services.cli.exit_codes import EXIT_DONE, EXIT_REFUSED
from services.cli.options import ForPrograms
from services.cli.reading import end, judged
from services.shared.backups import Kind


def backup(
    kind: Annotated[Kind, typer.Option(help="hourly: the ledger; daily and monthly: everything.")] = Kind.DAILY,
    due: Annotated[bool, typer.Option("--due", help="Make the kind that is due, if any; read the newest once a day.")] = False,
    as_json: ForPrograms = False,
) -> None:
    """Back up the ledger or everything; also while the services run.

    It counts when it was read back and each database in it was opened, checked, brought to this version and compared. Then
    it is carried to the second folder and away, if [BACKUP] names them, and only then older ones over their count go.

    Exit code 0 done, 1 not done or in part alone, 2 mistakes.
    """
    settings = judged(quiet=as_json or due)
    where = places.of(settings)
    if due:
        if not by_itself(settings, where, as_json=as_json):
            raise typer.Exit(EXIT_REFUSED)
        return
    try:
        done = taking.take(settings, where, kind, time.time(), steps(quiet=as_json))
    except Trouble as why:
        end(f"No backup was made: {why}", EXIT_REFUSED)
    code = EXIT_REFUSED if done.troubles else EXIT_DONE
    lines = list(told.taken_lines(done))
    ask.told(told.taken_document(done), lines, as_json=as_json, code=code, why="; ".join(map(str, done.troubles)))
    raise typer.Exit(code)


def steps(*, quiet: bool) -> taking.Say:
    """Tells each step to a person who watches."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda step: typer.echo(f"  {step} ...", err=True)
