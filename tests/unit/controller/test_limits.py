"""From keys to limits: seconds, kilowatts, and no path that was not configured."""

from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from services.controller.limits import acting_devices, limits_from
from services.controller.senses import Senses
from services.shared.clock import host_boot
from services.shared.messages import SwitchReading
from services.shared.settings.sections import (
    Apis,
    Fans,
    Feeder,
    Foreman,
    General,
    HttpLoads,
    MqttSensor,
    Pdu,
    Power,
    Schedule,
    SignalSource,
    Temperature,
)
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import Control, LoadKind, OnLoss, SwitchRole

ROW = LoadRow("m-1", LoadKind.FOREMAN, "rack", "hall", 3.3, foreman_id=7, pdu="pdu-1", outlet=3)
WIRED = Apis(foreman_api="https://api.foreman.mn", pdu_ip=("10.0.0.1", "10.0.0.2"), fan_relay_ip=("10.0.0.3",))
KEYED = Foreman(api_key=SecretStr("k"), client_id=1)


def test_a_fresh_install_observes_and_acts_on_nothing():
    limits = limits_from(Settings())
    assert limits.control is Control.OBSERVE
    assert (limits.loads, limits.fans, limits.paces) == ((), (), {})


def test_minutes_become_seconds_and_percent_becomes_kw():
    power = Power(response_deadline_minutes=5, meter_tolerance_percent=10, restore_step_percent=50)
    limits = limits_from(Settings(power=power, loads=(ROW, replace(ROW, name="m-2", outlet=4))))
    assert limits.response_deadline_s == 300.0
    assert limits.meter_tolerance_kw == pytest.approx(0.66)
    assert limits.restore_step_kw == pytest.approx(3.3)


def test_a_stage_is_never_smaller_than_the_largest_load():
    limits = limits_from(Settings(power=Power(restore_step_percent=1), loads=(ROW,)))
    assert limits.restore_step_kw == 3.3


@pytest.mark.parametrize(
    ("settings", "device"),
    [
        (Settings(apis=WIRED, foreman=KEYED, loads=(ROW,)), "foreman"),
        (Settings(apis=WIRED, loads=(ROW,)), ""),
        (Settings(apis=WIRED, foreman=KEYED, loads=(replace(ROW, foreman_id=None),)), ""),
        (Settings(loads=(replace(ROW, kind=LoadKind.HTTP, section="hall"),)), "http-hall"),
        (Settings(apis=WIRED, foreman=KEYED, loads=(replace(ROW, kind=LoadKind.OUTLET),)), ""),
    ],
    ids=["foreman", "no key", "no id", "http", "outlet alone"],
)
def test_a_load_has_the_soft_path_that_is_set_up(settings, device):
    assert limits_from(settings).loads[0].soft_device == device


def test_devices_are_named_by_their_place_and_each_has_its_pace():
    settings = Settings(apis=WIRED, foreman=KEYED, http_loads={"hall": HttpLoads()})
    assert list(acting_devices(settings)) == ["foreman", "pdu-1", "pdu-2", "relay-1", "http-hall"]
    paces = limits_from(settings).paces
    assert paces["foreman"].interval_s >= 1.0
    assert (paces["pdu-1"].interval_s, paces["pdu-1"].in_flight) == (0.5, 1)
    assert paces["http-hall"].interval_s == 0 and paces["http-hall"].in_flight >= 300
    assert set(limits_from(settings).lost_after_s) == set(paces)


@pytest.mark.parametrize(
    ("wiring", "wired"),
    [((), [False] * 3), (("nc",), [True] * 3), (("nc", "unset", "no"), [True, False, True]), (("no",), [True] * 3)],
)
def test_a_fan_without_wiring_is_read_and_never_switched(wiring, wired):
    fans = limits_from(Settings(apis=WIRED, fans=Fans(count=3, wiring=wiring))).fans
    assert [one.wired for one in fans] == wired


def test_every_fans_lease_has_a_length_of_its_own():
    leases = [one.lease_s for one in limits_from(Settings(apis=WIRED, fans=Fans(wiring=("nc",)))).fans]
    assert len(set(leases)) == 9 and min(b - a for a, b in pairwise(leases)) == 10.0


def test_a_source_says_itself_what_its_loss_means_else_the_site_does():
    signals = {"utility": SignalSource(), "radio": SignalSource(on_loss=OnLoss.RUN, heartbeat_minutes=2)}
    limits = limits_from(Settings(signals=signals, power=Power(signal_on_loss=OnLoss.HOLD)))
    assert [(one.name, one.on_loss, one.heartbeat_s) for one in limits.sources] == [
        ("utility", OnLoss.HOLD, 900.0), ("radio", OnLoss.RUN, 120.0),
    ]  # fmt: skip


def test_the_most_important_and_most_efficient_loads_are_kept_longest():
    rows = (
        replace(ROW, name="old", priority=5), replace(ROW, name="new", priority=5, efficiency_j_th=18.0),
        replace(ROW, name="fan", priority=1), replace(ROW, name="toy", priority=9, efficiency_j_th=15.0),
    )  # fmt: skip
    limits = limits_from(Settings(loads=rows))
    assert [limits.loads[i].name for i in limits.keep_order] == ["fan", "new", "old", "toy"]


