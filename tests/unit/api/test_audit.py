"""The audit: rows are only added, and what was done to it shows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.api.history import audit, care, rows
from services.api.history.buffer import Buffer
from services.api.history.database import Database, Trouble
from services.api.history.shelf import Shelf
from services.shared.messages import Event


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


def happen(database: Database, *events: tuple[int, str, str]) -> None:
    """Events by number, kind and title, stored as History stores them."""
    buffer = Buffer()
    for seq, kind, title in events:
        event = Event.model_validate(
            {"source": "controller", "ledger_seq": seq, "kind": kind, "happened_at": 1_800_000_000.0 + seq, "title": title,
             "who": "eve", "reasons": ("the fan is new", "tested"), "detail": "x\ud7ff"}
        )  # fmt: skip
        row = rows.of_event(event)
        assert row is not None
        buffer.add(buffer.events, (seq, title), row)
    batch = buffer.take(0.0, everything=True)
    database.write(lambda c: Shelf().store(c, batch, 0.0))


def acts(database: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.read(lambda c: c.exec_driver_sql("SELECT seq, who, what, reason FROM audit").all())]


def tampered(database: Database, statement: str) -> int | None:
    """What a look finds after somebody with the file in hand changed it, triggers and all."""
    database.close()
    with closing(sqlite3.connect(database.path)) as plain, plain:
        for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {name}")
        assert plain.execute(statement).rowcount > 0
    return database.read(audit.first_wrong)


def test_an_act_is_in_the_audit_with_the_commit_that_stores_its_event_and_only_once(database: Database) -> None:
    happen(database, (1, "decision", "limited by nothing"), (2, "audit", "trip stop reset"))
    happen(database, (2, "audit", "trip stop reset"), (3, "audit", "lease ended"))
    happen(database, (2, "audit", "trip stop reset"))
    assert acts(database) == [
        (1, "eve", "trip stop reset", "the fan is new; tested"),
        (2, "eve", "lease ended", "the fan is new; tested"),
    ]
    assert database.read(audit.first_wrong) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'bob'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 2",
        "REPLACE INTO audit SELECT 1, happened_ms, timestamp, 'bob', what, '', '', event_id, prev_hash, hash FROM audit",
        "INSERT INTO audit SELECT 9, happened_ms, timestamp, who, what, '', '', 0, prev_hash, hash FROM audit WHERE seq = 1",
    ],
)
def test_no_row_is_changed_deleted_replaced_or_numbered_out_of_turn(database: Database, statement: str) -> None:
    happen(database, (1, "audit", "a"), (2, "audit", "b"))
    with pytest.raises(Trouble, match="the audit"):
        database.write(lambda c: c.exec_driver_sql(statement))
    assert [what for _, _, what, _ in acts(database)] == ["a", "b"]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET who = 'bob' WHERE seq = 2", 2),
        ("UPDATE audit SET reason = '' WHERE seq = 3", 3),
        ("UPDATE audit SET timestamp = '' WHERE seq = 1", 1),
        ("UPDATE audit SET event_id = NULL WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET seq = 9 WHERE seq = 2", 2),
    ],
)
def test_what_was_changed_behind_its_back_shows_with_the_first_wrong_row(database: Database, statement: str, broken: int) -> None:
    happen(database, (1, "audit", "a"), (2, "audit", "b"), (3, "audit", "c"))
    assert tampered(database, statement) == broken


def test_rows_cut_off_at_the_end_show_against_a_hash_that_was_written_down(database: Database) -> None:
    happen(database, (1, "audit", "a"), (2, "audit", "b"))
    written_down = database.read(audit.head)
    assert tampered(database, "DELETE FROM audit WHERE seq = 2") is None
    assert database.read(audit.head) != written_down


def test_what_the_api_itself_saw_is_bound_into_the_same_chain(database: Database) -> None:
    database.write(lambda c: audit.append(c, [{"happened_ms": 5, "who": "eve", "what": "logged in"}]))
    happen(database, (1, "audit", "a"))
    assert [what for _, _, what, _ in acts(database)] == ["logged in", "a"]
    assert database.read(audit.first_wrong) is None


def test_a_long_audit_is_looked_at_in_slices_and_each_goes_on_where_the_last_one_ended(database: Database) -> None:
    database.write(lambda c: audit.append(c, [{"happened_ms": n, "who": "eve", "what": f"act {n}"} for n in range(5)]))
    part, looks = database.read(lambda c: audit.verify(c, limit=2)), 1
    while part.more:
        last = part.last
        part, looks = database.read(lambda c: audit.verify(c, last, limit=2)), looks + 1  # noqa: B023
    assert (part, looks) == (audit.Slice(database.read(audit.head), None, False), 3)
    assert tampered(database, "UPDATE audit SET who = 'bob' WHERE seq = 4") == 4
    assert database.read(lambda c: audit.verify(c, last, limit=2)).wrong is None
    assert database.read(lambda c: audit.verify(c, (2, _hash(c, 2)), limit=2)) == audit.Slice(
        (3, _hash_of(database, 3)), 4, False
    )


def _hash(connection: sa.Connection, seq: int) -> str:
    return str(connection.exec_driver_sql(f"SELECT hash FROM audit WHERE seq = {seq}").scalar())


def _hash_of(database: Database, seq: int) -> str:
    return database.read(lambda c: _hash(c, seq))


def test_no_act_is_left_out_or_told_twice_after_a_repair_that_lost_the_newest_events(database: Database) -> None:
    happen(database, *((seq, "decision", "limited by nothing") for seq in range(1, 400)))
    happen(database, *((seq, "audit", f"act {seq}") for seq in range(400, 420)))
    database.close()
    tear_the_end(database.path, "events")
    done = care.repair(database.path)
    assert (done.rows["events"] < 410, done.rows["audit"]) == (True, 20)
    titles = "SELECT kind, title FROM events ORDER BY id DESC LIMIT 1"
    assert database.read(lambda c: c.exec_driver_sql(titles).one()) == ("service", "the newest events were lost in a repair")
    happen(database, (420, "audit", "act 420"))
    database.write(lambda c: c.exec_driver_sql("DELETE FROM ledgers"))  # their owner did not hear that they were stored
    happen(database, (418, "audit", "act 418"), (419, "audit", "act 419"), (421, "audit", "act 421"))
    assert [what for _, _, what, _ in acts(database)] == [f"act {seq}" for seq in range(400, 422)]
    assert database.read(audit.first_wrong) is None
    database.close()
    assert care.repair(database.path).damaged == ()


def tear_the_end(path: Path, table: str) -> None:
    """Noise in place of the page with the newest rows."""
    with closing(sqlite3.connect(path)) as plain:
        query = f"SELECT pageno FROM dbstat WHERE name = '{table}' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1"
        ((page,),) = plain.execute(query).fetchall()
        ((size,),) = plain.execute("PRAGMA page_size").fetchall()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
