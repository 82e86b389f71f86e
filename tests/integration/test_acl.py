"""Who may say and hear what, asked of a live broker: every user against every kind of topic.

A broker of MQTT 3.1.1 does not tell a publisher that it was denied, so what counts is what arrives.
"""

import asyncio
import secrets
from collections.abc import Sequence

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from services.shared.messages import ALL
from tests.broker import LiveBroker
from tests.waiting import until

SERVICES = ("collector", "controller", "notifier", "api", "cli")
EVERYONE = {*SERVICES}
WRITERS: dict[str, set[str]] = {
    **{f"presence/{service}": {service} for service in SERVICES},
    **{f"devices/{service}": {service} & {"collector", "controller"} for service in SERVICES},
    **{f"event/{service}": {service} & {"controller"} for service in SERVICES},
    "ping/anyone-1": EVERYONE,
    "reading/roomalert-1/sensor-1": {"collector", "controller"},
    "switch/roomalert-1/door": {"collector"},
    "signal/utility": {"collector"},
    "state": {"controller"},
    "desired/group-1": {"controller"},
    "reported/group-1": {"controller"},
    "request/lease": {"api", "notifier"},
    "reply/some-id": {"controller", "notifier", "api"},
    "request/stop": {"api", "notifier"},
    **{f"stored/{service}": {"api"} for service in ("collector", "controller", "notifier", "api")},
    "alarm/over-temperature": {"collector", "controller", "api"},
    "alarm_state": {"notifier"},
    "annunciator": {"notifier"},
    "alarm_report": {"notifier"},
    "raw/pdu-1": {"collector", "controller"},
    "surprise": set(),
    # one level more than there is: a name with a slash in it must not open another topic
    "state/more": set(),
    "request/stop/more": set(),
    "reply/some-id/more": set(),
    "presence/controller/more": set(),
    "event/controller/more": set(),
    "alarm/door/more": set(),
    "stored/controller/more": set(),
    "desired/group-1/more": set(),
}
PATIENCE_S = 20.0  # of a busy machine
FOREIGN = "elsewhere/{site}/power"


class Speaker:
    """A user's own connection, and what it heard."""

    def __init__(self, live: LiveBroker, user: str, filters: Sequence[str] = ("#",)) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.ready = False
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(user, live.passwords[user])
        self._client.on_message = lambda _c, _u, message: self.heard.append((message.topic, message.payload))
        self._client.on_subscribe = lambda *_: setattr(self, "ready", True)
        self._client.on_connect = lambda *_: self._client.subscribe([(one, 1) for one in filters])
        self._client.connect(live.host, live.port)
        self._client.loop_start()

    def say(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def topics(site: str) -> dict[str, set[str]]:
    return {
        **{f"mine/1/{site}/{topic}": users for topic, users in WRITERS.items()},
        FOREIGN.format(site=site): {"site"},
        f"mine/2/{site}/state": set(),
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("user", [*SERVICES, "site"])
async def test_a_user_is_heard_on_its_own_topics_and_on_no_other(broker: LiveBroker, site: str, user: str) -> None:
    admin, speaker = Speaker(broker, "admin"), Speaker(broker, user)
    try:
        await until(lambda: admin.ready and speaker.ready, PATIENCE_S)
        mark = secrets.token_bytes(8)
        for topic in topics(site):
            speaker.say(topic, mark)
        last = FOREIGN.format(site=site) if user == "site" else f"mine/1/{site}/ping/last"
        speaker.say(last, b"last" + mark)
        await until(lambda: (last, b"last" + mark) in admin.heard, PATIENCE_S)
        heard = {topic for topic, payload in admin.heard if payload == mark}
        assert heard == {topic for topic, users in topics(site).items() if user in users}
    finally:
        await asyncio.to_thread(admin.close)
        await asyncio.to_thread(speaker.close)


@pytest.mark.asyncio
@pytest.mark.parametrize("user", [*SERVICES, "site"])
async def test_a_user_hears_what_it_may_and_nothing_else(broker: LiveBroker, site: str, user: str) -> None:
    admin, listener = Speaker(broker, "admin"), Speaker(broker, user)
    try:
        await until(lambda: admin.ready and listener.ready, PATIENCE_S)
        mark = secrets.token_bytes(8)
        for topic in topics(site):
            admin.say(topic, mark)
        last = FOREIGN.format(site=site) if user == "site" else f"mine/1/{site}/ping/last"
        admin.say(last, b"last" + mark)
        await until(lambda: (last, b"last" + mark) in listener.heard, PATIENCE_S)
        heard = {topic for topic, payload in listener.heard if payload == mark}
        assert heard == {topic for topic in topics(site) if _may_read(user, topic)}
    finally:
        await asyncio.to_thread(admin.close)
        await asyncio.to_thread(listener.close)


@pytest.mark.asyncio
@pytest.mark.parametrize("user", [*SERVICES, "site"])
async def test_a_user_that_names_a_topic_hears_no_more_than_one_that_asks_for_all(
    broker: LiveBroker, site: str, user: str
) -> None:
    last = FOREIGN.format(site=site) if user == "site" else f"mine/1/{site}/ping/last"
    named = [*topics(site), last, "mine/#", f"mine/1/{site}/+", "$SYS/#"]
    admin, listener = Speaker(broker, "admin"), Speaker(broker, user, named)
    try:
        await until(lambda: admin.ready and listener.ready, PATIENCE_S)
        mark = secrets.token_bytes(8)
        for topic in topics(site):
            admin.say(topic, mark)
        admin.say(last, b"last" + mark)
        await until(lambda: (last, b"last" + mark) in listener.heard, PATIENCE_S)
        assert {topic for topic, payload in listener.heard if payload == mark} == {
            topic for topic in topics(site) if _may_read(user, topic)
        }
        assert [topic for topic, _ in listener.heard if topic.startswith("$SYS")] == []  # it says who is connected
    finally:
        await asyncio.to_thread(admin.close)
        await asyncio.to_thread(listener.close)


def _may_read(user: str, topic: str) -> bool:
    if user == "collector":
        return True
    return not topic.startswith("mine/") if user == "site" else topic.startswith("mine/1/")


def test_every_message_type_stands_in_the_matrix() -> None:
    asked = {topic.split("/")[0] for topic in WRITERS}
    assert {kind.TOPIC.split("/")[0] for kind in ALL} <= asked


@pytest.mark.parametrize(("user", "password"), [("", ""), ("collector", ""), ("collector", "wrong"), ("nobody", "nothing")])
def test_nobody_comes_in_without_the_right_password(broker: LiveBroker, user: str, password: str) -> None:
    answers: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    if user:
        client.username_pw_set(user, password)
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(reason.is_failure)
    client.connect(broker.host, broker.port)
    client.loop_forever()
    assert answers == [True]
