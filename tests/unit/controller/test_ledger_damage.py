"""A damaged ledger is laid aside, what can be read of it goes on, and history never takes its new events for old ones."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.controller import ledger_file, ledger_renewal
from services.controller.core import holds
from services.controller.core.memory import Lockout, Trip
from services.controller.ledger import Ledger
from services.controller.ledger_file import LedgerTaken
from services.controller.ledger_rows import LOST_TRIP
from services.controller.outbox import EventOutbox
from services.shared.messages import Stored
from tests.plant import limits, seen
from tests.unit.controller.parts import KeptBus
from tests.unit.controller.test_ledger import a_state, an_event, an_order
from tests.waiting import until

HOLDS_THE_LEDGER = """
import sys
from pathlib import Path
from services.controller.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
print("mine", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


async def written(path, events=200):
    ledger = Ledger(path)
    await ledger.commit(a_state(), {("m-0", "soft"): an_order()}, [an_event(f"event {n}") for n in range(events)])
    ledger.close()


def garble(path, table):
    """Overwrite the first page of a table, as a worn card does."""
    db = sqlite3.connect(path)
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    size = db.execute("PRAGMA page_size").fetchone()[0]
    db.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


def cut(path, share):
    """Lose the end of the file, as a power cut on a card does."""
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share) // 4096 * 4096)


def is_lost(state):
    """Nobody knows what was latched: a trip of its own stands until a person resets it."""
    return [trip.key for trip in state.trips] == [LOST_TRIP]


async def after(path):
    """What a new process finds: the ledger is whole again and can be written."""
    ledger = Ledger(path)
    found = await ledger.load()
    (event,) = await ledger.commit(None, {}, [an_event("after")])
    ledger.close()
    return ledger.damage, found, event


@pytest.mark.asyncio
async def test_damaged_events_lose_no_state_and_no_order(path):
    await written(path)
    garble(path, "events")
    damage, (state, orders), _ = await after(path)
    assert "ledger.db.damaged-1" in damage
    assert state == a_state() and orders == {("m-0", "soft"): an_order()}
    assert path.with_name("ledger.db.damaged-1").exists()
    assert (await after(path))[0] is None, "the new file is whole"


@pytest.mark.parametrize("share", [0.9, 0.5])
@pytest.mark.asyncio
async def test_a_file_that_lost_its_end_loses_no_trip_and_no_lock_out(path, share):
    now = a_state().started
    latched = replace(a_state(), trips=(Trip("stop", "by ann", now),), lockouts=(Lockout("m-0", "ann", "repair", now),))
    ledger = Ledger(path)
    await ledger.commit(latched, {}, [an_event("x" * 500) for _ in range(600)])
    ledger.close()
    cut(path, share)
    damage, (state, _), _ = await after(path)
    assert damage and state == latched


@pytest.mark.asyncio
async def test_what_was_latched_and_cannot_be_read_trips_the_site_until_a_person_resets_it(path):
    await written(path)
    garble(path, "state")
    ledger_renewal.renewed(path, "nonsense")[0].close()  # killed before its first commit
    _, (state, _), _ = await after(path)
    assert is_lost(state), "also in the next start"
    ended = holds.reset(state, LOST_TRIP, seen(1.0, limits()), limits(), state.started)
    assert ended.trips == ()


