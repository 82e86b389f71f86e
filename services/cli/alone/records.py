"""Where a lone run leaves its records: in `mine_data.db` where that lies here and is free; else the ledger keeps them."""

from pathlib import Path

from services.api.history import care
from services.api.history.writer import History
from services.api.image import Image
from services.api.recorder import row
from services.backup import places
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, Devices, Event, Reading, Reported, Signal, State, SwitchReading
from services.shared.settings.tree import Settings


class Records:
    """The writer of history for as long as this run lasts. `why_not`: why nothing is recorded, empty when it is."""

    def __init__(self, settings: Settings, bus: Bus, clock: Clock) -> None:
        path = places.database(Path(settings.data.folder), places.RECORDS)
        self.why_not = _why_not(path)
        self._image = Image(settings, clock)
        self._history = None if self.why_not else History(path.parent, clock=clock, publish=bus.publish)
        if self._history is not None:
            self._listen(self._history, bus)

    async def run(self) -> None:
        """Store what is heard; cancel to stop, then `close`."""
        if self._history is not None:
            await self._history.run()

    async def close(self) -> None:
        """Store what waits, and a row of the whole state."""
        if self._history is not None:
            self._history.intake.take_state(row(self._image))
            await self._history.close()
            self.why_not = self._history.reason

    def _listen(self, history: History, bus: Bus) -> None:
        image = self._image
        bus.on(State, lambda message, _: image.take_state(message))
        bus.on(Reading, lambda message, _: image.take_reading(message))
        bus.on(SwitchReading, lambda message, _: image.take_switch(message))
        bus.on(Signal, lambda message, _: image.take_signal(message))
        bus.on(Reported, lambda message, _: image.take_reported(message))
        bus.on(Devices, lambda message, _: image.take_devices(message))
        bus.on(Reading, lambda message, _: history.intake.take_reading(message))
        bus.on(Event, lambda message, _: history.intake.take_event(message))
        bus.on(Alarm, lambda message, _: history.intake.take_alarm(message))


def _why_not(path: Path) -> str:
    try:
        return f"{path.name} is in use" if care.in_use(path) else ""
    except FileNotFoundError:
        return f"{path.name} is not in this folder"
