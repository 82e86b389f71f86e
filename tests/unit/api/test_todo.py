"""What a person should do now: from what is known, the gravest first, and nothing where there is nothing to do."""

from typing import Any

import pytest

from services.api.headline import NO_BROKER
from services.api.history import later
from services.api.tile_views import AlarmsTile, DeviceTile, HistoryTile, ServiceTile
from services.api.todo import ARMED, todo
from services.shared.messages import OpenAlarm, State, Trip
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from services.shared.vocabulary import AlarmKind, Control, HealthState, Mode, Priority
from tests.integration.api_running import state

COLLECTOR = (
    "The collector is offline, and nothing is measured: it is started again by itself within 2 min; if not, type "
    '"sudo systemctl restart bitcoin-mine" on the Pi.'
)
STOP = Trip(key="stop", reason="emergency stop by ann: fire drill", since_at=1.0)


def alarm(key: str = "load_still_on", **more: Any) -> OpenAlarm:
    base: dict[str, Any] = {
        "kind": AlarmKind.EMERGENCY, "active": True, "cause": "12 kW are still on behind pdu-2.", "consequence": "",
        "action": "Look at pdu-2.", "since_at": 1.0, "ended_at": None, "acknowledged_by": "", "receipts": (),
    }  # fmt: skip
    return OpenAlarm(key=key, **base | more)


def device(name: str, owner: str = "controller", found: HealthState = HealthState.LOST) -> DeviceTile:
    return DeviceTile(name=name, kind="x", owner=owner, state=found, reason="", age_s=None, lost_since_at=None)


def service(name: str, found: Any = "online") -> ServiceTile:
    return ServiceTile(name=name, state=found, version="", since_at=None)


def told(
    message: State | None = None, *alarms: OpenAlarm, silence: str = "", known: bool = True, history: str = "", **more: Any
) -> tuple[str, ...]:
    tile = AlarmsTile(known=known, open=None, unacknowledged=None, alarms=alarms, channels=())
    stored = HistoryTile(ok=not history, reason=history)
    services, devices, notices = (more.get(name, ()) for name in ("services", "devices", "notices"))
    return todo(message or state(Mode.NORMAL), silence, tile, services, devices, stored, notices)


def test_a_configuration_with_a_mistake_is_told_also_where_the_controller_is_silent() -> None:
    """It may be why it does not start."""
    notices = ("Mend the configuration.",)
    silent = todo(
        state(Mode.NORMAL),
        "the controller is silent",
        AlarmsTile(known=True, open=None, unacknowledged=None, alarms=(), channels=()),
        (),
        (),
        HistoryTile(ok=True, reason=""),
        notices,
    )
    assert (len(silent), silent[-1]) == (3, "Mend the configuration.")


def test_a_site_that_is_well_asks_for_nothing() -> None:
    assert told(services=(service("collector"),), devices=(device("pdu-1", found=HealthState.OK),)) == ()


def test_a_trip_asks_for_its_reset_and_while_its_cause_stands_says_so() -> None:
    assert told(state(trips=(STOP,))) == ("Stopped: emergency stop by ann: fire drill. Reset it when the site may run.",)
    (line,) = told(state(trips=(Trip(key="smoke", reason="Smoke.", since_at=1.0),)))
    assert line == "Tripped: Smoke. Nothing shows its cause any more: look at the site, then reset it."
    hot = Trip(key="over_temperature_east", reason="s1 at 41.0 °C", since_at=1.0, present="the cause persists: it has 39.0 °C")
    (line,) = told(state(trips=(hot,)))
    assert line == "Tripped: s1 at 41.0 °C. It cannot be reset yet: the cause persists: it has 39.0 °C."


@pytest.mark.parametrize(("key", "first"), [("smoke", "Call the fire brigade"), ("flood", "Look for the leak")])
def test_while_there_is_smoke_or_water_the_expected_action_comes_before_the_reset(key: str, first: str) -> None:
    trip = Trip(key=key, reason="It is at the hall.", since_at=1.0, present="the cause persists")
    assert told(state(trips=(trip,))) == (
        f"{first}: It is at the hall.",
        "Tripped: It is at the hall. It cannot be reset yet: the cause persists.",
    )


def test_two_zones_that_tripped_ask_for_one_thing() -> None:
    zones = [Trip(key=f"over_temperature_{zone}", reason=f"{zone} at 41.0 °C", since_at=1.0) for zone in ("east", "west")]
    (line,) = told(state(trips=tuple(zones)))
    assert line == (
        "Tripped: east at 41.0 °C; west at 41.0 °C. Nothing shows their causes any more: look at the site, then reset them."
    )
    hot = [zone.model_copy(update={"present": f"{zone.key[-4:]} is hot"}) for zone in zones]
    (line,) = told(state(trips=tuple(hot)))
    assert line == "Tripped: east at 41.0 °C; west at 41.0 °C. They cannot be reset yet: east is hot; west is hot."
    assert len(told(state(trips=(STOP, hot[0], zones[1])))) == 3


