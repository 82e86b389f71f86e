"""What the api believes of what the bus told it."""

from typing import Any

import pytest

from services.api import feed, status
from services.api.image import Image
from services.shared.messages import Event, Presence, Reading, SwitchReading
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Quality, SwitchRole
from tests.unit.api.builders import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def image(clock: HandClock) -> Image:
    return Image(Settings(), clock)


def reading(value: float | None = 20.0, **changes: Any) -> Reading:
    fields: dict[str, Any] = {
        "device": "roomalert-1", "quantity": "a", "value": value, "unit": "Cel", "poll_started_mono_s": 999.0,
        "quality": Quality.GOOD if value is not None else Quality.BAD, "measured_at": 1.0, "host_boot": "this-boot",
        "boot": "b", "seq": 1,
    }  # fmt: skip
    return Reading(**{**fields, **changes})


def tile(image: Image) -> Any:
    return feed.build(image, Settings(), broker_connected=True, history="").sensors[0]


def test_a_fresh_reading_is_live_and_ages_to_stale_by_the_monotonic_clock(image: Image, clock: HandClock) -> None:
    image.take_reading(reading())
    assert (tile(image).age_s, tile(image).stale) == (1.0, False)
    clock.leap(118)
    assert not tile(image).stale
    clock.leap(2)
    assert tile(image).stale
    assert tile(image).value == 20.0


def test_a_reading_of_another_boot_has_no_age_and_is_stale(image: Image) -> None:
    image.take_reading(reading(host_boot="another"))
    assert (tile(image).age_s, tile(image).stale) == (None, True)


def test_a_poll_from_the_future_is_stale(image: Image) -> None:
    image.take_reading(reading(poll_started_mono_s=5000.0))
    assert tile(image).stale


def test_a_probe_that_is_pulled_is_unknown_at_once_with_its_reason_and_never_its_last_value(image: Image) -> None:
    image.take_reading(reading(21.5))
    image.take_reading(reading(None, seq=2, poll_started_mono_s=1000.0, reason="no sensor is plugged in"))
    assert (tile(image).value, tile(image).stale, tile(image).reason) == (None, True, "no sensor is plugged in")
    assert (tile(image).age_s, tile(image).measured_at) == (1.0, 1.0)
    assert status.build(feed.build(image, Settings(), broker_connected=True, history="")).temperature_c.by_sensor == {
        "roomalert-1/a": None
    }


def test_a_late_reading_is_history_and_never_live(image: Image) -> None:
    image.take_reading(reading(20.0))
    image.take_reading(reading(99.0, hist=True, seq=2))
    assert tile(image).value == 20.0


def test_an_overtaken_reading_never_replaces_a_newer_one(image: Image) -> None:
    image.take_reading(reading(20.0, seq=5))
    image.take_reading(reading(99.0, seq=4))
    image.take_reading(reading(98.0, boot="older process", poll_started_mono_s=900.0))
    assert tile(image).value == 20.0


def test_the_will_of_an_earlier_process_says_nothing_of_the_present_one(image: Image) -> None:
    image.signs.take_presence(Presence(source="controller", boot="new", seq=1, state="online", version="1"))
    image.signs.take_presence(Presence(source="controller", boot="old", seq=9, state="offline", version="1"))
    assert {s.name: s.state for s in feed.build(image, Settings(), broker_connected=True, history="").services} == {
        "api": "online", "collector": "unknown", "controller": "online", "notifier": "unknown",
    }  # fmt: skip


def test_who_listens_on_the_broker_is_no_service_of_the_site(image: Image) -> None:
    image.signs.take_presence(Presence(source="cli", boot="b", seq=1, state="stopping", version="1"))
    names = [one.name for one in feed.build(image, Settings(), broker_connected=True, history="").services]
    assert names == ["api", "collector", "controller", "notifier"]


def test_a_switch_that_is_stale_is_unknown_and_not_off(image: Image, clock: HandClock) -> None:
    image.take_switch(
        SwitchReading(
            device="roomalert-1", quantity="s", role=SwitchRole.SMOKE, closed=False, active=False, poll_started_mono_s=999.0,
            measured_at=1.0, host_boot="this-boot",
        )
    )  # fmt: skip
    assert feed.build(image, Settings(), broker_connected=True, history="").switches[0].active is False
    clock.leap(100)
    assert feed.build(image, Settings(), broker_connected=True, history="").switches[0].active is None


def test_names_from_outside_cannot_fill_the_memory(image: Image) -> None:
    for number in range(6000):
        image.take_reading(reading(quantity=str(number)))
    assert len(image.readings.all()) == 5000


def test_a_decision_that_is_sent_again_stands_once(image: Image) -> None:
    event = Event(source="controller", ledger_seq=1, kind="decision", happened_at=1.0, title="x")
    image.take_event(event)
    image.take_event(event)
    assert len(image.decisions) == 1
