"""The life of an alarm."""

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from services.notifier import alarms, answers, delays
from services.notifier.record import Phase, Record
from services.notifier.rules import Rules
from services.shared.settings.telling import AlarmChoice
from services.shared.vocabulary import Priority
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, WARNING, Owner, at

HOUR_S = 3_600.0


def begun(key: str = "door", mono_s: float = 0, rules: Rules = RULES, **said: object) -> Record:
    record = alarms.heard(None, Owner().says(key, **said), at(mono_s), rules)  # type: ignore[arg-type]
    assert record is not None
    return record


def told(key: str = "door", **said: object) -> Record:
    return alarms.raised(begun(key, **said), ("telegram",), at(5))  # type: ignore[arg-type]


def then(record: Record, owner: Owner, mono_s: float, **said: object) -> Record:
    later = alarms.heard(record, owner.says(record.key, **said), at(mono_s), RULES)  # type: ignore[arg-type]
    assert later is not None
    return later


def later_owner() -> Owner:
    return Owner(boot="boot-2")


def test_an_end_without_a_beginning_is_no_alarm() -> None:
    assert alarms.heard(None, Owner().says("door", active=False), at(0), RULES) is None


def test_an_old_word_that_comes_again_changes_nothing() -> None:
    owner = Owner()
    first, end = owner.says("door"), owner.says("door", active=False)
    record = alarms.heard(alarms.heard(None, first, at(0), RULES), end, at(1), RULES)
    assert alarms.heard(record, first, at(2), RULES) is record


def test_a_told_alarm_that_is_said_again_is_not_ripe_and_a_more_severe_one_is() -> None:
    owner = later_owner()
    again = then(told(), owner, 60, cause="wider open")
    assert again.cause == "wider open"
    assert not delays.is_ripe(again, at(60), RULES)
    assert delays.is_ripe(then(again, owner, 61, kind=EMERGENCY), at(61), RULES)


def test_an_acknowledged_alarm_that_returned_is_not_shown_and_an_unacknowledged_one_is() -> None:
    assert not begun().shown
    over = alarms.returned(told())
    assert over.shown
    assert not answers.acknowledged(over, "anna", WALL_S + 60, at(6)).shown
    assert answers.acknowledged(told(), "anna", WALL_S + 60, at(6)).phase is Phase.ACKNOWLEDGED


def test_after_it_returned_the_same_key_begins_a_new_life() -> None:
    over = answers.acknowledged(alarms.returned(told()), "anna", WALL_S + 60, at(6))
    new = then(over, later_owner(), 500, kind=WARNING)
    assert (new.phase, new.told, new.acknowledged_by, new.channels, new.thread) == (Phase.NEW, None, "", (), "")


def test_an_acknowledgement_ends_and_the_alarm_is_asked_about_and_may_escalate_anew() -> None:
    record = alarms.escalated(alarms.escalated(told(), at(300)), at(600))
    assert (record.escalated, record.escalated_at) == (2, WALL_S + 600)
    seen = answers.acknowledged(record, "anna", WALL_S + 4 * HOUR_S, at(700))
    assert not answers.ack_expired(seen, at(4 * HOUR_S - 1))
    assert answers.ack_expired(seen, at(4 * HOUR_S))
    asked = answers.asked_again(seen, at(4 * HOUR_S))
    assert (asked.standing, asked.acknowledged_by, asked.escalated) == ("unacknowledged", "", 0)
    assert asked.told_at == WALL_S + 4 * HOUR_S


def test_nobody_is_asked_about_what_is_gone_and_an_older_acknowledgement_has_no_end() -> None:
    seen = answers.acknowledged(told(), "anna", WALL_S + 60, at(10))
    assert not answers.ack_expired(then(seen, later_owner(), 20, active=False), at(100))
    assert not answers.ack_expired(replace(seen, acknowledged_until_at=None), at(100))
    assert not answers.ack_expired(told(), at(1e6))


def test_a_calendar_that_is_set_back_by_hours_ends_an_acknowledgement() -> None:
    seen = answers.acknowledged(told(), "anna", WALL_S + 7_200, at(3_600))
    assert answers.ack_expired(seen, at(1_000))
    assert not answers.ack_expired(seen, at(3_590)), "a small step of NTP"


def test_what_its_owner_forgot_has_ended_at_once_however_it_chattered() -> None:
    owner, record = later_owner(), told()
    for second in (100, 200, 300):
        record = then(then(record, owner, second, active=False), owner, second + 1)
    assert delays.has_ended(alarms.forsaken(record, at(400), RULES), at(400), RULES)


