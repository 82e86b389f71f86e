"""What the controller hears on the bus, and whom it wakes."""

import logging

from services.controller.loop import Loop
from services.controller.outbox import EventOutbox
from services.controller.senses import Senses
from services.controller.wake import Wake
from services.shared.bus import Arrival, Bus
from services.shared.messages import API_VERBS, NOTIFIER_VERBS, Presence, Reading, Request, Signal, Stored, SwitchReading

log = logging.getLogger(__name__)


class Inbox:
    """Hands every message to the part that wants it."""

    def __init__(self, senses: Senses, loop: Loop, outbox: EventOutbox, wake: Wake) -> None:
        self._senses = senses
        self._loop = loop
        self._outbox = outbox
        self._wake = wake

    def listen(self, bus: Bus) -> None:
        """Register for what the controller needs; before the bus starts."""
        bus.on(Signal, self._signal)
        bus.on(SwitchReading, self._switch)
        bus.on(Reading, self._reading)
        bus.on(Request, self._request)
        bus.on(Stored, self._stored)
        bus.on(Presence, lambda presence, _: self._outbox.take_presence(presence))

    def _signal(self, signal: Signal, _: Arrival) -> None:
        if self._senses.take_signal(signal):
            self._wake.urgently()
        else:
            self._wake.soon()

    def _switch(self, switch: SwitchReading, _: Arrival) -> None:
        self._senses.take_switch(switch)
        self._wake.urgently()

    def _reading(self, reading: Reading, _: Arrival) -> None:
        self._senses.take_reading(reading)
        self._wake.soon()

    def _request(self, request: Request, arrival: Arrival) -> None:
        if arrival.retained:
            log.warning("a request was left in the broker as retained: %s by %s is not carried out", request.verb, request.who)
        elif request.verb not in NOTIFIER_VERBS | API_VERBS:
            self._loop.ask(request)

    async def _stored(self, stored: Stored, _: Arrival) -> None:
        await self._outbox.take_stored(stored)
