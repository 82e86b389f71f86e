"""What ends an order: the fact that it asked for, read by a poll that began after it went out; else its time."""

from dataclasses import replace

import pytest

from services.controller.core.judge import is_settled, judge_fan_order, judge_load_order
from services.controller.core.orders import Act, Order, Sent
from services.controller.core.seen import FanSeen, LoadSeen
from services.shared.vocabulary import CommandPhase, LoadState, PowerState
from tests.plant import fan, limits, miner, moment

SITE = limits()
ON, OFF = PowerState.ON, PowerState.OFF
CONFIRMED, EXPIRED = CommandPhase.CONFIRMED, CommandPhase.EXPIRED


def sent(act, at=10.0, target="m-0"):
    return Sent(Order("foreman", act, target, 300.0), at)


def says(state, at):
    """A load that nothing meters, by its own word."""
    return LoadSeen(state=state, state_mono_s=at)


def outlet(power, at):
    """A load that nothing meters, by its outlet."""
    return LoadSeen(outlet=power, outlet_mono_s=at)


DONE = [
    (Act.SLEEP, lambda at: says(LoadState.ASLEEP, at)),
    (Act.WAKE, lambda at: says(LoadState.HASHING, at)),
    (Act.WAKE, lambda at: says(LoadState.WAKING, at)),
    (Act.OUTLET_OFF, lambda at: outlet(OFF, at)),
    (Act.OUTLET_ON, lambda at: outlet(ON, at)),
    (Act.SLEEP, lambda at: miner(at, asleep=True)),
]
NOT_DONE = [
    (Act.SLEEP, says(LoadState.HASHING, 11.0)),
    (Act.SLEEP, says(LoadState.UNKNOWN, 11.0)),
    (Act.WAKE, says(LoadState.ASLEEP, 11.0)),
    (Act.WAKE, says(LoadState.UNKNOWN, 11.0)),
    (Act.OUTLET_OFF, outlet(ON, 11.0)),
    (Act.OUTLET_OFF, outlet(PowerState.UNKNOWN, 11.0)),
    (Act.OUTLET_ON, outlet(OFF, 11.0)),
    (Act.OUTLET_ON, outlet(PowerState.UNKNOWN, 11.0)),
    (Act.OUTLET_ON, LoadSeen()),
    (Act.OUTLET_OFF, miner(11.0, asleep=True)),
]


@pytest.mark.parametrize(("act", "fact"), DONE)
def test_the_fact_that_was_asked_for_confirms_only_when_its_poll_began_after_the_order(act, fact):
    now = moment(12.0)
    assert judge_load_order(sent(act), fact(10.1), SITE, now) is CONFIRMED
    assert judge_load_order(sent(act), fact(10.0), SITE, now) is None, (
        "a poll that went out with the order saw the time before it"
    )
    assert judge_load_order(sent(act), fact(9.0), SITE, now) is None
    assert judge_load_order(sent(act, 0.5), fact(0.0), SITE, now) is None, "so it is in the first second of a boot"


@pytest.mark.parametrize(("act", "fact"), NOT_DONE)
def test_the_opposite_and_the_unknown_confirm_nothing_however_fresh(act, fact):
    assert judge_load_order(sent(act), fact, SITE, moment(12.0)) is None
    assert judge_load_order(sent(act), fact, SITE, moment(300.0)) is EXPIRED


def test_a_miner_that_draws_just_what_a_sleeping_one_may_draw_sleeps():
    drawing = miner(11.0, asleep=True, watts=SITE.asleep_watts)
    assert judge_load_order(sent(Act.SLEEP), drawing, SITE, moment(12.0)) is CONFIRMED
    more = replace(drawing, watts=SITE.asleep_watts + 0.1)
    assert judge_load_order(sent(Act.SLEEP), more, SITE, moment(12.0)) is None


@pytest.mark.parametrize(("act", "relay", "other"), [(Act.FAN_ON, ON, OFF), (Act.FAN_OFF, OFF, ON)])
def test_a_fans_order_is_confirmed_by_its_own_coil_alone(act, relay, other):
    order, now = sent(act, target="fan-1"), moment(12.0)
    assert judge_fan_order(order, fan(10.1, relay=relay), now) is CONFIRMED
    for seen in (fan(10.0, relay=relay), fan(10.1, relay=other), fan(10.1, relay=PowerState.UNKNOWN), FanSeen(relay=relay)):
        assert judge_fan_order(order, seen, now) is None
    assert judge_fan_order(sent(act, 0.5, "fan-1"), fan(0.0, relay=relay), now) is None
    assert judge_fan_order(order, fan(10.1, relay=other), moment(300.0)) is EXPIRED


def test_an_order_changes_nothing_more_once_it_ended_or_its_time_is_over():
    assert not is_settled(sent(Act.SLEEP), moment(299.9))
    assert is_settled(sent(Act.SLEEP), moment(300.0))
    assert is_settled(replace(sent(Act.SLEEP), done=True), moment(11.0))
