"""The signs of life over a live broker: what the outside watcher is told of a site whose controller speaks, and falls silent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.notifier import lifesign, self_test
from services.notifier.channels import CHANNELS
from services.notifier.desk import Desk
from services.notifier.signs import Signs
from services.notifier.store import Store
from services.notifier.watch import Watch
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import ping_filter
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.simulator.devices.healthchecks_sink import HealthchecksSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults
from tests.broker import LiveBroker
from tests.unit.notifier.test_heartbeat import state
from tests.unit.notifier.test_store import SILENT, hanging
from tests.waiting import until

UUID = "3f1c2b8e-6a4d-4c0b-9e57-d0a1b2c3d4e5"
CLOCK = Clock("yes")


@dataclass
class Site:
    """A notifier's signs of life, the watcher and the chat that get them, and the controller's voice."""

    watcher: HealthchecksSink
    telegram: TelegramSink
    voice: Bus
    signs: Signs
    desk: Desk
    store: Store

    def pings(self) -> list[dict[str, Any]]:
        return self.watcher.inbox.all()

    async def decide(self) -> None:
        now = CLOCK.now()
        self.voice.publish(state(now.mono_s))


@pytest_asyncio.fixture
async def alive(broker: LiveBroker, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(lifesign, "LOOK_S", 0.05)
    monkeypatch.setattr(lifesign, "GAP_S", 0.1)
    faults = Faults()
    watcher = HealthchecksSink(faults, uuid=UUID)
    telegram = TelegramSink(faults, token="demo:token", chats=["42"])
    keys = {
        "heartbeat_url": f"http://127.0.0.1:{await watcher.start('127.0.0.1', 0)}/{UUID}", "telegram_token": "demo:token",
        "telegram_chat_id": "42", "telegram_api": f"http://127.0.0.1:{await telegram.start('127.0.0.1', 0)}",
        "heartbeat_minutes": "0.005",
    }  # fmt: skip
    settings = Settings(
        general=s.General(site=site, clock_trusted="yes"), notifications=s.Notifications.model_validate(keys),
        broker=broker.settings("notifier"), data=s.Data(folder=str(tmp_path), logs=""),
    )  # fmt: skip
    bus = Bus(settings.broker, service="notifier", site=site, clock=CLOCK)
    context = Context("notifier", settings, CLOCK, bus, Ops("notifier", tick_age_s=lambda: 0.0))
    store = Store(tmp_path / "alerts.db")
    desk = Desk(
        settings, store, CLOCK, bus.publish, {name: make(settings.notifications, site) for name, make in CHANNELS.items()}
    )
    watch = Watch(bus.boot, ())
    signs = Signs(context, desk, watch, store)
    bus.on_topic(ping_filter(site), watch.roll.take_ping)
    voice = Bus(broker.settings("admin"), service="controller", site=site, clock=CLOCK)
    await bus.start()
    await voice.start()
    tasks = [asyncio.create_task(worker.run()) for worker in desk.outbox.workers.values()]
    tasks += [
        asyncio.create_task(signs.run()),
        asyncio.create_task(desk.run(lambda now: watch.levels(now, signs.circumstances()), lambda *_: False)),
    ]
    await until(lambda: voice.connected and bus.connected)
    yield Site(watcher, telegram, voice, signs, desk, store)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await desk.outbox.close()
    store.close()
    for one in (bus, voice):
        await one.stop()
    for sink in (watcher, telegram):
        await sink.stop()


@pytest.mark.asyncio
async def test_the_watcher_is_told_that_all_is_well_with_what_the_site_does_and_then_of_a_controller_that_stands_still(
    alive: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until(lambda: [ping["act"] for ping in alive.pings()] == ["start"])
    await alive.decide()
    await until(lambda: [ping["act"] for ping in alive.pings()] == ["start", "success"])
    body = alive.pings()[1]["body"]
    assert body.startswith("Alive: thermal limit, armed (")
    for words in ("Load 987 kW of 1000 kW", "target 900 kW", "Temperature 36.5 C", "No open alarms.", "The outside watcher"):
        assert words in body
    monkeypatch.setattr(self_test, "STATE_OLD_S", 0.5)
    await until(lambda: alive.pings()[2:3])
    assert alive.pings()[2]["act"] == "fail"
    assert alive.pings()[2]["body"].startswith("- the controller's last decision is ")


@pytest.mark.asyncio
async def test_people_get_the_same_words_silently(alive: Site) -> None:
    await alive.decide()
    await until(alive.telegram.inbox.all, deadline_s=10.0)
    beat = alive.telegram.inbox.all()[0]
    assert beat["silent"]
    assert "Alive: thermal limit, armed" in beat["text"]
    assert "The outside watcher heard us at" in beat["text"]
    assert "Heard: collector never, controller" in beat["text"]


@pytest.mark.asyncio
async def test_the_watcher_is_told_of_alarms_that_nobody_passes_over_and_of_a_card_that_hangs(alive: Site) -> None:
    await alive.decide()
    await until(lambda: len(alive.pings()) == 2)

    def says(words: str) -> bool:
        return any(words in ping["body"] for ping in alive.pings() if ping["act"] == "fail")

    def is_told_of_a_desk_that_stands() -> bool:
        alive.desk.passed_mono_s = CLOCK.now().mono_s - 100.0
        return says("the alarms were passed over ")

    await until(is_told_of_a_desk_that_stands)
    with hanging(alive.store):
        await until(lambda: says(SILENT), 10.0)
