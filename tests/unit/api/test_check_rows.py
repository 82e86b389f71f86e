"""The check's rows: what was polled, by whom, how long ago, and what it read; nothing old or unheard passes as well."""

from dataclasses import replace

import pytest

from services.api.check import acting, devices, sensed
from services.api.check.places import WORDS, places
from services.api.check.rows import CheckVerdict, Row
from services.api.image import Image
from services.shared.messages import DeviceHealth, Devices, MemberReport, Presence, Reading, Reported, Signal
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow, Settings
from services.shared.settings.types import Secret
from services.shared.vocabulary import (
    HealthState,
    Level,
    LoadKind,
    LoadState,
    LoadTarget,
    Mode,
    PowerState,
    Quality,
)
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock

PASSWORD = "s3cret"
SETTINGS = Settings(
    loads=(LoadRow("m-1", LoadKind.OUTLET, "a", "hall", 3.3, pdu="pdu-1", outlet=1),
           LoadRow("m-2", LoadKind.OUTLET, "a", "hall", 3.3, pdu="pdu-1", outlet=2)),
    apis=sections.Apis(pdu_ip=("10.0.0.11",), roomalert_ip=("10.0.0.2:81",), iotawatt_ip=("10.0.0.3",),
                       fan_relay_ip=("10.0.0.4",),
                       foreman_api="https://api.foreman.mn/api"),
    signals={"utility": sections.SignalSource(kind="http", url=f"https://ann:{PASSWORD}@grid.example:8443/page?key={PASSWORD}")},
    mqtt_sensors={"yard": sections.MqttSensor(topic="yard/+/t", unit="C")},
    http_loads={"row-b": sections.HttpLoads(url="http://{address}:8080", read_path="")},
)  # fmt: skip
AT = {"measured_at": 1.0, "host_boot": "this-boot", "boot": "b", "source": "collector"}


