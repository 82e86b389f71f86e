"""`alerts.db`: all or nothing, after a kill too; and a card that refuses silences nobody."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from services.notifier import alarms
from services.notifier.message import Row, Text
from services.notifier.store import Change, Done, Store
from tests.unit.notifier.words import EMERGENCY, Owner, at


def change(number: int) -> Change:
    """One alarm and the row that tells of it."""
    record = alarms.heard(None, Owner().says(f"key-{number}", kind=EMERGENCY), at(0))
    assert record is not None
    row = Row(number, "sms", "+1", EMERGENCY, (record.key,), Text("subject", "body", "short"), 0.0)
    return Change(records={record.key: alarms.raised(record, ("sms",), at(0))}, rows={number: row})


async def write_for_ever(path: str) -> None:
    store = Store(Path(path))
    for number in range(1, 1_000_000):
        await store.save(change(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


@pytest.mark.parametrize("kill_after", [1, 7, 40])
def test_after_a_kill_every_alarm_that_was_told_has_its_message(tmp_path: Path, kill_after: int) -> None:
    path = tmp_path / "alerts.db"
    code = (
        "import asyncio, sys; from tests.unit.notifier.test_store import write_for_ever; asyncio.run(write_for_ever(sys.argv[1]))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(kill_after):
            written = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
    store = Store(path)
    store.close()
    assert written >= kill_after
    assert len(store.rows) >= written
    assert {key for row in store.rows for key in row.keys} == set(store.records)


@pytest.mark.asyncio
async def test_a_delivered_row_leaves_its_receipt_and_its_number_is_not_used_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    await store.save(change(1))
    await store.save(change(2))
    await store.save(Change(done=[Done(change(2).rows[2], 5.0, "sms accepted")], facts={"heartbeat_at": "7.0"}))
    store.close()
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert [row.id for row in again.rows] == [1]
    assert (again.last_id, again.facts) == (2, {"heartbeat_at": "7.0"})


@pytest.mark.asyncio
async def test_what_could_not_be_written_is_written_with_the_next_change(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    store = Store(path)
    await store.save(Change())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    await store.save(change(1))
    assert store.fault == "alerts.db cannot be written: disk full"
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    await store.save(change(2))
    assert store.fault is None
    store.close()
    again = Store(path)
    again.close()
    assert [row.id for row in again.rows] == [1, 2]


def test_a_damaged_file_is_laid_aside_and_one_strange_row_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    path.write_bytes(b"this is no database, but somebody wrote it there" * 100)
    store = Store(path)
    asyncio.run(store.save(change(1)))
    store.close()
    assert (tmp_path / "alerts.db.damaged").exists()
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO outbox VALUES (9, 'sms', '{}')")
    db.close()
    again = Store(path)
    again.close()
    assert [row.id for row in again.rows] == [1]


@pytest.mark.asyncio
async def test_without_a_place_for_its_file_it_goes_on_in_memory_and_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = Store(tmp_path / "file" / "alerts.db")
    await store.save(change(1))
    assert store.fault is not None and store.fault.startswith("alerts.db cannot be opened")
    store.close()
