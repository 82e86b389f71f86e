"""The api's records alone, as a process that is killed and born again within a tenth of a second: the real bus, the real disk."""

import asyncio
import logging
import multiprocessing
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.api.history.writer import History
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Reading
from services.shared.settings.sections import Broker


async def _live(folder: Path, broker: Broker, site: str) -> None:
    clock = Clock("yes")
    bus = Bus(broker, service="api", site=site, clock=clock, persistent=True)
    history = History(folder, clock=clock, publish=bus.publish)
    bus.on(Reading, lambda message, arrival: history.intake.take_reading(message, arrival.hold))
    bus.on(Event, lambda message, arrival: history.intake.take_event(message, arrival.hold))
    bus.on(Alarm, lambda message, arrival: history.intake.take_alarm(message, arrival.hold))
    await bus.start()
    await history.run()


def live(folder: Path, broker: Broker, site: str) -> None:
    """Record until killed."""
    logging.basicConfig(filename=folder / "api.log", level=logging.INFO)
    asyncio.run(_live(folder, broker, site))


class Lives:
    """One life after the other; each is a fork of a process that has everything imported."""

    def __init__(self, folder: Path, broker: Broker, site: str) -> None:
        self._given = folder, broker, site
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._now: BaseProcess | None = None

    def begin(self) -> None:
        """Start one."""
        self._now = self._context.Process(target=live, args=self._given, daemon=True)
        self._now.start()

    @property
    def alive(self) -> bool:
        """Whether it runs: it never ends by itself."""
        return self._now is not None and self._now.is_alive()

    def kill(self) -> None:
        """kill -9."""
        if self._now is not None:
            self._now.kill()
            self._now.join(10)
            self._now.close()
            self._now = None
