"""Whatever comes over the broker: the api counts it, and goes on; what is true a moment later is told."""

import json
import os
import random
import threading
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from services.shared import messages
from services.shared.messages import Message, filter_of
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.integration.wild_messages import in_form, wrong_form
from tests.waiting import until

pytestmark = pytest.mark.asyncio
LONG = os.environ.get("MINE_PROOF") == "long"
TURNS = 2_000 if LONG else 40
SEED = random.SystemRandom().randrange(2**32) if LONG else 20_261_122
KINDS = tuple(
    kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
)
TOLD = ("/api/status", "/api/state", "/dashboard_data.json", "/plain")


class Stranger:
    """Somebody with a password who may publish everything."""

    def __init__(self, broker: LiveBroker, site: str) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set("admin", broker.passwords["admin"])
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        self._site = site

    def publish(self, kind: type[Message], payload: bytes) -> None:
        levels = filter_of(kind, self._site).split("/")
        self._client.publish("/".join(level if level != "+" else "controller" for level in levels), payload, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


async def test_no_message_of_any_type_ends_a_thread_or_hides_the_truth(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    chance = random.Random(SEED)
    async with running(tmp_path, broker.settings("api"), site) as api:
        await until(lambda: api.bus.connected)
        stranger = Stranger(broker, site)
        try:
            before = {thread.name for thread in threading.enumerate() if thread.is_alive()}
            for turn in range(TURNS):
                for kind in KINDS:
                    stranger.publish(kind, wrong_form(kind, chance))
                    stranger.publish(kind, json.dumps(in_form(kind, chance)).encode())
                if turn % 10 == 9:
                    await _tells(api, turn)
        finally:
            stranger.close()
        await _tells_the_truth(api, broker, site)
        assert api.bus.refused > TURNS, f"seed {SEED}"
        assert api.bus.failed == 0, f"seed {SEED}: {api.bus.failed} handlers raised"
        assert before <= {thread.name for thread in threading.enumerate() if thread.is_alive()} | {_CLIENT}
        assert not api.task.done()


_CLIENT = "paho-mqtt-client-"


async def _tells(api: Running, turn: int) -> None:
    for path in TOLD:
        answer = await api.get(path)
        assert answer.status == 200, (f"seed {SEED}, turn {turn}", path, answer.text[:300])


async def _tells_the_truth(api: Running, broker: LiveBroker, site: str) -> None:
    async with voice(broker.settings("admin"), "controller", site) as bus:

        async def told() -> bool:
            bus.publish(state())
            return bool((await api.get("/api/status")).body["reasons"] == ["the utility asks for control"])

        await until(told, 20, "the controller's own word is told again")
