"""The senses: what is late, older or of another boot never becomes live, and unknown never hides the last level."""

import pytest

from services.controller.senses import Senses
from services.shared.clock import host_boot
from services.shared.messages import Reading, Signal, SwitchReading
from services.shared.settings.sections import Fans, Meter
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Level, Quality, SensorRole, SwitchRole


def reading(value=25.0, at=10.0, **more):
    given = {
        "subject": ("ra", "s1"), "device": "ra", "quantity": "s1", "value": value, "unit": "Cel", "quality": Quality.GOOD,
        "poll_started_mono_s": at, "measured_at": at, "host_boot": host_boot(),
    }  # fmt: skip
    return Reading(**(given | more))


def spoken(level, at=10.0, **more):
    given = {"poll_started_mono_s": at, "measured_at": at, "host_boot": host_boot()}
    return Signal(subject=("utility",), name="utility", level=level, **(given | more))


def contact(active, at=10.0, **more):
    return SwitchReading(
        subject=("ra", "w1"), device="ra", quantity="w1", role=SwitchRole.SMOKE, closed=active, active=active,
        poll_started_mono_s=at, measured_at=at, **({"host_boot": host_boot()} | more),
    )  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        reading(99.0, 20.0, hist=True),
        reading(99.0, 9.0),
        reading(99.0, 20.0, host_boot="other"),
        reading(99.0, 20.0, host_boot=""),
    ],
    ids=["sent late", "older", "of another boot", "of no boot"],
)
def test_only_a_newer_live_reading_of_this_boot_replaces_one(other):
    senses = Senses(Settings())
    senses.take_reading(reading())
    senses.take_reading(other)
    assert [(one.celsius, one.mono_s) for one in senses.temperatures()] == [(25.0, 10.0)]


def test_a_bad_reading_has_no_value_and_says_why():
    senses = Senses(Settings())
    senses.take_reading(reading())
    senses.take_reading(reading(None, 20.0, quality=Quality.BAD, reason="unplugged"))
    assert [(one.celsius, one.reason) for one in senses.temperatures()] == [(None, "unplugged")]


def test_a_value_that_is_called_bad_is_not_used():
    senses = Senses(Settings(meter=Meter(site_meter="ra/kw")))
    senses.take_reading(reading(25.0, quality=Quality.BAD, reason="frozen"))
    senses.take_reading(reading(9.0, quantity="kw", unit="kW", quality=Quality.BAD))
    assert senses.temperatures()[0].celsius is None
    assert senses.site_meter().kw is None


def test_a_redelivered_reading_never_refreshes_its_age():
    senses = Senses(Settings())
    for _ in range(3):
        senses.take_reading(reading())
    assert senses.temperatures()[0].mono_s == 10.0


@pytest.mark.parametrize(
    ("role", "expected"), [("", SensorRole.INTAKE), ("wall", SensorRole.INTAKE), ("exhaust", SensorRole.EXHAUST)]
)
def test_a_sensor_without_a_role_counts_as_intake(role, expected):
    senses = Senses(Settings())
    senses.take_reading(reading(role=role))
    assert senses.temperatures()[0].role is expected and senses.temperatures()[0].zone == "main"


def test_the_last_matched_level_is_kept_when_later_answers_are_unknown():
    senses = Senses(Settings())
    assert senses.take_signal(spoken(Level.CONTROL, 10.0, target_kw=20.0))
    assert senses.take_signal(spoken(Level.UNKNOWN, 20.0, reason="found 'Just a moment'", raw_text="Just a moment"))
    (one,) = senses.signals()
    assert (one.level, one.mono_s, one.target_kw) == (Level.CONTROL, 10.0, 20.0)
    assert (one.reason, one.raw_text) == ("found 'Just a moment'", "Just a moment")


def test_a_signal_that_never_matched_is_unknown_and_has_no_age():
    senses = Senses(Settings())
    senses.take_signal(spoken(Level.UNKNOWN, 20.0, reason="nothing found"))
    assert [(one.level, one.mono_s, one.reason) for one in senses.signals()] == [(Level.UNKNOWN, None, "nothing found")]


def test_an_older_signal_and_one_of_another_boot_are_ignored():
    senses = Senses(Settings())
    senses.take_signal(spoken(Level.CONTROL, 10.0))
    assert not senses.take_signal(spoken(Level.NORMAL, 9.0))
    assert not senses.take_signal(spoken(Level.NORMAL, 11.0, host_boot="other"))
    assert senses.signals()[0].level is Level.CONTROL


