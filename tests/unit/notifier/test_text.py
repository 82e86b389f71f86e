"""What people read."""

from dataclasses import replace

from services.notifier import alarms, text
from services.notifier.alarms import Record
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner, at


def record(cause: str = "Zone east is at 41 °C") -> Record:
    found = alarms.heard(None, Owner().says("hot", kind=EMERGENCY, cause=cause, since_at=WALL_S), at(0))
    assert found is not None
    return found


def test_an_sms_is_one_segment_of_plain_characters() -> None:
    said = text.alarm_text("mine", [record("Zone “east” is at 41 °C — " + "very " * 60 + "hot")])
    assert len(said.short) <= 160
    assert said.short.isascii()
    assert said.short.startswith("(mine) EMERGENCY: Zone east is at 41 C - very")
    assert len(text.as_repeated(said).short) <= 160


def test_a_cause_of_several_lines_forges_no_header() -> None:
    assert "\n" not in text.alarm_text("mine", [record("hot\r\nBcc: all@example.test")]).subject


def test_the_body_names_cause_consequence_action_and_since_when() -> None:
    found = replace(record(), consequence="Miners shut down.", action="Open the doors.")
    assert text.alarm_text("mine", [found]).body == (
        "Zone east is at 41 °C\nMiners shut down.\nTo do: Open the doors.\nSince 2027-01-15T08:00:00Z."
    )


def test_a_clock_that_was_set_meanwhile_tells_no_duration() -> None:
    assert text.lasted(replace(record(), ended_at=WALL_S + 95)) == "1 min 35 s"
    assert text.lasted(replace(record(), ended_at=WALL_S - 95)) == "an unknown time"
    assert text.lasted(replace(record(), since_at=100.0, ended_at=WALL_S)) == "an unknown time"


def test_durations_are_told_in_two_units() -> None:
    told = [text.span(seconds) for seconds in (0, 59, 61, 601, 3_661, 90_000)]
    assert told == ["0 s", "59 s", "1 min 1 s", "10 min", "1 h 1 min", "1 d 1 h"]