def test_a_shelved_alarm_is_shown_as_such_and_told_when_it_is_taken_back_if_it_stands() -> None:
    shelved = answers.shelved(told(), "anna", WALL_S + 600)
    assert (shelved.standing, shelved.shown) == ("shelved", True)
    assert answers.shelved(begun(), "anna", WALL_S + 600).shown, "though nobody was told"
    back = answers.unshelved(shelved, at(600))
    assert not delays.is_ripe(back, at(604), RULES)
    assert delays.is_ripe(back, at(605), RULES)
    assert not delays.is_ripe(alarms.raised(back, (), at(605)), at(700), RULES), "once"
    assert delays.is_ripe(answers.unshelved(answers.shelved(begun(), "anna", WALL_S + 600), at(600)), at(605), RULES)
    gone = answers.unshelved(then(shelved, later_owner(), 300, active=False), at(600))
    assert not delays.is_ripe(gone, at(700), RULES)
    assert delays.has_ended(gone, at(700), RULES)


def test_a_source_out_of_service_is_told_again_each_hour_that_its_words_change_even_if_acknowledged() -> None:
    owner = later_owner()
    seen = answers.acknowledged(told("signal_out_of_service_utility"), "anna", WALL_S + 1e5, at(10))
    hour = then(seen, owner, 3_600, cause="out of service, for 1 h")
    assert delays.is_ripe(hour, at(3_605), RULES)
    raised = alarms.raised(hour, (), at(3_605))
    assert not delays.is_ripe(raised, at(3_700), RULES)
    ended = then(hour, owner, 3_601, active=False)
    assert delays.has_ended(ended, at(3_700), RULES), "people were told of it, so they hear of its end"


def test_an_alarm_stands_until_it_has_ended_so_that_what_follows_from_it_stays_unsaid() -> None:
    away = then(told(), later_owner(), 10, active=False)
    assert away.stands
    assert not alarms.returned(away).stands


def test_what_an_owner_leaves_out_is_said_by_the_catalogue() -> None:
    record = begun("door")
    assert (record.consequence, record.action) == ("Somebody may be inside, and the air goes another way.", "Close it.")
    assert then(record, later_owner(), 10).action == "Close it."
    assert begun("ghost").consequence == ""


def test_the_priority_is_the_catalogues_or_the_operators() -> None:
    assert begun("trip_smoke", kind=EMERGENCY).priority is Priority.HIGH
    assert begun(rules=Rules({"door": AlarmChoice(priority=Priority.HIGH)})).priority is Priority.HIGH


def test_a_step_carries_who_took_it() -> None:
    step = alarms.transition(told(), "acknowledged", at(60), "anna")
    assert (step.at, step.key, step.what, step.who, step.priority) == (WALL_S + 60, "door", "acknowledged", "anna", Priority.LOW)


@pytest.mark.parametrize("record", [told(), answers.shelved(told(), "anna", 4e9)])
def test_a_record_survives_the_file_and_one_of_an_older_version_loads(record: Record) -> None:
    kind = TypeAdapter(Record)
    assert kind.validate_json(kind.dump_json(record)) == record
    later = ("acknowledged_at", "acknowledged_until_at", "shelved_by", "shelved_until_at", "priority", "thread", "began_at",
             "escalated", "escalated_at", "anew")  # fmt: skip
    old = {name: value for name, value in json.loads(kind.dump_json(record)).items() if name not in later}
    loaded = kind.validate_json(json.dumps(old))
    assert (loaded.key, loaded.phase, loaded.began_at, loaded.is_shelved) == (record.key, record.phase, (), False)


def test_what_stood_before_a_restart_counts_its_delays_anew() -> None:
    away = then(told(), later_owner(), 10, active=False)
    assert not delays.has_ended(alarms.resumed(away, at(1_000)), at(1_029), RULES)
    assert delays.has_ended(alarms.resumed(away, at(1_000)), at(1_030), RULES)
    assert alarms.resumed(told(), at(1_000)).quiet_mono_s is None


def test_an_inhibited_alarm_begins_its_delay_when_nothing_inhibits_it() -> None:
    held = alarms.held(begun(), at(100))
    assert not delays.is_ripe(held, at(104), RULES)
    assert delays.is_ripe(held, at(105), RULES)
    assert alarms.held(told(), at(100)) == told()
