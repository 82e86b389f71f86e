"""Whether the broker's client really works: its own word is not taken for it."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.shared.watch import die

log = logging.getLogger(__name__)


class Client(Protocol):
    """The broker client's thread, as far as it is watched."""

    connected_mono_s: float
    heard_mono_s: float

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""

    def ping(self) -> None:
        """Send a message that must come back."""


class Watched(Protocol):
    """A bus, as far as it is watched."""

    @property
    def connected(self) -> bool:
        """Whether it believes to be connected."""

    @property
    def link(self) -> Client | None:
        """Its present client."""

    def reconnect(self) -> None:
        """Give the client up and make a new one."""


@dataclass(frozen=True)
class Lifeline:
    """While connected, a message to ourselves (or any other) must come back within `silence_s`, and the thread must run.

    If not, the client is given up and made anew; if that does not help within `last_chance_s`, the process ends.
    A broker that is away is no fault of the client.
    """

    ping_s: float = 5.0
    silence_s: float = 30.0
    last_chance_s: float = 60.0
    end: Callable[[str], None] = die

    async def watch(self, bus: Watched) -> None:
        """Watch for ever; cancel to stop."""
        given_up_s: float | None = None
        while True:
            if bus.connected and bus.link is not None:
                bus.link.ping()
            asked_s = time.monotonic()
            await asyncio.sleep(self.ping_s)
            fault = self._fault(bus)
            if fault is None:
                if _answered_since(bus, asked_s):
                    given_up_s = None
            elif given_up_s is None:
                log.error("the broker's client is made anew: %s", fault)
                given_up_s = time.monotonic()
                bus.reconnect()
            elif time.monotonic() - given_up_s > self.last_chance_s:
                self.end(f"a new broker client did not help: {fault}")

    def _fault(self, bus: Watched) -> str | None:
        if bus.link is None or not bus.link.alive:
            return "its thread has ended"
        silent_s = time.monotonic() - max(bus.link.heard_mono_s, bus.link.connected_mono_s)
        if bus.connected and silent_s > self.silence_s:
            return f"nothing came back for {silent_s:.0f} s"
        return None


def _answered_since(bus: Watched, moment_s: float) -> bool:
    return bus.link is not None and bus.link.heard_mono_s >= moment_s
