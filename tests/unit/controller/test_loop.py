"""The loop: written down before it is sent, and nothing from outside ends it."""

import asyncio
import json
import sqlite3
from dataclasses import replace

import pytest

from services.controller.core.plant import Pace
from services.controller.drivers.base import LoadFact
from services.controller.ledger import Ledger
from services.shared.clock import host_boot
from services.shared.messages import Alarm, Event, Reply, Signal, State
from services.shared.vocabulary import CommandPhase, Level, LoadKind, LoadState, Mode
from tests.plant import limits, load
from tests.unit.controller.parts import Controller, MemoryDriver, held_by_another
from tests.waiting import until


def utility(site, level):
    site.senses.take_signal(
        Signal(
            subject=("utility",), name="utility", level=level, poll_started_mono_s=site.clock.mono_s,
            measured_at=site.clock.now().wall_s, host_boot=host_boot(),
        )
    )  # fmt: skip
    site.wake.urgently()


def read_back(site, *, asleep):
    at = site.clock.mono_s
    state, watts = (LoadState.ASLEEP, 40.0) if asleep else (LoadState.HASHING, 3000.0)
    site.readback.take("foreman", [LoadFact(one.name, at, state, watts=watts) for one in site.limits.loads], at)


def commands(site):
    return [(event.target, event.phase) for event in site.bus.of(Event) if event.kind == "command"]


@pytest.mark.asyncio
async def test_control_becomes_orders_and_their_effect_is_confirmed(tmp_path):
    async with Controller(tmp_path) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        foreman = site.drivers["foreman"]
        await until(lambda: foreman.sent)
        for number in range(2, 11):
            site.clock.mono_s += 1.0
            site.wake.urgently()
            await until(lambda number=number: len(foreman.sent) == number, what=f"order {number}")
        site.clock.mono_s += 20.0
        read_back(site, asleep=True)
        site.wake.urgently()
        await until(lambda: sum(phase is CommandPhase.CONFIRMED for _, phase in commands(site)) == 10)
        await until(lambda: site.bus.of(State)[-1].mode is Mode.CURTAILED)


@pytest.mark.asyncio
async def test_an_order_is_on_the_card_before_it_goes_out(tmp_path):
    found = []

    class Looks(MemoryDriver):
        async def send(self, order):
            found.append(sqlite3.connect(tmp_path / "ledger.db").execute("SELECT target FROM orders").fetchall())
            return await super().send(order)

    async with Controller(tmp_path, foreman=Looks("foreman")) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: found)
    assert found[0] == [("m-0",)]


@pytest.mark.asyncio
async def test_three_hundred_orders_and_their_events_are_one_commit_and_nothing_is_told_before_they_are_sent(tmp_path):
    hall = tuple(load(i, kind=LoadKind.HTTP, soft_device="http-hall", pdu="", outlet=None) for i in range(300))
    pace = {"http-hall": Pace(0.0, 400, 60.0)}
    driver = MemoryDriver("http-hall")
    async with Controller(tmp_path, limits(hall, paces=pace), **{"http-hall": driver}) as site:
        commits, told = [], []
        store, publish = site.ledger.commit, site.bus.publish

        async def commit(state, orders, events, answered):
            commits.append((len(orders), len(events), len(driver.sent)))
            return await store(state, orders, events, answered)

        def say(message):
            if isinstance(message, Event) and message.phase is CommandPhase.SENT:
                told.append(len(driver.sent))
            publish(message)

        read_back(site, asleep=False)
        await until(lambda: site.bus.of(State))
        site.ledger.commit, site.bus.publish = commit, say
        utility(site, Level.CONTROL)
        await until(lambda: len(driver.sent) == 300)
        orders, events, sent = next(one for one in commits if one[0])
        assert (orders, sent) == (300, 0) and events >= 300, "all are written down together, before the first goes out"
        await until(lambda: len(told) == 300)
        assert set(told) == {300}, "telling waits until every order is on its way"


