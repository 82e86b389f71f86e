"""Log lines: `2026-11-22T08:00:00Z INFO controller loop: text`, or JSON lines with MINE_LOG=json. DEBUG only with MINE_DEBUG=1.

A queue lies between the loop and stdout, so that a blocked pipe or a dying card cannot stall it. Secrets are masked once, where a
line enters the queue.
"""

import contextlib
import copy
import json
import logging
import os
import queue
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

from pydantic import BaseModel, SecretStr

from services.shared.settings.tree import Settings

QUEUE_LINES = 10_000
FILE_BYTES = 5_000_000
FILES_KEPT = 3
SHORTEST_SECRET = 4
"""A shorter secret would mask half of every line."""
_TOKEN_IN_URL = re.compile(r"/bot[^/\s]+")


def secrets_of(part: object) -> Iterator[str]:
    """Every secret value of the settings that is long enough to be told from other text."""
    if isinstance(part, SecretStr):
        if len(part.get_secret_value()) >= SHORTEST_SECRET:
            yield part.get_secret_value()
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from secrets_of(getattr(part, name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from secrets_of(value)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from secrets_of(getattr(part, field.name))


class Mask:
    """Replaces secrets in a text by ***: the settings' own, and a bot's token in an address."""

    def __init__(self, secrets: Iterator[str]) -> None:
        longest_first = sorted(set(secrets), key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(secret) for secret in longest_first)) if longest_first else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub("***", text)
        return _TOKEN_IN_URL.sub("/bot***", text)


class _Lines(QueueHandler):
    """Formats and masks where the line is made, and never waits: a full queue loses the line."""

    def __init__(self, lines: "queue.Queue[logging.LogRecord | None]", mask: Mask) -> None:
        super().__init__(lines)
        self._mask = mask
        self.setFormatter(logging.Formatter("%(message)s"))

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        text = self._mask(self.format(record))
        ready = copy.copy(record)
        ready.msg = ready.message = text
        ready.args = ready.exc_info = ready.exc_text = ready.stack_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


class _Listener(QueueListener):
    """Writes the lines in a thread of its own. A stdout that takes nothing more does not hold its end."""

    def __init__(self, lines: "queue.Queue[logging.LogRecord | None]", *handlers: logging.Handler) -> None:
        super().__init__(lines, *handlers)
        self._lines = lines

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
        return f"{_moment(record)} {record.levelname} {self._service} {_short(record.name)}: {text}"


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
                "level": record.levelname,
                "service": self._service,
                "where": _short(record.name),
                "text": record.getMessage(),
            },
            ensure_ascii=False,
        )


def start(service: str, settings: Settings, env: Mapping[str, str] = os.environ) -> QueueListener:
    """Send all that is logged to stdout and, if the settings name a folder, to a rotated file. Stop the listener at the end."""
    formatter = JsonFormatter(service) if env.get("MINE_LOG") == "json" else PlainFormatter(service)
    lines: queue.Queue[logging.LogRecord | None] = queue.Queue(QUEUE_LINES)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    unwritable = ""
    if settings.data.logs:
        try:
            handlers.append(_file(service, Path(settings.data.logs)))
        except OSError as error:
            unwritable = f"no log file: {error}"
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.raiseExceptions = False  # a closed stdout is no reason to print to a closed stderr
    root = logging.getLogger()
    root.handlers[:] = [_Lines(lines, Mask(secrets_of(settings)))]
    root.setLevel(logging.DEBUG if env.get("MINE_DEBUG") == "1" else logging.INFO)
    listener = _Listener(lines, *handlers)
    listener.start()
    if unwritable:
        logging.getLogger(__name__).warning("%s", unwritable)
    return listener


def _file(service: str, folder: Path) -> logging.Handler:
    folder.mkdir(parents=True, exist_ok=True)
    return RotatingFileHandler(folder / f"{service}.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")


def _moment(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _short(name: str) -> str:
    return name.rpartition(".")[2]