def test_a_feeder_carries_the_loads_of_its_pdus_groups_and_zones():
    rows = (ROW, replace(ROW, name="m-2", pdu="pdu-2", group="Rack-B"), replace(ROW, name="m-3", pdu="", zone="yard"))
    feeders = {
        "one": Feeder(limit_kw=5, members=("PDU-1",)),
        "two": Feeder(limit_kw=6, members=("pdu-2", "rack-b")),
        "all": Feeder(limit_kw=7, members=("hall", "yard")),
    }
    limits = limits_from(Settings(apis=WIRED, loads=rows, feeders=feeders))
    assert [load.feeders for load in limits.loads] == [("one", "all"), ("two", "all"), ("all",)]
    assert [(feeder.name, feeder.limit_kw) for feeder in limits.feeders] == [("one", 5.0), ("two", 6.0), ("all", 7.0)]
    assert limits.loads[0].scopes == ("site", "zone hall", "feeder one", "feeder all")


def test_a_load_behind_no_feeder_has_none():
    assert limits_from(Settings(loads=(ROW,))).loads[0].feeders == ()


def test_a_schedule_is_weekdays_from_monday_0_and_minutes_of_the_day_in_the_sites_time_zone():
    schedules = {"summer": Schedule(days=("Mon", "fri", "SUN"), begins="9:30", ends="00:15", kw=100)}
    limits = limits_from(Settings(general=General(timezone="America/Chicago"), schedules=schedules))
    (one,) = limits.schedules
    assert (one.name, one.weekdays, one.from_minute, one.until_minute, one.kw) == ("summer", {0, 4, 6}, 570, 15, 100.0)
    assert limits.timezone == ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("unit", "zones"),
    [("Cel", {"main", "hall"}), ("F", {"main", "hall"}), ("%RH", set()), ("W", set()), ("kW", set()), ("V", set())],
)
def test_no_temperature_is_awaited_of_a_site_whose_sensors_on_mqtt_measure_something_else(unit, zones):
    sensors = {"meter": MqttSensor(topic="meter/main", unit=unit)}
    settings = Settings(mqtt_sensors=sensors, temperature=Temperature(zones=(("meter/main", "hall"),)), loads=(ROW,))
    assert limits_from(settings).zones == zones
    beside = {"barn": MqttSensor(topic="barn/+"), **sensors}
    assert limits_from(replace(settings, mqtt_sensors=beside)).zones == {"main", "hall"}
    assert limits_from(replace(settings, apis=Apis(roomalert_ip=("10.0.0.4",)))).zones == {"main", "hall"}


def test_every_contact_of_the_utility_is_a_source_of_its_own():
    switches = (("RoomAlert-1/Switch-1", "Utility!"), ("roomalert-1/switch-2", "door"), ("roomalert-1/switch-3", "utility"))
    power = Power(contact_lost_minutes=2, signal_on_loss=OnLoss.HOLD)
    settings = Settings(power=power, temperature=Temperature(switches=switches), signals={"roomalert-1_switch-3": SignalSource()})
    contacts = [one for one in limits_from(settings).sources if one.contact]
    assert [(one.name, one.contact) for one in contacts] == [
        ("roomalert-1_switch-1", "roomalert-1/switch-1"), ("contact-roomalert-1_switch-3", "roomalert-1/switch-3"),
    ]  # fmt: skip
    assert {(one.heartbeat_s, one.on_loss) for one in contacts} == {(120.0, OnLoss.HOLD)}


def test_a_contact_is_seen_under_the_name_that_the_settings_give_it_whatever_its_label():
    settings = Settings(temperature=Temperature(switches=(("roomalert-1/switch-1", "utility"),)))
    senses = Senses(settings)
    senses.take_switch(
        SwitchReading(
            subject=("roomalert-1", "switch-1"), device="roomalert-1", quantity="switch-1", label="Load control",
            role=SwitchRole.UTILITY, closed=False, active=True, poll_started_mono_s=1.0, measured_at=1.0, host_boot=host_boot(),
        )
    )  # fmt: skip
    assert [one.name for one in senses.switches()] == [one.contact for one in limits_from(settings).sources]


def test_a_fan_has_the_zone_whose_air_it_moves():
    fans = limits_from(Settings(apis=WIRED, fans=Fans(count=2, zones=("east", "west")))).fans
    assert [one.zone for one in fans] == ["east", "west"]
    assert {one.zone for one in limits_from(Settings(apis=WIRED, fans=Fans(count=2))).fans} == {""}


def test_plans_know_how_long_an_effect_takes():
    settings = Settings(
        apis=WIRED,
        foreman=KEYED.model_copy(update={"sleep_seconds": 45.0}),
        http_loads={"hall": HttpLoads(sleep_seconds=7)},
        pdu=Pdu(settle_seconds=4),
    )
    assert {name: pace.effect_s for name, pace in limits_from(settings).paces.items()} == {
        "foreman": 45.0, "pdu-1": 4.0, "pdu-2": 4.0, "relay-1": 0.0, "http-hall": 7.0,
    }  # fmt: skip


def test_the_settlement_interval_and_the_jitter_are_seconds():
    limits = limits_from(Settings(power=Power(interval_minutes=5, restore_jitter_seconds=3)))
    assert (limits.interval_s, limits.restore_jitter_s) == (300.0, 3.0)


@pytest.mark.parametrize(("poll_s", "young_s"), [(15.0, 30.0), (60.0, 120.0), (1.0, 5.0)])
def test_a_temperature_lowers_fans_for_two_polls_and_never_less_than_an_answer_may_take(poll_s, young_s):
    settings = replace(Settings(), temperature=Temperature(poll_seconds=poll_s))
    assert limits_from(settings).temperature_young_s == young_s
