"""The ledger: what was committed is there after any kill, and a card that refuses is said."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from services.controller.core.orders import Act, Order, Sent
from services.controller.ledger import Ledger
from services.shared.messages import Event
from tests.plant import Site, limits

ROUNDS = 20
COMMITS_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from services.controller.ledger import Ledger
from tests.unit.controller.test_ledger import an_event, an_order, a_state

async def run():
    ledger = Ledger(Path(sys.argv[1]))
    state, number = a_state(), 0
    while True:
        number += 1
        events = await ledger.commit(state, {("m-0", "soft"): an_order(float(number))}, [an_event(f"event {number}")])
        sys.stdout.write(f"{events[0].ledger_seq} {number}\\n")
        sys.stdout.flush()

asyncio.run(run())
"""


def an_event(title="began"):
    return Event(subject=("controller",), ledger_seq=0, kind="service", happened_at=1.0, title=title)


def an_order(sent_mono_s=5.0):
    return Sent(Order("foreman", Act.SLEEP, "m-0", 305.0), sent_mono_s, id="a-1", host_boot="boot")


def a_state():
    return Site(limits(fans=3)).settle(30.0).state


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "ledger.db")
    yield made
    made.close()


@pytest.mark.asyncio
async def test_a_new_site_has_no_past(ledger):
    assert await ledger.load() == (None, {})


@pytest.mark.asyncio
async def test_state_orders_and_events_come_back_as_they_were_written(tmp_path):
    state = a_state()
    first = Ledger(tmp_path / "ledger.db")
    numbered = await first.commit(state, {("m-0", "soft"): an_order()}, [an_event("one"), an_event("two")])
    first.close()
    second = Ledger(tmp_path / "ledger.db")
    assert await second.load() == (state, {("m-0", "soft"): an_order()})
    assert await second.unconfirmed(0) == numbered
    assert [event.ledger_seq for event in numbered] == [1, 2]
    second.close()


@pytest.mark.asyncio
async def test_events_that_history_holds_are_forgotten_and_numbers_are_never_used_again(ledger):
    await ledger.commit(None, {}, [an_event(str(n)) for n in range(3)])
    await ledger.forget(2)
    assert [event.title for event in await ledger.unconfirmed(0)] == ["2"]
    await ledger.forget(3)
    (event,) = await ledger.commit(None, {}, [an_event("next")])
    assert event.ledger_seq == 4


@pytest.mark.asyncio
async def test_a_commit_that_fails_stores_nothing_of_it_and_the_next_one_works(ledger):
    class Strange:
        def model_dump_json(self, **_):
            raise sqlite3.OperationalError("disk full")

    assert await ledger.load() == (None, {})
    with pytest.raises(sqlite3.Error):
        await ledger.commit(a_state(), {("m-0", "soft"): an_order()}, [an_event(), Strange()])
    assert await ledger.load() == (None, {})
    assert await ledger.unconfirmed(0) == ()
    await ledger.commit(a_state(), {}, [an_event()])
    assert (await ledger.load())[0] == a_state()


@pytest.mark.asyncio
async def test_the_file_is_written_ahead_and_every_commit_is_flushed(ledger, tmp_path):
    await ledger.commit(a_state(), {}, [])
    reader = sqlite3.connect(tmp_path / "ledger.db")
    assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()
    assert (await ledger._run(lambda: ledger._held.db.execute("PRAGMA synchronous").fetchone())) == (2,)


@pytest.mark.asyncio
async def test_a_reader_beside_it_hinders_no_commit(ledger, tmp_path):
    await ledger.commit(a_state(), {}, [an_event()])
    reader = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
    await ledger.commit(a_state(), {}, [an_event()])
    reader.close()


def _killed_at_a_random_moment(path: Path, rounds: random.Random) -> tuple[list[tuple[int, int]], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMITS_FOR_EVER, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines = [process.stdout.readline() for _ in range(rounds.randint(1, 40))]
    os.kill(process.pid, signal.SIGKILL)
    rest, errors = process.communicate(timeout=10)
    told = "".join(lines) + rest
    whole = told[: told.rfind("\n") + 1].splitlines()
    return [tuple(int(part) for part in line.split()) for line in whole], errors


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", range(4))
@pytest.mark.asyncio
async def test_after_kill_9_at_any_moment_everything_acknowledged_is_there(tmp_path, part):
    path, chance = tmp_path / "ledger.db", random.Random(part)
    acknowledged = {}
    for _ in range(ROUNDS // 4):
        told, errors = _killed_at_a_random_moment(path, chance)
        assert told, errors
        acknowledged |= {seq: f"event {number}" for seq, number in told}
        ledger = Ledger(path)
        state, orders = await ledger.load()
        kept = {event.ledger_seq: event.title for event in await ledger.unconfirmed(0, limit=1_000_000)}
        assert state == a_state()
        assert orders["m-0", "soft"].sent_mono_s >= told[-1][1]
        assert acknowledged.items() <= kept.items()
        assert sorted(kept) == list(range(1, len(kept) + 1)), "the numbers have no gap"
        assert (await ledger._run(lambda db=ledger._held.db: db.execute("PRAGMA integrity_check").fetchone())) == ("ok",)
        ledger.close()


@pytest.mark.asyncio
async def test_a_state_that_changes_a_little_is_written_in_its_place(tmp_path):
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    long = replace(a_state(), running=frozenset(f"miner-{n:03}" for n in range(900)))
    await ledger.commit(long, {}, ())
    before = path.with_name("ledger.db-wal").stat().st_size
    await ledger.commit(replace(long, cleared_kw=7.0), {}, ())
    written = path.with_name("ledger.db-wal").stat().st_size - before
    ledger.close()
    assert written <= 2 * (4096 + 24), "the page that differs, not the whole state"
