"""From what is wanted and what is read back to orders: paced, bounded, never a toggle, shedding first."""

import itertools
from dataclasses import replace

import pytest

from services.controller.core.book import Book
from services.controller.core.judge import judge_fan_order, judge_load_order
from services.controller.core.orders import Act, Order, Sent
from services.controller.core.plant import Fan, Pace
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import DeviceSeen
from services.controller.core.wanted import Targets
from services.shared.vocabulary import CommandPhase, LoadKind, LoadState, LoadTarget, PowerState
from tests.plant import BOOT, fan, limits, load, miner, moment, seen

RUN, SLEEP, OFF = LoadTarget.RUN, LoadTarget.SLEEP, LoadTarget.OFF
ON, CUT = PowerState.ON, PowerState.OFF


class Desk:
    """Sends what reconcile says on a clock that leaps; every order is acknowledged at once unless `answers` is False."""

    def __init__(self, site, *, answers=True):
        self.limits = site
        self.answers = answers
        self.book = Book(f"o-{number}" for number in itertools.count(1))
        self.sent = []
        self.waiting = []
        self.due = 0.0

    def at(self, mono_s, targets, readback):
        """Judge what is open, then send what is due; returns the orders of this moment."""
        now = moment(mono_s)
        self.book.settle(readback, self.limits, now, targets.doubted)
        orders, self.due = reconcile(targets, readback, self.book.view(), self.limits, now)
        self.book.intend(orders, now)
        self.sent += [(mono_s, order) for order in orders]
        self.waiting += [self.book.written(order).id for order in orders]
        if self.answers:
            self.answer(CommandPhase.ACKNOWLEDGED, mono_s)
        return orders

    def answer(self, phase, mono_s, **more):
        """Every call that runs comes back."""
        while self.waiting:
            self.book.answered(self.waiting.pop(), phase, moment(mono_s), **more)


def targets(site, loads=RUN, fans=ON):
    wanted = tuple(loads) if isinstance(loads, (tuple, list)) else (loads,) * len(site.loads)
    return Targets(wanted, tuple(fans) if isinstance(fans, (tuple, list)) else (fans,) * len(site.fans))


def hashing(site, at, **more):
    return seen(at, site, **more)


def acts(orders):
    return [(order.act, order.target) for order in orders]


def one_miner(**changes):
    return limits((load(0, **changes),))


def unmetered(at, *, asleep):
    return replace(miner(at, asleep=asleep), watts=None, watts_mono_s=None)


# --- level, not edge ------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_when_the_plant_is_as_wanted():
    site = limits(fans=9)
    assert Desk(site).at(10.0, targets(site), hashing(site, 10.0)) == ()
    asleep = [miner(10.0, asleep=True) for _ in site.loads]
    assert Desk(site).at(10.0, targets(site, SLEEP), hashing(site, 10.0, loads=asleep)) == ()


def test_an_order_is_a_wanted_state_and_the_acts_know_no_toggle_and_no_reboot():
    assert {act.value for act in Act} == {"sleep", "wake", "outlet_off", "outlet_on", "fan_on", "fan_off"}


def test_an_order_under_way_is_not_sent_twice():
    site = one_miner()
    desk = Desk(site)
    for second in range(300):
        desk.at(float(second), targets(site, SLEEP), hashing(site, float(second)))
    assert acts(order for _, order in desk.sent) == [(Act.SLEEP, "m-0")]


def test_what_does_not_take_effect_is_sent_again_three_times_with_growing_pauses_and_then_slowly():
    site = replace(one_miner(), paces={"foreman": Pace(1.0, 40, 5.0, attempts=3, retry_s=10.0)})
    desk = Desk(site)
    for second in range(200):
        desk.at(float(second), targets(site, SLEEP), hashing(site, float(second)))
    assert [(at, order.attempt) for at, order in desk.sent] == [
        (0.0, 1), (10.0, 2), (30.0, 3), (80.0, 1), (90.0, 2), (110.0, 3), (160.0, 1), (170.0, 2), (190.0, 3),
    ]  # fmt: skip


def test_a_stuck_miner_is_asked_again_within_the_utilitys_deadline_and_not_once_an_hour():
    site = one_miner()
    desk = Desk(site)
    for second in range(0, 7200, 5):
        desk.at(float(second), targets(site, SLEEP), hashing(site, float(second)))
    pauses = [after - before for (before, _), (after, _) in zip(desk.sent, desk.sent[1:], strict=False)]
    assert max(pauses) <= 600.0 + 5.0


