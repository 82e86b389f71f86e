"""The life of an alarm."""

from services.notifier import alarms
from services.notifier.alarms import Phase
from tests.unit.notifier.words import EMERGENCY, WALL_S, WARNING, Owner, at


def test_an_end_without_a_beginning_is_no_alarm() -> None:
    assert alarms.heard(None, Owner().says("hot", active=False), at(0)) is None


def test_a_warning_waits_for_its_delay_and_an_emergency_does_not() -> None:
    warning = alarms.heard(None, Owner().says("hot"), at(0))
    emergency = alarms.heard(None, Owner().says("smoke", kind=EMERGENCY), at(0))
    assert warning is not None and emergency is not None
    assert not alarms.is_ripe(warning, at(4.9))
    assert alarms.is_ripe(warning, at(5))
    assert alarms.is_ripe(emergency, at(0))


def test_an_old_word_that_comes_again_changes_nothing() -> None:
    owner = Owner()
    first, end = owner.says("hot"), owner.says("hot", active=False)
    record = alarms.heard(alarms.heard(None, first, at(0)), end, at(1))
    assert alarms.heard(record, first, at(2)) is record


def test_a_told_alarm_that_is_said_again_is_not_ripe_and_a_more_severe_one_is() -> None:
    owner = Owner()
    record = alarms.heard(None, owner.says("hot"), at(0))
    assert record is not None
    told = alarms.raised(record, ("telegram",), at(5))
    again = alarms.heard(told, owner.says("hot", cause="hotter"), at(60))
    assert again is not None and again.cause == "hotter"
    assert not alarms.is_ripe(again, at(60))
    worse = alarms.heard(again, owner.says("hot", kind=EMERGENCY), at(61))
    assert worse is not None and alarms.is_ripe(worse, at(61))


def test_it_has_ended_after_thirty_seconds_away_and_not_if_it_came_back() -> None:
    owner = Owner()
    record = alarms.heard(None, owner.says("hot"), at(0))
    assert record is not None
    told = alarms.heard(alarms.raised(record, (), at(5)), owner.says("hot", active=False), at(10))
    assert told is not None
    assert not alarms.has_ended(told, at(39))
    assert alarms.has_ended(told, at(40))
    back = alarms.heard(told, owner.says("hot"), at(30))
    assert back is not None and not alarms.has_ended(back, at(100))
    assert (told.ended_at, back.ended_at) == (WALL_S + 10, None)


def test_an_emergency_that_stood_for_an_instant_is_told_all_the_same() -> None:
    owner = Owner()
    record = alarms.heard(None, owner.says("smoke", kind=EMERGENCY), at(0))
    record = alarms.heard(record, owner.says("smoke", active=False, kind=EMERGENCY), at(0.1))
    assert record is not None and alarms.is_ripe(record, at(0.2))


def test_an_acknowledged_alarm_that_returned_is_not_shown_and_an_unacknowledged_one_is() -> None:
    record = alarms.heard(None, Owner().says("hot"), at(0))
    assert record is not None and not record.shown
    over = alarms.returned(alarms.raised(record, (), at(5)))
    assert over.shown
    assert not alarms.acknowledged(over, "anna").shown
    assert alarms.acknowledged(alarms.raised(record, (), at(5)), "anna").phase is Phase.ACKNOWLEDGED


def test_after_it_returned_the_same_key_begins_a_new_life() -> None:
    owner = Owner()
    record = alarms.heard(None, owner.says("hot"), at(0))
    assert record is not None
    over = alarms.acknowledged(alarms.returned(alarms.raised(record, ("sms",), at(5))), "anna")
    new = alarms.heard(over, owner.says("hot", kind=WARNING), at(500))
    assert new is not None
    assert (new.phase, new.told, new.acknowledged_by, new.channels) == (Phase.NEW, None, "", ())
