"""The book of orders: every life has one end, every call has its place until it comes back."""

import itertools
from dataclasses import replace

from services.controller.core.book import Book
from services.controller.core.orders import Act, Order
from services.shared.vocabulary import CommandPhase, PowerState
from tests.plant import BOOT, fan, limits, miner, moment, seen

SITE = limits(fans=2)
SENT, ACK, CONFIRMED = CommandPhase.SENT, CommandPhase.ACKNOWLEDGED, CommandPhase.CONFIRMED
FAILED, EXPIRED, REFUSED = CommandPhase.FAILED, CommandPhase.EXPIRED, CommandPhase.REFUSED
SLEEP = Order("foreman", Act.SLEEP, "m-0", 310.0)
OFF = Order("relay-1", Act.FAN_OFF, "fan-1", 20.0, lease_s=130.0)


def book():
    return Book(f"o-{number}" for number in itertools.count(1))


def phases(steps):
    return [(step.phase, step.seconds) for step in steps]


def asleep(at, name=0):
    return seen(at, SITE, loads=[miner(at, asleep=index == name) for index in range(10)])


def relay_off(at):
    return seen(at, SITE, fans=(fan(at, relay=PowerState.OFF), fan(at)))


def test_an_order_is_sent_acknowledged_and_confirmed_with_its_seconds():
    kept = book()
    assert phases(kept.intend([SLEEP], moment(10.0))) == [(SENT, None)]
    assert phases(kept.answered("o-1", ACK, moment(10.5))) == [(ACK, 0.5)]
    assert phases(kept.settle(asleep(9.0), SITE, moment(11.0))) == []
    assert phases(kept.settle(asleep(30.0), SITE, moment(31.0))) == [(CONFIRMED, 21.0)]
    assert phases(kept.settle(asleep(40.0), SITE, moment(41.0))) == []
    last = kept.view().last["m-0", "soft"]
    assert last.done and not last.failed and last.host_boot == BOOT and last.acknowledged_mono_s == 10.5


def test_an_order_expires_once_and_its_late_answer_only_frees_its_place():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    assert phases(kept.settle(seen(310.0, SITE), SITE, moment(310.0))) == [(EXPIRED, 300.0)]
    assert kept.view().in_flight == {"foreman": 1}, "the driver's call still runs"
    assert kept.answered("o-1", FAILED, moment(320.0)) == ()
    assert kept.view().in_flight == {"foreman": 0}


def test_an_answer_that_comes_twice_or_from_nobody_frees_no_second_place():
    kept = book()
    kept.intend([SLEEP, replace(SLEEP, target="m-1")], moment(10.0))
    for _ in range(3):
        kept.answered("o-1", ACK, moment(11.0))
        kept.answered("of another process", ACK, moment(11.0))
    assert kept.view().in_flight == {"foreman": 1}


def test_an_opposite_order_ends_the_one_under_way_and_says_so():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    steps = kept.intend([replace(SLEEP, act=Act.WAKE)], moment(12.0))
    assert [(step.sent.id, step.phase) for step in steps] == [("o-1", EXPIRED), ("o-2", SENT)]
    assert "wake took its place" in steps[0].detail
    assert kept.answered("o-1", ACK, moment(13.0)) == ()
    assert kept.view().last["m-0", "soft"].acknowledged_mono_s is None


def test_a_refusal_keeps_the_moment_that_the_device_named():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    (step,) = kept.answered("o-1", REFUSED, moment(11.0), "429", again_s=30.0)
    assert (step.phase, step.detail) == (REFUSED, "429")
    last = kept.view().last["m-0", "soft"]
    assert last.failed and last.again_mono_s == 41.0


def test_a_fans_lease_is_told_once_its_renewals_are_not_and_a_renewal_that_fails_is():
    kept = book()
    assert phases(kept.intend([OFF], moment(10.0))) == [(SENT, None)]
    kept.answered("o-1", ACK, moment(10.1))
    assert phases(kept.settle(relay_off(11.0), SITE, moment(12.0))) == [(CONFIRMED, 2.0)]
    assert kept.intend([OFF], moment(60.0)) == ()
    assert kept.answered("o-2", ACK, moment(60.1)) == ()
    assert kept.intend([OFF], moment(110.0)) == ()
    assert phases(kept.answered("o-3", FAILED, moment(111.0), "cable")) == [(FAILED, 1.0)]
    assert kept.view().last["fan-1", "relay"].failed
    assert phases(kept.intend([OFF], moment(112.0))) == [(SENT, None)], "what failed is no lease to renew"


def test_a_lease_that_the_coil_confirmed_is_not_ended_again_by_a_late_failure_of_its_call():
    kept = book()
    kept.intend([OFF], moment(10.0))
    assert phases(kept.settle(relay_off(11.0), SITE, moment(12.0))) == [(CONFIRMED, 2.0)]
    assert kept.answered("o-1", FAILED, moment(13.0), "no answer in time") == ()


def test_what_changed_is_given_once_for_the_ledger():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    kept.answered("o-1", ACK, moment(11.0))
    dirty = kept.take_dirty()
    assert dirty["m-0", "soft"].acknowledged_mono_s == 11.0
    assert not kept.take_dirty()
    assert dirty, "what was given stays with the taker"


def test_what_was_open_when_the_process_died_is_told_as_expired_once_and_the_pace_goes_on():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    stored = kept.take_dirty()
    after, other = book(), book()
    steps = after.remember(stored, moment(20.0))
    assert [(step.phase, step.seconds) for step in steps] == [(CommandPhase.EXPIRED, 10.0)]
    assert after.view().last_sent_mono_s == {"foreman": 10.0}
    assert after.settle(asleep(30.0), SITE, moment(31.0)) == ()
    again = book()
    assert again.remember(after.take_dirty(), moment(40.0)) == ()
    steps = other.remember(stored, moment(5.0, boot="another boot"))
    assert [step.phase for step in steps] == [CommandPhase.EXPIRED]
    kept = other.view().last["m-0", "soft"]
    assert (kept.sent_mono_s, kept.failed, kept.host_boot) == (0.0, True, "another boot")
    assert other.view().last_sent_mono_s == {}
    later = book()
    assert later.remember(stored | other.take_dirty(), moment(9.0, boot="a third")) == ()
    assert not later.view().last, "what ended in another boot means nothing in this one"


def test_the_book_knows_when_a_device_that_counted_as_lost_came_back():
    kept = book()

    def at(second, last_ok):
        devices = tuple(replace(one, last_ok_mono_s=last_ok) for one in seen(0.0, SITE).devices if one.name == "foreman")
        kept.settle(replace(seen(second, SITE), devices=devices), SITE, moment(second))
        return kept.view().back_mono_s.get("foreman")

    assert at(10.0, 9.0) is None
    assert at(309.0, 9.0) is None
    assert at(310.0, 9.0) is None
    assert at(320.0, 319.0) == 320.0
    assert at(330.0, 329.0) == 320.0
