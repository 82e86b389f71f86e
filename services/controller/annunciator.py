"""Drives the relay of the lamp or horn on the site: a level from the notifier, and ours when the notifier is silent.

It is no load and no part of a decision: it sounds in observe mode too, and no fault of it holds anything else up. The relay stays
as it is while the controller is away; the next one reads it back and goes on.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol, runtime_checkable

from services.controller.report import Publishes
from services.shared import messages, raw
from services.shared.bus import Arrival
from services.shared.clock import Clock, Moment
from services.shared.device import DeviceError, Refused
from services.shared.messages import Alarm
from services.shared.settings.sections import Annunciator as Choice
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)

FAILED_ALARM = "annunciator_failed"
SILENT_S = 180.0
"""An older word of the notifier says nothing any more."""
LOOK_EACH_S = 5.0
AGAIN_S = 15.0
"""After a board that did not answer: its fans come first."""
FAILED_AFTER_S = 15.0
STEP_WITHIN_S = 10.0


@runtime_checkable
class RelayBoard(Protocol):
    """A board with relays that are no fan's, counted from 1. Both raise DeviceError."""

    async def read_relay(self, relay: int) -> bool:
        """Whether it is energised."""
        ...

    async def write_relay(self, relay: int, *, energised: bool) -> None:
        """Energise it or let it fall, for good. Refused for a fan's."""
        ...


class Annunciator:
    """One relay. `emergencies` are the keys of the emergencies that the controller itself raises now."""

    def __init__(
        self, choice: Choice, board: RelayBoard, bus: Publishes, clock: Clock, emergencies: Callable[[], Collection[str]]
    ) -> None:
        self._choice = choice
        self._board = board
        self._bus = bus
        self._clock = clock
        self._emergencies = emergencies
        self._level: messages.Annunciator | None = None
        self._heard_mono_s = clock.now().mono_s
        self._news = asyncio.Event()
        self._failing_mono_s: float | None = None
        self._told: str | None = ""  # nothing was said yet
        self._wanted: bool | None = None

    def take(self, level: messages.Annunciator, arrival: Arrival) -> None:
        """The notifier's word. One that somebody left in the broker is none: it moves a relay."""
        if arrival.retained:
            return
        self._level, self._heard_mono_s = level, arrival.received_mono_s
        self._news.set()

    def wanted(self, now: Moment) -> bool | None:
        """Whether it must sound; None while nobody has said so since the start, and the relay is left as it is."""
        if now.mono_s - self._heard_mono_s > SILENT_S:
            return bool(self._emergencies())
        return None if self._level is None else self._level.sound

    async def run(self) -> None:
        """Look and drive for ever."""
        raw.about(self._choice.board)
        self._tell(None)  # what an earlier process said of it is over
        while True:
            self._news.clear()
            pause_s = await self._look()
            try:
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _look(self) -> float:
        """One look at the relay. Returns how long to wait for the next one, s."""
        now = self._clock.now()
        wanted = self.wanted(now)
        if wanted is None:
            return LOOK_EACH_S
        if wanted is not self._wanted:
            log.log(logging.WARNING if wanted else logging.INFO, "the annunciator %s", self._why() if wanted else "is silent")
            self._wanted = wanted
        try:
            async with asyncio.timeout(STEP_WITHIN_S):
                self._judge(await self._drive(wanted), now)
        except (DeviceError, TimeoutError) as error:
            if wanted or isinstance(error, Refused):  # else a board that is away is told by its own alarm alone
                self._judge(str(error) or "no answer", now)
            return AGAIN_S
        except Exception:  # never the controller's end
            log.exception("the annunciator's relay")
            return AGAIN_S
        return LOOK_EACH_S

    async def _drive(self, wanted: bool) -> str | None:
        """Returns what is wrong with the relay, or None."""
        relay = self._choice.relay
        if await self._board.read_relay(relay) is wanted:
            return None
        await self._board.write_relay(relay, energised=wanted)
        if await self._board.read_relay(relay) is wanted:
            return None
        return f"it reads {'off' if wanted else 'on'} after it was told {'on' if wanted else 'off'}"

    def _judge(self, fault: str | None, now: Moment) -> None:
        if fault is None:
            self._failing_mono_s = None
        elif self._failing_mono_s is None:
            self._failing_mono_s = now.mono_s
        since_s = self._failing_mono_s
        self._tell(fault if since_s is not None and now.mono_s - since_s >= FAILED_AFTER_S else None)

    def _tell(self, fault: str | None) -> None:
        if fault == self._told:
            return
        self._told = fault
        place = f"{self._choice.board}/{self._choice.relay}"
        self._bus.publish(
            Alarm(
                subject=(FAILED_ALARM,), key=FAILED_ALARM, active=fault is not None, kind=AlarmKind.WARNING,
                since_at=self._clock.now().wall_s,
                cause=f"The annunciator's relay {place} does not follow: {fault}" if fault else f"The relay {place} follows.",
                consequence="Where no provider takes an emergency nobody hears of it, or the lamp calls for nothing.",
                action="Look at the relay board, and at board and relay of [ANNUNCIATOR].",
            )
        )  # fmt: skip

    def _why(self) -> str:
        if self._level is not None and self._level.sound:
            return f"sounds: {self._level.reason}"
        return f"sounds: the notifier is silent and {', '.join(sorted(self._emergencies()))} stands"
