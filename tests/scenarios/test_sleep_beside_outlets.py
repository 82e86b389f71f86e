"""A load whose outlet shall open is sent to sleep beside it: once, in its turn, and it is not taken for asleep later."""

from collections import Counter
from dataclasses import replace

from services.controller.core.orders import Act
from services.controller.core.plant import Pace
from services.shared.vocabulary import LoadState, LoadTarget, PowerState
from tests.plant import limits, load, miner, seen
from tests.scenarios.test_reconcile import Desk, targets

RUN, SLEEP, OFF = LoadTarget.RUN, LoadTarget.SLEEP, LoadTarget.OFF
DARK = {"state": LoadState.UNKNOWN, "outlet": PowerState.OFF, "watts": None, "watts_mono_s": None}


def dark(at, **more):
    return replace(miner(at), **DARK | more)


def unmetered(at):
    return replace(miner(at), watts=None, watts_mono_s=None)


def test_a_miner_behind_an_outlet_that_refuses_to_close_is_told_once_and_takes_no_turn_of_one_that_draws():
    """Foreman takes one call a second: a call to the dark each ten seconds, for each of them, would leave none for the others."""
    site = limits(tuple(load(i, kw=3.5 if i < 12 else 3.0, pdu=f"pdu-{i // 12 + 1}") for i in range(24)))
    site = replace(site, paces={**site.paces, "pdu-2": Pace(0.5, 1, 10.0)})
    desk = Desk(site, answers=False)
    first = [dark(0.0) if i < 12 else unmetered(0.0) for i in range(24)]
    desk.at(0.0, targets(site, [RUN] * 24), seen(0.0, site, loads=first))
    for second in range(1, 300):  # every "on" of pdu-1 runs out of its time
        at = float(second)
        desk.at(at, targets(site, [SLEEP] * 24), seen(at, site, loads=[dark(at) if i < 12 else unmetered(at) for i in range(24)]))
    told = Counter(order.target for _, order in desk.sent if order.act is Act.SLEEP)
    assert {f"m-{i}" for i in range(12, 24)} <= set(told), "loads that draw were never told"
    assert all(told[f"m-{i}"] <= 1 for i in range(12))


def test_a_miner_that_boots_after_a_stop_is_sent_to_sleep_at_once_when_the_utility_asks():
    """Its sleep counted as done by the cut; what got its power back may hash in a minute."""
    site = limits((load(0),))
    desk = Desk(site)
    desk.at(0.0, targets(site, OFF), seen(0.0, site))
    cut = dark(10.0, watts=0.0, watts_mono_s=10.0)
    desk.at(10.0, targets(site, OFF), seen(10.0, site, loads=[cut]))
    cut = dark(110.0, watts=0.0, watts_mono_s=110.0)
    assert [one.act for one in desk.at(110.0, targets(site, RUN), seen(110.0, site, loads=[cut]))] == [Act.OUTLET_ON]
    boots = replace(miner(130.0, watts=60.0), state=LoadState.WAKING)
    desk.at(130.0, targets(site, RUN), seen(130.0, site, loads=[boots]))
    boots = replace(miner(220.0, watts=60.0), state=LoadState.WAKING)
    assert [one.act for one in desk.at(220.0, targets(site, SLEEP), seen(220.0, site, loads=[boots]))] == [Act.SLEEP]


def test_what_foreman_alone_reaches_is_told_before_what_has_an_outlet_beside_it():
    site = limits((load(0, kw=3.5), load(1, kw=3.0, pdu="", outlet=None)))
    desk = Desk(site)
    assert [(one.act, one.target) for one in desk.at(0.0, targets(site, OFF), seen(0.0, site))] == [
        (Act.OUTLET_OFF, "m-0"), (Act.SLEEP, "m-1"),
    ]  # fmt: skip
    assert [(one.act, one.target) for one in desk.at(1.0, targets(site, OFF), seen(1.0, site))] == [(Act.SLEEP, "m-0")]


def test_what_must_be_off_at_once_is_told_before_what_could_still_be_cut_later():
    """A trip of one hall behind a PDU that refuses, beside a utility's ask of the other hall."""
    site = limits((load(0, kw=9.0, pdu="pdu-2"), load(1, kw=3.0)))
    desk = Desk(site)
    wanted = targets(site, [SLEEP, OFF])
    orders = [*desk.at(0.0, wanted, seen(0.0, site)), *desk.at(1.0, wanted, seen(1.0, site))]
    assert [(one.act, one.target) for one in orders] == [
        (Act.OUTLET_OFF, "m-1"), (Act.SLEEP, "m-1"), (Act.SLEEP, "m-0"),
    ]  # fmt: skip


def test_the_largest_goes_first_where_no_outlet_opens():
    site = limits((load(0, kw=3.5), load(1, kw=3.0, pdu="", outlet=None)))
    assert Desk(site).at(0.0, targets(site, SLEEP), seen(0.0, site))[0].target == "m-0"


def test_a_second_stop_behind_a_pdu_that_fell_silent_after_the_first_sends_the_booted_miners_to_sleep():
    """What was read of the outlet is old, and the sleep of the first stop is long over."""
    site = limits((load(0), load(1)))
    desk = Desk(site)
    desk.at(0.0, targets(site, OFF), seen(0.0, site))
    for second in range(1, 200):
        at = float(second)
        cut = [dark(at, watts=0.0, watts_mono_s=at)] * 2
        desk.at(at, targets(site, OFF if second < 190 else RUN), seen(at, site, loads=cut))
    assert {order.act for at, order in desk.sent if at >= 190} == {Act.OUTLET_ON}
    old = dark(199.0, watts=0.0, watts_mono_s=199.0)
    desk.answers = False
    told = set()
    for second in range(400, 520):
        hashing = [replace(old, state=LoadState.HASHING, state_mono_s=float(second))] * 2
        told |= {
            one.target for one in desk.at(float(second), targets(site, OFF), seen(float(second), site, loads=hashing))
            if one.act is Act.SLEEP
        }  # fmt: skip
    assert told == {"m-0", "m-1"}


def test_a_sleep_without_effect_is_repeated_although_the_outlet_reads_open():
    """That outlet never showed the last "on": it is the reader whose word nobody may take."""
    site = limits((load(0),))
    desk = Desk(site)
    for second in range(0, 2400, 5):
        at = float(second)
        works = [dark(at, state=LoadState.HASHING)]
        desk.at(at, targets(site, RUN if second < 360 else SLEEP), seen(at, site, loads=works))
    assert sum(order.act is Act.SLEEP for _, order in desk.sent) >= 3
