"""Every message of a running site is one that docs/messages.json describes: its topic and its payload."""

import json
import re
from typing import Any

import jsonschema_rs
import paho.mqtt.client as mqtt
import pytest

from tests.broker import LiveBroker
from tests.end_to_end.whole_site import ROOT
from tests.waiting import wait

pytestmark = pytest.mark.timeout(180)
DOCUMENT = json.loads((ROOT / "docs" / "messages.json").read_text(encoding="utf-8"))
SAID = {
    "Presence", "Devices", "Reading", "SwitchReading", "Signal", "State", "Desired", "Reported", "Event", "Stored", "Request",
    "Reply", "AlarmState",
}  # fmt: skip


class Listener:
    """Keeps what is published below a site's root."""

    def __init__(self, broker: LiveBroker, site: str) -> None:
        self.heard: dict[str, bytes] = {}
        self.channels = {name: _pattern(channel["address"], site) for name, channel in DOCUMENT["channels"].items()}
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.username_pw_set("admin", broker.passwords["admin"])
        self._client.on_message = lambda _client, _data, message: self.heard.setdefault(message.topic, message.payload)
        self._client.on_connect = lambda client, *_: client.subscribe(f"mine/1/{site}/#", 1)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def of(self, topic: str) -> str | None:
        """The channel of a topic."""
        return next((name for name, pattern in self.channels.items() if pattern.fullmatch(topic)), None)

    def stop(self) -> None:
        """Hear no more."""
        self._client.disconnect()
        self._client.loop_stop()


def _pattern(address: str, site: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z0-9]+\}", address.replace("{site}", site))
    return re.compile("[a-z0-9_-]+".join(map(re.escape, parts)))


def _validator(name: str) -> Any:
    reference = DOCUMENT["components"]["messages"][name]["payload"]["$ref"]
    return jsonschema_rs.validator_for({"$ref": reference, "components": DOCUMENT["components"]})


def test_every_topic_and_payload_of_a_running_site_is_described(whole_site, own_broker: LiveBroker, site: str) -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    listener = Listener(own_broker, site)
    try:
        house = whole_site().start()
        wait(lambda: house.mode() == "normal", 60)
        house.post("/api/v1/requests/hold", {"reason": "trial", "payload": {"members": ["all"], "minutes": 5}})
        wait(lambda: {listener.of(topic) for topic in list(listener.heard)} >= SAID, 60, "every kind of message is heard")
        heard = dict(listener.heard)
    finally:
        listener.stop()
    assert [topic for topic in heard if listener.of(topic) is None] == []
    validators = {name: _validator(name) for name in DOCUMENT["channels"]}
    for topic, payload in heard.items():
        problems = [str(error) for error in validators[listener.of(topic)].iter_errors(json.loads(payload))]
        assert not problems, (topic, problems[:3])


def test_a_payload_that_is_not_described_is_found() -> None:
    assert not _validator("Stored").is_valid({"owner": "controller", "ledger_seq": "7"})
