"""`mine backup`: copies of what must not be lost, each proven before it counts; beside the running services."""

import os
import sys
import time
from typing import Annotated

import typer

from services.backup import checking, places, taking, told
from services.backup.trouble import Trouble
from services.cli import ask
from services.cli.exit_codes import EXIT_REFUSED
from services.cli.options import ForPrograms
from services.cli.reading import end, judged
from services.shared import backups
from services.shared.backups import Kind
from services.shared.clock import Clock
from services.shared.settings import Settings

_POLITE = 10
"""Of nice(2), for one that begins by itself: control goes before."""


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
    chosen = _due(settings, where) if due else kind
    if chosen is None:
        _read_again(settings, where)
        return
    try:
        done = taking.take(settings, where, chosen, time.time(), steps(quiet=as_json or due))
    except Trouble as why:
        end(f"No backup was made: {why}", EXIT_REFUSED)
    ask.told(told.taken_document(done), list(told.taken_lines(done)), as_json=as_json)
    if due:
        _read_again(settings, where)
    if done.troubles:
        raise typer.Exit(EXIT_REFUSED)


def _read_again(settings: Settings, where: places.Places) -> None:
    """The daily look at what is kept; the api raises the alarm from its note."""
    now_s = time.time()
    if settings.backup.enabled and where.first.is_dir() and checking.is_due(where.first, now_s):
        checking.check(where, now_s)


def steps(*, quiet: bool) -> taking.Say:
    """Tells each step to a person who watches."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda step: typer.echo(f"  {step} ...", err=True)


def _due(settings: Settings, where: places.Places) -> Kind | None:
    if not settings.backup.enabled:
        return None
    os.nice(_POLITE)
    now = Clock(settings.general.clock_trusted).now()
    try:
        made = backups.archives(where.first, where.site)
    except OSError:
        made = ()
    return backups.due(made, now.wall_s, trusted=now.wall_trusted)