def test_a_confirmed_order_that_is_undone_by_others_is_sent_anew_every_time():
    site = one_miner()
    desk = Desk(site)
    at = 0.0
    for _ in range(6):
        desk.at(at, targets(site, SLEEP), hashing(site, at))
        assert desk.sent[-1][0] == at, f"somebody woke the miner, and at {at} it is not put to sleep"
        at += 60.0
        assert desk.at(at, targets(site, SLEEP), hashing(site, at, loads=[miner(at, asleep=True)])) == ()
        at += 60.0


def test_a_miner_whose_watts_fell_is_not_told_again_while_foreman_still_says_hashing():
    site = one_miner()
    desk = Desk(site)
    desk.at(0.0, targets(site, SLEEP), hashing(site, 0.0))
    for second in range(5, 250, 5):
        late = [miner(float(second), watts=30.0)]
        assert desk.at(float(second), targets(site, SLEEP), hashing(site, float(second), loads=late)) == ()


def test_a_meter_that_reads_nothing_does_not_spare_a_hashing_miner_the_order_to_sleep():
    site = one_miner()
    dead_meter = [miner(0.0, watts=0.0)]
    assert acts(Desk(site).at(0.0, targets(site, SLEEP), hashing(site, 0.0, loads=dead_meter))) == [(Act.SLEEP, "m-0")]


def test_an_order_that_was_lost_in_a_restart_is_sent_again():
    site = one_miner()
    desk = Desk(site)
    desk.book.remember({("m-0", "soft"): Sent(Order("foreman", Act.SLEEP, "m-0", 300.0), 0.0, host_boot=BOOT)}, moment(1.0))
    assert acts(desk.at(20.0, targets(site, SLEEP), hashing(site, 20.0))) == [(Act.SLEEP, "m-0")]


def answering(site, at, last_ok):
    return hashing(site, at, devices=(DeviceSeen("foreman", "foreman", last_ok), DeviceSeen("pdu-1", "snmp_pdu", at)))


@pytest.mark.parametrize("wanted", [SLEEP, RUN])
def test_orders_that_rest_are_tried_at_once_when_a_device_that_was_lost_answers_again(wanted):
    site = replace(one_miner(), paces={"foreman": Pace(1.0, 40, 5.0, attempts=3, retry_s=2.0)}, lost_after_s={"foreman": 20.0})
    desk = Desk(site, answers=False)
    asleep = [miner(0.0, asleep=wanted is RUN)]
    for second in range(40):
        desk.at(float(second), targets(site, wanted), replace(answering(site, float(second), 0.0), loads=tuple(asleep)))
        desk.answer(CommandPhase.FAILED, float(second))
    assert [at for at, _ in desk.sent] == [0.0, 2.0, 6.0], "three attempts, and then it rests"
    back = replace(answering(site, 41.0, 41.0), loads=tuple(asleep))
    assert [order.attempt for order in desk.at(41.0, targets(site, wanted), back)] == [1]


def test_a_device_that_missed_one_poll_does_not_end_a_rest():
    site = replace(one_miner(), paces={"foreman": Pace(1.0, 40, 5.0, attempts=3, retry_s=2.0)}, lost_after_s={"foreman": 20.0})
    desk = Desk(site, answers=False)
    for second in range(40):
        desk.at(float(second), targets(site, SLEEP), answering(site, float(second), second - second % 15))
        desk.answer(CommandPhase.FAILED, float(second))
    assert [at for at, _ in desk.sent] == [0.0, 2.0, 6.0]


def test_the_next_due_moment_is_that_of_the_pause():
    site = one_miner()
    desk = Desk(site, answers=False)
    desk.at(0.0, targets(site, SLEEP), hashing(site, 0.0))
    desk.answer(CommandPhase.FAILED, 0.5)
    assert desk.at(1.0, targets(site, SLEEP), hashing(site, 1.0)) == ()
    assert desk.due == 10.0


# --- who is told, and what ------------------------------------------------------------------------------------------------


def test_a_miner_is_woken_only_if_it_is_known_to_be_asleep():
    site = limits((load(0), load(1), load(2)))
    states = [LoadState.ASLEEP, LoadState.UNKNOWN, LoadState.WAKING]
    loads = [replace(miner(5.0), state=state) for state in states]
    assert acts(Desk(site).at(5.0, targets(site, RUN), hashing(site, 5.0, loads=loads))) == [(Act.WAKE, "m-0")]


