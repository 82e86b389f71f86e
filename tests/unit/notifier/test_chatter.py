"""What begins again and again."""

from dataclasses import replace

import pytest

from services.notifier import alarms, chatter
from services.notifier.record import Record
from services.notifier.rules import Rules
from services.shared.settings.telling import AlarmChoice
from tests.unit.notifier.words import RULES, WALL_S, Owner, at


def record(*began_s: float) -> Record:
    found = alarms.heard(None, Owner().says("door"), at(0), RULES)
    assert found is not None
    return replace(found, began_at=tuple(WALL_S + second for second in began_s))


@pytest.mark.parametrize(
    ("began_s", "now_s", "chatters"),
    [
        ((0, 10), 20, False),
        ((0, 10, 20), 20, True),
        ((0, 1_800, 3_600), 3_600, True),
        ((0, 1_800, 3_601), 3_601, False),
        ((0, 10, 20), 3_619, True),
        ((0, 10, 20), 3_620, False),
        ((-9_000, 0, 10), 20, False),
    ],
)
def test_three_begins_within_an_hour_chatter_until_an_hour_without_one(
    began_s: tuple[float, ...], now_s: float, chatters: bool
) -> None:
    assert chatter.is_chattering(record(*began_s), at(now_s)) is chatters


def test_begins_before_the_calendar_was_known_or_set_back_count_for_nothing() -> None:
    assert not chatter.is_chattering(record(-WALL_S, -WALL_S + 10, 0), at(10)), "from 1970 to now"
    assert not chatter.is_chattering(record(10, 20, 0), at(20)), "back by a few seconds between"
    assert not chatter.is_chattering(record(9_000, 9_010, 9_020), at(0)), "back by hours since"


def test_a_longer_off_delay_of_the_operators_stays() -> None:
    rules = Rules({"door": AlarmChoice(off_delay_seconds=3_000)})
    assert chatter.off_delay_s(record(0, 10, 20), at(20), rules) == 3_000
    assert chatter.off_delay_s(record(0, 10, 20), at(20), RULES) == chatter.CHATTERING_OFF_DELAY_S
    assert chatter.off_delay_s(record(0), at(20), RULES) == 30


def test_only_the_begins_that_are_judged_are_kept() -> None:
    began: tuple[float, ...] = ()
    for second in range(100):
        began = chatter.with_begin(began, at(second), RULES.of("door"))
    assert began == (WALL_S + 97, WALL_S + 98, WALL_S + 99)