@pytest.mark.asyncio
async def test_an_urgent_wake_is_not_delayed_by_a_flood_of_readings(tmp_path, monkeypatch):
    monkeypatch.setattr("services.controller.wake._READINGS_GAP_S", 60.0)
    async with Controller(tmp_path) as site:
        read_back(site, asleep=False)
        await until(lambda: site.bus.of(State))

        async def flood():
            while True:
                site.wake.soon()
                await asyncio.sleep(0)

        flooding = asyncio.create_task(flood())
        decided = site.loop.decided_mono_s
        site.clock.mono_s += 0.5
        utility(site, Level.CONTROL)
        await until(lambda: site.loop.decided_mono_s > decided, 0.9, "the second of the least decision is not waited for")
        await until(lambda: site.drivers["foreman"].sent)
        flooding.cancel()


@pytest.mark.asyncio
async def test_the_end_of_a_lease_and_a_trip_are_found_in_the_audit(tmp_path):
    async with Controller(tmp_path) as site:
        await site.ask("lease", '{"kind": "miners", "action": "sleep", "members": ["m-1"], "minutes": 1}')
        site.clock.mono_s += 61.0
        site.wake.urgently()
        await until(lambda: [e for e in site.bus.of(Event) if e.title == "lease miners of operator ended: its time is over"])


@pytest.mark.asyncio
async def test_a_lease_that_a_restart_of_the_computer_ended_is_found_in_the_audit(tmp_path):
    async with Controller(tmp_path) as site:
        await site.ask("lease", '{"kind": "miners", "action": "wake", "members": ["m-1"], "minutes": 60}')
    ledger = Ledger(tmp_path / "ledger.db")
    state, _ = await ledger.load()
    began = replace(state.holds[0].began, host_boot="the boot before")
    await ledger.commit(replace(state, holds=(replace(state.holds[0], began=began),)), {}, ())
    ledger.close()
    async with Controller(tmp_path) as again:
        await until(lambda: [e for e in again.bus.of(Event) if "operator ended: the computer has restarted" in e.title])


@pytest.mark.asyncio
async def test_observe_shows_everything_it_would_do_and_sends_nothing(tmp_path):
    from services.shared.vocabulary import Control

    async with Controller(tmp_path, limits(fans=3, control=Control.OBSERVE)) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: site.bus.of(State) and "sleep 10 by foreman" in site.bus.of(State)[-1].would_do)
        assert "fan_on 3 by relay-1" in site.bus.of(State)[-1].would_do
        assert not [order for driver in site.drivers.values() for order in driver.sent]
        assert not commands(site)


@pytest.mark.parametrize("answer", [ValueError("a driver's own fault"), OSError("socket"), RuntimeError("loop")])
@pytest.mark.asyncio
async def test_a_driver_that_raises_does_not_end_the_loop(tmp_path, answer):
    async with Controller(tmp_path, foreman=MemoryDriver("foreman", answer=answer)) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: ("m-0", CommandPhase.FAILED) in commands(site))
        assert (await site.ask("cycle")).accepted
        assert not site.task.done()


@pytest.mark.asyncio
async def test_a_hung_driver_does_not_stall_the_loop(tmp_path):
    hangs = asyncio.Event()
    async with Controller(tmp_path, foreman=MemoryDriver("foreman", answer=hangs)) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: site.drivers["foreman"].sent)
        assert (await site.ask("cycle")).accepted
        hangs.set()


@pytest.mark.parametrize(
    "payload", ["", "null", "[1]", '{"kind": NaN}', '{"kind": "fans", "fans": {"12": "on"}}', '"\\ud800"', "{" * 500]
)
@pytest.mark.asyncio
async def test_a_bad_request_is_answered_and_the_loop_goes_on(tmp_path, payload):
    async with Controller(tmp_path) as site:
        reply = await site.ask("lease", payload)
        assert not reply.accepted and reply.reason
        assert (await site.ask("cycle")).accepted
        audit = [event for event in site.bus.of(Event) if event.kind == "audit"]
        assert audit[0].who == "operator" and reply.reason in audit[0].title


