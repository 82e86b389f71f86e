"""Who logged in and out, and who failed to: each a line of the access log; in the audit failures only as many as it can bear."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from services.api import access
from services.api.history import audit
from services.api.history.database import Trouble
from services.api.history.rows import timestamp

log = logging.getLogger(access.LOGGER)
MOST_ALONE = 10
"""Failures of one kind within an hour that are entries by themselves; the audit is kept for ever, so the rest is one sum."""
HOUR_S = 3600.0
Write = Callable[[Callable[[sa.Connection], Any]], Awaitable[Any]]


@dataclass(slots=True)
class _Failures:
    """Those of one kind since `since_ms`, at most an hour ago."""

    since_ms: int
    count: int = 0
    last: str = ""


class Book:
    """Writes through the history's thread; nobody who logs in waits for it."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._failures: dict[str, _Failures] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, what: str, who: str, *, reason: str = "", detail: str = "") -> None:
        """Note what somebody did. `who` is one of ours, or says that it is none: never what somebody typed."""
        log.info("%s: %s", what, who)
        self._enter(what, who, reason, detail)

    def fail(self, what: str, who: str) -> None:
        """Note what somebody tried: alone, or in the sum at the hour's end."""
        log.info("%s: %s", what, who)
        failures = self._failures.get(what)
        if failures is None:
            failures = self._failures[what] = _Failures(_now_ms())
            asyncio.get_running_loop().call_later(HOUR_S, self._sum, what)
        failures.count, failures.last = failures.count + 1, who
        if failures.count <= MOST_ALONE:
            self._enter(what, who)

    def _sum(self, what: str) -> None:
        failures = self._failures.pop(what)
        more = failures.count - MOST_ALONE
        if more > 0:
            self._enter(f"{what}: {more} more times since {timestamp(failures.since_ms)}", f"several, the last {failures.last}")

    def _enter(self, what: str, who: str, reason: str = "", detail: str = "") -> None:
        act = {"happened_ms": _now_ms(), "who": who, "what": what, "reason": reason, "detail": detail}
        task = asyncio.get_running_loop().create_task(self._keep(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, act: dict[str, Any]) -> None:
        try:
            await self._write(partial(audit.append, acts=[act]))
        except (Trouble, RuntimeError) as error:  # its thread has ended
            log.warning("%s of %s is in this log alone, not in the audit: %s", act["what"], act["who"], error)


def _now_ms() -> int:
    return int(time.time() * 1000)
