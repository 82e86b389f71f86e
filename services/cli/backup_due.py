"""`mine backup --due`: what is due is made without a person, and what came of it stands in the backup's own log."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from services.backup import checking, taking, told
from services.backup.places import Places
from services.backup.taking import Taken
from services.backup.trouble import Trouble
from services.cli import ask
from services.shared import backups, logs
from services.shared.backups import Kind
from services.shared.clock import Clock
from services.shared.settings import Settings

log = logging.getLogger(__name__)
SERVICE = "backup"
_POLITE = 10
"""Of nice(2), for one that begins by itself: control goes before."""


def by_itself(settings: Settings, where: Places, *, as_json: bool) -> bool:
    """Whether what was due is done, all of it; nothing is told where nothing was due."""
    if not settings.backup.enabled:
        return True
    os.nice(_POLITE)
    kind = _due(settings, where)
    if kind is None and not _is_unread(where):
        return True
    with nullcontext() if as_json else _in_the_log(settings):
        is_done = kind is None or _made(settings, where, kind, as_json=as_json)
        if is_done and _is_unread(where):
            note = checking.check(where, time.time())
            log.log(logging.INFO if note.ok else logging.ERROR, "the newest backups: %s", note.words)
    return is_done


@contextmanager
def _in_the_log(settings: Settings) -> Iterator[None]:
    lines = logs.start(SERVICE, settings)
    try:
        yield
    finally:
        lines.stop()


def _made(settings: Settings, where: Places, kind: Kind, *, as_json: bool) -> bool:
    try:
        done = taking.take(settings, where, kind, time.time(), lambda _: None)
    except Trouble as why:
        log.error("No backup was made: %s", why)
        return False
    _tell(done, as_json=as_json)
    return not done.troubles


def _tell(done: Taken, *, as_json: bool) -> None:
    if as_json:
        ask.told(told.taken_document(done), [], as_json=True)
    else:
        log.log(logging.WARNING if done.troubles else logging.INFO, "%s", "\n".join(told.taken_lines(done)))


def _is_unread(where: Places) -> bool:
    """The daily look at what is kept is due; the api raises the alarm from its note."""
    return where.first.is_dir() and checking.is_due(where.first, time.time())


def _due(settings: Settings, where: Places) -> Kind | None:
    now = Clock(settings.general.clock_trusted).now()
    try:
        made = backups.archives(where.first, where.site)
    except OSError:
        made = ()
    return backups.due(made, now.wall_s, trusted=now.wall_trusted)
