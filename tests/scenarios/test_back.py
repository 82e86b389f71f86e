"""When load may return at the earliest: the latest known end of all that holds it, and then the way up; else unknown."""

from dataclasses import replace
from typing import Any

import pytest

from services.controller.core.decide import decide
from services.controller.core.memory import Hold, Lockout, Trip
from services.controller.core.plant import Schedule, Source
from services.controller.core.seen import SignalSeen
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, OnLoss, PowerState
from tests.plant import Site, fan, intake, limits, load, miner, moment, seen, signal

WALL_0 = moment(0.0).wall_s
AT = 200.0
RELEASE_S = 120.0
HOUR_S = 3600.0


def event(name: str = "utility", until_s: float | None = HOUR_S, **more: Any) -> SignalSeen:
    """A control heard at AT, until so many seconds of the test's clock."""
    return signal(Level.CONTROL, AT, name=name, until_at=None if until_s is None else WALL_0 + until_s, **more)


def hold(kind: LeaseKind, until_s: float, **more: Any) -> Hold:
    return Hold("l1", kind, "ann", "test", moment(AT), until_s - AT, **more)


def back_s(*signals: SignalSeen, site: Site | None = None, at: float = AT, **more: Any) -> float | None:
    """Seconds of the test's clock; None: unknown, or nothing is held."""
    site = site or Site().settle()
    found = site.at(at, seen(at, site.limits, **({"signals": signals} if signals else {}), **more)).back_at
    return None if found is None else found - WALL_0


def with_state(site: Site, **changes: Any) -> Site:
    site.state = replace(site.state, **changes)
    return site


def test_a_site_that_runs_has_nothing_to_come_back() -> None:
    assert back_s() is None


def test_an_event_with_an_end_returns_after_it_and_after_the_release() -> None:
    assert back_s(event()) == HOUR_S + RELEASE_S


def test_the_ramp_of_the_core_raises_at_that_moment_and_not_before() -> None:
    site = Site().settle()
    told = back_s(event(), site=site)
    assert told is not None
    off = site.decision
    for second in (HOUR_S - 1, HOUR_S, told - 1):
        signals = (event(),) if second < HOUR_S else (signal(Level.NORMAL, second),)
        off = site.at(second, seen(second, site.limits, signals=signals))
        assert off.load.setpoint_kw == 0.0
    assert site.at(told, seen(told, site.limits, signals=(signal(Level.NORMAL, told),))).load.setpoint_kw > 0.0


def test_a_signal_without_an_end_tells_no_return() -> None:
    assert back_s(event(until_s=None)) is None


def test_a_signal_that_is_lost_in_its_event_tells_none_but_where_its_loss_lets_load_run() -> None:
    late = 1500.0
    for on_loss, found in ((OnLoss.CURTAIL, None), (OnLoss.HOLD, None), (OnLoss.RUN, HOUR_S + RELEASE_S)):
        site = Site(limits(sources=(Source("utility", 900.0, on_loss),))).settle()
        back_s(event(), site=site)
        assert back_s(event(), site=site, at=late) == found, on_loss


def two_sources() -> Site:
    return Site(limits(sources=(Source("utility", 900.0, OnLoss.CURTAIL), Source("b", 900.0, OnLoss.CURTAIL)))).settle()


def test_of_two_that_hold_the_later_end_counts_and_one_without_an_end_makes_it_unknown() -> None:
    assert back_s(event(), event("b", 2 * HOUR_S), site=two_sources()) == 2 * HOUR_S + RELEASE_S
    assert back_s(event(), event("b", None), site=two_sources()) is None


def test_an_event_that_is_announced_for_the_moment_of_return_moves_it() -> None:
    soon = event("b", 3 * HOUR_S, from_at=WALL_0 + HOUR_S + 60)
    assert back_s(event(), soon, site=two_sources()) == 3 * HOUR_S + RELEASE_S
    later = event("b", 9 * HOUR_S, from_at=WALL_0 + 5 * HOUR_S)
    assert back_s(event(), later, site=two_sources()) == HOUR_S + RELEASE_S


