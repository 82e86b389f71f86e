"""A card that lets nobody write when the controller starts: what the ledger holds is read, and written when the card takes it."""

import logging
import sqlite3

import pytest

from services.controller import ledger_file
from services.controller.ledger import Ledger
from services.controller.ledger_rows import LOST_TRIP
from tests.unit.controller.test_ledger import a_state, an_event, an_order

pytestmark = pytest.mark.asyncio
ORDERS = {("m-0", "soft"): an_order()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def card(monkeypatch):
    """`card.refuses(code)` until `card.undo()`: as SQLite says it of a card that is full, read-only or without room for a log."""

    class Card:
        undo = staticmethod(monkeypatch.undo)

        @staticmethod
        def refuses(code):
            def connected(_):
                error = sqlite3.OperationalError("the card takes nothing")
                error.sqlite_errorcode = code
                raise error

            monkeypatch.setattr(ledger_file, "connected", connected)

    return Card


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR])
@pytest.mark.parametrize("killed", [True, False], ids=["with its log", "folded in"])
async def test_what_it_holds_is_read_and_the_first_commit_that_the_card_takes_is_in_the_file(path, card, code, killed):
    before = Ledger(path)
    await before.commit(a_state(), ORDERS, [an_event("before")])
    if killed:
        before._lock.close()
    else:
        before.close()
    card.refuses(code)
    ledger = Ledger(path)
    assert await ledger.load() == (a_state(), ORDERS)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="takes nothing"):
            await ledger.commit(None, {}, [an_event("refused")])
    card.undo()
    (event,) = await ledger.commit(None, {("m-1", "soft"): an_order()}, [an_event("taken")])
    assert event.ledger_seq == 2, "the numbers go on"
    assert (await ledger.load())[1].keys() == {("m-0", "soft"), ("m-1", "soft")}
    assert ledger.damage is None
    ledger.close()


async def test_a_new_site_on_a_full_card_begins_and_writes_when_there_is_room(path, card, caplog):
    card.refuses(sqlite3.SQLITE_FULL)
    caplog.set_level(logging.ERROR)
    ledger = Ledger(path)
    assert await ledger.load() == (None, {})
    for _ in range(20):
        with pytest.raises(sqlite3.OperationalError):
            await ledger.commit(a_state(), {}, [])
    assert len(caplog.records) == 1, "once, and not at each try"
    card.undo()
    await ledger.commit(a_state(), ORDERS, [])
    assert await ledger.load() == (a_state(), ORDERS)
    ledger.close()


async def test_a_damaged_file_that_cannot_be_laid_aside_is_read_as_far_as_it_goes(path, monkeypatch):
    first = Ledger(path)
    await first.commit(a_state(), ORDERS, [an_event()])
    first.close()
    with monkeypatch.context() as card:
        damaged = sqlite3.DatabaseError("a torn page")
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        held = "services.controller.ledger_connection"
        card.setattr(f"{held}.opened", lambda _: (_ for _ in ()).throw(damaged))
        card.setattr(f"{held}.renewed", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        ledger = Ledger(path)
        assert await ledger.load() == (a_state(), ORDERS)
        with pytest.raises(sqlite3.OperationalError, match="Read-only"):
            await ledger.commit(a_state(), {}, [])
    await ledger.commit(a_state(), {}, [])
    ledger.close()


async def test_a_file_that_a_power_cut_left_empty_beside_its_log_is_told_as_damage(path):
    first = Ledger(path)
    await first.commit(a_state(), ORDERS, [])
    log = path.with_name("ledger.db-wal")
    kept = log.read_bytes()
    first.close()
    path.write_bytes(b"")
    log.write_bytes(kept)
    ledger = Ledger(path)
    assert "empty" in ledger.damage and "damaged-1" in ledger.damage
    ledger.close()


@pytest.mark.parametrize("left", [b"", b"\xff" * 8192], ids=["empty", "noise"])
async def test_latches_that_a_read_only_card_lost_trip_the_site(path, card, left):
    path.write_bytes(left)
    card.refuses(sqlite3.SQLITE_READONLY)
    ledger = Ledger(path)
    state, _ = await ledger.load()
    assert [trip.key for trip in state.trips] == [LOST_TRIP]
    ledger.close()
