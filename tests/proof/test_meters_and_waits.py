"""What is measured of a site by which meter, how long sleep is given, and what ends an order or a drill."""

from dataclasses import replace

from services.controller.core import alarms, drills
from services.controller.core.escalation import soft_wait_s
from services.controller.core.judge import judge_load_order
from services.controller.core.memory import Cause, Hold, Phase, State
from services.controller.core.orders import Act, Order, Sent
from services.controller.core.proof import measure
from services.controller.core.seen import LoadSeen, MeterSeen
from services.shared.vocabulary import CommandPhase, LeaseKind, Level, LoadState, PowerState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen, signal


def unmetered(at, **more):
    return replace(LoadSeen(LoadState.HASHING, at, PowerState.ON, at), **more)


def test_the_site_meter_goes_before_all_others_and_its_base_load_is_taken_off():
    site = limits(meter_base_kw=1.0)
    meters = (MeterSeen("main", "", 20.0, 95.0), pdu_meter(7.0, 99.0))
    measured = measure(seen(100.0, site, meters=meters), site, moment(100.0))
    assert (measured.kw, measured.oldest_mono_s, measured.unknown_kw) == (19.0, 95.0, 0.0)


def test_a_load_without_watts_is_down_only_by_an_outlet_freshly_read_as_open():
    site = limits(tuple(load(i) for i in range(3)))
    loads = (unmetered(100.0), unmetered(100.0, outlet=PowerState.OFF), unmetered(10.0, outlet=PowerState.OFF))
    measured = measure(seen(100.0, site, loads=loads), site, moment(100.0))
    assert measured.proven_down == {"m-1"} and measured.unknown_kw == 6.0 and measured.kw is None


def test_an_order_without_watts_ends_by_what_is_read_after_it():
    site, now = limits(), moment(110.0)
    sent = [Sent(Order("pdu-1", act, "m-0", 400.0), 100.0) for act in (Act.OUTLET_OFF, Act.SLEEP)]
    opened, asleep = unmetered(105.0, outlet=PowerState.OFF), unmetered(105.0, state=LoadState.ASLEEP)
    assert judge_load_order(sent[0], opened, site, now) is CommandPhase.CONFIRMED
    assert judge_load_order(sent[1], asleep, site, now) is CommandPhase.CONFIRMED
    assert judge_load_order(sent[1], replace(asleep, state_mono_s=99.0), site, now) is None
    closing = Sent(Order("pdu-1", Act.OUTLET_ON, "m-0", 400.0), 100.0)
    assert judge_load_order(closing, unmetered(105.0), site, now) is CommandPhase.CONFIRMED
    assert judge_load_order(closing, opened, site, now) is None


def test_a_site_without_outlets_gives_sleep_the_whole_deadline():
    site = limits((load(0, pdu="", outlet=None),))
    assert soft_wait_s(Cause.UTILITY, site) == site.response_deadline_s


def test_a_stale_meter_cuts_nobody():
    site = Site(limits(tuple(load(i) for i in range(2)))).settle()
    loads, meter = [unmetered(2000.0, state=LoadState.ASLEEP)] * 2, pdu_meter(6.0, 1000.0)
    site.at(1000.0, level=Level.CONTROL)
    decision = site.at(2000.0, loads=loads, meters=(meter,), signals=(signal(Level.CONTROL, 2000.0),))
    assert not decision.state.opened


def test_the_site_limit_holds_the_sum_of_all_loads():
    site = Site(limits(site_limit_kw=10.0)).settle()
    assert site.decision.load.target_kw == 9.0 and site.decision.limited_by == "site limit"


def test_a_clock_that_nothing_holds_is_an_alarm_after_some_minutes():
    state = State(Phase.FREE, started=moment(0.0))
    assert alarms.clock_alarms(state, moment(299.0, trusted=False)) == ()
    assert alarms.clock_alarms(state, moment(301.0, trusted=False))[0].key == "clock_untrusted"


def test_a_drill_of_a_load_that_is_no_longer_listed_ends_by_its_time():
    site, began = limits(), moment(100.0)
    hold = Hold("d", LeaseKind.DRILL, "op", "", began, 120.0, action="sleep", members=("gone",), sensor="foreman")
    state = State(Phase.FREE, started=moment(0.0), holds=(hold,))
    assert drills.settle(state, seen(150.0, site), site, moment(150.0)).holds
    ended = drills.settle(state, seen(230.0, site, loads=[miner(230.0)] * 10), site, moment(230.0))
    assert not ended.holds and not ended.drilled[0].proven