def test_no_line_has_marks_of_the_manual() -> None:
    (line,) = told(None, alarm(action="See it; then `mine notify test sms`."))
    assert line == 'See it; then "mine notify test sms": 12 kW are still on behind pdu-2.'


def test_an_emergency_that_nobody_acknowledged_asks_for_its_action() -> None:
    assert told(None, alarm()) == ("Look at pdu-2: 12 kW are still on behind pdu-2.",)
    calm = alarm("signal_utility", action="Nothing, unless the kW do not fall: see the page.", cause="The utility asks.")
    assert told(None, calm) == ("Acknowledge the alarm: The utility asks.",)


@pytest.mark.parametrize(
    "changes",
    [{"state": "acknowledged"}, {"state": "shelved"}, {"active": False}, {"kind": AlarmKind.WARNING}, {"key": "trip_stop"}],
)
def test_an_alarm_that_is_seen_or_over_or_a_warning_or_told_by_its_trip_asks_for_nothing(changes: dict[str, Any]) -> None:
    assert told(None, alarm().model_copy(update=changes)) == ()


def test_alarms_of_a_notifier_that_is_not_heard_are_of_the_past() -> None:
    assert told(None, alarm(), known=False) == ()


def test_services_and_devices_that_are_gone_are_named_and_a_service_stands_for_its_devices() -> None:
    services = (service("collector", "offline"), service("controller"))
    devices = (device("roomalert-1", "collector"), *(device(f"pdu-{n}") for n in range(1, 6)))
    assert told(services=services, devices=devices) == (
        COLLECTOR,
        "pdu-1, pdu-2, pdu-3 and 2 more do not answer: check power and network there.",
    )
    assert told(devices=devices[1:2]) == ("pdu-1 does not answer: check power and network there.",)


def test_a_card_that_takes_nothing_and_a_site_that_only_observes_are_told() -> None:
    assert told(state(control=Control.OBSERVE), history="disk full") == (
        "Look at the card of the Pi: records are not stored (disk full).",
        "Observing only: when what it would do is right, set control to armed in its settings and restart the controller.",
    )


def test_tables_of_a_later_version_do_not_send_a_person_to_the_card() -> None:
    (line,) = told(history=later.told("9004"))
    assert line.startswith('Install that version ("mine update --force"); or stop the site and bring back a backup')
    assert line.endswith("(9004; this one knows them up to 0003).") and "card" not in line


def test_a_restored_site_is_told_to_be_armed_and_an_armed_one_to_be_restarted_never_both() -> None:
    """Its settings may say armed all the time."""
    observing = state(control=Control.OBSERVE, missing=(f"Restored from mine-1.tar.gz{UNTIL_ARMED}",))
    assert told(observing) == (
        'Observing since it was restored from mine-1.tar.gz: when what it would do is right, type "mine arm", then restart the'
        " controller.",
    )
    assert told(state(control=Control.OBSERVE, missing=(f"Restored from mine-1.tar.gz{ONCE_ARMED}",))) == (ARMED,)


def test_the_gravest_comes_first_and_four_are_enough() -> None:
    low, high = alarm("fans_disproved", priority=Priority.LOW, action="Look at fan 3."), alarm(priority=Priority.HIGH)
    found = told(state(trips=(STOP,), control=Control.OBSERVE), low, high, history="full", devices=(device("pdu-1"),))
    assert [line.split(":")[0] for line in found] == ["Stopped", "Observing", "Look at pdu-2", "Look at fan 3"]


def test_a_stop_on_a_site_that_observes_is_to_be_carried_out_by_hand() -> None:
    found = told(state(trips=(STOP,), control=Control.OBSERVE))
    assert found[1] == "Observing: nothing is switched; take the load off by hand."


@pytest.mark.parametrize("silence", [NO_BROKER, "the controller is silent"])
def test_of_a_silent_site_it_says_what_to_check_and_nothing_that_was_said_before(silence: str) -> None:
    found = told(state(trips=(STOP,)), alarm(), silence=silence)
    assert found[0].startswith("Check ")
    assert "mine status" not in found[0], "it is where this is read"
    assert ("systemctl restart" in found[0]) is (silence != NO_BROKER)
    assert ("broker" in found[0]) is (silence == NO_BROKER)
    assert not any("Stopped" in line or "pdu-2" in line for line in found)
