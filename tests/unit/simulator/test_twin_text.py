"""A day as a person writes it, and what is said of one that cannot be understood."""

import pytest

from services.shared.vocabulary import Level
from services.simulator.twin.day import day_by_chance
from services.simulator.twin.text import DayWrong
from tests.unit.simulator.twin_site import day, premises, reader, site


def test_an_event_names_level_time_target_source_and_announcement() -> None:
    event = reader().event("control 14:00-18:30 to 200 kW from utility announced 30 min")
    assert (event.level, event.begins_s, event.ends_s) == (Level.CONTROL, 14 * 3600, 18.5 * 3600)
    assert (event.target_kw, event.drop_kw, event.announced_s) == (200.0, None, 1800.0)


def test_a_drop_is_no_target() -> None:
    event = reader().event("emergency 23:00-01:00 by 30 kW")
    assert (event.target_kw, event.drop_kw, event.ends_s) == (None, 30.0, 25 * 3600)


def test_a_fault_strikes_its_place_and_a_group_all_of_its_own() -> None:
    assert reader().fault("foreman lies 14:00-15:00").strikes == ("foreman",)
    assert reader().fault("fan welded on on fan-3 14:00-15:00").strikes == ("fan:3",)
    assert reader().fault("outlet stuck on row-0 14:00-15:00").strikes[:2] == ("outlet:pdu-1/1", "outlet:pdu-1/3")
    moment = reader().fault("controller killed at 15:10")
    assert moment.begins_s == moment.ends_s == 15 * 3600 + 600


def test_a_day_begins_an_hour_before_and_ends_three_hours_after() -> None:
    chosen = day("event control 14:00-18:00", "# a note", "", "fault foreman lies 13:00-14:30")
    assert (chosen.begins_s, chosen.ends_s) == (12 * 3600, 21 * 3600)


@pytest.mark.parametrize("seed", range(8))
def test_the_schedule_of_any_seed_can_be_read_back(seed: int) -> None:
    chosen = day_by_chance(site(), premises(), seed, 24.0)
    read = day(*chosen.lines())
    assert [str(one) for one in read.events] == [str(one) for one in chosen.events]
    assert [(str(one), one.strikes) for one in read.faults] == [(str(one), one.strikes) for one in chosen.faults]
    assert (read.begins_s, read.ends_s, read.seed) == (chosen.begins_s, chosen.ends_s, chosen.seed)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("event contrl 14:00-18:00",), ("'contrl'", "allowed: normal, watch, alert, control, emergency")),
        (("event control 14-18",), ("no time was found", "hh:mm-hh:mm")),
        (("event control 14:00-26:00",), ("26:00", "00:00 to 23:59")),
        (("event control 14:00-18:00 to the moon",), ("'to the moon'", "to N kW")),
        (("event control 14:00-18:00 from mars",), ("'mars'", "allowed: utility")),
        (("fault foreman sleeps 14:00-15:00",), ("'foreman sleeps'", "foreman lies, foreman pretends")),
        (("fault pdu lost 14:00-15:00",), ("no place", "allowed: on pdu-1, pdu-2")),
        (("fault pdu lost on pdu-9 14:00-15:00",), ("'pdu-9'", "allowed: on pdu-1, pdu-2")),
        (("fault pdu lost on pdu-1 at 14:00",), ("it lasts", "hh:mm-hh:mm")),
        (("events control 14:00-18:00",), ("line 1: found 'events'", "allowed: event, fault, begins, hours, seed")),
        (("event control 14:00-18:00", "hours many"), ("hours: found 'many'", "a number")),
        (("event control 14:00-18:00", "hours 999"), ("999 hours", "at most 336")),
        (("event control 14:00-18:00", "seed 1", "seed 2"), ("seed stands 2 times", "once")),
        (("# nothing",), ("shows nothing",)),
    ],
)
def test_what_is_wrong_with_a_day_names_what_was_found_and_what_is_allowed(lines, words) -> None:
    with pytest.raises(DayWrong) as wrong:
        day(*lines)
    for word in words:
        assert word in str(wrong.value)
