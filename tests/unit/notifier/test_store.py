"""`alerts.db`: all or nothing, after a kill too; and a card that refuses silences nobody."""

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.notifier import alarms
from services.notifier import store as store_
from services.notifier.change import Change, Done, Place
from services.notifier.message import Act, Row, Text
from services.notifier.record import Transition
from services.notifier.store import Store
from services.notifier.tables import REFS_KEPT
from services.shared.vocabulary import Priority
from tests.unit.notifier.words import EMERGENCY, RULES, Owner, at
from tests.waiting import until


def change(number: int) -> Change:
    """One alarm and the row that tells of it."""
    record = alarms.heard(None, Owner().says(f"key-{number}", kind=EMERGENCY), at(0), RULES)
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
    faults = [store.fault]
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    await store.save(change(2))
    assert [*faults, store.fault] == ["alerts.db cannot be written: disk full", None]
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


@contextmanager
def hanging(store: Store) -> Iterator[threading.Event]:
    """A card that answers nothing until the event is set."""
    back = threading.Event()
    store._file._thread.submit(back.wait, 60)
    try:
        yield back
    finally:
        back.set()


SILENT = "alerts.db cannot be written: the card does not answer"


@pytest.mark.asyncio
async def test_a_card_that_hangs_holds_nobody_up_and_has_all_when_it_is_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    with hanging(store) as back:
        took_s = []
        for number in (1, 2, 3):
            began_s = time.monotonic()
            await store.save(change(number))
            took_s.append(time.monotonic() - began_s)
        assert 1.5 < took_s[0] < 3.5 and max(took_s[1:]) < 0.5, "it is waited for once"
        assert store.fault == SILENT
        back.set()
        await until(lambda: store.fault is None)
    await store.save(Change())
    store.close()
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert [row.id for row in again.rows] == [1, 2, 3]


@pytest.mark.asyncio
async def test_an_orderly_end_writes_what_was_staged_and_what_comes_later_is_no_fault(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    store.stage(change(1))
    store.close()
    store.close()
    await store.save(change(2))
    assert (await store.transitions(0.0), store.fault) == ([], "alerts.db is closed")
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert [row.id for row in again.rows] == [1]


NO_ROOM = """CREATE TRIGGER no_room BEFORE INSERT ON refs WHEN NOT EXISTS (SELECT * FROM facts WHERE name = 'room')
BEGIN SELECT RAISE(ABORT, 'disk full'); END"""


@pytest.mark.asyncio
@pytest.mark.parametrize("refused", [False, True])
async def test_an_orderly_end_waits_for_what_is_being_written_and_writes_it_again_if_the_card_refused_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, refused: bool
) -> None:
    monkeypatch.setattr(store_, "PATIENCE_S", 0.05)
    store = Store(tmp_path / "alerts.db")
    if refused:
        with sqlite3.connect(tmp_path / "alerts.db") as blocker:
            blocker.execute(NO_ROOM)
        blocker.close()
    with hanging(store) as back:
        store.stage(Change(refs={("incident", "sms", "+1"): "4711"}))
        await store.save(change(1))
        store.stage(Change(rows=change(2).rows, facts={"room": "there is"}))
        back.set()
        store.close()
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert ([row.id for row in again.rows], set(again.refs)) == ([1, 2], {("incident", "sms", "+1")})


def test_a_card_that_hangs_at_the_end_does_not_keep_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store_, "_END_S", 0.1)
    store = Store(tmp_path / "alerts.db")
    store.stage(change(1))
    with hanging(store):
        store.close()
    assert "closed without what was to be written last" in caplog.text


def test_a_message_that_cannot_be_read_is_named_by_its_number_and_nobody_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Store(tmp_path / "alerts.db").close()
    with sqlite3.connect(tmp_path / "alerts.db") as db:
        db.execute("""INSERT INTO outbox VALUES (9, 'sms', '{"id": 9, "recipient": "+15005550001"}')""")
    db.close()
    with caplog.at_level(logging.DEBUG):
        Store(tmp_path / "alerts.db").close()
    assert "passed over: 9 (missing)" in caplog.text
    assert "5550001" not in caplog.text


DAY_S = 86_400.0


def step(at_s: float, key: str = "smoke") -> Transition:
    return Transition(at_s, key, EMERGENCY, Priority.HIGH, "raised")