def test_an_outlet_is_closed_before_its_miner_is_woken():
    site = one_miner()
    cut = [miner(5.0, asleep=True, outlet=CUT)]
    assert acts(Desk(site).at(5.0, targets(site, RUN), hashing(site, 5.0, loads=cut))) == [(Act.OUTLET_ON, "m-0")]


def test_off_opens_an_outlet_only_where_it_may_and_puts_to_sleep_beside_it():
    site = limits((load(0), load(1, protected=True), load(2, pdu="", outlet=None), load(3, kind=LoadKind.OUTLET, soft_device="")))
    orders = []
    desk = Desk(site)
    for second in range(4):
        orders += acts(desk.at(float(second), targets(site, OFF), hashing(site, float(second))))
    assert sorted(orders) == [
        (Act.OUTLET_OFF, "m-0"), (Act.OUTLET_OFF, "m-3"), (Act.SLEEP, "m-0"), (Act.SLEEP, "m-1"), (Act.SLEEP, "m-2"),
    ]  # fmt: skip


def test_a_miner_whose_outlet_reads_open_is_not_sent_to_sleep_beside_it():
    site = one_miner()
    desk = Desk(site)
    assert acts(desk.at(0.0, targets(site, OFF), hashing(site, 0.0))) == [(Act.OUTLET_OFF, "m-0"), (Act.SLEEP, "m-0")]
    cut = [replace(miner(5.0, watts=0.0, outlet=CUT), state=LoadState.UNKNOWN)]
    assert desk.at(400.0, targets(site, OFF), hashing(site, 400.0, loads=[replace(cut[0], outlet_mono_s=400.0)])) == ()


def test_a_protected_outlet_is_not_closed_either():
    site = one_miner(protected=True)
    cut = [miner(5.0, asleep=True, outlet=CUT)]
    assert acts(Desk(site).at(5.0, targets(site, RUN), hashing(site, 5.0, loads=cut))) == [(Act.WAKE, "m-0")]


def test_nothing_is_sent_to_a_miner_behind_an_open_outlet():
    site = one_miner()
    cut = [replace(miner(5.0, outlet=CUT), watts=None, watts_mono_s=None)]
    assert Desk(site).at(5.0, targets(site, SLEEP), hashing(site, 5.0, loads=cut)) == ()


def test_a_miner_that_says_asleep_while_its_watts_stand_is_told_again():
    site = one_miner()
    lie = [miner(5.0, asleep=True, watts=3000.0)]
    assert acts(Desk(site).at(5.0, targets(site, SLEEP), hashing(site, 5.0, loads=lie))) == [(Act.SLEEP, "m-0")]


def test_old_watts_do_not_convict_a_sleeping_miner():
    site = one_miner()
    old = [replace(miner(100.0, asleep=True, watts=3000.0), watts_mono_s=1.0)]
    assert Desk(site).at(100.0, targets(site, SLEEP), hashing(site, 100.0, loads=old)) == ()


def test_control_in_the_middle_of_the_return_calls_a_wake_back_before_the_miner_has_moved():
    site = one_miner()
    desk = Desk(site)
    still_asleep = hashing(site, 0.0, loads=[unmetered(0.0, asleep=True)])
    assert acts(desk.at(1.0, targets(site, RUN), still_asleep)) == [(Act.WAKE, "m-0")]
    assert acts(desk.at(3.0, targets(site, SLEEP), still_asleep)) == [(Act.SLEEP, "m-0")]


def test_an_outlet_that_reads_on_after_its_order_is_not_done_because_the_miner_slept_already():
    site = one_miner()
    sent = Sent(Order("pdu-1", Act.OUTLET_OFF, "m-0", 10.0), 0.0)
    assert judge_load_order(sent, miner(5.0, asleep=True), site, moment(5.0)) is None
    assert judge_load_order(sent, miner(5.0, asleep=True, outlet=CUT), site, moment(5.0)) is CommandPhase.CONFIRMED


def test_a_stuck_outlet_is_not_hammered():
    site = one_miner()
    desk = Desk(site)
    for second in range(120):
        desk.at(float(second), targets(site, OFF), hashing(site, float(second), loads=[miner(float(second), asleep=True)]))
    assert len(desk.sent) <= 6


# --- pace -----------------------------------------------------------------------------------------------------------------


def test_foreman_gets_one_call_a_second_and_the_largest_load_first():
    site = limits(tuple(load(i, kw=3.0 + i * 0.1, pdu="", outlet=None) for i in range(10)))
    desk = Desk(site)
    for tenth in range(150):
        desk.at(tenth / 10, targets(site, SLEEP), hashing(site, tenth / 10))
    assert [order.target for _, order in desk.sent] == [f"m-{i}" for i in reversed(range(10))]
    assert [at for at, _ in desk.sent] == [float(i) for i in range(10)]


