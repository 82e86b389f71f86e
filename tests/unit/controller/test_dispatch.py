"""Orders on their way: every life has one end, and no device or driver can stop the others."""

import asyncio
from dataclasses import replace

import pytest

from services.controller.core.moments import Now
from services.controller.core.orders import Act, Order
from services.controller.dispatch import Dispatch
from services.controller.drivers.base import FanFact, LoadFact
from services.controller.readback import Readback
from services.controller.senses import Senses
from services.shared.device import Nonsense, Refused, Unreachable
from services.shared.settings.tree import Settings
from services.shared.vocabulary import CommandPhase, LoadState, PowerState
from tests.plant import limits
from tests.unit.controller.parts import LeapingClock, MemoryDriver
from tests.waiting import until

SENT, ACK = CommandPhase.SENT, CommandPhase.ACKNOWLEDGED


class Desk:
    def __init__(self, **drivers):
        self.limits = limits(fans=2)
        self.clock = LeapingClock()
        self.readback = Readback(self.limits)
        self.drivers = {name: MemoryDriver(name) for name in self.limits.paces} | drivers
        self.woken = 0
        self.dispatch = Dispatch(self.drivers, self.limits, self.clock, "0123456789", self._wake)
        self.events = []

    def _wake(self):
        self.woken += 1

    def now(self):
        moment = self.clock.now()
        return Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)

    async def send(self, *orders):
        self.dispatch.intend(orders, self.now())
        self.dispatch.launch(orders)
        woken = self.woken
        await until(lambda: self.woken >= woken + len(orders), what="every order was answered")

    def life(self):
        self.dispatch.settle(self.readback.snapshot(Senses(Settings()), self.clock.mono_s), self.now())
        self.events += self.dispatch.take_news()[1]
        return [event.phase for event in self.events]

    def sleep(self, name="m-0", for_s=300.0, **more):
        return Order("foreman", Act.SLEEP, name, self.clock.mono_s + for_s, **more)

    def last(self, target="m-0", path="soft"):
        return self.dispatch.view().last[target, path]


def asleep(at, name="m-0"):
    return LoadFact(name, at, state=LoadState.ASLEEP, watts=40.0)


@pytest.mark.asyncio
async def test_a_command_is_sent_acknowledged_and_confirmed_with_its_seconds():
    desk = Desk()
    await desk.send(desk.sleep())
    assert desk.life() == [SENT, ACK]
    desk.clock.mono_s += 20.0
    desk.readback.take("foreman", [asleep(desk.clock.mono_s - 1.0)], desk.clock.mono_s - 1.0)
    assert desk.life() == [SENT, ACK, CommandPhase.CONFIRMED]
    assert [event.seconds for event in desk.events] == [None, 0.0, 20.0]
    assert {event.command_id for event in desk.events} == {"01234567-1"}
    assert {(event.device, event.target, event.act) for event in desk.events} == {("foreman", "m-0", "sleep")}


@pytest.mark.asyncio
async def test_a_poll_begun_before_the_order_confirms_nothing():
    desk = Desk()
    await desk.send(desk.sleep())
    desk.readback.take("foreman", [asleep(desk.clock.mono_s - 0.1)], desk.clock.mono_s - 0.1)
    assert desk.life() == [SENT, ACK]
    assert not desk.last().done


@pytest.mark.parametrize(
    ("error", "phase", "text"),
    [
        (Refused("429 too many", retry_after_s=30.0), CommandPhase.REFUSED, "429"),
        (Unreachable("no route"), CommandPhase.FAILED, "no route"),
        (Nonsense("an HTML page"), CommandPhase.FAILED, "HTML"),
        (TimeoutError(), CommandPhase.FAILED, "no answer in time"),
        (KeyError("outlet"), CommandPhase.FAILED, "a fault of our own"),
        (ZeroDivisionError(), CommandPhase.FAILED, "a fault of our own"),
        (RecursionError("deep"), CommandPhase.FAILED, "a fault of our own"),
    ],
)
@pytest.mark.asyncio
async def test_whatever_a_driver_raises_is_an_order_that_failed(error, phase, text):
    desk = Desk(foreman=MemoryDriver("foreman", answer=error))
    await desk.send(desk.sleep())
    assert desk.life() == [SENT, phase]
    assert text in desk.events[-1].detail and desk.events[-1].seconds == 0.0
    assert desk.last().failed
    assert desk.dispatch.view().in_flight["foreman"] == 0


