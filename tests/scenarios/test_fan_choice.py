"""Which fans run: spaced starts, dwell times, rotation by hours, leases and lock-outs."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold
from services.shared.vocabulary import LeaseKind, PowerState
from tests.plant import limits, moment
from tests.scenarios.hall import OFF, ON, Hall, two_zones

DAY_S = 86_400.0


def hall(fans=4, celsius=20.0, **changes):
    """A settled hall: one fan runs at 20 C, all at 35 C."""
    site = Hall(limits(fans=fans, **changes), celsius)
    site.until(1200.0)
    return site


def worn(site, *hours):
    """Give the fans these running hours."""
    fans = tuple(replace(one, hours=h) for one, h in zip(site.state.fans, hours, strict=True))
    site.state = replace(site.state, fans=fans)


def hold_fans(site, **wishes):
    """A lease of single fans: fan_1="on" and so on."""
    fans = tuple((int(name[4:]), PowerState(wish)) for name, wish in wishes.items())
    hold = Hold("f", LeaseKind.FANS, "op", "", moment(site.now_s), 1000.0, fans=fans)
    site.state = holds.grant(site.state, hold, site.limits)


def test_the_fan_with_the_fewest_hours_starts_first_and_the_one_with_the_most_stops_first():
    site = hall()
    (base,) = site.on()
    worn(site, *(10.0 * (5 - number) for number in range(1, 5)))
    site.celsius["main"] = 26.0
    site.until(1230.0)
    assert site.on() == {base, 4 if base != 4 else 3}
    site.celsius["main"] = 36.0
    site.until(1500.0)
    site.celsius["main"] = 20.0
    site.until(1900.0)
    assert site.on() == {4}


def test_running_hours_count_while_a_fan_still_runs():
    site = Hall(two_zones(east=2, west=1))
    site.until(900.0)
    (running,) = site.on() & {1, 2}
    (resting,) = {1, 2} - {running}
    site.celsius["east"] = 36.0
    site.until(site.now_s + 10 * 3600.0, step_s=60.0)
    assert site.on() >= {1, 2}
    fans = list(site.state.fans)
    fans[resting - 1] = replace(fans[resting - 1], hours=fans[running - 1].hours + 0.1)
    site.state = replace(site.state, fans=tuple(fans))
    site.celsius["east"] = 20.0
    site.until(site.now_s + 600.0)
    assert site.on() & {1, 2} == {resting}, "the other ran a quarter of an hour longer since it was started"


def test_a_fan_runs_its_dwell_time_before_it_is_stopped():
    site = hall()
    site.celsius["main"] = 36.0
    site.until(1205.0, step_s=1.0)
    while len(site.on()) < 4:
        site.step()
    newest_s = site.now_s
    site.celsius["main"] = 20.0
    while len(site.on()) == 4:
        site.step()
    assert site.now_s - newest_s <= 60.0, "one that ran long may stop before"
    hour = max(site.state.fans, key=lambda one: one.changed.mono_s if one.wanted is OFF else -1.0)
    assert site.now_s - hour.changed.mono_s == 0.0


def test_a_fan_that_has_just_started_takes_nobodys_place_until_its_dwell_is_over():
    site = hall(fans=2)
    (base,) = site.on()
    other = 3 - base
    hold_fans(site, **{f"fan_{other}": "on"})
    site.step()
    started_s = site.now_s
    assert site.on() == {1, 2}
    while site.on() == {1, 2}:
        site.step()
    assert site.on() == {other}
    assert site.now_s - started_s == 60.0


def test_stops_are_spaced_too():
    site = hall(celsius=36.0)
    site.celsius["main"] = 20.0
    stops, before = [], site.on()
    for _ in range(60):
        site.step()
        stops += [site.now_s] * len(before - site.on())
        before = site.on()
    assert [later - earlier for earlier, later in pairwise(stops)] == [8.0, 8.0]


def test_a_rested_fan_is_preferred_but_a_start_that_is_needed_does_not_wait_for_a_rest():
    site = hall(fans=3, celsius=36.0)
    site.celsius["main"] = 20.0
    while len(site.on()) > 1:
        site.step()
    resting = [i for i, one in enumerate(site.state.fans) if one.wanted is OFF]
    rest_s = {resting[0]: 119.0, resting[1]: 120.0}
    fans = tuple(
        replace(one, changed=moment(site.now_s - rest_s[i]), hours=float(i)) if i in rest_s else one
        for i, one in enumerate(site.state.fans)
    )
    site.state = replace(site.state, fans=fans, last_fan_start=None)
    site.celsius["main"] = 28.0
    site.step(0.0)
    assert resting[-1] + 1 in site.on(), "120 s of rest come before fewer hours"
    site.celsius["main"] = 36.0
    site.until(site.now_s + 20.0, step_s=1.0)
    assert site.on() == {1, 2, 3}


def test_once_a_day_a_rested_fan_takes_over_and_never_fewer_run_than_are_asked_for():
    site = hall(fans=3)
    (base,) = site.on()
    worn(site, 0.0, 0.0, 0.0)
    lowest, changes, before = 3, [], site.on()
    while site.now_s < 1200.0 + 2.2 * DAY_S:
        site.step(600.0 if len(site.on()) == 1 else 10.0)
        lowest = min(lowest, len(site.on()))
        changes += [(site.now_s, number, number in site.on()) for number in site.on() ^ before]
        before = site.on()
    assert lowest == 1
    assert [on for _, _, on in changes] == [True, False, True, False]
    assert changes[1][1] == base
    assert 60.0 <= changes[1][0] - changes[0][0] <= 80.0, "stopped only when the other had time to prove itself"
    assert changes[2][0] - changes[0][0] >= DAY_S, "one pair a day"


def test_hours_that_differ_by_less_than_a_day_swap_nobody():
    site = hall(fans=2)
    (base,) = site.on()
    changed = site.state.fans[base - 1].changed
    rest = tuple(
        replace(one, hours=0.0) if i == base - 1 else replace(one, hours=0.01, changed=changed)
        for i, one in enumerate(site.state.fans)
    )
    site.state = replace(site.state, fans=rest)
    site.now_s = changed.mono_s + DAY_S
    site.step(0.0)
    assert site.on() == {base}, "24 h of running against 0.01"
    site.step(3600.0)
    assert site.on() == {1, 2}


def test_a_dead_fan_that_should_take_over_leaves_the_old_one_running():
    site = hall(fans=2)
    (base,) = site.on()
    site.dead = {3 - base}
    site.until(DAY_S, step_s=600.0)
    site.until(DAY_S + 1200.0, step_s=10.0)
    assert base in site.on()
    assert "fans_disproved" in site.alarms()


def test_a_lease_keeps_a_fan_out_of_the_rotation():
    site = hall(fans=2)
    (base,) = site.on()
    hold = Hold("f", LeaseKind.FANS, "op", "", moment(site.now_s), 9 * DAY_S, fans=((3 - base, OFF),))
    site.state = holds.grant(site.state, hold, site.limits)
    site.until(1200.0 + 2 * DAY_S, step_s=600.0)
    assert site.on() == {base}
    held = Hold("g", LeaseKind.FANS, "op", "", moment(site.now_s), 9 * DAY_S, fans=((base, ON),))
    site.state = replace(site.state, holds=(held,))
    site.until(1200.0 + 4 * DAY_S, step_s=600.0)
    assert site.on() == {base}


def test_a_lease_prefers_fans_and_a_floor_wins_over_its_off():
    site = hall()
    (base,) = site.on()
    first, second, third = sorted({1, 2, 3, 4} - {base})
    hold_fans(site, **{f"fan_{third}": "on", f"fan_{first}": "off"})
    site.until(1300.0)
    assert third in site.on()
    assert first not in site.on()
    site.celsius["main"] = 36.0
    site.until(1400.0)
    assert site.on() == {1, 2, 3, 4}, "too warm: every fan"
    assert second in site.on()


def test_a_locked_out_fan_stops_at_once_and_its_hours_count():
    site = hall(celsius=36.0)
    hours = site.state.fans[2].hours
    site.state = holds.lock_out(site.state, "fan-3", "electrician", "belt", site.limits, moment(site.now_s))
    site.step()
    assert site.on() == {1, 2, 4}
    assert site.state.fans[2].hours == pytest.approx(hours + 1201.0 / 3600, abs=0.001)
    site.until(1500.0)
    assert site.on() == {1, 2, 4}


def test_a_bank_whose_fans_are_all_on_or_dead_keeps_no_other_bank_from_stopping():
    site = Hall(two_zones(east=2, west=2), celsius=36.0)
    site.until(300.0)
    site.dead = {1, 2}
    site.celsius["west"] = 20.0
    site.until(1500.0)
    assert site.on() >= {1, 2}
    assert len(site.on() & {3, 4}) == 1


def test_leases_of_the_relays_end_staggered():
    leases = [one.lease_s for one in limits(fans=9).fans]
    assert {later - earlier for earlier, later in pairwise(leases)} == {10.0}
