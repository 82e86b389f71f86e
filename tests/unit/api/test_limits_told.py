"""Limits that are not real are one alarm and one line of the log; when they are real, an alarm of before ends."""

import logging

import pytest

from services.api import limits_told
from services.shared.clock import Clock
from services.shared.messages import Alarm, Message


def test_limits_that_are_not_real_are_a_warning_with_cause_and_hint(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Message] = []
    with caplog.at_level(logging.WARNING):
        limits_told.tell(Clock(True), told.append, "no memory limit is in force")
    (alarm,) = told
    assert isinstance(alarm, Alarm)
    assert (alarm.key, alarm.active) == ("limits", True)
    assert alarm.cause == "no memory limit is in force"
    assert "cgroup_enable=memory" in alarm.action
    assert [record.getMessage().startswith("limits: no memory limit") for record in caplog.records] == [True]


def test_limits_that_are_real_end_the_alarm_of_before_without_a_line(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Message] = []
    limits_told.tell(Clock(True), told.append, None)
    assert [(alarm.key, alarm.active) for alarm in told if isinstance(alarm, Alarm)] == [("limits", False)]
    assert caplog.records == []
