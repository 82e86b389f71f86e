"""Without what it takes to know it nobody calls the site safe, and the page lists what cannot be measured now."""

from typing import Any

import pytest

from services.api import feed, status
from services.api.dashboard import Dashboard
from services.api.image import SILENT_TO_SEE_S, Image
from services.api.signs import COLLECTOR_SILENT_S
from services.shared.messages import (
    AlarmState,
    DeviceHealth,
    Devices,
    FanView,
    Limit,
    OpenAlarm,
    Presence,
    Reading,
    State,
    SwitchReading,
)
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind, HealthState, Mode, PowerState, Proof, Quality, RuleKind, SwitchRole
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock

SETTINGS = Settings(
    temperature=sections.Temperature(switches=(("ra/smoke", "Smoke!"), ("ra/flood", "flood"), ("ra/door", "door"))),
)
ROLES = {"smoke": SwitchRole.SMOKE, "flood": SwitchRole.FLOOD, "door": SwitchRole.DOOR}
SEEN: dict[str, Any] = {"host_boot": "this-boot", "boot": "b", "source": "collector"}


def fan(number: int = 1, **more: Any) -> FanView:
    base: dict[str, Any] = {
        "commanded": PowerState.ON, "running": PowerState.ON, "proven": Proof.PROVEN, "watts": 400.0, "read_mono_s": 1000.0,
        "locked_out": False, "reason": "",
    }  # fmt: skip
    return FanView(number=number, **base | more)


def said(mode: Mode = Mode.NORMAL, **changes: Any) -> State:
    load = {"measured_kw": 900.0, "measured_mono_s": 1000.0, "unknown_kw": 0.0} | changes.pop("load", {})
    base = state(mode, host_boot="this-boot", **{"decided_mono_s": 1000.0, "fans": (fan(),), "signals": ()} | changes)
    return base.model_copy(update={"load": base.load.model_copy(update=load)})


class Site:
    """An api that heard all contacts and the health of two devices once, at 1000 s."""

    def __init__(self, *contacts: str) -> None:
        self.clock = HandClock()
        self.image = Image(SETTINGS, self.clock)
        self.image.signs.take_presence(Presence(source="collector", boot="b", state="online", version="1"))
        for seq, name in enumerate(contacts or ROLES):
            contact: dict[str, Any] = {
                "device": "ra",
                "quantity": name,
                "role": ROLES[name],
                "poll_started_mono_s": 1000.0,
                "measured_at": 1.0,
            }
            self.image.take_switch(SwitchReading(closed=False, active=False, seq=seq, **contact, **SEEN))

    def lose(self, *names: str) -> None:
        lost: dict[str, Any] = {
            "kind": "x",
            "state": HealthState.LOST,
            "reason": "no answer within 5 s",
            "last_ok_mono_s": None,
            "lost_since_at": None,
        }
        healths = tuple(DeviceHealth(device=name, **lost) for name in names)
        self.image.take_devices(Devices(host_boot="this-boot", source="controller", devices=healths))

    def told(self, message: State | None = None) -> Dashboard:
        self.image.take_state(message or said())
        return feed.build(self.image, SETTINGS, broker_connected=True, history="")


def test_a_site_of_which_all_is_known_is_safe_and_misses_nothing() -> None:
    found = Site().told()
    assert (found.headline.sentence, found.headline.safe, found.missing) == ("Safe. The load may run.", True, ())


def test_a_blind_site_is_not_known_to_be_safe_and_says_for_want_of_what() -> None:
    found = Site("door").told(said(load={"measured_kw": None, "measured_mono_s": None}))
    assert found.headline.sentence == (
        "Not known to be safe: the smoke contact, the flood contact and the load are not read. The load may run."
    )
    assert (found.headline.safe, found.headline.tone) == (None, "unknown")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"load": {"measured_kw": None, "measured_mono_s": None}}, "the load is not read"),
        ({"load": {"measured_mono_s": 900.0}}, "the load is not read"),
        ({"fans": (fan(proven=Proof.UNPROVEN), fan(2, running=PowerState.UNKNOWN))}, "no fan is proven to run"),
    ],
)
def test_each_thing_that_is_not_known_keeps_the_site_from_being_called_safe(changes: dict[str, Any], why: str) -> None:
    for mode in (Mode.NORMAL, Mode.CURTAILING, Mode.RESTORING, Mode.MANUAL, Mode.STARTING):
        found = Site().told(said(mode, **changes)).headline
        assert found.sentence.startswith(f"Not known to be safe: {why}.") and "Safe." not in found.sentence
        assert (found.safe, found.tone) == (None, "unknown")


