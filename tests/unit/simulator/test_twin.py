"""Whole days of the twin: an event is met, everything comes back, the same seed is the same day, and a leap misses nothing."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core.plant import Limits, Load, Source
from services.shared.vocabulary import Control, LoadKind, LoadTarget, OnLoss
from services.simulator.twin import DayResult, Step, run_day
from services.simulator.twin.day import Day
from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.premises import usual_premises
from services.simulator.twin.record import Record
from services.simulator.twin.run import run
from services.simulator.twin.text import Reader
from services.simulator.twin.twin import Twin
from tests.plant import limits, load
from tests.unit.simulator.twin_site import day, premises, site


class Watch(Observer):
    """Keeps every moment."""

    sees_every_step = True

    def __init__(self) -> None:
        self.moments: list[Instant] = []

    def observe(self, moment: Instant) -> tuple[str, ...]:
        self.moments.append(moment)
        return ()


def lived(chosen: Day, limits=None) -> tuple[Watch, Record]:
    limits = limits or site()
    watch, record = Watch(), Record(limits, chosen)
    Twin(limits, premises(), chosen, (watch, record)).run()
    return watch, record


def nothing_wrong(_: Step) -> tuple[str, ...]:
    return ()


def test_an_event_is_met_by_its_deadline_and_everything_comes_back() -> None:
    watch, record = lived(day("event control 14:00-16:00 to 20 kW"))
    (event,) = record.events
    assert event.kw_at_deadline is not None and 15 < event.kw_at_deadline < 20 + record.tolerance_kw
    assert event.reached_s is not None and event.reached_s < 180
    assert event.shortfalls == ()
    assert event.worst_interval is not None and event.worst_interval[1] < 20 + record.tolerance_kw
    assert event.restored_s is not None and event.restored_s < 1800
    assert watch.moments[-1].real_kw > 60


def test_a_drop_by_some_kw_is_taken_from_what_ran_before() -> None:
    _, record = lived(day("event control 14:00-15:00 by 30 kW"))
    (event,) = record.events
    assert event.target_kw == pytest.approx(event.before_kw - 30)
    assert event.kw_at_deadline is not None and event.kw_at_deadline < event.target_kw + record.tolerance_kw


def test_no_load_is_taken_off_on_a_day_without_events() -> None:
    watch, _ = lived(day("event alert 01:00-02:00", "begins 00:00", "hours 6"))
    assert all(set(one.step.decision.targets.loads) == {LoadTarget.RUN} for one in watch.moments)
    assert min(one.real_kw for one in watch.moments) > 60


def test_a_site_that_observes_orders_nothing() -> None:
    watch, _ = lived(day("event control 14:00-15:00"), replace(site(), control=Control.OBSERVE))
    assert all(not one.step.orders for one in watch.moments)
    assert min(one.real_kw for one in watch.moments) > 60


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    def told(seed: int) -> DayResult:
        return run_day(site(), seed, hours=4.0, check=nothing_wrong)

    assert told(3) == told(3)
    assert told(3).story != told(4).story


def test_every_step_is_checked_and_a_violation_names_its_moment_and_the_schedule() -> None:
    seen: list[Step] = []

    def check(step: Step) -> tuple[str, ...]:
        seen.append(step)
        return ("a planted one",) if len(seen) == 50 else ()

    result = run_day(site(), 5, hours=2.0, check=check)
    assert len(seen) == result.steps
    assert result.seed == 5
    assert any(text.startswith("00:") and text.endswith(" a planted one") for text in result.violations)
    assert result.story[0] == "seed 5"
    assert "the last steps:" in result.story


def test_each_step_begins_with_the_state_that_the_last_one_left() -> None:
    watch, _ = lived(day("event control 01:00-01:30", "begins 00:30", "hours 2"))
    steps = [one.step for one in watch.moments]
    assert all(after.before == before.decision.state for before, after in pairwise(steps))
    assert all(after.now.mono_s > before.now.mono_s for before, after in pairwise(steps))


def test_calm_hours_are_leapt_over_and_an_event_is_not() -> None:
    watch, _ = lived(day("event control 14:00-15:00", "begins 06:00", "hours 10"))
    gaps = [b.sim_s - a.sim_s for a, b in pairwise(watch.moments)]
    assert max(gaps) == pytest.approx(60, abs=0.1)
    shedding = [one.sim_s for one in watch.moments if 14 * 3600 <= one.sim_s < 14 * 3600 + 240]
    assert len(shedding) > 30


def test_a_given_day_runs_with_the_outcomes_checked() -> None:
    result = run(site(), premises(), day("event control 14:00-15:00 to 20 kW"), check=nothing_wrong)
    assert result.violations == ()
    assert any("curtailed" in line for line in result.story)


def http(index: int) -> Load:
    return load(index, kind=LoadKind.HTTP, soft_device="http-heaters", pdu="", outlet=None)


def only_outlet(index: int) -> Load:
    return load(index, kind=LoadKind.OUTLET, soft_device="")


@pytest.mark.parametrize(
    "odd",
    [
        limits(tuple(http(i) for i in range(4)), device_kinds={"http-heaters": "http_load"}, lost_after_s={}, zones=frozenset()),
        limits(tuple(only_outlet(i) for i in range(4)), zones=frozenset({"main"})),
        limits((load(0),), fans=1, zones=frozenset({"main"})),
        limits(fans=3, sources=(), zones=frozenset()),
        limits(fans=4, sources=(Source("contact", 900.0, OnLoss.CURTAIL, contact="k-1"),)),
    ],
    ids=["http loads alone", "outlets alone", "one miner, one fan", "no signal, no sensor", "a dry contact alone"],
)
def test_any_site_can_be_lived_through(odd: Limits) -> None:
    for seed in (1, 2):
        assert run_day(odd, seed, hours=4.0, check=nothing_wrong).violations == ()


def test_a_dry_contact_takes_the_load_off_and_gives_it_back() -> None:
    odd = limits(fans=4, sources=(Source("contact", 900.0, OnLoss.CURTAIL, contact="k-1"),), zones=frozenset({"main"}))
    instruments = usual_premises(odd)
    chosen = Reader(odd, instruments).day("event control 14:00-15:00")
    record = Record(odd, chosen)
    Twin(odd, instruments, chosen, (record,)).run()
    assert record.events[0].kw_at_deadline is not None and record.events[0].kw_at_deadline < 1
    assert record.events[0].restored_s is not None


def test_a_site_without_loads_cannot_be_lived_through() -> None:
    with pytest.raises(ValueError, match="without loads"):
        run_day(limits(()), 1, check=nothing_wrong)
