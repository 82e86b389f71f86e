"""How each alarm is told: the catalogue with the operator's choices."""

import logging

import pytest

from services.notifier.rules import Rules
from services.shared.settings.telling import AlarmChoice
from services.shared.vocabulary import AlarmKind, Priority


def test_what_the_operator_does_not_choose_is_the_catalogues() -> None:
    rule = Rules({"device_lost_*": AlarmChoice(off_delay_seconds=120)}).of("device_lost_pdu-3")
    assert (rule.on_delay_s, rule.off_delay_s, rule.priority, rule.channels) == (5.0, 120.0, Priority.LOW, ())
    assert rule.follows == ("cannot_act",)


def test_the_longest_choice_that_matches_holds_whatever_its_case() -> None:
    rules = Rules({"*": AlarmChoice(priority=Priority.MEDIUM), "temperature_low_East": AlarmChoice(channels=("email",))})
    assert rules.of("temperature_low_East").channels == ("email",)
    assert rules.of("temperature_low_East").priority is Priority.LOW
    assert rules.of("door").priority is Priority.MEDIUM


def test_an_alarm_follows_from_the_one_of_its_own_name_alone() -> None:
    assert Rules().of("temperature_high_east").follows == ("trip_over_temperature_east",)
    assert Rules().of("temperature_high_a*b").follows == ("trip_over_temperature_a[*]b",), "a name is no pattern"


def test_an_alarm_without_a_row_is_told_as_a_warning_and_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    rules = Rules()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert rules.of("ghost").delay_s(AlarmKind.WARNING) == 5.0
    assert len([record for record in caplog.records if "ghost" in record.message]) == 1


def test_a_flood_of_invented_keys_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notifier.rules._REMEMBERED", 10)
    rules = Rules()
    for number in range(100):
        rules.of(f"device_lost_{number}")
    assert len(rules._known) <= 10
