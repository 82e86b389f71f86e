"""What people put aside for a while."""

import math

import pytest

from services.notifier import alarms
from services.notifier.record import Record
from services.notifier.shelves import AT_MOST, Shelves
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, WARNING, Owner, at

MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0


def record(key: str, kind: AlarmKind = WARNING) -> Record:
    found = alarms.heard(None, Owner().says(key, kind=kind), at(0), RULES)
    assert found is not None
    return found


def shelved(pattern: str, seconds: float) -> Shelves:
    shelves = Shelves()
    assert shelves.add(pattern, WALL_S + seconds, "anna", "new door", at(0)) is None
    return shelves


def test_a_shelf_hides_an_alarm_until_its_end_and_says_who_and_why() -> None:
    shelves = shelved("door", HOUR_S)
    shelf = shelves.covers(record("door"), at(HOUR_S - 1))
    assert shelf is not None
    assert (shelf.by, shelf.reason, shelf.until_at) == ("anna", "new door", WALL_S + HOUR_S)
    assert shelves.covers(record("door"), at(HOUR_S)) is None
    assert shelves.covers(record("humidity_high"), at(1)) is None


def test_a_pattern_hides_warnings_and_never_an_emergency() -> None:
    shelves = shelved("*", DAY_S)
    assert shelves.covers(record("device_lost_pdu-3"), at(1))
    assert not shelves.covers(record("trip_smoke", EMERGENCY), at(1))
    assert not shelved("fans_dis*", MINUTE_S).covers(record("fans_disproved", EMERGENCY), at(1))


@pytest.mark.parametrize("pattern", ["trip_*", "trip_over_*", "TRIP_*", "trip_s*", "trip_*_east"])
def test_a_pattern_that_could_hide_nothing_but_trips_is_refused(pattern: str) -> None:
    assert "emergenc" in str(Shelves().add(pattern, WALL_S + MINUTE_S, "anna", "", at(0)))


@pytest.mark.parametrize(
    "pattern", ["*", "t*", "*_smoke", "*trip_*", "signal_*", "fans_dis*", "service_lost_*", "of_a_newer_version_*"]
)
def test_a_pattern_that_may_hide_a_warning_is_taken(pattern: str) -> None:
    assert Shelves().add(pattern, WALL_S + MINUTE_S, "anna", "", at(0)) is None


def test_an_emergency_is_shelved_by_its_exact_key_and_for_an_hour_at_most() -> None:
    assert shelved("trip_flood", HOUR_S).covers(record("trip_flood", EMERGENCY), at(1))
    assert "60 minutes" in str(Shelves().add("trip_flood", WALL_S + 2 * HOUR_S, "anna", "", at(0)))
    a_day = shelved("door", DAY_S)
    assert not a_day.covers(record("door", EMERGENCY), at(1)), "one that was shelved as a warning for longer is told"


@pytest.mark.parametrize(
    ("pattern", "until_at"),
    [
        ("door", WALL_S), ("door", WALL_S - 1), ("door", WALL_S + 25 * HOUR_S), ("door", math.nan), ("door", math.inf),
        ("door", 1e308),
        ("", WALL_S + 60), ("a\nb", WALL_S + 60), ("[a-z]", WALL_S + 60),
        ("\ud800", WALL_S + 60), ("door\ud800", WALL_S + 60), ("döör", WALL_S + 60), ("two words", WALL_S + 60),
        ("x" * 121, WALL_S + 60), ("trip_smoke", WALL_S + 60),
        ("signal_out_of_service_utility", WALL_S + 60),
    ],
)  # fmt: skip
def test_what_makes_no_sense_or_is_not_allowed_is_refused_with_a_reason(pattern: str, until_at: float) -> None:
    shelves = Shelves()
    assert shelves.add(pattern, until_at, "anna", "", at(0))
    assert shelves.standing == ()
    assert shelves.document() == "[]"


def test_whatever_a_person_writes_as_name_and_reason_can_be_stored() -> None:
    shelves = Shelves()
    assert shelves.add("door", WALL_S + 60, "an\ud800na", "new\udfff\x00 door \u2028", at(0)) is None
    assert [(one.by, one.reason) for one in Shelves.load(shelves.document()).standing] == [("an na", "new door")]


def test_a_zone_may_be_named_with_capitals_and_dots_and_its_alarms_can_be_shelved() -> None:
    assert Shelves().add("temperature_high_Hall.A-2", WALL_S + 60, "anna", "", at(0)) is None


def test_a_shelf_is_taken_back_once_and_a_later_one_takes_the_place_of_an_earlier() -> None:
    shelves = shelved("door", HOUR_S)
    assert shelves.add("door", WALL_S + 10, "ben", "", at(1)) is None
    assert [shelf.by for shelf in shelves.standing] == ["ben"]
    assert shelves.remove("door")
    assert not shelves.remove("door")
    assert shelves.covers(record("door"), at(2)) is None


def test_of_two_shelves_the_one_that_ends_last_holds() -> None:
    shelves = shelved("door", HOUR_S)
    shelves.add("d*", WALL_S + 2 * HOUR_S, "ben", "", at(0))
    shelf = shelves.covers(record("door"), at(1))
    assert shelf is not None and shelf.by == "ben"


def test_shelves_that_are_over_are_forgotten_and_a_hundred_are_enough() -> None:
    shelves = Shelves()
    for number in range(AT_MOST):
        assert shelves.add(f"device_lost_{number}", WALL_S + 60, "anna", "", at(0)) is None
    assert shelves.add("door", WALL_S + 600, "anna", "", at(0))
    assert shelves.add("door", WALL_S + 600, "anna", "", at(60)) is None
    assert len(shelves.standing) == 1


def test_what_was_stored_comes_back_and_what_cannot_be_read_hides_nothing() -> None:
    shelves = shelved("door", HOUR_S)
    assert Shelves.load(shelves.document()).standing == shelves.standing
    for garbage in ("", "[]", "{", '[{"pattern": 3}]', "null"):
        assert Shelves.load(garbage).standing == ()


def test_a_calendar_that_was_set_back_hides_nothing() -> None:
    assert shelved("door", DAY_S).covers(record("door"), at(-2 * DAY_S)) is None


def test_a_warning_that_is_an_emergency_now_is_shelved_for_no_more_than_an_hour() -> None:
    refusal = Shelves().add("fans_weak", WALL_S + 2 * HOUR_S, "anna", "", at(0), record("fans_weak", EMERGENCY))
    assert "60 minutes" in str(refusal)
    assert Shelves().add("fans_weak", WALL_S + HOUR_S, "anna", "", at(0), record("fans_weak", EMERGENCY)) is None
    assert Shelves().add("fans_weak", WALL_S + 2 * HOUR_S, "anna", "", at(0), record("fans_weak")) is None
