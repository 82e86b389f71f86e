"""What the routes are given: one object, made in `main.py`, found on the app that serves the request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, TypeVar

import sqlalchemy as sa
from fastapi import Depends, Request

from services.api import bus_tap, feed
from services.api.bus_tap import BusTap
from services.api.config_watch import ConfigWatch
from services.api.cost_ledger import CostLedger
from services.api.dashboard import Dashboard
from services.api.event_stream import EventNews
from services.api.history.database import TooMuch, Trouble
from services.api.history.writer import History
from services.api.image import Image
from services.api.login.lock import Lock
from services.api.metrics import AllMetrics
from services.api.places import MOST_OF_ONE, Places
from services.api.problems import Problem
from services.api.requests import Requests
from services.api.stream import Stream
from services.shared.bus import Bus
from services.shared.settings.tree import Settings

T = TypeVar("T")


@dataclass(slots=True)
class Door:
    """The parts of the service behind its routes. `page` is the folder of the built page; it need not exist."""

    settings: Settings
    bus: Bus
    image: Image
    history: History
    requests: Requests
    page: Path
    stream: Stream
    news: EventNews
    metrics: AllMetrics
    cost: CostLedger
    lock: Lock
    tap: BusTap
    config: ConfigWatch
    lan_places: Places = field(default_factory=lambda: Places(MOST_OF_ONE))
    debug_places: Places = field(default_factory=Places)
    tap_places: Places = field(default_factory=lambda: Places(bus_tap.MOST_CLIENTS, bus_tap.MOST_CLIENTS))

    def close_streams(self) -> None:
        """End all streams now."""
        self.lan_places.close()
        self.debug_places.close()
        self.tap_places.close()
        self.stream.close()
        self.news.close()
        self.tap.close()

    def feed(self) -> Dashboard:
        """The page's feed of this moment."""
        return build_feed(self.settings, self.bus, self.image, self.history, self.config)

    def is_stale(self) -> bool:
        """Whether what the controller said last is not the present: it is silent, or nobody can hear it."""
        return self.image.state_stale(self.image.now()) or not self.bus.connected

    async def past(self, work: Callable[[sa.Connection], T]) -> T:
        """A query of the history. Raises Problem (503) when it cannot be read, or not in time."""
        try:
            return await self.history.read(work)
        except TooMuch as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-much", f"{error}; ask for a shorter time") from None
        except Trouble as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-history", f"the history cannot be read: {error}") from None


def build_feed(settings: Settings, bus: Bus, image: Image, history: History, config: ConfigWatch) -> Dashboard:
    """The page's feed of this moment."""
    return feed.build(image, settings, broker_connected=bus.connected, history=history.reason, notices=config.notices)


def _door(request: Request) -> Door:
    door = request.app.state.door
    assert isinstance(door, Door)
    return door


def _places(request: Request) -> Places:
    door = _door(request)
    return door.debug_places if request.app.state.is_debug else door.lan_places


ByDoor = Annotated[Door, Depends(_door)]
ByPlaces = Annotated[Places, Depends(_places)]
