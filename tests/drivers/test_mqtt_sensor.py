"""Sensors that other programs publish: one reading per match, units converted, garbage is a bad reading."""

import pytest

from services.collector.drivers.listening import MAX_BYTES
from services.collector.drivers.mqtt_sensor import MqttSensor, quantity_of
from services.shared.clock import Clock
from services.shared.device import Unreachable
from services.shared.messages import Reading
from services.shared.settings.sections import MqttSensor as Section
from services.shared.settings.sections import Temperature
from services.shared.vocabulary import Quality
from tests.drivers.foreign import FakeTopics

SITE = Temperature(roles=(("barn/rear", "exhaust"),), zones=(("barn/rear", "north"),))


def sensor_on(topics: FakeTopics, topic: str = "barn/+/temperature", path: str = "", unit: str = "Cel") -> MqttSensor:
    section = Section(topic=topic, path=path, unit=unit, heartbeat_seconds=0.05)
    return MqttSensor("barn", section, temperature=SITE, topics=topics, clock=Clock())


async def read(driver: MqttSensor) -> list[Reading]:
    return [message for message in await driver.poll(0.0) if isinstance(message, Reading)]


@pytest.mark.asyncio
async def test_each_match_is_a_sensor_of_its_own_with_its_role_and_zone() -> None:
    topics = FakeTopics()
    driver = sensor_on(topics)
    topics.say("barn/front/temperature", "21.5")
    topics.say("barn/Rear/temperature", " 33 ")
    front, rear = await read(driver)
    assert (front.subject, front.value, front.unit, front.role, front.zone) == (("barn", "front"), 21.5, "Cel", "intake", "main")
    assert (rear.quantity, rear.value, rear.role, rear.zone) == ("rear", 33.0, "exhaust", "north")


@pytest.mark.parametrize(
    ("topic_filter", "topic", "quantity"),
    [
        ("site/+/temperature", "site/intake/temperature", "intake"),
        ("site/+/rack/+", "site/north/rack/4", "north-4"),
        ("site/#", "site/a/b", "a-b"),
        ("site/Meter 1", "site/Meter 1", "meter_1"),
    ],
)
def test_a_quantity_is_named_by_what_the_wildcards_stood_for(topic_filter: str, topic: str, quantity: str) -> None:
    assert quantity_of(topic_filter, topic) == quantity


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("unit", "said", "value", "told"),
    [("F", "212", 100.0, "Cel"), ("F", "-40", -40.0, "Cel"), ("kW", "12.5", 12500.0, "W"), ("%RH", "40", 40.0, "%RH"),
     ("V", "121.6", 121.6, "V"), ("W", "-3e2", -300.0, "W")],
)  # fmt: skip
async def test_units_become_the_plants_units(unit: str, said: str, value: float, told: str) -> None:
    topics = FakeTopics()
    driver = sensor_on(topics, unit=unit)
    topics.say("barn/x/temperature", said)
    (reading,) = await read(driver)
    assert reading.value == pytest.approx(value)
    assert (reading.unit, reading.quality) == (told, Quality.GOOD)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "payload", [b"", b"NaN", b"inf", b"-127", b"850", b"warm", b"true", b"21,5", b"\xff\xfe", b"2" * 70_000, b"1e99", b"0x10"]
)
async def test_garbage_is_a_bad_reading_with_a_reason_and_never_a_value(payload: bytes) -> None:
    topics = FakeTopics()
    driver = sensor_on(topics)
    topics.say("barn/x/temperature", payload)
    (reading,) = await read(driver)
    assert (reading.value, reading.quality) == (None, Quality.BAD)
    assert reading.reason


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "value"),
    [('{"t":{"c":[20.5]}}', 20.5), ('{"t":{"c":["20.5"]}}', 20.5), ('{"t":{"c":[true]}}', None), ('{"t":{"c":[null]}}', None),
     ('{"t":{}}', None), ("{", None), ('{"t":{"c":[NaN]}}', None)],
)  # fmt: skip
async def test_a_json_path_finds_the_value_or_the_reading_is_bad(said: str, value: float | None) -> None:
    topics = FakeTopics()
    driver = sensor_on(topics, path="t.c[0]")
    topics.say("barn/x/temperature", said)
    (reading,) = await read(driver)
    assert reading.value == value


@pytest.mark.asyncio
async def test_the_first_message_after_a_connect_is_no_reading_and_silence_is_a_lost_sensor() -> None:
    topics = FakeTopics()
    driver = sensor_on(topics)
    topics.say("barn/x/temperature", "20", first=True, retained=True)
    with pytest.raises(Unreachable, match="waits for a second one"):
        await read(driver)
    topics.say("barn/x/temperature", "21")
    assert [reading.value for reading in await read(driver)] == [21.0]


@pytest.mark.asyncio
async def test_of_huge_messages_only_as_much_waits_as_shows_that_they_are_too_long() -> None:
    topics = FakeTopics()
    driver = sensor_on(topics)
    for _ in range(3):
        topics.say("barn/x/temperature", "2" * 250_000)
    assert sum(len(foreign.payload) for foreign in driver._listening._waiting) == 3 * (MAX_BYTES + 1)
    assert {reading.reason for reading in await read(driver)} == {f"more than {MAX_BYTES} bytes"}
