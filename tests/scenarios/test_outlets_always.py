"""A site whose outlets always open after sleep: under no load, only of loads that are to be down, only where an event cuts."""

from services.shared.vocabulary import Level, LoadTarget, PowerState
from tests.plant import Site, limits, load, miner, signal

RUN, SLEEP, OFF = LoadTarget.RUN, LoadTarget.SLEEP, LoadTarget.OFF


def event(*asleep, drawing=(), on=True, **changes):
    """Four miners, two of which may run in a control; these sleep by their word, of them `drawing` still by their watts."""
    loads = tuple(load(i, protected=i == 3) for i in range(4))
    site = Site(limits(loads, curtail_to_kw=6.0, pdu_on_curtail="always", **changes)).settle()
    level = Level.CONTROL if on else Level.NORMAL
    site.at(200.0, level=level)
    read = [miner(210.0, asleep=i in asleep, watts=3000.0 if i in drawing else None) for i in range(4)]
    return site.at(210.0, level=level, loads=read).targets.loads


def test_an_outlet_opens_as_soon_as_its_miner_sleeps_by_its_watts():
    assert event(2, 3) == (RUN, RUN, OFF, SLEEP), "the last one has no outlet that may be opened"


def test_an_outlet_stays_closed_while_its_miner_draws_whatever_it_says():
    assert event(2, 3, drawing=(2,)) == (RUN, RUN, SLEEP, SLEEP)


def test_a_miner_that_may_run_and_sleeps_by_itself_keeps_its_outlet():
    assert event(0, 2)[:3] == (RUN, RUN, OFF)


def test_no_outlet_opens_where_nobody_asks():
    assert OFF not in event(2, 3, on=False)


def test_a_lost_signal_opens_an_outlet_after_sleep_only_where_it_may_cut():
    for may_cut, target in ((False, SLEEP), (True, OFF)):
        site = Site(limits((load(0),), pdu_on_curtail="always", hard_cut_on_loss=may_cut)).settle()
        for at in (1100.0, 1110.0):
            said = (signal(Level.NORMAL, 190.0),)
            decision = site.at(at, signals=said, loads=[miner(at, asleep=True, outlet=PowerState.ON)])
        assert decision.targets.loads == (target,)
