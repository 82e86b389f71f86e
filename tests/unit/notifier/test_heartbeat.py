"""The sign of life: when, and what it says."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from services.notifier import alarms
from services.notifier.account import UNWATCHED, Around, account, headline
from services.notifier.heartbeat import FACT, Heartbeat
from services.notifier.record import Phase, Record
from services.notifier.rules import Rules
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth, LoadSummary, SignalView, State
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind, Control, HealthState, Level, Mode
from tests.unit.notifier.words import WALL_S, Owner, at

HOURLY = Notifications(heartbeat_minutes=60)
TELEGRAM: dict[str, tuple[str, ...]] = {"telegram": ()}


def state(decided_mono_s: float, measured_kw: float | None = 987.0, host_boot: str = "this-boot", **changes: Any) -> State:
    load = LoadSummary(
        measured_kw=measured_kw, measured_at=None, measured_mono_s=None if measured_kw is None else decided_mono_s - 3,
        target_kw=900.0, setpoint_kw=1000.0, unknown_kw=0.0, nominal_kw=1000.0,
    )  # fmt: skip
    return State(
        mode=Mode.THERMAL_LIMIT, since_at=WALL_S, control=Control.ARMED, reasons=("zone east is hot",), limited_by="", phase="",
        limits=(), signals=changes.pop("signals", ()), load=load, temperature_max_c=36.5, fan_stage=9, fans=(), leases=(),
        lockouts=(), trips=(), decided_mono_s=decided_mono_s, host_boot=host_boot,
        temperature_mono_s=changes.pop("temperature_mono_s", decided_mono_s - 60), **changes,
    )  # fmt: skip


def record(key: str, mono_s: float = 0, **changes: Any) -> Record:
    heard = alarms.heard(None, Owner().says(key, cause=f"{key} is bad"), at(mono_s), Rules())
    assert heard is not None
    return replace(heard, **{"phase": Phase.UNACKNOWLEDGED, "told": AlarmKind.WARNING, **changes})


def lines(around: Around, said: State | None = None) -> list[str]:
    return account(said, around, at(102))


def health(name: str, health_state: HealthState, reason: str = "", waiting: int = 0) -> ChannelHealth:
    return ChannelHealth(name=name, state=health_state, reason=reason, waiting=waiting, last_delivered_at=None)


def says(around: Around, *wanted: str) -> None:
    found = lines(around)
    assert [line for line in wanted if line not in found] == [], found


def says_not(around: Around, words: str, of: Iterable[str] | None = None) -> None:
    assert not [line for line in of or lines(around) if words in line]


def test_it_beats_once_an_hour_and_a_restart_is_no_beat() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    assert not heart.is_due(at(3_599), heard=True)
    assert heart.is_due(at(3_600), heard=True)
    _, facts = heart.drafts(state(3_600), TELEGRAM, Around(), at(3_600))
    assert not heart.is_due(at(7_199), heard=True)
    assert heart.is_due(at(7_200), heard=True)
    restarted = Heartbeat(HOURLY, "mine", facts, at(3_700))
    assert not restarted.is_due(at(3_800), heard=True)
    assert restarted.is_due(at(7_200), heard=True)


def test_it_waits_for_the_controller_and_then_says_that_it_was_not_heard() -> None:
    heart = Heartbeat(HOURLY, "mine", {FACT: repr(WALL_S - 4_000)}, at(0))
    assert not heart.is_due(at(29), heard=False)
    assert heart.is_due(at(29), heard=True)
    assert heart.is_due(at(30), heard=False)
    (draft,), _ = heart.drafts(None, TELEGRAM, Around(), at(30))
    assert draft.text.subject == "[mine] Alive, but the controller was not heard"


def test_a_calendar_that_was_set_back_does_not_silence_it_and_zero_turns_it_off() -> None:
    heart = Heartbeat(HOURLY, "mine", {FACT: repr(WALL_S + 1e6)}, at(0))
    assert heart.is_due(at(1), heard=True)
    assert not Heartbeat(Notifications(heartbeat_minutes=0), "mine", {}, at(0)).is_due(at(1e6), heard=True)


@pytest.mark.parametrize("by_s", [-1e6, -600.0, 600.0, 1e9])
def test_a_clock_that_is_set_between_two_beats_brings_the_second_neither_early_nor_late(by_s: float) -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    heart.drafts(state(3_600), TELEGRAM, Around(), at(3_600))

    def set_clock(mono_s: float) -> Moment:
        return replace(at(mono_s), wall_s=at(mono_s).wall_s + by_s)

    assert not any(heart.is_due(set_clock(mono_s), heard=True) for mono_s in (3_601, 5_000, 7_199))
    assert heart.is_due(set_clock(7_200), heard=True)


def test_it_goes_to_whom_it_is_given_as_a_message_of_its_own() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    drafts, _ = heart.drafts(state(100), {"telegram": ("42", "7"), "email": ()}, Around(), at(102))
    assert [(one.channel, one.recipients, one.thread, one.kind) for one in drafts] == [
        ("telegram", ("42", "7"), "", AlarmKind.HEARTBEAT),
        ("email", (), "", AlarmKind.HEARTBEAT),
    ]
    assert drafts[0].text.subject == "[mine] Alive: thermal limit, armed (2 s ago)"


def test_it_tells_mode_power_target_heat_and_how_old_each_is() -> None:
    assert lines(Around(), state(100))[:4] == [
        "Load 987 kW of 1000 kW (5 s ago), target 900 kW",
        "Temperature 36.5 C, the hottest intake (1 min 2 s ago); fans: stage 9",
        "In this mode since 2027-01-15T08:00:00Z",
        "zone east is hot",
    ]


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    (draft,), _ = heart.drafts(state(100, measured_kw=None, host_boot="another-boot"), TELEGRAM, Around(), at(102))
    assert "Load unknown of 1000 kW (age unknown)" in draft.text.body
    assert "(age unknown)" in draft.text.subject


def test_a_temperature_that_is_not_known_has_no_age_and_a_persons_value_is_told_as_one() -> None:
    blind = state(100, temperature_mono_s=None).model_copy(update={"temperature_max_c": None})
    assert "Temperature unknown; fans: stage 9" in lines(Around(), blind)
    forced = lines(Around(), state(100, temperature_mono_s=None, forced=True))
    assert "Temperature 36.5 C, the hottest intake (a person's value); fans: stage 9" in forced


def test_forced_values_and_the_signals_with_their_ages_are_told() -> None:
    signal = SignalView(
        name="utility", level=Level.NORMAL, effective=Level.CONTROL, target_kw=None, observed_mono_s=40.0, observed_at=None,
        commissioned=True, in_service=False, reason="",
    )  # fmt: skip
    found = lines(Around(), state(100, signals=(signal,), forced=True))
    assert "Signal utility: normal, taken as control (1 min 2 s ago), OUT OF SERVICE" in found
    assert any(line.startswith("FORCED") for line in found)


def test_open_unacknowledged_and_shelved_alarms_are_counted_and_listed_with_their_ages() -> None:
    records = (
        record("hot", since_at=WALL_S + 40),
        record("door", phase=Phase.ACKNOWLEDGED, acknowledged_by="anna"),
        record("noise", shelved_by="bob", shelved_until_at=WALL_S + 900),
        record("gone", phase=Phase.RETURNED, active=False),
        record("smoke", kind=AlarmKind.EMERGENCY),
    )
    says(
        Around(records),
        "Open alarms: 4 (2 unacknowledged, 1 shelved)",
        "- warning, for 1 min 2 s: hot is bad",
        "- warning (acknowledged by anna), for 1 min 42 s: door is bad",
        "- warning (shelved), for 1 min 42 s: noise is bad",
    )
    listed = [line for line in lines(Around(records)) if line.startswith("- ")]
    assert listed[0].startswith("- emergency")
    says(Around(), "No open alarms.")


def test_channels_that_do_not_work_services_and_who_watches_are_told() -> None:
    channels = (
        health("telegram", HealthState.LOST, "no answer within 15 s", 3),
        health("email", HealthState.OK),
        health("sms", HealthState.NOT_CONFIGURED, "no SMS provider is set"),
    )
    around = Around((), channels, {"controller": 3.0, "api": None})
    says(around, "Channel telegram does not work: no answer within 15 s (3 waiting)", "Heard: controller 3 s ago, api never")
    says(around, UNWATCHED)
    says_not(around, "email")
    says(Around((), channels[2:]), "No channel is set up.")
    says_not(Around(watcher="The outside watcher heard us."), UNWATCHED)


def test_a_controller_that_fell_silent_is_the_headline_and_not_the_mode_of_then() -> None:
    assert headline(state(100), at(160)) == "Alive: thermal limit, armed (1 min 0 s ago)"
    assert headline(state(100), at(161)) == "Alive, but the controller is silent (its last decision 1 min 1 s ago)"
