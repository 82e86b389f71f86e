"""When an alarm is one, and when it is over."""

from services.notifier import alarms, delays
from services.notifier.rules import Rules
from services.shared.settings.telling import AlarmChoice
from tests.unit.notifier.test_alarms import begun, later_owner, then, told
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, at


def test_a_warning_waits_for_its_delay_and_an_emergency_does_not() -> None:
    assert not delays.is_ripe(begun(), at(4.9), RULES)
    assert delays.is_ripe(begun(), at(5), RULES)
    assert delays.is_ripe(begun("trip_smoke", kind=EMERGENCY), at(0), RULES)


def test_the_operators_delays_hold_for_an_emergency_too() -> None:
    rules = Rules({"trip_smoke": AlarmChoice(on_delay_seconds=20, off_delay_seconds=100)})
    record = begun("trip_smoke", kind=EMERGENCY)
    assert not delays.is_ripe(record, at(19), rules)
    assert delays.is_ripe(record, at(20), rules)
    gone = then(alarms.raised(record, (), at(20)), later_owner(), 30, active=False)
    assert not delays.has_ended(gone, at(129), rules)
    assert delays.has_ended(gone, at(130), rules)


def test_a_delay_that_the_operator_chose_for_many_alarms_delays_no_emergency() -> None:
    rules = Rules({"*": AlarmChoice(on_delay_seconds=600)})
    assert delays.is_ripe(begun("trip_smoke", kind=EMERGENCY), at(0), rules)
    assert not delays.is_ripe(begun(), at(599), rules)


def test_it_has_ended_after_thirty_seconds_away_and_not_if_it_came_back() -> None:
    owner = later_owner()
    away = then(told(), owner, 10, active=False)
    assert not delays.has_ended(away, at(39), RULES)
    assert delays.has_ended(away, at(40), RULES)
    back = then(away, owner, 30)
    assert not delays.has_ended(back, at(100), RULES)
    assert (away.ended_at, back.ended_at) == (WALL_S + 10, None)


def test_an_emergency_that_stood_for_an_instant_is_told_all_the_same_even_if_that_had_to_wait() -> None:
    record = then(begun("trip_smoke", kind=EMERGENCY), later_owner(), 0.1, active=False, kind=EMERGENCY)
    assert delays.is_ripe(record, at(0.2), RULES)
    assert not delays.was_a_bounce(record, at(59), RULES)
    assert delays.was_a_bounce(record, at(61), RULES), "what kept it from being told for a minute was its cause"


def test_a_warning_that_went_away_for_longer_than_its_delay_never_was_one() -> None:
    record = then(begun(), later_owner(), 1, active=False)
    assert not delays.was_a_bounce(record, at(5.9), RULES)
    assert delays.was_a_bounce(record, at(6), RULES)
    assert not delays.was_a_bounce(told(), at(600), RULES)


def test_what_begins_three_times_in_an_hour_ends_only_after_ten_quiet_minutes_until_it_was_quiet_for_an_hour() -> None:
    owner, record = later_owner(), told()
    for second in (100, 200):
        record = then(record, owner, second, active=False)
        record = then(record, owner, second + 1)
    record = then(record, owner, 300, active=False)
    assert not delays.has_ended(record, at(899), RULES)
    assert delays.has_ended(record, at(900), RULES)
    again = then(alarms.returned(record), owner, 1_000)
    gone = then(alarms.raised(again, (), at(1_005)), owner, 1_010, active=False)
    assert not delays.has_ended(gone, at(1_100), RULES), "a new life does not forget it"
    calm = then(alarms.raised(then(alarms.returned(gone), owner, 9_000), (), at(9_005)), owner, 9_100, active=False)
    assert delays.has_ended(calm, at(9_130), RULES)
