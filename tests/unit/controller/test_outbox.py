"""Events wait in the ledger until history holds them, and a sick card does not end the controller."""

import asyncio
import sqlite3

import pytest

from services.controller import outbox as module
from services.controller.ledger import Ledger
from services.controller.outbox import EventOutbox
from services.shared.messages import Event, Presence, Stored
from tests.unit.controller.parts import KeptBus
from tests.unit.controller.test_ledger import an_event
from tests.waiting import until


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_RESEND_EACH_S", 0.02)
    ledger, bus = Ledger(tmp_path / "ledger.db"), KeptBus()
    outbox = EventOutbox(ledger, bus)
    outbox.take_presence(presence("online"))
    yield ledger, bus, outbox
    ledger.close()


def presence(state, source="api"):
    return Presence(subject=(source,), source=source, state=state, version="0")


def stored(seq, owner="controller"):
    return Stored(subject=(owner,), owner=owner, ledger_seq=seq)


async def running(outbox):
    return asyncio.create_task(outbox.run())


def rounds_of(ledger, monkeypatch):
    """How often the outbox has looked: it counts what waits in each round, whether it may send or not."""
    waiting, rounds = ledger.waiting, []

    async def counted():
        rounds.append(1)
        return await waiting()

    monkeypatch.setattr(ledger, "waiting", counted)
    return rounds


async def end(task):
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_what_history_missed_is_sent_again_and_what_it_holds_is_forgotten(site):
    ledger, bus, outbox = site
    await ledger.commit(None, {}, [an_event(str(n)) for n in range(3)])
    await outbox.take_stored(stored(2))
    task = await running(outbox)
    await until(lambda: bus.of(Event))
    await end(task)
    assert {event.ledger_seq for event in bus.of(Event)} == {3}


@pytest.mark.asyncio
async def test_another_owners_word_and_an_older_one_forget_nothing(site):
    ledger, _, outbox = site
    await ledger.commit(None, {}, [an_event(str(n)) for n in range(3)])
    await outbox.take_stored(stored(3, "notifier"))
    await outbox.take_stored(stored(1))
    await outbox.take_stored(stored(0))
    assert [event.ledger_seq for event in await ledger.unconfirmed(0)] == [2, 3]


@pytest.mark.asyncio
async def test_without_a_broker_nothing_is_piled_up(site, monkeypatch):
    ledger, bus, outbox = site
    bus.connected = False
    rounds = rounds_of(ledger, monkeypatch)
    await ledger.commit(None, {}, [an_event()])
    task = await running(outbox)
    await until(lambda: len(rounds) > 5)
    assert not bus.sent
    bus.connected = True
    await until(lambda: bus.sent)
    await end(task)


@pytest.mark.asyncio
async def test_a_card_that_cannot_be_read_does_not_end_the_outbox(site, monkeypatch):
    ledger, bus, outbox = site
    await ledger.commit(None, {}, [an_event()])
    whole, failures = ledger.unconfirmed, []

    async def sick(after, limit=500):
        failures.append(after)
        if len(failures) < 3:
            raise sqlite3.OperationalError("disk I/O error")
        return await whole(after, limit)

    monkeypatch.setattr(ledger, "unconfirmed", sick)
    task = await running(outbox)
    await until(lambda: bus.sent)
    await end(task)


@pytest.mark.asyncio
async def test_nothing_is_sent_again_to_a_history_that_is_away(site, monkeypatch):
    ledger, bus, outbox = site
    rounds = rounds_of(ledger, monkeypatch)
    outbox.take_presence(presence("offline"))
    outbox.take_presence(presence("online", source="notifier"))
    await ledger.commit(None, {}, [an_event("kept")])
    task = await running(outbox)
    await until(lambda: len(rounds) > 10)
    assert not bus.of(Event)
    outbox.take_presence(presence("online"))
    await until(lambda: bus.of(Event))
    await end(task)
