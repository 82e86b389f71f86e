"""Load comes back in an event: whatever else is told, kW over the target that no told load explains are an emergency."""

from dataclasses import replace

import pytest

from services.controller.core.memory import Lockout
from services.controller.core.seen import LoadSeen, MeterSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, Level, LoadState
from tests.plant import Site, limits, load, miner, moment, seen, signal

ASKED_S, LATE_S = 300.0, 1000.0
METERED, TOLERANCE_KW = 2, 4.0
"""Two miners are metered by themselves, ten by the site's meter alone."""


def plant():
    loads = tuple(load(i, pdu="" if i >= METERED else "pdu-1", outlet=None if i >= METERED else i + 1) for i in range(12))
    site = Site(limits(loads, meter_tolerance_kw=TOLERANCE_KW, pdu_on_curtail="never", interval_s=0.0)).settle(ASKED_S)
    site.at(ASKED_S, level=Level.CONTROL)
    stranger(site, ASKED_S + 60.0, 3.0)
    return site


def look(site, at, site_kw, awake=()):
    """Every miner says that it sleeps; those awake draw their 3 kW by their own watts all the same."""
    loads = [miner(at, asleep=True, watts=3000.0 if i in awake else 40.0) for i in range(METERED)]
    loads += [LoadSeen(LoadState.ASLEEP, at) for _ in range(12 - METERED)]
    meters = (MeterSeen("site", "", site_kw, at),)
    return told(site.at(at, seen(at, site.limits, level=Level.CONTROL, loads=loads, meters=meters)))


def told(decision):
    return {one.key: one for one in decision.alarms}


def test_one_stubborn_load_that_explains_the_meter_is_one_alarm():
    site = plant()
    alarms = look(site, LATE_S, 3.3, awake=(0,))
    assert "load_still_on" in alarms and "over_target" not in alarms


def test_a_warning_of_held_loads_hides_no_load_that_came_back():
    """Four may run; a person locked two of them out, which draw all the same beside the other two."""
    site = Site(limits(meter_tolerance_kw=TOLERANCE_KW)).settle(ASKED_S)
    site.state = replace(site.state, lockouts=tuple(Lockout(f"m-{i}", "ann", "x", moment(ASKED_S)) for i in range(2)))
    for at, kw, over in ((ASKED_S, 12.4, False), (LATE_S, 12.4, False), (LATE_S + 10.0, 17.2, True)):
        loads = [miner(at, asleep=i > 3) for i in range(10)]
        asks, meters = (signal(Level.CONTROL, at, target_kw=6.0),), (MeterSeen("site", "", kw, at),)
        alarms = told(site.at(at, seen(at, site.limits, loads=loads, signals=asks, meters=meters)))
        assert "load_still_on" not in alarms
        assert ("held_still_on" in alarms, "over_target" in alarms) == (at >= LATE_S, over)


def stranger(site, at, kw, awake=(0,), meter_s=None):
    """All but one miner prove off by their own watts; the site's meter shows what none of them draws."""
    loads = [miner(at, asleep=True, watts=3000.0 if i in awake else 40.0) for i in range(len(site.limits.loads))]
    meters = (MeterSeen("site", "", kw, at if meter_s is None else meter_s),)
    return told(site.at(at, seen(at, site.limits, level=Level.CONTROL, loads=loads, meters=meters)))


def test_one_load_that_is_told_as_on_hides_no_stranger_of_a_hundred_times_its_kw():
    site = plant()
    assert "over_target" not in stranger(site, LATE_S, 3.0)
    alarms = stranger(site, LATE_S + 10.0, 300.0)
    assert alarms["over_target"].kind is AlarmKind.EMERGENCY
    assert alarms["over_target"].consequence == "296.7 kW belong to no load that is listed as on."
    assert "load_still_on" in alarms


def test_a_miner_above_its_nameplate_is_no_second_alarm():
    site = plant()
    site.limits = replace(site.limits, meter_tolerance_kw=0.0)
    assert "over_target" not in stranger(site, LATE_S, 3.25)


def test_a_meter_polled_before_the_loads_were_found_off_tells_of_no_stranger():
    site = plant()
    stranger(site, LATE_S, 6.2, awake=(0, 1))
    assert "over_target" not in stranger(site, LATE_S + 5.0, 6.2, awake=(), meter_s=LATE_S)
    late = stranger(site, LATE_S + 10.0, 6.2, awake=())
    assert "over_target" in late


def ranks(site, kws, begin_s=LATE_S):
    found = []
    for second, kw in enumerate(kws):
        found.append(stranger(site, begin_s + second, kw + 3.3)["over_target"].rank)
    return found


def test_kw_over_the_target_that_double_are_news_and_kw_that_play_about_a_step_are_none():
    assert ranks(plant(), (7.9, 8.1, 7.8, 9.0, 9.5, 8.1, 6.5, 100.0)) == [1, 1, 1, 1, 2, 2, 1, 5]


def test_a_load_alarm_that_grows_a_hundredfold_has_a_higher_rank_also_after_a_restart():
    site = Site(limits(tuple(load(i) for i in range(120)), meter_tolerance_kw=10.0, pdu_on_curtail="never")).settle(ASKED_S)
    site.at(ASKED_S, level=Level.CONTROL)
    found = []
    for second, awake in enumerate((1, 3, 107, 106, 100, 2)):
        at = LATE_S + second
        if awake == 106:
            site.state = resume(site.state, moment(at))
        loads = [miner(at, asleep=True, watts=3000.0 if i < awake else None) for i in range(120)]
        alarm = told(site.at(at, seen(at, site.limits, level=Level.CONTROL, loads=loads)))["load_still_on"]
        found.append((alarm.cause.rpartition(": ")[2], alarm.rank))
    assert found == [("3 kW.", 0), ("9 kW.", 0), ("321 kW.", 5), ("318 kW.", 5), ("300 kW.", 5), ("6 kW.", 0)]
    assert "load_still_on" not in dict(site.state.alarm_ranks)


@pytest.mark.parametrize(("tolerance_kw", "rank"), [(0.0, 2), (3.0, 1), (3.1, 0)])
def test_where_no_tolerance_is_given_the_steps_begin_at_one_kw(tolerance_kw, rank):
    site = plant()
    site.limits = replace(site.limits, meter_tolerance_kw=tolerance_kw)
    assert look(site, LATE_S, 3.0, awake=(0,))["load_still_on"].rank == rank