@pytest.mark.asyncio
async def test_references_of_posts_and_steps_of_alarms_are_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    store.stage(Change(refs={("incident", "telegram", "7"): "4711", ("incident", "sms", "+1"): None}))
    await store.save(Change(transitions=[step(5.0), step(3.0, "door")]))
    store.close()
    again = Store(tmp_path / "alerts.db")
    assert again.refs == {("incident", "telegram", "7"): "4711", ("incident", "sms", "+1"): None}
    assert await again.transitions(0.0) == [step(5.0), step(3.0, "door")]
    assert await again.transitions(4.0) == [step(5.0)]
    again.close()


@pytest.mark.asyncio
async def test_steps_are_kept_for_400_days_and_a_calendar_that_jumped_ahead_takes_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    await store.save(Change(transitions=[step(0.0), *(step(10 * DAY_S + number) for number in range(60))]))
    await store.save(Change(transitions=[step(9_000 * DAY_S)]))
    assert len(await store.transitions(0.0)) == 62
    await store.save(Change(transitions=[step(405 * DAY_S + number) for number in range(60)]))
    assert [one.at for one in (await store.transitions(0.0))[:2]] == [10 * DAY_S, 10 * DAY_S + 1]
    store.close()


@pytest.mark.asyncio
async def test_of_the_references_the_newest_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    old, kept = ("old", "telegram", "7"), ("kept", "telegram", "7")
    await store.save(Change(refs={old: "1", kept: "2"}))
    many: dict[Place, str | None] = {(f"incident-{number}", "telegram", "7"): "3" for number in range(REFS_KEPT - 1)}
    await store.save(Change(refs=many | {kept: "4"}))
    assert (len(store.refs), old in store.refs, store.refs[kept]) == (REFS_KEPT, False, "4")
    store.close()
    again = Store(tmp_path / "alerts.db")
    assert again.refs == store.refs
    again.close()


@pytest.mark.asyncio
async def test_steps_that_the_card_refuses_are_told_of_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    store = Store(path)
    await store.save(Change(transitions=[step(1.0)]))
    with sqlite3.connect(path, isolation_level=None) as blocker:
        blocker.execute("CREATE TRIGGER full BEFORE INSERT ON transitions BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    blocker.close()
    await store.save(Change(transitions=[step(2.0)]))
    assert await store.transitions(0.0) == [step(1.0), step(2.0)]
    store.close()


def test_a_row_that_is_written_again_after_it_was_dropped_stays() -> None:
    change_ = Change(dropped={1})
    change_.then(Change(rows=change(1).rows))
    assert (set(change_.rows), change_.dropped) == ({1}, set())
    change_.then(Change(dropped={1}))
    assert (change_.rows, change_.dropped) == ({}, {1})


BEFORE_THREADS = """
CREATE TABLE alarms (key TEXT PRIMARY KEY, phase TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE receipts (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, keys TEXT NOT NULL, subject TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO alarms VALUES('smoke','unacknowledged','{"key":"smoke","source":"collector","boot":"b1","seq":3,"kind":"emergency",
"active":true,"cause":"Smoke in zone 1","consequence":"c","action":"a","since_at":1800000000.0,"began_mono_s":5.0,
"quiet_mono_s":null,"phase":"unacknowledged","told":"emergency","told_at":1800000000.0,"channels":["telegram","sms"],
"ended_at":null,"acknowledged_by":"","receipts":[{"channel":"sms","text":"sms accepted at x","delivered":true}]}');
INSERT INTO facts VALUES('heartbeat_at','1.0');
INSERT INTO outbox VALUES(4,'telegram','{"id":4,"channel":"telegram","recipient":"","kind":"emergency","keys":["smoke"],
"text":{"subject":"[m] smoke","body":"body","short":"short"},"created_at":1800000000.0,"tries":2,"in_flight":true,
"repeated":false}');
INSERT INTO receipts VALUES(5,'sms','["smoke"]','[m] smoke',1800000000.0,'sms accepted');
"""
"""As the version before incidents were threads wrote it."""


@pytest.mark.asyncio
async def test_a_file_of_the_version_before_threads_opens_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(BEFORE_THREADS)
    db.close()
    store = Store(path)
    assert (store.fault, store.last_id, store.facts, store.refs) == (None, 5, {"heartbeat_at": "1.0"}, {})
    assert store.records["smoke"].is_open and not store.records["smoke"].thread
    assert [(row.id, row.in_flight, row.act, row.thread) for row in store.rows] == [(4, True, Act.POST, "")]
    await store.save(change(6))
    await store.save(Change(transitions=[step(1.0)]))
    store.close()
    again = Store(path)
    assert ([row.id for row in again.rows], await again.transitions(0.0)) == ([4, 6], [step(1.0)])
    again.close()