def test_shedding_goes_before_raising_on_the_same_connection():
    site = limits((load(0, kw=50.0), load(1, kw=1.0)))
    loads = [miner(0.0, asleep=True), miner(0.0)]
    assert acts(Desk(site).at(0.0, targets(site, (RUN, SLEEP)), hashing(site, 0.0, loads=loads))) == [(Act.SLEEP, "m-1")]


def outlets_alone(count=10):
    return limits(tuple(load(i, kind=LoadKind.OUTLET, soft_device="") for i in range(count)))


def test_a_pdu_gets_one_order_at_a_time_and_half_a_second_between_two():
    site = outlets_alone()
    desk = Desk(site)
    for twentieth in range(120):
        desk.at(twentieth / 20, targets(site, OFF), hashing(site, twentieth / 20))
    moments = [at for at, _ in desk.sent]
    assert len(moments) == 10
    assert min(after - before for before, after in itertools.pairwise(moments)) >= 0.5


def test_a_pdu_that_does_not_answer_gets_no_second_order():
    site = outlets_alone()
    desk = Desk(site, answers=False)
    for second in range(9):
        desk.at(float(second), targets(site, OFF), hashing(site, float(second)))
    assert len(desk.sent) == 1


def test_one_slow_device_delays_no_other():
    site = limits((load(0), load(1, pdu="pdu-2")))
    site = replace(site, paces={**site.paces, "pdu-2": Pace(0.5, 1, 10.0)})
    desk = Desk(site, answers=False)
    assert {order.device for order in desk.at(0.0, targets(site, OFF), hashing(site, 0.0))} == {"foreman", "pdu-1", "pdu-2"}


def test_300_http_loads_are_told_all_at_once():
    loads = tuple(load(i, kind=LoadKind.HTTP, soft_device="http-hall", pdu="", outlet=None) for i in range(300))
    site = replace(limits(loads), paces={"http-hall": Pace(0.0, 400, 60.0)})
    orders = Desk(site).at(0.0, targets(site, SLEEP), hashing(site, 0.0))
    assert len({order.target for order in orders}) == 300


def test_a_pdu_whose_call_still_runs_gets_no_second_order_even_when_the_first_expired_unseen():
    site = outlets_alone()
    desk = Desk(site, answers=False)
    for second in range(60):
        desk.at(float(second), targets(site, OFF), hashing(site, float(second)))
    assert len(desk.sent) == 1, "its time was over after 10 s, and the driver is still in its call"
    desk.answer(CommandPhase.FAILED, 60.0)
    assert len(desk.at(61.0, targets(site, OFF), hashing(site, 61.0))) == 1


# --- fans -----------------------------------------------------------------------------------------------------------------


def one_fan(**changes):
    return limits((), fans=1, **changes)


def test_off_is_a_lease_that_is_renewed_at_two_fifths_of_its_length():
    site = one_fan()
    desk = Desk(site)
    for second in range(200):
        desk.at(float(second), targets(site, fans=CUT), hashing(site, float(second), fans=(fan(float(second), relay=CUT),)))
    assert [(at, order.lease_s) for at, order in desk.sent] == [(0.0, 130.0), (52.0, 130.0), (104.0, 130.0), (156.0, 130.0)]


def test_off_is_sent_again_when_the_relay_reads_on_after_it_was_off_and_only_then():
    site = one_fan()
    desk = Desk(site)
    desk.at(0.0, targets(site, fans=CUT), hashing(site, 0.0))
    assert desk.at(2.0, targets(site, fans=CUT), hashing(site, 2.0, fans=(fan(1.0, relay=CUT),))) == ()
    assert acts(desk.at(6.0, targets(site, fans=CUT), hashing(site, 6.0, fans=(fan(5.0),)))) == [(Act.FAN_OFF, "fan-1")]
    assert desk.at(7.0, targets(site, fans=CUT), hashing(site, 7.0, fans=(fan(5.0),))) == (), "not read since"


def test_an_off_that_the_relay_never_shows_is_sent_again_when_its_time_is_over():
    site = one_fan()
    desk = Desk(site)
    for second in range(12):
        desk.at(float(second), targets(site, fans=CUT), hashing(site, float(second)))
    assert [(at, order.attempt) for at, order in desk.sent] == [(0.0, 1), (10.0, 2)]


