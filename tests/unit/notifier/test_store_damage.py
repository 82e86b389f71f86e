"""`alerts.db` with damaged pages: what can be read goes on, nothing that is known is lost, and nobody is left untold."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from services.notifier import opening
from services.notifier import store as store_
from services.notifier.change import Change, Done
from services.notifier.record import Transition
from services.notifier.store import Store
from services.shared.vocabulary import Priority
from tests.unit.notifier.test_store import change
from tests.unit.notifier.words import EMERGENCY

MANY = 60
ALL = range(1, MANY + 1)
NAMES = ["alarms", "outbox", "receipts", "facts", "refs", "transitions", "sqlite_autoindex_alarms_1", "transitions_by_time"]


def filled(path: Path, numbers: Iterable[int] = ALL) -> None:
    """Several pages in each table, and no WAL."""
    store = Store(path)
    for number in numbers:
        store.stage(change(number))
        store.stage(Change(facts={f"fact-{number}": "x" * 200}, refs={(f"thread-{number}" * 9, "sms", "+1"): "x" * 90}))
        store.stage(Change(transitions=[Transition(float(number), f"key-{number}", EMERGENCY, Priority.HIGH, "raised")]))
        done = replace(change(number).rows[number], id=1_000 + number)
        store.stage(Change(done=[Done(done, 5.0, "sms accepted" * 9)]))
    store.close()


def root_of(path: Path, name: str) -> tuple[int, int]:
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    return (page - 1) * size, size


def overwrite(path: Path, name: str, how: str) -> None:
    at, size = root_of(path, name)
    with path.open("r+b") as file:
        file.seek(at)
        page = file.read(size)
        file.seek(at)
        file.write({"zeroed": bytes(size), "erased": b"\xff" * size, "flipped": bytes([page[0] ^ 0x40]) + page[1:]}[how])


def altered(path: Path, *texts: str) -> None:
    with sqlite3.connect(path) as db:
        for text in texts:
            db.execute(text)
    db.close()


@pytest.mark.parametrize("how", ["zeroed", "erased", "flipped"])
@pytest.mark.parametrize("name", NAMES)
def test_with_any_page_damaged_it_starts_and_all_that_lies_elsewhere_goes_on(tmp_path: Path, name: str, how: str) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    overwrite(path, name, how)
    store = Store(path)
    assert store.fault is not None and store.fault.startswith("alerts.db was damaged")
    assert (tmp_path / "alerts.db.damaged").exists()
    kept = {"alarms": len(store.records), "outbox": len(store.rows), "facts": len(store.facts), "refs": len(store.refs)}
    assert {table: number for table, number in kept.items() if number != MANY and table != name} == {}
    assert all(row.repeated and not row.in_flight for row in store.rows), "nobody knows which of them had gone out"
    asyncio.run(store.save(change(2_000)))
    store.close()
    again = Store(path)
    again.close()
    assert again.fault is None and "key-2000" in again.records and again.last_id == 2_000
    assert len(again.rows) == kept["outbox"] + 1


def test_of_a_table_with_one_damaged_page_the_rows_before_and_behind_it_go_on(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    found = path.read_bytes().index(b'"id":30,')
    with path.open("r+b") as file:
        file.seek(found - found % 4096)
        file.write(b"\xff" * 4096)
    store = Store(path)
    store.close()
    numbers = [row.id for row in store.rows]
    assert numbers[0] == 1 and numbers[-1] == MANY and 30 not in numbers and len(numbers) > MANY / 2


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO receipts VALUES (9223372036854775807, 'sms', '[]', 's', 1.0, 't')",
        "INSERT INTO outbox VALUES (9223372036854775807, 'sms', '{}')",
        "ALTER TABLE facts RENAME COLUMN value TO document",
        "ALTER TABLE alarms ADD COLUMN more TEXT",
        "ALTER TABLE transitions RENAME COLUMN at TO moment",
    ],
)
def test_what_others_wrote_into_it_keeps_nothing_else_from_going_on(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.db"
    filled(path, [1, 2])
    altered(path, text)
    store = Store(path)
    asyncio.run(store.save(change(store.last_id + 1)))
    assert store.fault is not None and store.fault.startswith("alerts.db was damaged")
    store.close()
    again = Store(path)
    again.close()
    assert [row.id for row in again.rows] == [1, 2, store.last_id + 1] and again.fault is None


def test_a_foreign_database_lies_aside(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    altered(path, "CREATE TABLE alarms (number INTEGER)", "CREATE VIEW outbox AS SELECT 1 AS id, '' AS channel, '' AS document")
    store = Store(path)
    asyncio.run(store.save(change(1)))
    store.close()
    again = Store(path)
    again.close()
    assert [row.id for row in again.rows] == [1]


def test_a_message_with_another_number_in_it_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    filled(path, [1, 2])
    altered(path, "UPDATE outbox SET document = replace(document, '\"id\":1,', '\"id\":99999999999999999999,') WHERE id = 1")
    store = Store(path)
    store.close()
    assert [row.id for row in store.rows] == [2]


@pytest.mark.parametrize("name", ["alarms", "outbox", "sqlite_autoindex_alarms_1"])
@pytest.mark.asyncio
async def test_damage_that_is_met_while_running_loses_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    store = Store(path)
    await store.save(Change(dropped={1}))
    altered(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    overwrite(path, name, "zeroed")
    altered(path, "PRAGMA user_version = 1")
    await store.save(change(MANY + 1))
    assert store.fault is not None and store.fault.startswith("alerts.db was damaged")
    await store.save(Change(facts={"more": "yes"}))
    assert len(await store.transitions(0.0)) == MANY
    again = Store(path)
    assert set(again.records) == {f"key-{number}" for number in range(1, MANY + 2)}
    assert [row.id for row in again.rows] == list(range(2, MANY + 2)) and again.facts["more"] == "yes"
    assert again.refs == store.refs and again.fault is None
    again.close()
    store.close()


@pytest.mark.asyncio
async def test_the_fault_stands_long_enough_to_be_told_and_then_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "alerts.db"
    path.write_bytes(b"no database" * 1_000)
    store = Store(path)
    await store.save(change(1))
    await store.save(change(2))
    faults = [store.fault]
    assert store_.DAMAGE_TOLD_S > 60
    later_s = asyncio.get_running_loop().time() + store_.DAMAGE_TOLD_S + 1
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: later_s)
    await store.save(Change())
    faults.append(store.fault)
    assert "lies aside as alerts.db.damaged" in str(faults[0]) and faults[1] is None
    store.close()


def test_only_the_newest_damaged_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    for number in range(3):
        path.write_bytes(b"no database %d" % number * 1_000)
        Store(path).close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["alerts.db", "alerts.db.damaged"]
    assert (tmp_path / "alerts.db.damaged").read_bytes().startswith(b"no database 2")


def test_a_kill_between_the_laying_aside_and_the_new_file_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    overwrite(path, "alarms", "zeroed")
    with monkeypatch.context() as killed:
        killed.setattr(opening, "_lay_aside", lambda file: file.replace(file.with_name("alerts.db.damaged")))
        killed.setattr(opening, "_whole", _killed_the_second_time(opening._whole))
        with pytest.raises(KeyboardInterrupt):
            Store(path)
    assert not path.exists()
    store = Store(path)
    store.close()
    assert len(store.rows) == MANY and all(row.repeated for row in store.rows)


def _killed_the_second_time(whole: Callable[[Path], opening.Opened]) -> Callable[[Path], opening.Opened]:
    asked: list[Path] = []

    def look(path: Path) -> opening.Opened:
        asked.append(path)
        if len(asked) > 1:
            raise KeyboardInterrupt
        return whole(path)

    return look


def test_without_room_for_a_new_file_what_could_be_read_goes_on_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    overwrite(path, "alarms", "zeroed")
    (tmp_path / "alerts.db.damaged").mkdir()
    store = Store(path)
    store.close()
    assert store.fault is not None and store.fault.startswith("alerts.db cannot be opened")
    assert len(store.rows) == MANY