@pytest.mark.asyncio
async def test_an_order_to_a_device_that_no_driver_serves_has_failed_and_leaves_no_place_taken():
    desk = Desk()
    await desk.send(replace(desk.sleep(), device="pdu-9"))
    assert desk.life() == [SENT, CommandPhase.FAILED]
    assert desk.dispatch.view().in_flight["pdu-9"] == 0


@pytest.mark.asyncio
async def test_a_device_that_never_answers_fails_at_the_orders_end_and_its_life_ends_once():
    desk = Desk(foreman=MemoryDriver("foreman", answer=asyncio.Event()))
    desk.dispatch.intend((desk.sleep(for_s=0.05),), desk.now())
    desk.dispatch.launch((desk.sleep(for_s=0.05),))
    desk.clock.mono_s += 0.05
    assert desk.life() == [SENT, CommandPhase.EXPIRED]
    await until(lambda: desk.woken == 1)
    assert desk.life() == [SENT, CommandPhase.EXPIRED]


@pytest.mark.asyncio
async def test_an_order_that_the_watts_confirmed_is_not_failed_by_an_answer_that_came_too_late():
    event = asyncio.Event()
    desk = Desk(foreman=MemoryDriver("foreman", answer=event))
    order = desk.sleep(for_s=0.2)
    desk.dispatch.intend((order,), desk.now())
    desk.dispatch.launch((order,))
    desk.clock.mono_s += 0.1
    desk.readback.take("foreman", [asleep(desk.clock.mono_s)], desk.clock.mono_s)
    assert desk.life() == [SENT, CommandPhase.CONFIRMED]
    await until(lambda: desk.woken == 1)
    assert desk.life() == [SENT, CommandPhase.CONFIRMED]
    assert not desk.last().failed


@pytest.mark.asyncio
async def test_a_hung_device_delays_no_other():
    desk = Desk(foreman=MemoryDriver("foreman", answer=asyncio.Event()))
    orders = (desk.sleep(), Order("pdu-1", Act.OUTLET_OFF, "m-1", desk.clock.mono_s + 10.0))
    desk.dispatch.intend(orders, desk.now())
    desk.dispatch.launch(orders)
    await until(lambda: desk.last("m-1", "outlet").acknowledged_mono_s is not None)
    assert desk.dispatch.view().in_flight == {"foreman": 1, "pdu-1": 0}
    desk.drivers["foreman"].answer.set()
    await desk.dispatch.close()


@pytest.mark.asyncio
async def test_an_opposite_order_ends_the_one_under_way_and_its_late_answer_changes_nothing():
    event = asyncio.Event()
    desk = Desk(foreman=MemoryDriver("foreman", answer=event))
    wake = replace(desk.sleep(), act=Act.WAKE)
    for order in (wake, desk.sleep()):
        desk.dispatch.intend((order,), desk.now())
        desk.dispatch.launch((order,))
    event.set()
    await until(lambda: desk.woken == 2)
    desk.life()
    first = [told.phase for told in desk.events if told.command_id.endswith("-1")]
    assert first == [SENT, CommandPhase.EXPIRED]
    assert desk.last().order.act is Act.SLEEP and not desk.last().done


