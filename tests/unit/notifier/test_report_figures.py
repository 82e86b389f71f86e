"""What counts as an alarm, what is a flood, and when somebody acknowledged, of steps made by hand."""

import pytest

from services.notifier.record import Step, Transition
from services.notifier.report_figures import flood_s, raisings, worst
from services.shared.vocabulary import AlarmKind, Priority
from tests.unit.notifier.words import EMERGENCY, WARNING


def step(at: float, what: Step, key: str = "door", kind: AlarmKind = WARNING, priority: Priority = Priority.LOW) -> Transition:
    return Transition(at, key, kind, priority, what, "anna" if what == "acknowledged" else "")


def told(*steps: Transition) -> list[tuple[str, float, float | None]]:
    return [(one.key, one.at, one.acknowledged_at) for one in raisings(steps)]


def test_an_alarm_counts_once_from_its_beginning_to_its_end() -> None:
    assert told(step(10, "raised"), step(70, "returned"), step(90, "raised")) == [("door", 10, None), ("door", 90, None)]


@pytest.mark.parametrize(
    "between",
    [
        [],
        [step(20, "shelved"), step(30, "unshelved")],
        [step(20, "acknowledged"), step(30, "unacknowledged")],
        [step(20, "escalated"), step(30, "chattering")],
    ],
)
def test_what_is_told_anew_while_it_stands_is_the_same_alarm(between: list[Transition]) -> None:
    assert len(told(step(10, "raised"), *between, step(40, "raised"))) == 1


def test_a_warning_that_becomes_an_emergency_is_one_more_and_one_answer_is_for_both() -> None:
    steps = (step(10, "raised"), step(20, "raised", kind=EMERGENCY), step(50, "acknowledged"), step(60, "raised"))
    assert told(*steps) == [("door", 10, 50), ("door", 20, 50)]


def test_an_acknowledgement_after_the_end_answers_what_is_over_and_nothing_before_it() -> None:
    steps = (
        step(10, "raised"), step(20, "returned"), step(30, "raised"), step(40, "returned"), step(95, "acknowledged"),
        step(99, "acknowledged"),
    )  # fmt: skip
    assert told(*steps) == [("door", 10, None), ("door", 30, 95)]


def test_the_answer_to_one_alarm_is_no_answer_to_another() -> None:
    steps = (step(10, "raised"), step(11, "raised", "flood"), step(15, "acknowledged", "flood"))
    assert told(*steps) == [("door", 10, None), ("flood", 11, 15)]


def test_a_calendar_that_was_set_back_tells_no_time_until_the_answer() -> None:
    (one,) = raisings((step(1_000, "raised"), step(20, "acknowledged")))
    assert (one.acknowledged_at, one.answered_s) == (20, None)


def test_steps_of_an_alarm_that_nobody_was_told_of_count_for_nothing() -> None:
    assert told(step(1, "shelved"), step(2, "returned"), step(3, "acknowledged"), step(4, "chattering")) == []


def test_ten_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    ten = [float(one) for one in range(10)]
    assert (worst(ten), flood_s(ten, 9e9)) == (10, 0.0)
    assert (worst([*ten, 599.0]), flood_s([*ten, 599.0], 9e9)) == (11, 600.0)
    assert (worst([*ten, 600.0]), flood_s([*ten, 600.0], 9e9)) == (10, 0.0)


def test_a_flood_across_the_full_ten_minutes_is_a_flood() -> None:
    assert flood_s([590.0 + one for one in range(20)], 9e9) == 600.0 + 9.0


def test_a_long_flood_counts_each_minute_once_and_two_floods_are_added() -> None:
    long = [30.0 * one for one in range(120)]  # an hour of twenty in ten minutes; the last eleven begin at 3,270
    assert flood_s(long, 9e9) == 3_270.0 + 600.0
    assert flood_s([*range(11), *(10_000.0 + one for one in range(11))], 9e9) == 1_200.0


def test_a_flood_lasts_no_longer_than_until_now() -> None:
    assert flood_s([float(one) for one in range(500)], 60.0) == 60.0


def test_no_alarm_is_no_flood() -> None:
    assert (worst([]), flood_s([], 9e9)) == (0, 0.0)
