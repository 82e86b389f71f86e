"""What is damage of a database, told apart from what a card or another process does; for all services alike."""

import re
import sqlite3
from pathlib import Path

import pytest

from services.shared import sqlite_care
from services.shared.sqlite_files import log_of, parts_of

ROOT = Path(__file__).resolve().parents[3]


def of(code: int | None) -> sqlite3.Error:
    error = sqlite3.DatabaseError("words")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "damage", "read_only"),
    [
        (sqlite3.SQLITE_CORRUPT, True, False),
        (sqlite3.SQLITE_CORRUPT_INDEX, True, False),  # an extended code
        (sqlite3.SQLITE_NOTADB, True, False),
        (sqlite3.SQLITE_READONLY_DBMOVED, False, True),
        (sqlite3.SQLITE_FULL, False, False),
        (sqlite3.SQLITE_BUSY, False, False),
        (None, False, False),
    ],
)
def test_damage_is_of_the_file_and_read_only_of_the_connection(code: int | None, damage: bool, read_only: bool) -> None:
    assert (sqlite_care.is_damage(of(code)), sqlite_care.is_read_only(of(code))) == (damage, read_only)
    assert sqlite_care.is_damage(sqlite_care.corrupt("the file is empty"))
    assert not sqlite_care.is_damage(OSError(11, "not of SQLite at all"))


def test_what_lies_beside_a_database_in_use_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE one (n)")
        assert {*tmp_path.iterdir()} == {*parts_of(path)} and log_of(path).stat().st_size > 0
    finally:
        db.close()


def test_no_service_has_words_of_its_own_for_either() -> None:
    own = re.compile(r"SQLITE_(CORRUPT|NOTADB|READONLY)\b|[\"'{}]-(wal|shm)\b")
    found = {path.relative_to(ROOT) for path in (ROOT / "services").rglob("*.py") if own.search(path.read_text("utf-8"))}
    assert {str(path) for path in found - {Path("services/notifier/salvage.py")}} == {  # which lists all that passes
        "services/shared/sqlite_care.py", "services/shared/sqlite_files.py"
    }  # fmt: skip