def test_a_refused_off_counts_as_no_lease():
    site = one_fan()
    desk = Desk(site, answers=False)
    desk.at(0.0, targets(site, fans=CUT), hashing(site, 0.0))
    desk.answer(CommandPhase.REFUSED, 0.5)
    assert acts(desk.at(2.0, targets(site, fans=CUT), hashing(site, 2.0, fans=(fan(0.0),)))) == [(Act.FAN_OFF, "fan-1")]


def test_starts_are_spaced_however_many_are_wanted():
    site = limits((), fans=4)
    desk = Desk(site)
    running = set()
    for second in range(60):
        at = float(second)
        fans = tuple(fan(at, relay=ON if n in running else CUT) for n in range(4))
        for order in desk.at(at, targets(site, fans=ON), hashing(site, at, fans=fans)):
            running.add(int(order.target.removeprefix("fan-")) - 1)
    assert [at for at, _ in desk.sent] == [0.0, 8.0, 16.0, 24.0]


def test_starts_are_spaced_over_two_relay_boards():
    site = limits((), fans=2)
    site = replace(site, fans=(site.fans[0], Fan(2, "relay-2", True, 140.0)))
    site = replace(site, paces={**site.paces, "relay-2": Pace(0.05, 1, 10.0, retry_s=1.0)})
    off = hashing(site, 0.0, fans=(fan(0.0, relay=CUT), fan(0.0, relay=CUT)))
    desk = Desk(site)
    assert len(desk.at(0.0, targets(site, fans=ON), off)) == 1
    assert desk.due <= 8.0


def test_a_fan_whose_relay_is_unknown_is_told_on():
    site = one_fan()
    unknown = hashing(site, 0.0, fans=(fan(0.0, relay=PowerState.UNKNOWN),))
    assert acts(Desk(site).at(0.0, targets(site, fans=ON), unknown)) == [(Act.FAN_ON, "fan-1")]


@pytest.mark.parametrize("wanted", [ON, CUT])
def test_an_unwired_fan_gets_no_orders(wanted):
    site = one_fan()
    site = replace(site, fans=(replace(site.fans[0], wired=False),))
    unknown = hashing(site, 0.0, fans=(fan(0.0, relay=PowerState.UNKNOWN),))
    assert Desk(site).at(0.0, targets(site, fans=wanted), unknown) == ()


# --- what became of an order -----------------------------------------------------------------------------------------------


def test_an_order_is_confirmed_only_by_a_poll_that_began_after_it():
    site = one_miner()
    sent = Sent(Order("foreman", Act.SLEEP, "m-0", 300.0), 10.0)
    assert judge_load_order(sent, miner(9.9, asleep=True), site, moment(12.0)) is None
    assert judge_load_order(sent, miner(10.1, asleep=True), site, moment(12.0)) is CommandPhase.CONFIRMED


def test_an_order_without_effect_expires():
    site = one_miner()
    sent = Sent(Order("foreman", Act.SLEEP, "m-0", 300.0), 10.0)
    assert judge_load_order(sent, miner(299.0), site, moment(299.9)) is None
    assert judge_load_order(sent, miner(299.0), site, moment(300.0)) is CommandPhase.EXPIRED


def test_a_word_of_sleep_does_not_confirm_while_its_own_watts_stand():
    site = one_miner()
    sent = Sent(Order("foreman", Act.SLEEP, "m-0", 300.0), 10.0)
    assert judge_load_order(sent, miner(20.0, asleep=True, watts=3000.0), site, moment(21.0)) is None


def test_a_word_of_sleep_does_not_confirm_before_the_meter_of_the_load_was_read_again():
    site = one_miner()
    sent = Sent(Order("foreman", Act.SLEEP, "m-0", 300.0), 10.0)
    word_first = replace(miner(20.0, asleep=True, watts=3000.0), watts_mono_s=9.0)
    assert judge_load_order(sent, word_first, site, moment(21.0)) is None
    assert (
        judge_load_order(sent, replace(word_first, watts=None, watts_mono_s=None), site, moment(21.0)) is CommandPhase.CONFIRMED
    )


def test_a_fans_order_is_confirmed_only_by_a_poll_that_began_after_it():
    sent = Sent(Order("relay-1", Act.FAN_OFF, "fan-1", 300.0, lease_s=130.0), 10.0)
    assert judge_fan_order(sent, fan(9.9, relay=CUT), moment(12.0)) is None
    assert judge_fan_order(sent, fan(10.1, relay=CUT), moment(12.0)) is CommandPhase.CONFIRMED
