"""Events go to history until history says that it holds them: the ledger keeps each, and re-sends what was not confirmed."""

import asyncio
import logging
import sqlite3

from services.controller.ledger import Ledger
from services.controller.ledger_events import OWNER
from services.shared.bus import Bus
from services.shared.messages import Presence, Stored

log = logging.getLogger(__name__)

_RESEND_EACH_S = 20.0


class EventOutbox:
    """Hears `stored` and re-sends the rest."""

    def __init__(self, ledger: Ledger, bus: Bus) -> None:
        self._ledger = ledger
        self._bus = bus
        self._heard = 0
        self._stored = 0
        self._history_is_there = False
        self.depth = 0
        self.oldest_at: float | None = None
        """Events that history has not confirmed, and when the oldest happened (Unix seconds); looked at every 20 s."""

    def take_presence(self, presence: Presence) -> None:
        """Nothing is sent again to a history that is away: its queue in the broker would fill."""
        if presence.source == "api":
            self._history_is_there = presence.state == "online"

    async def take_stored(self, stored: Stored) -> None:
        """History holds our events up to a number; another owner's word is not for us."""
        if stored.owner == OWNER and stored.ledger_seq > self._heard:
            if await self._ledger.forget(stored.ledger_seq):
                self._stored = stored.ledger_seq
            self._heard = stored.ledger_seq

    async def run(self) -> None:
        """Re-send for ever: what an absent or restarted history missed."""
        while True:
            await asyncio.sleep(_RESEND_EACH_S)
            await self._look()
            if self._bus.connected and self._history_is_there:
                await self._resend()

    async def _look(self) -> None:
        try:
            self.depth, self.oldest_at = await self._ledger.waiting()
        except sqlite3.Error:
            log.debug("the ledger cannot be counted")  # that it cannot be used is told where it matters

    async def _resend(self) -> None:
        try:
            for event in await self._ledger.unconfirmed(self._stored):
                self._bus.publish(event)
        except sqlite3.Error as error:
            log.warning("the ledger cannot be read; its events are sent again later: %s", error)
