"""When a provider is asked again."""

import math

from services.notifier.channels.base import Failed
from services.notifier.pauses import (
    LONGEST_ASKED_S,
    LONGEST_PAUSE_S,
    LONGEST_URGENT_PAUSE_S,
    Pauses,
    asked_pause_s,
    own_pause_s,
)


def longest(_low: float, high: float) -> float:
    return high


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    failed = Failed("down")
    assert [own_pause_s(n, 15, failed, urgent=False, spread=longest) for n in (1, 2, 3, 7, 100)] == [15, 30, 60, 900, 900]
    assert all(0 <= own_pause_s(3, 15, failed, urgent=False) <= 60 for _ in range(100))


def test_an_emergency_is_tried_each_minute_unless_it_was_perhaps_taken_each_time() -> None:
    assert own_pause_s(100, 15, Failed("down"), urgent=True, spread=longest) == LONGEST_URGENT_PAUSE_S
    assert own_pause_s(100, 15, Failed("no answer", maybe_taken=True), urgent=True, spread=longest) == LONGEST_PAUSE_S


def test_what_a_person_must_put_right_is_tried_slowly() -> None:
    assert own_pause_s(1, 0.1, Failed("wrong token", slow=True), urgent=True) >= LONGEST_PAUSE_S / 2


def test_a_provider_gets_the_pause_that_it_asks_for_but_nonsense_keeps_nobody_silent() -> None:
    asked = [None, 30.0, -5.0, math.nan, math.inf, 1e12]
    assert [asked_pause_s(Failed("429", retry_after_s=s)) for s in asked] == [0, 30, 0, 0, LONGEST_ASKED_S, LONGEST_ASKED_S]


def test_a_pause_that_was_asked_for_holds_all_recipients_and_one_of_our_own_only_its_own() -> None:
    pauses = Pauses(0.001)
    pauses.failed("a", Failed("wrong", slow=True), 100.0, urgent=False)
    assert pauses.until_s("a") > 500 and pauses.until_s("b") <= 100
    pauses.failed("b", Failed("429", retry_after_s=30), 100.0, urgent=True)
    pauses.hurry("a")
    pauses.hurry("b")
    assert pauses.until_s("a") == pauses.until_s("b") == 130.0


def test_a_provider_that_is_back_for_one_is_tried_for_all_whom_it_failed_but_not_for_whom_it_forbids() -> None:
    pauses = Pauses(1e6)
    pauses.failed("a", Failed("down"), 100.0, urgent=False)
    pauses.failed("b", Failed("forbidden", slow=True), 100.0, urgent=False)
    pauses.took("c")
    assert pauses.until_s("a") <= 100
    assert pauses.until_s("b") > 500
