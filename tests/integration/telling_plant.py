"""A voice in the place of the other services: it tells of a plant, and answers requests as the controller does."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError

from services.controller.leases import LeaseBody
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Event, Lease, Reading, Reply, Request
from services.shared.vocabulary import Quality
from tests.broker import LiveBroker
from tests.integration.api_running import state
from tests.waiting import until

READINGS = 1_200
"""More than one commit of the history takes."""


@asynccontextmanager
async def answering(broker: LiveBroker, site: str) -> AsyncIterator[tuple[Bus, list[Request]]]:
    """A voice that answers requests as the controller does: a lease with the lease made, what it cannot read with a refusal."""
    asked: list[Request] = []
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock("yes"))

    def take(request: Request, _arrival: object) -> None:
        asked.append(request)
        bus.publish(_reply(request))

    bus.on(Request, take)
    await bus.start()
    try:
        await until(lambda: bus.connected)
        yield bus, asked
    finally:
        await bus.stop()


def _reply(request: Request) -> Reply:
    subject: dict[str, Any] = {"subject": (request.id,), "request_id": request.id}
    try:
        result = _lease(request) if request.verb == "lease" else {"done": request.verb}
    except ValidationError as error:
        return Reply(**subject, accepted=False, reason=f"the controller cannot read it: {error.errors()[0]['msg']}")
    return Reply(**subject, accepted=True, reason="done", result=json.dumps(result))


def _lease(request: Request) -> dict[str, Any]:
    body = LeaseBody.model_validate_json(request.payload)
    now = Clock().now().wall_s
    made = Lease(
        id="bf1ce76d15b5", kind=body.kind, owner=request.who, reason=request.reason, from_at=now,
        until_at=now + body.minutes * 60, payload=request.payload,
    )  # fmt: skip
    return made.model_dump(mode="json")


def tell(bus: Bus) -> None:
    """The plant as the other services would tell it: its state, an event, and readings of the last half hour."""
    bus.publish(state())
    for number in range(READINGS):
        bus.publish(_reading(1800.0 * (READINGS - number) / READINGS))
    bus.publish(_event())


async def keep_telling(bus: Bus, done: threading.Event) -> None:
    """The state and an event each second, until done."""
    for number in itertools.count(2):
        if await asyncio.to_thread(done.wait, 1.0):
            return
        bus.publish(state())
        bus.publish(_event(number))


def _reading(ago_s: float) -> Reading:
    now = Clock("yes").now()
    return Reading(
        subject=("roomalert-1", "sensor-1"),
        device="roomalert-1",
        quantity="sensor-1",
        unit="Cel",
        value=24.5,
        quality=Quality.GOOD,
        poll_started_mono_s=now.mono_s - ago_s,
        measured_at=now.wall_s - ago_s,
    )


def _event(number: int = 1) -> Event:
    return Event(
        subject=("controller",),
        ledger_seq=number,
        kind="audit",
        happened_at=Clock("yes").now().wall_s,
        title="reset by Ruth: done",
        who="Ruth",
        reasons=("looked at",),
    )
