"""`mine status` at three in the morning: what it says, and what it leaves out."""

from typing import Any

import pytest

from services.api import feed
from services.api.image import Image
from services.cli.glance import glance
from services.shared.clock import Clock
from services.shared.messages import AlarmState, DeviceHealth, Devices, Drill, Lease, OpenAlarm
from services.shared.settings import missing
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind, HealthState, LeaseKind, Mode
from tests.integration.api_running import state


def shown(*messages: Any, broker: bool = True) -> list[str]:
    clock = Clock("yes")
    image, now = Image(Settings(), clock), clock.now()
    for message in messages:
        sealed = message.model_copy(update={"source": "x", "boot": "b", "host_boot": now.host_boot})
        image.take_state(sealed) if message.TOPIC == "state" else image.take_alarm_state(sealed)
    return list(glance(feed.build(image, Settings(), broker_connected=broker, history="").model_dump(mode="json")))


def test_a_silent_site_says_that_nothing_is_known_and_shows_no_number() -> None:
    lines = shown(broker=False)
    assert lines[:2] == ["Nothing is known of the site at present.", "  because the broker cannot be reached"]
    text = "\n".join(lines)
    for words in ("unknown: the controller has not spoken", "not measured", "hottest intake unknown", "THE BROKER CANNOT"):
        assert words in text
    assert "unknown: the notifier is silent" in text
    assert " 0.0 kW" not in text and "None" not in text


def test_a_curtailed_site_says_why_and_how_much_is_not_confirmed() -> None:
    text = "\n".join(shown(state()))
    assert "  because the utility asks for control" in text
    assert "Mode          curtailed since" in text and "limited by signal utility" in text
    assert "3.5 kW on (measured 0 s ago), may be 0.0 of 990 kW, 12.0 kW NOT CONFIRMED" in text
    assert "utility: control, heard 0 s ago" in text
    assert "None" not in text and "kW, event" not in text  # a signal that names no target and no event has none


def test_what_a_silent_controller_does_not_read_is_one_line_and_what_it_lost_before_another() -> None:
    clock = Clock("yes")
    image, now = Image(Settings(), clock), clock.now()
    known: dict[str, Any] = {"kind": "snmp_pdu", "last_ok_mono_s": now.mono_s, "lost_since_at": None}
    healths = [DeviceHealth(device=f"pdu-{number}", state=HealthState.OK, reason="", **known) for number in range(1, 11)]
    healths.append(DeviceHealth(device="relay-1", state=HealthState.LOST, reason="no answer within 5 s", **known))
    image.take_devices(Devices(source="controller", host_boot=now.host_boot, devices=tuple(healths)))
    told = list(glance(feed.build(image, Settings(), broker_connected=True, history="").model_dump(mode="json")))
    first = next(number for number, line in enumerate(told) if line.startswith("Not well"))
    assert told[first].startswith("Not well      relay-1 (snmp_pdu): lost, answered 0 s ago: no answer within 5 s")
    assert told[first + 1].strip() == "10 devices not read: the controller is silent"
    assert not any("pdu-" in line for line in told)


def test_drills_that_never_were_are_one_line_and_an_alarm_has_its_age() -> None:
    never = tuple(Drill(device=f"pdu-{n}", at=None, proven=False, seconds=None, how="") for n in range(1, 11))
    since = Clock("yes").now().wall_s - 600
    alarm = OpenAlarm(key="door", kind=AlarmKind.WARNING, active=True, cause="The door is open.", consequence="",
                      action="Close it.", since_at=since, ended_at=None, acknowledged_by="", receipts=())  # fmt: skip
    lines = shown(state(drills=never), AlarmState(alarms=(alarm,), channels=()))
    assert sum("drilled" in line for line in lines) == 1
    assert any(line.startswith("Never drilled pdu-1, pdu-2") for line in lines)
    assert "Alarms        Warning door, 10 min, NOT SEEN BY ANYBODY: The door is open. Close it." in lines


def test_a_cause_and_what_to_do_are_two_sentences_whoever_wrote_them() -> None:
    since = Clock("yes").now().wall_s - 600
    alarm = OpenAlarm(key="database", kind=AlarmKind.WARNING, active=True, cause="history: x lies beside a new mine_data.db",
                      consequence="", action="take the file away, or delete it", since_at=since, ended_at=None,
                      acknowledged_by="", receipts=())  # fmt: skip
    told = next(line for line in shown(state(), AlarmState(alarms=(alarm,), channels=())) if "database" in line)
    assert told.endswith(": History: x lies beside a new mine_data.db. Take the file away, or delete it.")


def test_what_a_site_does_not_have_is_not_unknown() -> None:
    clock = Clock("yes")
    image, now = Image(Settings(), clock), clock.now()
    load = state().load.model_copy(update={"measured_kw": None, "nominal_kw": 0.0, "target_kw": 0.0, "unknown_kw": 0.0})
    bare = state(temperature_max_c=None, load=load, missing=missing(Settings()))
    image.take_state(bare.model_copy(update={"source": "x", "boot": "b", "host_boot": now.host_boot}))
    told = list(glance(feed.build(image, Settings(), broker_connected=True, history="").model_dump(mode="json")))
    assert "Load          none is set up" in told
    assert "Temperature   no sensor is set up" in told


def test_while_load_returns_it_says_what_is_released_so_far_and_what_will_be_at_the_end() -> None:
    load = state().load.model_copy(update={"target_kw": 990.0, "setpoint_kw": 203.0, "unknown_kw": 0.0})
    assert "may be 203.0 kW so far, at the end 990.0 of 990 kW" in "\n".join(shown(state(Mode.RESTORING, load=load, limits=())))


@pytest.mark.parametrize(
    ("kind", "payload", "word"),
    [
        (LeaseKind.POWER_SIGNAL, '{"level": "control", "target_kw": 500}', "curtailed by ann"),
        (LeaseKind.MINERS, '{"action": "sleep", "members": ["row-b"]}', "held by ann"),
        (LeaseKind.POWER_SIGNAL, '{"level": "emergency"}', "FORCED by ann"),
        (LeaseKind.POWER_SIGNAL, "no JSON", "FORCED by ann"),
        (LeaseKind.TEMPERATURE, '{"celsius": 41}', "FORCED by ann"),
    ],
)
def test_only_a_signal_or_a_temperature_is_forced_and_what_a_person_curtails_or_holds_is_said_so(
    kind: LeaseKind, payload: str, word: str
) -> None:
    one = Lease(id="l1", kind=kind, owner="ann", reason="", payload=payload, from_at=1.0, until_at=2.0)
    mode = next(line for line in shown(state(leases=(one,), forced=True)) if line.startswith("Mode"))
    assert "; limited by" in mode and f", {word};" in mode and ("FORCED" in mode) == ("FORCED" in word)
