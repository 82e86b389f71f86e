"""A new database does not begin a clean audit: what ended before is told in it, and beside it until a person took note."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.api.history import audit, care, ends
from services.api.history.database import Database, Trouble


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    act(database, "a", "b", "c")
    yield database
    database.close()


def act(database: Database, *what: str) -> tuple[int, str]:
    """Acts in the audit; its end."""
    database.write(lambda c: audit.append(c, [{"happened_ms": 5, "who": "eve", "what": one} for one in what]))
    return database.read(audit.head)


def told(database: Database) -> list[tuple[str, str, str]]:
    rows = database.read(lambda c: c.exec_driver_sql("SELECT who, what, reason FROM audit ORDER BY seq").all())
    return [(row.who, row.what, row.reason) for row in rows]


def deleted(database: Database) -> None:
    database.path.unlink()


def damaged(database: Database) -> None:
    database.close()
    database.path.write_bytes(b"not a database at all " * 500)
    with pytest.raises(Trouble, match="damaged and moved"):
        database.read(lambda c: None)


def reset(database: Database) -> None:
    database.close()
    care.reset(database.path)


def repaired(database: Database) -> None:
    database.close()
    database.path.write_bytes(b"not a database at all " * 500)
    care.repair(database.path)


@pytest.mark.parametrize("harm", [deleted, damaged, reset, repaired])
def test_records_that_begin_anew_begin_with_where_the_audit_before_ended(
    database: Database, harm: Callable[[Database], None]
) -> None:
    seq, last = act(database, "d")  # within the minute: a process that runs knows it, and one that ends writes it down
    harm(database)
    ((who, what, reason),) = told(database)
    assert (who, what) == ("api", "records began anew")
    assert reason.startswith(f"the audit before ended at {seq}, hash {last}, seen 20")
    assert database.read(audit.first_wrong) is None
    (ended,) = (path for path in database.left_aside() if ".audit-ended-" in path.name)
    assert (json.loads(ended.read_text())["seq"], json.loads(ended.read_text())["hash"]) == (seq, last)
    ended.unlink()
    again = Database(database.path)
    assert len(told(again)) == 1, "it is told once"
    assert not [path for path in again.left_aside() if ".audit-ended-" in path.name]
    again.close()


def test_an_older_copy_put_in_its_place_tells_that_the_end_is_lost(database: Database) -> None:
    database.close()
    shutil.copy(database.path, database.path.with_name("copy"))
    seq, last = act(database, "d", "e")
    database.close()
    database.path.with_name("copy").replace(database.path)
    assert told(database)[3:] == [("api", "the audit goes on after entry 3; its end is lost", told(database)[3][2])]
    assert f"ended at {seq}, hash {last}" in told(database)[3][2]


def test_the_end_is_written_at_once_then_at_most_once_a_minute_and_when_it_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> int:
        return int(json.loads(database.path.with_name("mine_data.db.audit-end").read_text())["seq"])

    assert kept() == 3
    act(database, "d")
    assert kept() == 3
    monkeypatch.setattr(ends, "monotonic", lambda: 1e12)
    database.write(lambda c: c.execute(sa.text("SELECT 1")))
    assert kept() == 4
    act(database, "e")
    database.close()
    assert kept() == 5


@pytest.mark.parametrize("noise", [b"", b"[]", b"\xff", b'{"seq": 1e999, "hash": "", "timestamp": ""}', b"[" * 5000])
def test_noise_in_its_file_is_passed_over(database: Database, noise: bytes) -> None:
    database.close()
    database.path.with_name("mine_data.db.audit-end").write_bytes(noise)
    again = Database(database.path)
    assert len(told(again)) == 3
    again.close()


def test_a_place_where_it_cannot_be_written_holds_up_no_record(tmp_path: Path) -> None:
    (tmp_path / "mine_data.db.audit-end" / "in the way").mkdir(parents=True)
    database = Database(tmp_path / "mine_data.db")
    assert act(database, "a")[0] == 1
    database.close()