def test_a_lease_and_a_forced_signal_end_by_their_length() -> None:
    asleep = with_state(Site().settle(), holds=(hold(LeaseKind.MINERS, 900.0, action="sleep", members=("all",)),))
    assert back_s(site=asleep) == 900.0 + RELEASE_S
    forced = with_state(Site().settle(), holds=(hold(LeaseKind.POWER_SIGNAL, 900.0, level=Level.CONTROL),))
    assert back_s(event(until_s=600.0), site=forced) == 900.0 + RELEASE_S


@pytest.mark.parametrize(
    "held",
    [
        {"trips": (Trip("stop", "emergency stop by ann", moment(AT)),)},
        {"lockouts": (Lockout("rack-1", "ann", "cleaning", moment(AT)),)},
    ],
)
def test_a_trip_and_a_lock_out_of_all_have_no_end(held: dict[str, Any]) -> None:
    assert back_s(event(), site=with_state(Site().settle(), **held)) is None


def tripped(zones: tuple[str, str]) -> Site:
    """Two zones, or one; that of the first load has tripped."""
    loads = tuple(load(i, zone=zones[i // 5]) for i in range(10))
    trip = Trip(f"over_temperature_{zones[0]}", "hot", moment(AT))
    return with_state(Site(limits(loads)).settle(), trips=(trip,))


def test_while_all_load_has_tripped_no_return_is_told_though_an_event_has_an_end() -> None:
    assert back_s(event(), site=tripped(("main", "main"))) is None


def test_while_one_zone_has_tripped_the_return_that_is_told_is_that_of_the_others_and_it_is_real() -> None:
    site = tripped(("east", "west"))
    told = back_s(event(), site=site)
    assert told == HOUR_S + RELEASE_S
    for second in (HOUR_S, told - 1, told):
        decision = site.at(second, seen(second, site.limits, signals=(signal(Level.NORMAL, second),)))
        assert (decision.load.setpoint_kw > 0.0) is (second == told)
    assert set(decision.targets.loads[:5]).isdisjoint({LoadTarget.RUN}) and LoadTarget.RUN in decision.targets.loads[5:]
    for step in range(1, 20):
        second = told + 30.0 * step
        decision = site.at(second, seen(second, site.limits, signals=(signal(Level.NORMAL, second),)))
    assert decision.load.setpoint_kw == 15.0 and decision.back_at is None


def test_a_lock_out_of_one_load_does_not_hide_the_return_of_the_others() -> None:
    site = with_state(Site().settle(), lockouts=(Lockout("m-3", "ann", "cleaning", moment(AT)),))
    assert back_s(event(), site=site) == HOUR_S + RELEASE_S


def test_heat_has_no_known_end_and_one_zone_without_a_temperature_holds_only_itself() -> None:
    loads = tuple(load(i, zone="east" if i < 5 else "west") for i in range(10))
    site = Site(limits(loads)).settle()
    assert back_s(site=site, temperatures=(intake(39.0, AT, "ra/e", "east"), intake(39.0, AT, "ra/w", "west"))) is None
    half = (intake(20.0, AT, "ra/e", "east"), intake(None, AT, "ra/w", "west"))
    assert back_s(event(), site=Site(limits(loads)).settle(), temperatures=half) == HOUR_S + RELEASE_S


def test_control_hours_end_by_the_calendar_and_the_next_ones_follow_on() -> None:
    minute = int(WALL_0 % 86_400) // 60
    every = frozenset(range(7))
    hours = tuple(Schedule(f"s{n}", every, minute - 1 + 60 * n, minute + 60 * (n + 1), 0.0) for n in range(2))
    ends_s = (minute + 120) * 60 - WALL_0 % 86_400
    found = back_s(site=Site(limits(schedules=hours)).settle())
    assert found == pytest.approx(ends_s + RELEASE_S)


def test_load_that_rests_returns_when_its_rest_is_over_though_nobody_asks_for_less() -> None:
    site = Site(limits(returns_per_hour=2, rest_s=900.0)).settle()
    stamps = tuple(moment(at) for at in (150.0, 180.0))
    site = with_state(site, returned=stamps, load_off_since=moment(190.0), running=frozenset(), setpoint_kw=0.0)
    assert back_s(site=site) == 190.0 + 900.0


def test_fans_that_are_not_proven_yet_move_no_return_for_they_start_on_the_way_up() -> None:
    """Else the moment was told a stage too late, or not at all, to people who may stand before the machines."""
    site = Site(limits(fans=3)).settle()
    site.at(AT, seen(AT, site.limits, level=Level.CONTROL, loads=[miner(AT, asleep=True)] * 10))
    at = AT + 600.0
    still = tuple(fan(at, watts=0.0, relay=PowerState.OFF) for _ in range(3))
    found = back_s(site=site, at=at, loads=[miner(at, asleep=True)] * 10, fans=still)
    assert found == pytest.approx(at + RELEASE_S, abs=0.1)


def test_without_a_trusted_clock_an_event_has_no_known_end() -> None:
    site = Site().settle()
    snapshot = seen(AT, site.limits, signals=(event(),))
    state = replace(site.state, calendar=None)
    assert decide(state, snapshot, site.limits, moment(AT, trusted=False)).back_at is None


def test_hours_that_never_end_tell_no_return() -> None:
    always = tuple(Schedule(f"hour {n}", frozenset(range(7)), 60 * n, 60 * (n + 1) % 1440, 0.0) for n in range(24))
    assert back_s(site=Site(limits(schedules=always)).settle()) is None


def test_a_source_out_of_service_asks_again_when_it_is_back_in_service() -> None:
    site = Site().settle()
    back_s(event(), site=site)
    (memory,) = site.state.sources
    site = with_state(
        site,
        sources=(replace(memory, out_until=moment(1000.0)),),
        holds=(hold(LeaseKind.MINERS, 800.0, action="sleep", members=("all",)),),
    )
    assert back_s(event(), site=site) == 800.0 + RELEASE_S


def test_on_the_simulated_site_a_milder_forced_signal_leaves_only_what_else_holds() -> None:
    site = with_state(
        Site(limits(demo=True)).settle(),
        holds=(
            hold(LeaseKind.POWER_SIGNAL, 2000.0, level=Level.NORMAL),
            hold(LeaseKind.MINERS, 900.0, action="sleep", members=("all",)),
        ),
    )
    assert back_s(event(until_s=None), site=site) == 900.0 + RELEASE_S


@pytest.mark.parametrize("kw", [30.0, 2000.0])
@pytest.mark.parametrize(("until_s", "found"), [(600.0, 600.0 + RELEASE_S), (None, None)])
def test_a_forced_signal_that_takes_nothing_off_moves_no_return(kw: float, until_s: float | None, found: float | None) -> None:
    wide = hold(LeaseKind.POWER_SIGNAL, 900.0, level=Level.CONTROL, target_kw=kw)
    assert back_s(event(until_s=until_s), site=with_state(Site().settle(), holds=(wide,))) == found
    assert back_s(site=with_state(Site().settle(), holds=(wide,))) is None


def test_a_forced_signal_above_the_sites_own_limit_sets_no_return() -> None:
    wide = hold(LeaseKind.POWER_SIGNAL, 900.0, level=Level.CONTROL, target_kw=27.0)
    assert back_s(site=with_state(Site(limits(site_limit_kw=12.0)).settle(), holds=(wide,))) is None


@pytest.mark.parametrize("begins_s", [HOUR_S + 600.0, HOUR_S + 660.0, HOUR_S + 719.5])
def test_an_event_that_begins_within_ten_minutes_of_the_moment_of_return_moves_it(begins_s: float) -> None:
    soon = event("b", 3 * HOUR_S, from_at=WALL_0 + begins_s)
    assert back_s(event(), soon, site=two_sources()) == 3 * HOUR_S + RELEASE_S
