"""What people are told: the device by its name, the kW that hang on it, and what to do. An alarm without words helps nobody."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from services.controller.core import notices
from services.controller.core.alarms import device_alarms
from services.controller.core.interlocks import switch_alarms
from services.controller.core.memory import SourceMemory
from services.controller.core.seen import DeviceSeen, HumiditySeen, SwitchSeen
from services.controller.core.thermal_alarms import climate_alarms
from services.controller.core.zones import judge_zones
from services.shared.vocabulary import AlarmKind, Level, LoadKind, SwitchRole
from tests.plant import Site, intake, limits, load, moment, seen

DEVICES = ("foreman", "pdu-1", "relay-1", "miner-7")
PLANT = limits(
    (
        load(0),
        load(1, kw=2.5),
        load(2, soft_device="", kind=LoadKind.OUTLET),
        load(3, soft_device="miner-7", pdu="", outlet=None),
    ),
    fans=2,
    lost_after_s=dict.fromkeys(DEVICES, 60.0),
    timezone=ZoneInfo("America/Chicago"),
)


def lost(*names, plant=PLANT):
    """The alarms while these of the acting devices do not answer."""
    snapshot = replace(seen(100.0, plant), devices=tuple(DeviceSeen(name, "", 100.0) for name in DEVICES))
    return device_alarms(frozenset(names), snapshot, plant)


@pytest.mark.parametrize(
    ("device", "cause", "consequence"),
    [
        ("foreman", "Foreman does not answer.", "6 kW cannot be confirmed and count as still on."),
        ("pdu-1", "pdu-1 does not answer.", "8 kW cannot be confirmed and count as still on."),
        ("miner-7", "miner-7 does not answer.", "3 kW cannot be confirmed and count as still on."),
        ("relay-1", "relay-1 does not answer.", "Its fans are judged by their watts."),
    ],
)
def test_a_lost_device_is_one_warning_with_its_name_and_the_kw_that_hang_on_it(device, cause, consequence):
    (alarm,) = lost(device)
    assert (alarm.key, alarm.kind) == (f"device_lost_{device}", AlarmKind.WARNING)
    assert (alarm.cause, alarm.consequence, alarm.action) == (cause, consequence, "Check its link and its power.")


def test_some_lost_devices_are_an_alarm_each_and_all_of_them_one_emergency():
    assert lost() == ()
    assert [one.key for one in lost("pdu-1", "foreman")] == ["device_lost_foreman", "device_lost_pdu-1"]
    (alarm,) = lost(*DEVICES)
    assert (alarm.key, alarm.kind) == ("cannot_act", AlarmKind.EMERGENCY)
    assert alarm.cause == "No acting device answers: foreman, miner-7, pdu-1, relay-1."


def test_one_device_alone_that_is_lost_is_named_itself():
    plant = replace(PLANT, lost_after_s={"foreman": 60.0})
    assert [one.key for one in lost("foreman", plant=plant)] == ["device_lost_foreman"]


@pytest.mark.parametrize(
    ("role", "danger"), [(SwitchRole.SMOKE, "would not see smoke there"), (SwitchRole.FLOOD, "would not see water there")]
)
def test_a_silent_contact_tells_which_danger_would_not_be_seen(role, danger):
    (alarm,) = switch_alarms(seen(0.0, PLANT, switches=(SwitchSeen("hall", role, None, 0.0),)), PLANT, moment(0.0))
    assert danger in alarm.consequence and alarm.action


@pytest.mark.parametrize(
    ("temperatures", "percent", "key", "cause"),
    [
        ((intake(9.0, 0.0), intake(9.0, 0.0, "ra/s2")), 50.0, "temperature_low_main", "Zone main at 9.0 °C."),
        ((intake(20.0, 0.0), intake(None, 0.0, "ra/s2")), 50.0, "temperature_partial_main", "No fresh temperature from ra/s2."),
        ((intake(20.0, -121.0),), 50.0, "temperature_lost_main", "No temperature of zone main is fresh."),
        ((), 80.4, "humidity_high", "Humidity is 80 %."),
    ],
)
def test_what_is_wrong_with_the_air_is_a_warning_in_words(temperatures, percent, key, cause):
    snapshot = seen(0.0, PLANT, temperatures=temperatures, humidities=(HumiditySeen("ra/h", percent, 0.0),))
    zones = judge_zones(snapshot, Site(PLANT).state, PLANT, moment(0.0))
    (alarm,) = climate_alarms(zones, snapshot, PLANT, moment(0.0), ())
    assert (alarm.key, alarm.kind, alarm.cause, alarm.consequence) == (key, AlarmKind.WARNING, cause, "")
    assert alarm.action


def test_an_event_without_a_number_is_announced_without_one():
    memory = SourceMemory("iso", Level.CONTROL, 12.0, None, None, from_at=moment(0.0).wall_s)
    alarm = notices.planned(memory, PLANT)
    assert alarm.cause == "The utility signal iso announces control: at most 12 kW from Mon 21 Sep 09:13, no end named."
    assert (alarm.consequence, alarm.action) == (
        "Load comes off by itself when it begins; until then nothing changes.",
        "Nothing.",
    )


def test_a_source_out_of_service_is_told_by_its_name_in_the_contracts_time():
    memory = SourceMemory("iso", Level.ALERT, None, None, None, out_until=moment(600.0), out_by="kim", out_since=moment(-7199.0))
    alarm = notices.out_of_service(memory, PLANT, moment(0.0))
    assert alarm.cause == "The utility signal iso is out of service by kim until Mon 21 Sep 09:23, for 1 h."
    assert alarm.consequence == "What it asks for is not done; its last level is alert."
    assert alarm.action == "Put it back in service as soon as its word is right."


@pytest.mark.parametrize(
    ("key", "readings", "percents"),
    [
        ("temperature_high_main", (35.2, 34.8, 34.6, 34.4, 34.8), (50.0,) * 5),
        ("temperature_low_main", (9.8, 10.2, 10.4, 10.6, 10.2), (50.0,) * 5),
        ("humidity_high", (20.0,) * 5, (80.5, 79.0, 78.1, 77.9, 79.0)),
    ],
)
def test_a_value_that_plays_about_its_limit_is_one_alarm_until_it_went_back_by_the_deadband(key, readings, percents):
    site, stood = Site(PLANT), []
    for second, (celsius, percent) in enumerate(zip(readings, percents, strict=True)):
        temperatures = (intake(celsius, float(second)), intake(celsius, float(second), "ra/s2"))
        decision = site.at(float(second), temperatures=temperatures, humidities=(HumiditySeen("ra/h", percent, float(second)),))
        stood.append(key in {alarm.key for alarm in decision.alarms})
    assert stood == [True, True, True, False, False]


def of_the_air(temperatures):
    snapshot = seen(0.0, PLANT, temperatures=temperatures)
    zones = judge_zones(snapshot, Site(PLANT).state, PLANT, moment(0.0))
    return {alarm.key: alarm.device for alarm in climate_alarms(zones, snapshot, PLANT, moment(0.0), ())}


def test_what_one_device_alone_reads_names_it_and_what_several_read_names_none():
    assert of_the_air((intake(20.0, -121.0, "ra/s1"), intake(None, -121.0, "ra/s2"))) == {"temperature_lost_main": "ra"}
    assert of_the_air((intake(20.0, -121.0, "ra/s1"), intake(20.0, -121.0, "rb/s1"))) == {"temperature_lost_main": ""}
    assert of_the_air((intake(20.0, 0.0, "ra/s1"), intake(20.0, -121.0, "rb/s1"))) == {"temperature_partial_main": "rb"}
    assert of_the_air((intake(20.0, -121.0, "nameless"),)) == {"temperature_lost_main": ""}


@pytest.mark.parametrize(("devices", "named"), [(("ra", "ra"), "ra"), (("ra", "rb"), ""), (("ra", ""), "")])
def test_silent_contacts_name_the_device_that_reads_them_all(devices, named):
    contacts = tuple(SwitchSeen(f"door-{n}", SwitchRole.SMOKE, None, 0.0, device) for n, device in enumerate(devices))
    (alarm,) = switch_alarms(seen(0.0, PLANT, switches=contacts), PLANT, moment(0.0))
    assert (alarm.key, alarm.device) == ("switch_lost_smoke", named)
