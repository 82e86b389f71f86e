"""A service's log file: begun anew each day or at 5 MB, bounded in days and bytes. What a card refuses is counted and told once.

Days are those of UTC, as the lines' times are. A clock that leaps turns a file at most each six hours, and nothing is old by a
clock that is not trusted: a Pi boots in 1970.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from services.shared.clock import Moment

log = logging.getLogger(__name__)

FILE_BYTES = 5_000_000
MOST_BYTES = 20_000_000
"""Of one service's older files together, whatever it had to say."""
FILES_KEPT = 14
DAYS_KEPT = 14
TURN_GAP_S = 6 * 3600.0
TELL_GAP_S = 3600.0
_DAY_S = 86_400.0


class LogFile(RotatingFileHandler):
    """`unwritten` counts the lines that the card did not take since the start; they are on stdout. `unopened` is why
    there was no file at the start, to be told by who makes it; there is one as soon as the card takes it."""

    def __init__(self, path: Path, clock: Callable[[], Moment]) -> None:
        super().__init__(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True)
        self.unwritten = 0
        self._path, self._clock = path, clock
        self._day = int((_written_at(path) or clock().wall_s) // _DAY_S)
        self._turned_mono_s = self._told_mono_s = float("-inf")
        self._missing = 0
        self._is_told = False
        self.unopened = ""
        try:
            self.stream = self._open()
        except OSError as error:
            self.unopened = str(error)
            self._told_mono_s, self._is_told = clock().mono_s, True

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """At another day, or when it is full."""
        return self._is_another_day() or bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802
        """Begin a new file, and let go what is over its days or bytes. Raises OSError."""
        now = self._clock()
        self._day, self._turned_mono_s = int(now.wall_s // _DAY_S), now.mono_s
        super().doRollover()
        self._clean(now)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line. Never raises, never waits for a card to come back."""
        before = self.unwritten
        super().emit(record)
        if self._missing and self.unwritten == before:
            missing, self._missing = self._missing, 0
            if self._is_told:
                self._is_told = False
                log.warning("%s is written again; %d lines are missing in it", self._path.name, missing)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A line that could not be written: counted; the file is opened anew for the next one."""
        self.unwritten += 1
        self._missing += 1
        self._fault(sys.exc_info()[1])

    def tend(self) -> None:
        """What is due though nothing was logged; in the thread that writes. Never raises."""
        try:
            if not self._path.exists():  # taken away by a person: what is written now would be seen by nobody
                self._drop()
            elif self._is_another_day() and self._path.stat().st_size:
                self.doRollover()
            self._clean(self._clock())
        except OSError as error:
            self._fault(error)

    def _open(self) -> TextIOWrapper:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def _is_another_day(self) -> bool:
        now = self._clock()
        return int(now.wall_s // _DAY_S) != self._day and now.mono_s - self._turned_mono_s >= TURN_GAP_S

    def _clean(self, now: Moment) -> None:
        total = 0
        for older in self._older():
            found = older.stat()
            total += found.st_size
            if total > MOST_BYTES or (now.wall_trusted and found.st_mtime < now.wall_s - DAYS_KEPT * _DAY_S):
                older.unlink(missing_ok=True)

    def _older(self) -> Iterator[Path]:
        """The newest first."""
        paths = (self._path.with_name(f"{self._path.name}.{number}") for number in range(1, FILES_KEPT + 1))
        yield from (path for path in paths if path.is_file())

    def _fault(self, error: BaseException | None) -> None:
        self._drop()
        now = self._clock()
        if now.mono_s - self._told_mono_s >= TELL_GAP_S:  # its own line comes here, too: told again it would never end
            self._told_mono_s, self._is_told = now.mono_s, True
            why = getattr(error, "strerror", None) or "it cannot be opened"
            log.warning("%s cannot be written: %s; lines go to the journal alone", self._path.name, why)

    def _drop(self) -> None:
        """What it holds back is lost with it; else each later line would wait behind it."""
        stream, self.stream = self.stream, None  # the library opens it anew
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.close()


def _written_at(path: Path) -> float | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime if found.st_size else None