def test_one_proven_fan_or_none_that_is_wanted_is_enough() -> None:
    rests = fan(2, commanded=PowerState.OFF, running=PowerState.OFF, proven=Proof.UNPROVEN)
    assert Site().told(said(fans=(fan(), fan(3, proven=Proof.UNPROVEN), rests))).headline.safe
    assert Site().told(said(fans=(rests,))).headline.safe


def test_what_is_known_to_be_bad_stays_bad() -> None:
    found = Site("door").told(said(Mode.FAILSAFE)).headline
    assert (found.safe, found.tone, found.sentence) == (False, "bad", "Not safe to run: too little is known.")


def test_a_collector_that_hangs_is_told_within_seconds_and_nothing_is_safe_without_it() -> None:
    site = Site()
    site.clock.leap(COLLECTOR_SILENT_S)
    assert site.told(said(decided_mono_s=1012.0)).headline.safe
    site.clock.leap(0.1)
    found = site.told(said(decided_mono_s=1012.1))
    assert found.headline.sentence == "Not known to be safe: the collector is silent. The load may run."
    assert found.headline.todo[0].startswith("The collector is silent, and nothing is measured: it is started again by itself")
    assert found.missing == ("The collector is silent: nothing that it reads is of the present.",)
    assert {one.name: one.state for one in found.services}["collector"] == "unknown"


@pytest.mark.parametrize(("active", "safe"), [(True, False), (False, True)])
def test_the_alarm_of_load_above_its_target_takes_the_word_safe_from_the_headline(active: bool, safe: bool) -> None:
    site = Site()
    alarm = OpenAlarm(
        key="over_target", kind=AlarmKind.EMERGENCY, active=active, cause="818 kW of 500 kW", consequence="", action="",
        since_at=1.0, ended_at=None, acknowledged_by="", receipts=(),
    )  # fmt: skip
    site.image.take_alarm_state(AlarmState(alarms=(alarm,), channels=(), **SEEN | {"source": "notifier"}))
    site.image.signs.take_presence(Presence(source="notifier", boot="b", state="online", version="1"))
    found = site.told(said(Mode.CURTAILING))
    assert (found.alarms.known, found.headline.safe) == (True, safe)


def test_what_a_device_said_of_smoke_before_it_was_lost_is_not_known_any_more() -> None:
    site = Site()
    site.lose("ra")
    found = site.told(said(temperature_max_c=None))
    assert found.headline.sentence == (
        "Not known to be safe: the smoke contact, the flood contact and the temperature are not read. The load may run."
    )
    assert "Not read: the smoke contact, the flood contact and the door contact." in found.missing


def test_a_contact_whose_device_is_lost_is_unknown_in_its_tile_in_the_same_moment_and_says_why() -> None:
    site = Site()
    assert [one.active for one in site.told().switches] == [False] * 3
    site.lose("ra")
    told = {(one.active, one.tone, one.reason) for one in site.told().switches}
    assert told == {(None, "unknown", "ra: no answer within 5 s")}


def test_a_collector_that_hangs_is_silent_in_the_headline_when_it_is_in_the_list_of_services() -> None:
    """What it sent last may be younger than the last sign that it runs."""
    site = Site()
    site.clock.leap(COLLECTOR_SILENT_S - 2)
    site.image.take_devices(Devices(host_boot="this-boot", source="collector", devices=()))
    site.clock.leap(2.1)
    found = site.told(said(decided_mono_s=1012.1))
    assert {one.name: one.state for one in found.services}["collector"] == "unknown"
    assert found.headline.sentence == "Not known to be safe: the collector is silent. The load may run."


def test_what_cannot_be_measured_is_missing_each_cause_once_and_devices_together() -> None:
    site = Site("door")
    site.lose("pdu-1", "pdu-2", "pdu-3", "pdu-4", "relay-1")
    lost = said(missing=("No way to people is set up.",), temperature_max_c=None, load={"measured_kw": None})
    found = site.told(lost)
    assert found.missing == (
        "No way to people is set up.",
        "No answer from pdu-1, pdu-2, pdu-3 and 2 more.",
        "Not read: the smoke contact and the flood contact.",
        "The load is not measured.",
        "No intake temperature is known.",
    )
    assert status.build(found).missing == list(found.missing)


