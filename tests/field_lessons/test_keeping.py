"""Field lessons on restarts, the broker and the card: what no other test of the project tells yet."""

import sqlite3
import threading
from pathlib import Path

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold
from services.controller.core.orders import Act
from services.controller.ledger import Ledger
from services.shared import messages
from services.shared.messages import Event, Message, Request, State, topic_of
from services.shared.vocabulary import LeaseKind, Level
from tests.broker import LiveBroker
from tests.field_lessons.field import Field, thirty
from tests.field_lessons.on_the_bus import Persons, on_the_bus
from tests.unit.controller.parts import Controller
from tests.unit.controller.test_ledger import a_state, an_event, an_order
from tests.unit.controller.test_loop import read_back, utility
from tests.waiting import until

STATES = {
    "Presence", "Reading", "SwitchReading", "Signal", "State", "Desired", "Reported", "Stored", "Alarm", "AlarmState",
    "AlarmReport", "Devices",
}  # fmt: skip


@pytest.mark.parametrize("kills", [(), (450.0,), (310.0, 500.0, 700.0, 840.0)], ids=["none", "one", "four"])
def test_a_soft_wait_and_a_lease_end_when_they_would_have_without_a_restart(kills: tuple[float, ...]) -> None:
    """Lessons 33 and 35: a timer is a moment in the ledger with its reason, and no count in a process."""
    field = Field(thirty(), liars={"foreman"})
    field.until(300.0)
    lease = Hold("a", LeaseKind.MINERS, "anna", "noise", field.now(), 900.0, action="sleep", members=("m-7",))
    field.state = holds.grant(field.state, lease, field.limits)
    field.levels["utility"] = Level.CONTROL
    for at in kills:
        field.until(at)
        field.kill()
    field.until(899.0)
    first_s = min(at for at, _ in field.sent(Act.OUTLET_OFF))
    assert first_s == pytest.approx(300.0 + 567.5, abs=2.5), "after the wait of its cause, counted from the ask"
    assert field.kw() == 0.0
    field.until(1195.0)
    assert field.state.holds
    field.until(1201.0)
    assert not field.state.holds, "the lease is over at its own end"


def test_no_message_that_commands_anything_is_retained() -> None:
    """Lesson 26: what the broker keeps is state; a command that it kept would be carried out again at every connect."""
    kinds = {one for one in vars(messages).values() if isinstance(one, type) and issubclass(one, Message) and one is not Message}
    retained = {one.__name__ for one in kinds if getattr(one, "RETAIN", False)}
    assert Request in kinds and Event in kinds
    assert retained <= STATES, retained - STATES


@pytest.mark.asyncio
async def test_a_request_that_somebody_left_in_the_broker_is_not_carried_out_at_each_connect(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    """Lesson 26: a Pi that booted carried out a retained command. Ours does not take a request that the broker kept."""
    async with Persons(broker, site) as person:
        left = person.request("lockout", {"target": "m-3"})
        link = person.live.link
        assert link is not None
        link.publish(topic_of(left, site), left.model_dump_json(by_alias=True).encode(), retain=True)
        try:
            async with on_the_bus(broker, site, tmp_path) as mine:
                assert (await person.ask("lockout", {"target": "m-5"})).accepted
                await until(lambda: mine.loop._state is not None and mine.loop._state.lockouts)
                assert mine.loop._state is not None
                assert [one.target for one in mine.loop._state.lockouts] == ["m-5"]
        finally:
            link.publish(topic_of(left, site), b"", retain=True)


@pytest.mark.asyncio
async def test_the_wal_of_the_ledger_stays_small_over_thousands_of_events(tmp_path: Path) -> None:
    """Lesson 40: a write-ahead log grew to gigabytes. Ours is checkpointed as it grows, a reader beside it or not."""
    ledger = Ledger(tmp_path / "ledger.db")
    state = a_state()
    largest = 0
    for number in range(60):
        events = [an_event(f"{number} {'x' * 2000}") for _ in range(50)]
        numbered = await ledger.commit(state, {("m-0", "soft"): an_order(float(number))}, events)
        await ledger.forget(numbered[-1].ledger_seq)
        largest = max(largest, (tmp_path / "ledger.db-wal").stat().st_size)
    ledger.close()
    assert 1_000_000 < largest < 10_000_000
    assert (tmp_path / "ledger.db").stat().st_size < 10_000_000
    assert not (tmp_path / "ledger.db-wal").exists()


async def control_is_obeyed(site: Controller) -> None:
    """Each second of the plant's time an order goes out, whatever the card does."""
    read_back(site, asleep=False)
    utility(site, Level.CONTROL)
    sent = site.drivers["foreman"].sent
    for number in range(1, 5):
        await until(lambda number=number: len(sent) >= number, 4.5, f"order {number}")
        site.clock.mono_s += 1.0
        site.wake.urgently()


@pytest.mark.asyncio
async def test_a_ledger_that_another_program_locked_slows_no_order(tmp_path: Path) -> None:
    """Lesson 54: somebody looks into the ledger by hand and leaves a transaction open."""
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        holder = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
        try:
            holder.execute("BEGIN IMMEDIATE")
            await control_is_obeyed(site)
            assert "locked" in str(site.loop.storage_fault)
        finally:
            holder.close()
        site.wake.urgently()
        await until(lambda: site.loop.storage_fault is None, what="written down once the other is gone")


@pytest.mark.asyncio
async def test_a_card_that_hangs_stops_no_order(tmp_path: Path) -> None:
    """Lesson 54: a dying card answers neither yes nor no."""
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        awake = threading.Event()
        site.ledger._thread.submit(awake.wait)
        try:
            await control_is_obeyed(site)
        finally:
            awake.set()
        orders = {order.target for order in site.drivers["foreman"].sent}

        async def stored() -> bool:
            site.wake.urgently()
            return orders <= {target for target, _ in (await site.ledger.load())[1]}

        await until(stored, what="written down once it answers")
