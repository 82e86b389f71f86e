"""Log lines: `2026-11-22T08:00:00Z INFO controller loop: text`, or JSON lines with MINE_LOG=json. DEBUG only with MINE_DEBUG=1.

A queue lies between the loop and stdout, so that a blocked pipe or a dying card cannot stall it; what is lost so is counted.
Secrets are masked once, where a line enters the queue. The levels are DEBUG, INFO, WARN and ERROR.
"""

import contextlib
import copy
import json
import logging
import os
import queue
import sys
import time
from collections.abc import Mapping
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path

from services.shared.clock import Clock
from services.shared.log_file import LogFile
from services.shared.mask import Mask, secrets_of
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)

QUEUE_LINES = 10_000
_LEVELS = {"WARNING": "WARN", "CRITICAL": "ERROR"}
"""The library's words, where ours are others."""
_TEND = logging.makeLogRecord({})


class _Lines(QueueHandler):
    """Formats and masks where the line is made, and never waits: a full queue loses the line."""

    def __init__(self, lines: "queue.Queue[logging.LogRecord | None]", mask: Mask) -> None:
        super().__init__(lines)
        self.lost = 0
        self._mask = mask
        self.setFormatter(logging.Formatter("%(message)s"))

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        text = self._mask(self.format(record))
        ready = copy.copy(record)
        ready.msg = ready.message = text
        ready.args = ready.exc_info = ready.exc_text = ready.stack_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.lost += 1


class _Stdout(logging.StreamHandler):  # type: ignore[type-arg]  # the class itself takes no argument
    """Counts what a closed or broken stdout does not take."""

    unwritten = 0

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        self.unwritten += 1


class Logs(QueueListener):
    """Writes the lines in a thread of its own. A stdout that takes nothing more does not hold its end."""

    def __init__(self, lines: "queue.Queue[logging.LogRecord | None]", entry: _Lines, stdout: _Stdout, *files: LogFile) -> None:
        super().__init__(lines, stdout, *files)
        self._lines, self._entry, self._stdout, self._files = lines, entry, stdout, files
        self._told = 0

    @property
    def lost(self) -> int:
        """Lines since the start that some place did not get: the queue was full, stdout or the card took nothing."""
        return self._entry.lost + self._stdout.unwritten + sum(file.unwritten for file in self._files)

    def tend(self) -> None:
        """To be called each hour: turn and clean the files where a day began, and tell once what was lost to a full queue."""
        if self._entry.lost > self._told:
            log.warning("%d log lines were lost: they came faster than they could be written", self._entry.lost - self._told)
            self._told = self._entry.lost
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(_TEND)

    def handle(self, record: logging.LogRecord) -> None:
        """A line to all places, or the files' own care, in their thread."""
        if record is not _TEND:
            super().handle(record)
            return
        for file in self._files:
            file.tend()

    def enqueue_sentinel(self) -> None:
        self._lines.put(None, timeout=1.0)

    def stop(self) -> None:
        with contextlib.suppress(queue.Full):
            super().stop()
        for handler in self.handlers:
            handler.close()


class PlainFormatter(logging.Formatter):
    """One line per record; further lines (a traceback) are indented, so that no text from outside can forge a line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        text = record.getMessage().replace("\r", "\\r").replace("\n", "\n    ")
        return f"{_moment(record)} {_level(record)} {self._service} {_short(record.name)}: {text}"


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        return json.dumps(
            {
                "at": _moment(record),
                "level": _level(record),
                "service": self._service,
                "where": _short(record.name),
                "text": record.getMessage(),
            },
            ensure_ascii=False,
        )


def start(service: str, settings: Settings, env: Mapping[str, str] = os.environ) -> Logs:
    """Send all that is logged to stdout and, if the settings name a folder, to a file of its own. Stop it at the end."""
    formatter = JsonFormatter(service) if env.get("MINE_LOG") == "json" else PlainFormatter(service)
    lines: queue.Queue[logging.LogRecord | None] = queue.Queue(QUEUE_LINES)
    files = []
    if settings.data.logs:
        path = Path(settings.data.logs) / f"{service}.log"
        files.append(LogFile(path, Clock(settings.general.clock_trusted).now))
    entry, stdout = _Lines(lines, Mask(secrets_of(settings))), _Stdout(sys.stdout)
    for handler in (stdout, *files):
        handler.setFormatter(formatter)
    logging.raiseExceptions = False  # a closed stdout is no reason to print to a closed stderr
    root = logging.getLogger()
    root.handlers[:] = [entry]
    root.setLevel(logging.DEBUG if env.get("MINE_DEBUG") == "1" else logging.INFO)
    listener = Logs(lines, entry, stdout, *files)
    listener.start()
    for file in files:
        if file.unopened:
            log.warning("no log file: %s", file.unopened)
    return listener


def _moment(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _level(record: logging.LogRecord) -> str:
    return _LEVELS.get(record.levelname, record.levelname)
