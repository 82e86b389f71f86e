"""What is written of an order's life: which attempt it was, how long each step took, what a restart makes of it."""

import itertools
from dataclasses import replace

import pytest

from services.controller.core.book import Book
from services.controller.core.orders import Act, Order
from services.controller.core.seen import DeviceSeen
from services.shared.vocabulary import CommandPhase, PowerState
from tests.plant import fan, limits, miner, moment, seen

SITE = limits(fans=1)
SLEEP = Order("foreman", Act.SLEEP, "m-0", 310.0)
OFF = Order("relay-1", Act.FAN_OFF, "fan-1", 20.0, lease_s=130.0)


def book():
    return Book(f"o-{number}" for number in itertools.count(1))


@pytest.mark.parametrize(("attempt", "words"), [(1, ""), (2, "attempt 2"), (3, "attempt 3")])
def test_a_second_try_says_that_it_is_one(attempt, words):
    (step,) = book().intend([replace(SLEEP, attempt=attempt)], moment(10.0))
    assert (step.sent.id, step.sent.order.attempt, step.detail) == ("o-1", attempt, words)
    assert (step.sent.sent_mono_s, step.sent.host_boot, step.sent.done) == (10.0, moment(10.0).host_boot, False)


def test_each_step_is_timed_to_the_millisecond():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    (step,) = kept.answered("o-1", CommandPhase.ACKNOWLEDGED, moment(10.12345), "200")
    assert (step.phase, step.seconds, step.detail) == (CommandPhase.ACKNOWLEDGED, 0.123, "200")


def test_a_step_without_words_has_none():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    (step,) = kept.settle(seen(40.0, SITE, loads=[miner(40.0, asleep=True)] * 10), SITE, moment(41.0))
    assert (step.sent.id, step.phase, step.detail) == ("o-1", CommandPhase.CONFIRMED, "")
    kept.intend([SLEEP], moment(50.0))
    assert [step.detail for step in kept.answered("o-2", CommandPhase.FAILED, moment(51.0))] == [""]


@pytest.mark.parametrize("short", ["loads", "fans"])
def test_a_picture_of_another_plant_ends_no_order(short):
    kept, picture = book(), seen(40.0, SITE, loads=[miner(40.0, asleep=True)] * 10)
    kept.intend([SLEEP], moment(10.0))
    with pytest.raises(ValueError, match="shorter"):
        kept.settle(replace(picture, **{short: getattr(picture, short)[:-1]}), SITE, moment(41.0))


def test_a_fan_told_on_ends_its_lease_and_is_no_renewal():
    kept = book()
    kept.intend([OFF], moment(10.0))
    kept.settle(seen(11.0, SITE, fans=(fan(11.0, relay=PowerState.OFF),)), SITE, moment(12.0))
    (step,) = kept.intend([replace(OFF, act=Act.FAN_ON, lease_s=None)], moment(13.0))
    assert step.phase is CommandPhase.SENT
    (again,) = kept.intend([OFF], moment(14.0))[1:]
    assert again.phase is CommandPhase.SENT, "off after on is a new lease"


def test_a_sleep_sent_again_is_an_attempt_of_its_own_and_no_renewal():
    kept = book()
    kept.intend([SLEEP], moment(10.0))
    steps = kept.intend([replace(SLEEP, attempt=2)], moment(20.0))
    assert [(step.sent.id, step.phase) for step in steps] == [("o-1", CommandPhase.EXPIRED), ("o-2", CommandPhase.SENT)]


def test_after_a_restart_the_pace_counts_from_the_newest_order_to_a_device():
    for times in ((10.0, 12.0), (12.0, 10.0)):
        kept, after = book(), book()
        for at, name in zip(times, ("m-0", "m-1"), strict=True):
            kept.intend([replace(SLEEP, target=name)], moment(at))
        kept.intend([OFF], moment(11.0))
        steps = after.remember(kept.take_dirty(), moment(20.0))
        assert dict(after.view().last_sent_mono_s) == {"foreman": 12.0, "relay-1": 11.0}
        assert {step.detail for step in steps} == {"the controller was started again before it was confirmed"}


def test_what_an_earlier_boot_left_open_counts_as_no_attempt():
    kept, after = book(), book()
    kept.intend([replace(SLEEP, attempt=3)], moment(10.0))
    (step,) = after.remember(kept.take_dirty(), moment(5.0, boot="next-boot"))
    assert (step.phase, step.sent.order) == (CommandPhase.EXPIRED, replace(SLEEP, attempt=0))


def test_a_device_counts_as_lost_only_when_it_is_silent_for_longer_than_it_may_be():
    kept = book()
    for at, answered_at in ((309.0, 9.0), (310.0, 309.0), (619.1, 310.0), (620.0, 620.0), (630.0, 630.0)):
        devices = (DeviceSeen("foreman", "foreman", answered_at), DeviceSeen("unknown", "", answered_at))
        kept.settle(replace(seen(at, SITE), devices=devices), SITE, moment(at))
        back = {} if at < 620.0 else {"foreman": 620.0}
        assert kept.view().back_mono_s == back, "back once, at the moment of its first answer"


def test_a_device_is_back_at_its_first_answer_and_not_anew_with_each():
    kept = book()
    for at, answered_at in ((400.0, None), (410.0, 410.0), (420.0, 420.0)):
        kept.settle(replace(seen(at, SITE), devices=(DeviceSeen("foreman", "foreman", answered_at),)), SITE, moment(at))
    assert kept.view().back_mono_s == {"foreman": 410.0}