@pytest.mark.parametrize("hangs", [True, False])
def test_a_controller_that_hangs_or_ended_is_one_cause_and_its_devices_are_not_read(hangs: bool) -> None:
    site = Site()
    known: dict[str, Any] = {"kind": "x", "state": HealthState.OK, "reason": "", "last_ok_mono_s": 999.0, "lost_since_at": None}
    healths = tuple(DeviceHealth(device=f"pdu-{number}", **known) for number in range(1, 11))
    site.image.take_devices(Devices(host_boot="this-boot", source="controller", devices=healths))
    decided = said().model_copy(update={"boot": "b"})
    assert site.told(decided).missing == ()
    if hangs:
        site.clock.leap(SILENT_TO_SEE_S + 0.1)
    else:
        site.image.signs.take_presence(Presence(source="controller", boot="b", state="offline", version="1"))
    found = site.told(decided)
    assert [line for line in found.missing if "silent" in line or "answer" in line] == [
        "The controller is silent: nothing that it reads is of the present."
    ]
    assert {one.reason for one in found.devices} == {f"not read: the controller is {'silent' if hangs else 'offline'}"}


def test_when_no_meter_is_read_any_more_the_last_load_stays_with_its_age_and_is_stale() -> None:
    site = Site()
    site.told()
    site.clock.leap(5.0)
    found = site.told(said(decided_mono_s=1005.0, load={"measured_kw": None, "measured_mono_s": None})).load
    assert (found.measured_kw, found.age_s, found.stale) == (900.0, 5.0, True)


def test_a_silent_controller_is_silent_since_its_last_word() -> None:
    site = Site()
    spoke_at = site.clock.now().wall_s
    site.told()
    site.clock.leap(SILENT_TO_SEE_S + 1)
    found = feed.build(site.image, SETTINGS, broker_connected=True, history="")
    assert (found.headline.why, found.since_at) == (("the controller is silent",), spoke_at)


def test_a_curtailment_in_which_the_guard_of_the_interval_holds_tighter_is_the_utilitys_since_it_began() -> None:
    site, begun_at = Site(), 1_795_366_920.0
    site.told(said(Mode.CURTAILING, since_at=begun_at))
    limits = (
        Limit(rule="worst interval", kind=RuleKind.INTERVAL, scope="site", ceiling_kw=191.0,
              reason="worst interval: at most 191 kW"),
        Limit(rule="signal utility", kind=RuleKind.SIGNAL, scope="site", ceiling_kw=400.0, reason="utility signal: Control",
              clause="utility signal Control"),
    )  # fmt: skip
    asked: dict[str, Any] = {"since_at": begun_at + 180, "limits": limits, "reasons": tuple(one.reason for one in limits)}
    found = site.told(said(Mode.CURTAILED, **asked, load={"proven": True})).headline
    assert (
        "Curtailed, asked 22 Nov 11:02, proven off 22 Nov 11:05: utility signal Control; worst interval: at most 191 kW. 900 kW"
        in found.sentence
    )


def probe(zone: str, value: float | None, seq: int, reason: str = "") -> Reading:
    quality = Quality.BAD if value is None else Quality.GOOD
    return Reading(
        device="ra", quantity=f"{zone}-probe", label=f"{zone} intake", zone=zone, role="intake", value=value, unit="Cel",
        quality=quality, reason=reason, poll_started_mono_s=1000.0 + seq / 1000, measured_at=1.0, seq=10 + seq, **SEEN,
    )  # fmt: skip


def test_a_zone_whose_only_probe_is_pulled_is_not_known_to_be_safe_and_it_is_to_be_checked() -> None:
    site = Site()
    for one in (probe("east", 21.4, 0), probe("west", 22.0, 1)):
        site.image.take_reading(one)
    assert site.told().headline.safe
    site.image.take_reading(probe("east", None, 2, "no sensor is plugged in"))
    site.clock.leap(1)
    found = site.told()
    assert (found.headline.safe, found.headline.sentence) == (
        None,
        "Not known to be safe: the temperature of zone east is not read. The load may run.",
    )
    assert found.headline.todo == ("Check east intake, its plug and its cable: no sensor is plugged in.",)
    assert found.missing == ("Not measured now: east intake.",)


def test_one_pulled_probe_of_two_leaves_its_zone_read_and_is_to_be_checked() -> None:
    site = Site()
    second = probe("east", 22.0, 1).model_copy(update={"quantity": "second", "label": "east second"})
    for one in (probe("east", 21.4, 0), second, probe("east", None, 2, "no sensor is plugged in")):
        site.image.take_reading(one)
    head = site.told().headline
    assert (head.safe, head.todo) == (True, ("Check east intake, its plug and its cable: no sensor is plugged in.",))


def test_an_empty_port_that_nobody_configured_is_no_probe_that_is_out() -> None:
    site = Site()
    site.image.take_reading(probe("east", None, 0, "no sensor is plugged in"))
    found = site.told()
    assert (found.headline.safe, found.headline.todo, found.missing) == (True, (), ())
