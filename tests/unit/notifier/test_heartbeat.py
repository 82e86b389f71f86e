"""The sign of life: when, and what it says."""

from services.notifier import alarms
from services.notifier.heartbeat import FACT, Heartbeat
from services.shared.messages import LoadSummary, State
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import Control, Mode
from tests.unit.notifier.words import WALL_S, Owner, at

HOURLY = Notifications(heartbeat_minutes=60)


def state(decided_mono_s: float, measured_kw: float | None = 987.0, host_boot: str = "this-boot") -> State:
    load = LoadSummary(
        measured_kw=measured_kw, measured_at=None, measured_mono_s=None if measured_kw is None else decided_mono_s - 3,
        target_kw=1000.0, setpoint_kw=1000.0, unknown_kw=0.0, nominal_kw=1000.0,
    )  # fmt: skip
    return State(
        mode=Mode.THERMAL_LIMIT, since_at=0.0, control=Control.ARMED, reasons=("zone east is hot",), limited_by="", phase="",
        limits=(), signals=(), load=load, temperature_max_c=36.5, fan_stage=9, fans=(), leases=(), lockouts=(), trips=(),
        decided_mono_s=decided_mono_s, host_boot=host_boot,
    )  # fmt: skip


def test_it_beats_once_an_hour_and_a_restart_is_no_beat() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    heart.take_state(state(0))
    assert not heart.is_due(at(3_599))
    assert heart.is_due(at(3_600))
    _, facts = heart.drafts([], ("telegram",), at(3_600))
    assert not heart.is_due(at(7_199))
    assert heart.is_due(at(7_200))
    restarted = Heartbeat(HOURLY, "mine", facts, at(3_700))
    restarted.take_state(state(3_700))
    assert not restarted.is_due(at(3_800))
    assert restarted.is_due(at(7_200))


def test_it_waits_for_the_controller_and_then_says_that_it_was_not_heard() -> None:
    heart = Heartbeat(HOURLY, "mine", {FACT: repr(WALL_S - 4_000)}, at(0))
    assert not heart.is_due(at(29))
    assert heart.is_due(at(30))
    (draft,), _ = heart.drafts([], ("telegram", "sms"), at(30))
    assert draft.text.subject == "[mine] Alive, but the controller was not heard"


def test_a_calendar_that_was_set_back_does_not_silence_it_and_zero_turns_it_off() -> None:
    heart = Heartbeat(HOURLY, "mine", {FACT: repr(WALL_S + 1e6)}, at(0))
    heart.take_state(state(0))
    assert heart.is_due(at(1))
    assert not Heartbeat(Notifications(heartbeat_minutes=0), "mine", {}, at(0)).is_due(at(1e6))


def test_it_tells_mode_power_heat_open_alarms_and_their_ages() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    heart.take_state(state(100))
    record = alarms.heard(None, Owner().says("hot", cause="East is hot"), at(0))
    assert record is not None
    (draft,), _ = heart.drafts([record], ("telegram", "email", "sms"), at(102))
    assert draft.channel == "telegram"
    assert draft.text.subject == "[mine] Alive: thermal limit, armed (2 s ago)"
    assert draft.text.body.splitlines()[:2] == [
        "Load 987 kW of 1000 kW (5 s ago)",
        "Temperature 36.5 C, the hottest intake (2 s ago)",
    ]
    assert "- warning since 2027-01-15T08:00:00Z: East is hot" in draft.text.body


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    heart = Heartbeat(HOURLY, "mine", {}, at(0))
    heart.take_state(state(100, measured_kw=None, host_boot="another-boot"))
    (draft,), _ = heart.drafts([], ("telegram",), at(102))
    assert "Load unknown of 1000 kW (age unknown)" in draft.text.body
    assert "(age unknown)" in draft.text.subject