@pytest.mark.asyncio
async def test_every_request_has_one_reply_on_the_bus(tmp_path):
    async with Controller(tmp_path) as site:
        lease = {"kind": "miners", "action": "sleep", "members": ["m-1"]}
        reply = await site.ask("lease", json.dumps(lease), id="a-7")
        await until(lambda: site.bus.of(State) and site.bus.of(State)[-1].leases)
    assert json.loads(reply.result)["kind"] == "miners"
    assert [one.request_id for one in site.bus.of(Reply)] == ["a-7"]
    assert site.bus.of(State)[-1].forced


@pytest.mark.asyncio
async def test_a_card_that_refuses_is_said_control_goes_on_and_nothing_is_lost_when_it_returns(tmp_path):
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        other = held_by_another(site.ledger)
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: site.drivers["foreman"].sent, what="the order goes out although the card refuses")
        await until(lambda: site.loop.storage_fault)
        await until(lambda: any(alarm.active and "ledger" in alarm.key for alarm in site.bus.of(Alarm)))
        other.close()
        assert (await site.ask("stop")).accepted
        await until(lambda: site.loop.storage_fault is None)
        state, orders = await site.ledger.load()
        assert [trip.key for trip in state.trips] == ["stop"]
        assert ("m-0", "soft") in orders, "an order sent while the card refused is not forgotten"
        await until(lambda: ("m-0", CommandPhase.SENT) in commands(site), what="its event is told after all")


@pytest.mark.asyncio
async def test_a_restart_goes_on_where_it_was(tmp_path):
    async with Controller(tmp_path) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: site.drivers["foreman"].sent)
        await site.ask("stop")
    async with Controller(tmp_path) as again:
        await until(lambda: again.bus.of(State))
        assert [trip.key for trip in again.bus.of(State)[0].trips] == ["stop"]
        assert again.bus.of(State)[0].mode is Mode.EMERGENCY


@pytest.mark.asyncio
async def test_an_alarm_that_ended_over_a_restart_is_ended(tmp_path):
    async with Controller(tmp_path) as site:
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        await until(lambda: [alarm for alarm in site.bus.of(Alarm) if alarm.key == "signal_utility"])
    async with Controller(tmp_path) as again:
        again.clock.mono_s += 5.0
        utility(again, Level.NORMAL)
        await until(lambda: any(one.signals[0].effective is Level.NORMAL for one in again.bus.of(State)))
        again.clock.mono_s += 130.0
        utility(again, Level.NORMAL)
        await until(lambda: [alarm for alarm in again.bus.of(Alarm) if alarm.key == "signal_utility" and not alarm.active])


@pytest.mark.asyncio
async def test_decisions_go_on_once_a_second_with_nobody_asking(tmp_path):
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        first = site.loop.decided_mono_s
        site.clock.mono_s += 7.0
        await until(lambda: site.loop.decided_mono_s > first)


@pytest.mark.asyncio
async def test_the_audit_of_a_lease_names_it_so_that_its_end_can_be_told_apart(tmp_path):
    async with Controller(tmp_path) as site:
        wish = {"kind": "miners", "action": "sleep", "members": ["m-1"], "minutes": 1, "exercise": True, "stranger": 1}
        reply = await site.ask("lease", json.dumps(wish))
        lease = json.loads(reply.result)["id"]
        site.clock.mono_s += 61.0
        site.wake.urgently()
        await until(lambda: [e for e in site.bus.of(Event) if "ended" in e.title])
        asked, ended = (json.loads(e.detail) for e in site.bus.of(Event) if e.title.startswith("lease "))
        assert asked == {"id": lease, "kind": "miners", "action": "sleep", "members": ["m-1"], "minutes": 1, "exercise": True}
        assert ended == {"id": lease}
