"""Looks at the services and devices each second, and brings what was lost, came back or began anew into the history.

A device's owner says that it is lost; of a service nobody but those who hear it can. The api is the history's only writer.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from services.api.history.database import TooMuch, Trouble
from services.api.history.own_events import OwnEvent, store
from services.api.history.writer import History
from services.api.image import Image
from services.api.losses import recalled, sight
from services.api.losses.life import Seen
from services.api.losses.losses import Losses
from services.shared.clock import Moment
from services.shared.version import VERSION

log = logging.getLogger(__name__)

LOOK_S = 1.0
SETTLE_S = 20.0
"""After a connect everybody's word is only coming in: the others' longest pause between two attempts is 15 s."""
_MOST_WAITING = 1_000


class LossesWatch:
    """`own_boot` is that of this process; `broker` says whether the broker is connected."""

    def __init__(
        self, image: Image, history: History, own_boot: str, *, broker: Callable[[], bool], settle_s: float = SETTLE_S
    ) -> None:
        self._image = image
        self._history = history
        self._own = Seen(there=True, since_at=image.now().wall_s, boot=own_boot, version=VERSION)
        self._broker = broker
        self._settle_s = settle_s
        self._losses: Losses | None = None
        self._connected_mono_s: float | None = None
        self._waiting: list[OwnEvent] = []

    async def run(self) -> None:
        """For ever. Cancel to stop."""
        while True:
            await self.once()
            await asyncio.sleep(LOOK_S)

    async def once(self) -> None:
        """Look, and record what is new. What cannot be recorded now is recorded later, and nothing is looked at before the
        history could be asked what it tells."""
        now = self._image.now()
        try:
            if self._losses is None:
                self._losses = await self._recall(now)
            self._waiting += self._look(self._losses, now)
            del self._waiting[:-_MOST_WAITING]
            if self._waiting:
                await self._history.write(partial(_store, events=tuple(self._waiting)))
                self._waiting.clear()
        except (Trouble, TooMuch):
            return  # the history says itself that it is in trouble

    async def _recall(self, now: Moment) -> Losses:
        losses = Losses()
        told = await self._history.read(recalled.told)
        if told.unreadable:
            log.warning("%d rows of losses and returns cannot be read: skipped", told.unreadable)
        for happened in told.happened:
            losses.remember(happened, now)
        return losses

    def _look(self, losses: Losses, now: Moment) -> list[OwnEvent]:
        connected = self._broker()
        found = losses.look_at_broker(connected, now)
        if not connected:
            self._connected_mono_s = None
        elif self._connected_mono_s is None:
            self._connected_mono_s = now.mono_s
        elif now.mono_s - self._connected_mono_s >= self._settle_s:
            found += losses.look(sight.services(self._image, now, self._own), sight.devices(self._image, now), now)
            named = sight.named(self._image, now)
            found += losses.gone(named, now) if named is not None else []
        return [one.event(now) for one in found]


def _store(connection: sa.Connection, events: tuple[OwnEvent, ...]) -> None:
    for event in events:
        store(connection, event)
