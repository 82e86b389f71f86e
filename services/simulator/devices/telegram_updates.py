"""The updates that wait for a bot, as getUpdates gives them: confirmed by a higher offset, and to one poller at a time."""

import asyncio
import contextlib
import json
import time
from itertools import count
from typing import Any

from services.simulator.devices.telegram_form import ApiError, number

_LONGEST_POLL_S = 50.0
_CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """`polls` counts the calls. Without allowed_updates those of the call before hold."""

    def __init__(self) -> None:
        self.polls = 0
        self._waiting: list[dict[str, Any]] = []
        self._numbers = count(1001)
        self._news = asyncio.Event()
        self._allowed: list[str] = []

    def add(self, **content: Any) -> int:
        """One more; returns its number. A kind that is not allowed is dropped, as by the real one."""
        update_id = next(self._numbers)
        if not self._allowed or set(content) <= set(self._allowed):
            self._waiting.append({"update_id": update_id, **content})
            self._news.set()
        return update_id

    def add_raw(self, update: Any) -> None:
        """Whatever a test wants to be received."""
        self._waiting.append(update)
        self._news.set()

    async def get(self, asked: dict[str, Any]) -> list[Any]:
        """The method getUpdates. Raises ApiError: 409 when another poll comes."""
        offset, limit = number(asked, "offset", 0), number(asked, "limit", 100)
        until_s = time.monotonic() + min(number(asked, "timeout", 0), _LONGEST_POLL_S)
        self._allow(asked.get("allowed_updates"))
        self.polls += 1
        mine = self.polls
        self._news.set()
        self._waiting = [update for update in self._waiting if _number_of(update) >= offset]
        while not self._waiting and mine == self.polls and time.monotonic() < until_s:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), until_s - time.monotonic())
        if mine != self.polls:
            raise ApiError(409, _CONFLICT)
        return self._waiting[:limit]

    def _allow(self, raw: object) -> None:
        if raw is not None:
            kinds = json.loads(raw) if isinstance(raw, str) else raw
            self._allowed = [str(kind) for kind in kinds] if isinstance(kinds, list) else []


def _number_of(update: Any) -> float:
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) else float("inf")
