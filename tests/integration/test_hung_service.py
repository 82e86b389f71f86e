"""A service that hangs without ending is told by the api, through a real broker, by what it no longer sends itself."""

import asyncio
from pathlib import Path

import pytest

from services.api import signs
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.lifeline import Lifeline
from services.shared.messages import AlarmState
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running
from tests.waiting import until


async def notifier(api: Running) -> tuple[str, bool]:
    status = (await api.get("/dashboard_data.json")).body
    (tile,) = [one for one in status["services"] if one["name"] == "notifier"]
    return tile["state"], status["alarms"]["known"]


@pytest.mark.asyncio
async def test_a_notifier_that_hangs_is_unknown_until_it_goes_on(
    broker: LiveBroker, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "SERVICE_SILENT_S", 1.0)
    lifeline = Lifeline(ping_s=0.1)
    bus = Bus(broker.settings("notifier"), service="notifier", site=site, clock=Clock("yes"), lifeline=lifeline)
    async with running(tmp_path, broker.settings("api"), site) as api:
        await bus.start()
        bus.publish(AlarmState(alarms=(), channels=()))
        await until(lambda: _is(api, ("online", True)), what="the notifier is heard")
        (pings,) = [task for task in bus._tasks if task.get_name() == "bus-lifeline"]
        pings.cancel()
        await until(lambda: _is(api, ("unknown", False)), what="the notifier is silent")
        goes_on = asyncio.create_task(lifeline.watch(bus))
        await until(lambda: _is(api, ("online", True)), what="the notifier is heard again")
        goes_on.cancel()
        await bus.stop()


async def _is(api: Running, wanted: tuple[str, bool]) -> bool:
    return await notifier(api) == wanted