@pytest.mark.asyncio
async def test_a_fans_lease_is_told_once_and_its_renewals_are_not_news():
    desk = Desk()
    off = Order("relay-1", Act.FAN_OFF, "fan-1", desk.clock.mono_s + 10.0, lease_s=130.0)
    await desk.send(off)
    desk.clock.mono_s += 2.0
    desk.readback.take("relay-1", [FanFact(1, desk.clock.mono_s, PowerState.OFF)], desk.clock.mono_s)
    told = desk.life()
    assert told == [SENT, ACK, CommandPhase.CONFIRMED]
    desk.clock.mono_s += 50.0
    await desk.send(replace(off, expires_mono_s=desk.clock.mono_s + 10.0))
    assert desk.life() == told
    assert desk.last("fan-1", "relay").sent_mono_s == desk.clock.mono_s


@pytest.mark.asyncio
async def test_a_renewal_that_fails_is_news_and_no_lease():
    desk = Desk()
    off = Order("relay-1", Act.FAN_OFF, "fan-1", desk.clock.mono_s + 10.0, lease_s=130.0)
    await desk.send(off)
    desk.clock.mono_s += 2.0
    desk.readback.take("relay-1", [FanFact(1, desk.clock.mono_s, PowerState.OFF)], desk.clock.mono_s)
    desk.life()
    desk.drivers["relay-1"].answer = Unreachable("cable")
    await desk.send(replace(off, expires_mono_s=desk.clock.mono_s + 10.0))
    assert desk.life()[-1] is CommandPhase.FAILED
    assert desk.last("fan-1", "relay").failed


@pytest.mark.asyncio
async def test_what_changed_is_given_once_for_the_ledger():
    desk = Desk()
    await desk.send(desk.sleep())
    orders, events = desk.dispatch.take_news()
    assert orders["m-0", "soft"].acknowledged_mono_s == desk.clock.mono_s and len(events) == 2
    assert desk.dispatch.take_news() == ({}, ())


@pytest.mark.asyncio
async def test_an_order_that_was_open_when_the_process_died_ends_in_the_records():
    desk = Desk()
    await desk.send(desk.sleep())
    orders, _ = desk.dispatch.take_news()
    after = Desk()
    after.dispatch.remember(orders, after.now())
    assert after.last().done
    assert [one.phase for one in after.dispatch.take_news()[1]] == [CommandPhase.EXPIRED]


@pytest.mark.asyncio
async def test_closing_closes_every_driver_even_when_one_cannot():
    class Stuck(MemoryDriver):
        async def close(self):
            raise OSError("bad descriptor")

    desk = Desk(foreman=Stuck("foreman"))
    await desk.dispatch.close()
    assert [driver.closed for driver in desk.drivers.values()] == [0, 1, 1]


class Witness(MemoryDriver):
    """A device that can tell what became of an order."""

    word: object = "Foreman says pending"

    async def fate(self, target):
        if isinstance(self.word, BaseException):
            raise self.word
        return f"{self.word} for {target}"


@pytest.mark.asyncio
async def test_an_order_without_effect_is_asked_after_and_the_answer_is_told():
    desk = Desk(foreman=Witness("foreman"))
    await desk.send(desk.sleep(for_s=10.0))
    desk.clock.mono_s += 11.0
    assert desk.life()[-1] is CommandPhase.EXPIRED
    await until(lambda: desk.life()[-1] is None)
    assert desk.events[-1].title == "sleep m-0: Foreman says pending for m-0"
    assert desk.events[-1].command_id == desk.events[0].command_id


@pytest.mark.asyncio
async def test_a_device_that_cannot_tell_ends_nothing():
    witness = Witness("foreman")
    witness.word = Unreachable("no answer")
    desk = Desk(foreman=witness)
    await desk.send(desk.sleep(for_s=10.0))
    desk.clock.mono_s += 11.0
    assert desk.life()[-1] is CommandPhase.EXPIRED
    await desk.dispatch.close()
    assert desk.life()[-1] is CommandPhase.EXPIRED