def test_the_same_word_again_is_no_news_but_refreshes_its_age():
    senses = Senses(Settings())
    senses.take_signal(spoken(Level.NORMAL, 10.0))
    assert not senses.take_signal(spoken(Level.NORMAL, 20.0))
    assert senses.signals()[0].mono_s == 20.0


@pytest.mark.parametrize("more", [{"drop_kw": 5.0}, {"from_at": 5.0}, {"until_at": 5.0}, {"event_id": "e"}, {"target_kw": 5.0}])
def test_whatever_changes_beside_the_level_is_news_and_is_delivered(more):
    senses = Senses(Settings())
    senses.take_signal(spoken(Level.CONTROL, 10.0))
    assert senses.take_signal(spoken(Level.CONTROL, 20.0, reason="the end cannot be read", **more))
    (one,) = senses.signals()
    ((key, value),) = more.items()
    assert (getattr(one, key), one.reason) == (value, "the end cannot be read")


def test_a_contact_of_another_boot_or_an_older_one_is_ignored():
    senses = Senses(Settings())
    senses.take_switch(contact(True))
    senses.take_switch(contact(False, 9.0))
    senses.take_switch(contact(False, 11.0, host_boot="other"))
    assert senses.switches()[0].active is True


def test_watts_of_fans_are_found_by_their_series_whatever_its_case():
    senses = Senses(Settings(fans=Fans(count=2, series=("Fan_A", "Fan_B"))))
    senses.take_reading(reading(1500.0, quantity="fan_b", unit="W"))
    assert senses.fan_watts() == {2: (1500.0, 10.0)}


def test_mains_voltage_is_unknown_without_a_fresh_reading():
    senses = Senses(Settings())
    assert senses.volts_good(10.0) is None
    senses.take_reading(reading(240.0, quantity="voltage", unit="V"))
    assert senses.volts_good(20.0) is True
    assert senses.volts_good(100.0) is None
    senses.take_reading(reading(None, 100.0, quantity="voltage", unit="V", quality=Quality.BAD))
    assert senses.volts_good(101.0) is False


@pytest.mark.parametrize(("unit", "kw"), [("W", 0.9), ("kW", 900.0), ("MW", 900_000.0), ("Cel", None)])
def test_the_site_meter_is_read_in_its_own_unit(unit, kw):
    senses = Senses(Settings(meter=Meter(site_meter="ra/kw")))
    assert senses.site_meter() is None
    senses.take_reading(reading(900.0, quantity="kw", unit=unit))
    assert senses.site_meter().kw == kw


def test_the_site_meter_is_found_by_its_series_whatever_its_case_and_the_newest_is_it():
    senses = Senses(Settings(meter=Meter(site_meter="iotawatt-1/site_total")))
    senses.take_reading(reading(90_000.0, 10.0, device="iotawatt-1", quantity="Site_Total", unit="W"))
    assert (senses.site_meter().kw, senses.site_meter().name) == (90.0, "iotawatt-1/site_total")
    senses.take_reading(reading(80_000.0, 20.0, device="iotawatt-1", quantity="site_total", unit="W"))
    senses.take_reading(reading(70_000.0, 15.0, device="iotawatt-1", quantity="SITE_TOTAL", unit="W"))
    senses.take_reading(reading(60_000.0, 30.0, device="iotawatt-2", quantity="site_total", unit="W"))
    assert (senses.site_meter().kw, senses.site_meter().mono_s) == (80.0, 20.0)


def test_a_contact_names_the_device_that_reads_it():
    senses = Senses(Settings())
    senses.take_switch(contact(True))
    assert [(one.name, one.device) for one in senses.switches()] == [("ra/w1", "ra")]


def test_a_device_that_names_its_sensors_anew_each_time_fills_no_memory(monkeypatch, caplog):
    monkeypatch.setattr("services.controller.senses.MOST_NAMES", 3)
    senses = Senses(Settings())
    for number in range(10):
        senses.take_reading(reading(20.0 + number, subject=("ra", f"s{number}"), quantity=f"s{number}"))
        senses.take_switch(contact(True).model_copy(update={"quantity": f"w{number}"}))
    senses.take_reading(reading(30.0, 11.0, subject=("ra", "s0"), quantity="s0"))
    assert [seen.celsius for seen in senses.temperatures()] == [30.0, 21.0, 22.0]
    assert len(senses.switches()) == 3
    assert caplog.text.count("the rest is not seen, such as ra/s3") == 1