@pytest.mark.parametrize("part", ["trips", "lockouts"])
@pytest.mark.asyncio
async def test_a_trip_or_a_lock_out_that_cannot_be_read_is_met_with_a_trip(path, part):
    await written(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE state SET document = json_set(document, '$.{part}', json('[{{}}]'))")
    damage, (state, _), _ = await after(path)
    assert part in damage and is_lost(state)


@pytest.mark.asyncio
async def test_an_empty_file_is_damage(path):
    path.touch()
    damage, (state, _), _ = await after(path)
    assert "empty" in damage and is_lost(state)


@pytest.mark.parametrize("step", ["before the first byte", "before its name"])
@pytest.mark.asyncio
async def test_a_power_cut_in_the_very_first_start_is_no_damage(path, step, monkeypatch):
    if step == "before the first byte":
        path.with_name("ledger.db.begun").touch()
        path.with_name("ledger.db.begun-wal").write_bytes(b"half")
    else:
        with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
            cut_off.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            ledger_file.opened(path)
    damage, found, _ = await after(path)
    assert damage is None and found == (None, {})
    assert [one.name for one in path.parent.glob("ledger.db*")] == ["ledger.db"]


@pytest.mark.parametrize("table", ["state", "orders", "sqlite_sequence"])
@pytest.mark.asyncio
async def test_whatever_table_is_damaged_the_others_go_on(path, table):
    await written(path)
    garble(path, table)
    damage, (state, orders), _ = await after(path)
    assert damage
    assert is_lost(state) if table == "state" else state == a_state()
    assert orders == ({} if table == "orders" else {("m-0", "soft"): an_order()})


@pytest.mark.parametrize("content", [b"\xff" * 40_000, b"no database at all", b"SQLite format 3\x00" + b"\x07" * 4080])
@pytest.mark.asyncio
async def test_a_file_that_is_no_database_is_laid_aside_and_a_new_one_begins(path, content):
    path.write_bytes(content)
    damage, found, _ = await after(path)
    assert damage and is_lost(found[0]) and found[1] == {}
    assert path.with_name("ledger.db.damaged-1").read_bytes() == content


@pytest.mark.asyncio
async def test_a_file_that_breaks_while_we_run_is_renewed_with_the_commit_that_found_it(path):
    ledger = Ledger(path)
    await ledger.commit(a_state(), {("m-0", "soft"): an_order()}, [an_event()])
    await ledger._run(lambda: ledger._held.db.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    await ledger._run(lambda: ledger._held.db.execute("PRAGMA shrink_memory"))
    garble(path, "events")
    (event,) = await ledger.commit(None, {("m-1", "soft"): an_order()}, [an_event("found it")])
    assert "damaged-1" in ledger.damage
    assert await ledger.load() == (a_state(), {("m-0", "soft"): an_order(), ("m-1", "soft"): an_order()})
    assert await ledger.unconfirmed(0) == (event,)
    ledger.close()


@pytest.mark.asyncio
async def test_a_flipped_bit_in_a_text_hides_nothing_else(path):
    await written(path)
    whole = path.read_bytes()
    at = whole.index(b'"phase":"') + len(b'"phase":"')
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
    damage, (state, orders), _ = await after(path)
    assert "phase" in damage
    assert state.fans == a_state().fans and orders


@pytest.mark.asyncio
async def test_a_state_that_is_none_is_laid_aside_for_a_person_to_look_at(path):
    await written(path)
    db = sqlite3.connect(path)
    db.execute("UPDATE state SET document = 'nonsense'")
    db.commit()
    db.close()
    damage, (state, orders), _ = await after(path)
    assert "damaged-1" in damage and is_lost(state) and orders


@pytest.mark.parametrize("step", ["rename", "unlink"])
@pytest.mark.asyncio
async def test_a_renewal_that_is_killed_at_any_step_is_ended_by_the_next_start(path, step, monkeypatch):
    await written(path)
    garble(path, "events")
    path.with_name("ledger.db-wal").touch()
    for nth in range(1, 4):
        calls = []
        whole = getattr(Path, step)

        def dies(self, *arguments, nth=nth, calls=calls, whole=whole, **more):
            calls.append(self)
            if len(calls) == nth:
                raise KeyboardInterrupt
            return whole(self, *arguments, **more)

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Path, step, dies)
            ledger_renewal.renewed(path, "{}")[0].close()
            raise KeyboardInterrupt  # it made fewer such steps
        ledger = Ledger(path)
        assert (await ledger.load())[0] == a_state()
        ledger.close()


@pytest.mark.asyncio
async def test_a_renewed_ledger_numbers_its_events_above_all_that_the_damaged_one_gave(path):
    await written(path, events=50)
    for _ in range(3):
        ledger = Ledger(path)
        (last,) = await ledger.commit(None, {}, [an_event("last")])
        ledger.close()
        garble(path, "events")
        _, _, first = await after(path)
        assert last.ledger_seq < first.ledger_seq < 2**53


@pytest.mark.asyncio
async def test_what_history_holds_of_an_earlier_ledger_forgets_no_newer_event(path):
    ledger = Ledger(path)
    outbox = EventOutbox(ledger, KeptBus())
    early = await ledger.commit(None, {}, [an_event("new ledger, one"), an_event("two")])
    await outbox.take_stored(Stored(subject=("controller",), owner="controller", ledger_seq=700))
    assert await ledger.unconfirmed(0) == early, "700 was never given here"
    (later,) = await ledger.commit(None, {}, [an_event("three")])
    assert later.ledger_seq == 701, "or history would take it for one that it holds"
    await outbox.take_stored(Stored(subject=("controller",), owner="controller", ledger_seq=700))
    assert await ledger.unconfirmed(0) == (*early, later)
    await outbox.take_stored(Stored(subject=("controller",), owner="controller", ledger_seq=701))
    assert await ledger.unconfirmed(0) == ()
    ledger.close()


@pytest.mark.parametrize("absurd", [2**53, 2**70])
@pytest.mark.asyncio
async def test_an_absurd_number_moves_nothing(path, absurd):
    ledger = Ledger(path)
    await ledger.commit(None, {}, [an_event()])
    assert not await ledger.forget(absurd)
    (event,) = await ledger.commit(None, {}, [an_event()])
    assert event.ledger_seq == 2
    ledger.close()


@pytest.mark.asyncio
async def test_events_that_nobody_stores_fill_no_card_and_a_leap_of_the_numbers_costs_none(path, monkeypatch):
    monkeypatch.setattr("services.controller.ledger_events.EVENTS_KEPT", 1500)
    ledger = Ledger(path)
    await ledger.commit(None, {}, [an_event(str(n)) for n in range(4000)])
    assert len(await ledger.unconfirmed(0, limit=9999)) == 1500
    await ledger.forget(999_999)
    (event,) = await ledger.commit(None, {}, [an_event("after the leap")])
    assert event.ledger_seq == 1_000_000
    assert len(await ledger.unconfirmed(0, limit=9999)) == 1500
    ledger.close()


@pytest.mark.asyncio
async def test_weeks_of_events_are_forgotten_without_holding_up_a_commit(path):
    ledger = Ledger(path)
    await ledger.commit(None, {}, [an_event(str(n)) for n in range(30_000)])
    forgetting = asyncio.create_task(ledger.forget(29_999))
    await until(lambda: forgetting.done() or ledger._thread._work_queue.qsize() == 0)
    await ledger.commit(a_state(), {}, [])
    assert not forgetting.done(), "the commit came between"
    assert await forgetting
    assert [event.title for event in await ledger.unconfirmed(0)] == ["29999"]
    ledger.close()


@pytest.mark.asyncio
async def test_the_file_written_ahead_stays_small(path):
    ledger = Ledger(path)
    for number in range(600):
        await ledger.commit(a_state(), {("m-0", "soft"): an_order(float(number))}, [an_event("x" * 3000)])
    assert path.with_name("ledger.db-wal").stat().st_size < 2 * 4096 * 1000
    ledger.close()


def test_two_controllers_never_share_a_ledger_and_a_killed_one_holds_nothing(path):
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDS_THE_LEDGER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout.readline() == "mine\n"
        with pytest.raises(LedgerTaken):
            Ledger(path)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.communicate(timeout=10)
    Ledger(path).close()
