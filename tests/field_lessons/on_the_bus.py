"""A whole controller on a live broker, and a person's and the collector's voice beside it."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.controller.inbox import Inbox
from services.controller.outbox import EventOutbox
from services.shared.bus import Bus
from services.shared.clock import Clock, host_boot
from services.shared.messages import Reply, Request, Signal, State
from services.shared.vocabulary import Level
from tests.broker import LiveBroker
from tests.unit.controller.parts import WALL_S, Controller
from tests.waiting import until


class OnTheBus(Controller):
    """What it publishes goes to the live bus too, and what the bus brings goes through the real inbox."""

    def __init__(self, folder: Path, live: Bus) -> None:
        super().__init__(folder)
        self.live = live
        kept = self.bus.publish

        def publish(message: Any) -> None:
            kept(message)
            live.publish(message)

        self.bus.publish = publish  # type: ignore[method-assign]
        Inbox(self.senses, self.loop, EventOutbox(self.ledger, self.bus), self.wake).listen(live)

    async def all_sent(self, count: int) -> None:
        """Let time pass until so many orders went to Foreman."""
        for number in range(1, count + 1):
            await until(lambda number=number: len(self.drivers["foreman"].sent) >= number, what=f"order {number}")
            self.clock.mono_s += 1.0
            self.wake.urgently()


@asynccontextmanager
async def on_the_bus(broker: LiveBroker, site: str, folder: Path) -> AsyncIterator[OnTheBus]:
    """A controller that is connected."""
    live = Bus(broker.settings("controller"), service="controller", site=site, clock=Clock("yes"))
    async with OnTheBus(folder, live) as mine:
        await live.start()
        try:
            await until(lambda: live.connected)
            yield mine
        finally:
            await live.stop()


class Persons:
    """The voices of the collector and of a person, and what they hear."""

    def __init__(self, broker: LiveBroker, site: str) -> None:
        self.live = Bus(broker.settings("admin"), service="api", site=site, clock=Clock("yes"))
        self.replies: list[Reply] = []
        self.heard: list[State] = []
        self.live.on(Reply, lambda reply, _: self.replies.append(reply))
        self.live.on(State, lambda state, _: self.heard.append(state))

    async def __aenter__(self) -> "Persons":
        await self.live.start()
        await until(lambda: self.live.connected)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.live.stop()

    def signal(self, level: Level, mono_s: float) -> None:
        """What the utility's page said."""
        self.live.publish(
            Signal(
                subject=("utility",), name="utility", level=level, poll_started_mono_s=mono_s, measured_at=WALL_S + mono_s,
                host_boot=host_boot(),
            )
        )  # fmt: skip

    def request(self, verb: str, payload: dict[str, Any]) -> Request:
        """A request of a person, in time."""
        return Request.model_validate(
            {"subject": (verb,), "id": secrets.token_hex(4), "verb": verb, "who": "anna", "reason": "test",
             "expires_at": WALL_S + 1e9, "payload": json.dumps(payload)}
        )  # fmt: skip

    async def ask(self, verb: str, payload: dict[str, Any]) -> Reply:
        """The reply to a request."""
        request = self.request(verb, payload)
        self.live.publish(request)

        def answered() -> Reply | None:
            return next((one for one in self.replies if one.request_id == request.id), None)

        reply: Reply = await until(answered, what=f"the reply to {verb}")
        return reply


def corrupted(broker: LiveBroker) -> None:
    """A broker's file as a power cut leaves it, where it would look for it."""
    folder = Path(broker._engine._log).parent  # type: ignore[attr-defined]
    (folder / "mosquitto.db").write_bytes(b"\x00\xb5\x00mosquitto db" + secrets.token_bytes(4000))
    config = folder / "mosquitto.conf"
    config.write_text(config.read_text() + f"persistence_location {folder}/\n")
