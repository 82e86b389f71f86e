"""The chat over a live broker, with the notifier's own rights there: what a person asks reaches the controller."""

import json
from pathlib import Path

import pytest

from services.notifier.chat.asking import Asking
from services.shared.bus import Bus
from services.shared.messages import Reply
from tests.broker import LiveBroker
from tests.drivers.chat_house import House
from tests.integration.telling_plant import answering
from tests.waiting import until


@pytest.mark.asyncio
async def test_what_a_person_asks_in_the_chat_is_done_by_the_controller(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    house = House(tmp_path)
    bus = Bus(broker.settings("notifier"), service="notifier", site=site, clock=house.clock)
    house.asking_over_the_bus = asking = Asking(bus.publish, house.clock, lambda: bus.connected)
    bus.on(Reply, asking.take_reply)
    await bus.start()
    await house.open()
    try:
        async with answering(broker, site) as (_, asked):
            await until(lambda: bus.connected)
            assert (await house.ask("/curtail 30 200")).startswith("Curtailing to 200 kW until ")
            assert "/release bf1ce76d15b5" in await house.ask("/hold 30 row-a")
            assert await house.ask("/release bf1ce76d15b5") == "Released: bf1ce76d15b5."
            await house.ask("/stop")
            message, yes = house.buttons()[0]
            assert await house.press(message, yes) == "Stopping"
            await until(lambda: house.said()[-1].startswith("ORDERED"))
        assert [(one.verb, one.who, one.source) for one in asked] == [
            (verb, "anna (telegram)", "notifier") for verb in ("lease", "lease", "release", "stop")
        ]
        assert json.loads(asked[0].payload)["target_kw"] == 200
    finally:
        await house.close()
        await bus.stop()