class Site:
    """An api at 1010 s of this boot; what was polled began at 1000 s."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self.clock = HandClock()
        self.image = Image(settings, self.clock)
        self.clock.leap(10.0)
        self.image.take_state(state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1010.0))

    def health(self, name: str, owner: str = "collector", **more: object) -> None:
        known = {"polled_mono_s": 1000.0, "took_s": 0.02, "due_s": 20.0, "last_ok_mono_s": 1000.0, "lost_since_at": None}
        one = DeviceHealth(device=name, kind="x", state=HealthState.OK, reason="", **{**known, **more})  # type: ignore[arg-type]
        self.image.take_devices(Devices(source=owner, host_boot="this-boot", devices=(one,)))

    def reading(
        self, device: str, quantity: str, value: float | None, unit: str, reason: str = "", began_s: float = 1000.0
    ) -> None:
        quality = Quality.BAD if value is None else Quality.GOOD
        self.image.take_reading(
            Reading(device=device, quantity=quantity, value=value, unit=unit, quality=quality, reason=reason,
                    poll_started_mono_s=began_s, **AT)  # type: ignore[arg-type]
        )  # fmt: skip

    def member(self, **outlets: PowerState) -> None:
        members = tuple(
            MemberReport(name=name.replace("_", "-"), target=LoadTarget.RUN, state=LoadState.UNKNOWN, outlet=outlet, watts=None,
                         watts_mono_s=None)
            for name, outlet in outlets.items()
        )  # fmt: skip
        self.image.take_reported(Reported(group="a", members=members, host_boot="this-boot"))

    def row(self, name: str, *, broker: bool = True) -> Row:
        rows = devices.rows(self.image, self.settings, self.clock.now(), broker_connected=broker)
        return next(one for one in rows if one.name == name)


def test_every_device_of_the_configuration_has_a_row_and_no_address_tells_a_secret() -> None:
    shown = {one.name: (one.kind, one.address) for one in places(SETTINGS)}
    assert shown == {
        "utility": ("signal_http", "grid.example:8443"), "roomalert-1": ("room_alert", "10.0.0.2:81"),
        "iotawatt-1": ("iotawatt", "10.0.0.3"), "yard": ("mqtt_sensor", "yard/+/t"), "foreman": ("foreman", "api.foreman.mn"),
        "pdu-1": ("snmp_pdu", "10.0.0.11"), "relay-1": ("modbus_fans", "10.0.0.4"), "http-row-b": ("http_load", "{address}:8080"),
    }  # fmt: skip
    rows = devices.rows(Site().image, SETTINGS, HandClock().now(), broker_connected=True)
    assert [row.name for row in rows] == list(shown)
    assert PASSWORD not in str(rows)


def test_every_kind_of_device_has_its_words_and_one_who_judges_it() -> None:
    assert sorted([*acting.JUDGES, *sensed.JUDGES]) == sorted(WORDS)


def test_a_device_that_answered_tells_what_it_read_and_how_long_ago() -> None:
    site = Site()
    site.health("roomalert-1")
    site.reading("roomalert-1", "sensor-1", 26.4, "Cel")
    site.reading("roomalert-1", "sensor-2", 22.1, "Cel")
    site.reading("roomalert-1", "humidity", 41.0, "%RH")
    row = site.row("roomalert-1")
    assert (row.verdict, row.words, row.hint) == (CheckVerdict.OK, "22.1 to 26.4 °C (2), 41 %", "")
    assert (row.age_s, row.took_s, row.due_s) == (10.0, 0.02, 20.0 + devices.TOLD_EACH_S)


def test_what_an_earlier_poll_read_is_no_word_of_the_last_one() -> None:
    site = Site()
    site.health("roomalert-1")
    site.reading("roomalert-1", "sensor-1", 26.4, "Cel", began_s=900.0)
    assert site.row("roomalert-1").verdict is CheckVerdict.FAULT


def test_a_sensor_that_gives_no_value_is_named() -> None:
    site = Site()
    site.health("roomalert-1")
    site.reading("roomalert-1", "sensor-1", 26.4, "Cel")
    site.reading("roomalert-1", "sensor-2", None, "Cel", "not a number: 'nan'")
    row = site.row("roomalert-1")
    assert (row.verdict, row.words) == (CheckVerdict.WARNING, "26.4 °C; sensor-2 gives no value: not a number: 'nan'")
    assert "plugged in" in row.hint
    site.reading("roomalert-1", "sensor-3", None, "Cel", "unplugged")
    assert site.row("roomalert-1").words == "26.4 °C; sensor-2 and 1 more give no value: not a number: 'nan'"


def test_a_sensor_that_the_configuration_names_and_the_device_never_delivers_is_named_with_what_to_do() -> None:
    roles = (("roomalert-1/sensor-1", "intake"), ("RoomAlert-1/Sensor-8", "intake"), ("roomalert-2/sensor-9", "intake"))
    chosen = sections.Temperature(roles=roles, switches=(("roomalert-1/switch-2", "door"),))
    site = Site(replace(SETTINGS, temperature=chosen))
    site.health("roomalert-1")
    site.reading("roomalert-1", "sensor-1", 26.4, "Cel")
    row = site.row("roomalert-1")
    assert row.verdict is CheckVerdict.WARNING
    assert row.words == "26.4 °C; it has no sensor-8, switch-2: roles, zones and switches of [TEMPERATURE]"
    assert "is it plugged in" in row.hint
    site.reading("roomalert-1", "sensor-8", None, "Cel", "no sensor is plugged in")
    assert site.row("roomalert-1").words == "26.4 °C; sensor-8 gives no value: no sensor is plugged in"


def test_a_series_that_proves_a_fan_and_is_not_there_is_named() -> None:
    site = Site()
    site.health("iotawatt-1")
    site.reading("iotawatt-1", "voltage", 118.5, "V")
    for number in range(1, 9):
        site.reading("iotawatt-1", f"FAN_{number}", 400.0, "W")
    row = site.row("iotawatt-1")
    assert row.verdict is CheckVerdict.WARNING
    assert row.words == "118.5 V, 8 series; it has no series fan_9: series of [FANS], site_meter of [METER]"


@pytest.mark.parametrize(
    ("meter", "told"),
    [
        ("", ""), ("pdu", ""), ("meter/main", ""), ("iotawatt-1/site_total", ""), ("iotawatt-1/SITE_total", ""),
        ("iotawatt-1/grid", "; it has no series grid: series of [FANS], site_meter of [METER]"),
    ],
)  # fmt: skip
def test_only_a_site_meter_that_is_a_series_of_the_monitor_is_demanded_of_it(meter: str, told: str) -> None:
    site = Site(Settings(apis=sections.Apis(iotawatt_ip=("10.0.0.3",)), meter=sections.Meter(site_meter=meter)))
    site.health("iotawatt-1")
    site.reading("iotawatt-1", "voltage", 118.5, "V")
    site.reading("iotawatt-1", "Site_Total", 90_000.0, "W")
    assert site.row("iotawatt-1").words == f"118.5 V, 1 series{told}"


def test_one_failed_poll_is_a_fault_before_the_device_counts_as_lost() -> None:
    site = Site()
    site.health("pdu-1", "controller", failure="no answer to 3 x 2 s; a wrong community is silence, too", last_ok_mono_s=990.0)
    row = site.row("pdu-1")
    assert row.verdict is CheckVerdict.FAULT
    assert row.words.endswith("; answered 20 s ago")
    assert "community_read" in row.hint


@pytest.mark.parametrize(
    ("level", "reason", "verdict", "words"),
    [
        (Level.NORMAL, "", CheckVerdict.OK, "level normal"),
        (
            Level.UNKNOWN,
            "'Maybe' is not in the vocabulary",
            CheckVerdict.FAULT,
            "level unknown; 'Maybe' is not in the vocabulary",
        ),
    ],
)
def test_a_page_that_answers_and_tells_no_level_is_a_fault(level: Level, reason: str, verdict: CheckVerdict, words: str) -> None:
    site = Site()
    site.health("utility")
    said = Signal(name="utility", level=level, reason=reason, poll_started_mono_s=1000.0, **AT)  # type: ignore[arg-type]
    site.image.take_signal(said)
    row = site.row("utility")
    assert (row.verdict, row.words) == (verdict, words)


def test_outlets_that_a_pdu_does_not_tell_are_counted_and_all_of_them_are_a_fault() -> None:
    site = Site()
    site.health("pdu-1", "controller")
    site.reading("pdu-1", "power", 6.6, "kW")
    site.member(m_1=PowerState.ON, m_2=PowerState.OFF)
    assert site.row("pdu-1").words == "2 outlets, 6.6 kW"
    site.member(m_1=PowerState.ON, m_2=PowerState.UNKNOWN)
    row = site.row("pdu-1")
    assert (row.verdict, row.words) == (CheckVerdict.WARNING, "1 of 2 outlets, 6.6 kW; 1 that it does not tell: m-2")
    site.member(m_1=PowerState.UNKNOWN, m_2=PowerState.UNKNOWN)
    assert site.row("pdu-1").verdict is CheckVerdict.FAULT


def test_what_is_not_armed_or_never_read_back_is_a_warning_and_not_well() -> None:
    site = Site()
    site.health("relay-1", "controller")
    assert "not armed: wiring of [FANS] is empty" in site.row("relay-1").words
    assert site.row("foreman").words.startswith("not armed: api_key or client_id")
    site.health("http-row-b", "controller")
    row = site.row("http-row-b")
    assert (row.verdict, row.words.partition(";")[0]) == (CheckVerdict.WARNING, "not asked")


def test_a_key_arms_foreman_and_then_somebody_must_have_heard_of_it() -> None:
    key = sections.Foreman(api_key=Secret("k"), client_id=1)
    site = Site(Settings(apis=SETTINGS.apis, foreman=key))
    assert (site.row("foreman").verdict, site.row("foreman").words) == (CheckVerdict.UNKNOWN, "nobody has said anything of it")


def test_nothing_is_awaited_of_a_topic_and_one_that_never_spoke_is_unknown() -> None:
    site = Site()
    site.health("yard", polled_mono_s=None, last_ok_mono_s=None)
    row = site.row("yard")
    assert (row.verdict, row.words, row.due_s) == (CheckVerdict.UNKNOWN, "no message has come yet", None)


def test_without_its_owner_or_the_broker_no_device_is_well() -> None:
    site = Site()
    site.health("roomalert-1")
    site.reading("roomalert-1", "sensor-1", 26.4, "Cel")
    assert site.row("roomalert-1").verdict is CheckVerdict.OK
    assert site.row("roomalert-1", broker=False).words.startswith("not heard: the broker cannot be reached; ")
    site.image.signs.take_presence(Presence(source="collector", boot="b", state="offline", version="1"))
    assert site.row("roomalert-1").words.startswith("not read: the collector is offline; ")


def test_a_silent_controllers_devices_are_read_by_nobody() -> None:
    site = Site()
    site.health("pdu-1", "controller")
    site.clock.leap(60.0)
    row = site.row("pdu-1")
    assert (row.verdict, row.due_s, row.hint) == (CheckVerdict.UNKNOWN, None, "")
    assert row.words.startswith("not read: the controller is silent; ")
