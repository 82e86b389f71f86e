"""Care for the database by hand: begin, check, count, repair, set aside."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.api.history import audit, care, migrating, stats
from services.api.history.database import Database, Trouble
from services.api.history.schema import HEAD
from tests.unit.api.test_database_upgrade import made_by

READINGS = 50_000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readings, minutes and an audit of three acts, all folded into one file."""
    path = tmp_path_factory.mktemp("template") / "mine_data.db"
    care.init(path)
    database = Database(path)
    database.write(lambda c: audit.append(c, [{"happened_ms": n, "who": "eve", "what": f"act {n}"} for n in range(3)]))
    database.close()
    count = f"WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {READINGS} - 1)"
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("INSERT INTO sensors VALUES (1, 'd', 'q', 'Cel', 'hall'), (2, 'd', 'r', 'Cel', '')")
        plain.execute(f"{count} INSERT INTO readings SELECT (1800000000000 + n * 5000) << 14 | 1, n / 7.0, 0 FROM k")
        plain.execute(f"{count} INSERT INTO minutes SELECT 1 + n % 2, 1800000000 + n * 60, 1.5, 1, 1.5, 1.5, 0 FROM k")
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "mine_data.db"))


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as plain:
        return int(plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def tear(path: Path, table: str) -> None:
    """Overwrite a page from the middle of a table with noise."""
    with closing(sqlite3.connect(path)) as plain:
        pages = [row[0] for row in plain.execute(f"SELECT pageno FROM dbstat WHERE name = '{table}' AND pagetype = 'leaf'")]
        size = plain.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((pages[len(pages) // 2] - 1) * size)
        file.write(b"\xa5" * size)


def refuse_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a card that is mounted read-only: a file with a write-ahead log can be opened as it lies, and not otherwise."""
    whole = sqlite3.connect

    def connect(name: str, **more: Any) -> sqlite3.Connection:
        return whole(name if "immutable=1" in name else "file:/nowhere/at/all?mode=ro", **more)

    monkeypatch.setattr(sqlite3, "connect", connect)


def test_a_database_is_begun_once(tmp_path: Path) -> None:
    path = tmp_path / "data" / "mine_data.db"
    assert care.init(path) is True
    assert care.init(path) is False
    assert care.check(path) == care.Check((), HEAD)


def test_to_begin_brings_an_old_file_to_this_version(tmp_path: Path) -> None:
    made_by("0001", tmp_path / "mine_data.db")
    assert care.init(tmp_path / "mine_data.db") is False
    assert care.check(tmp_path / "mine_data.db").version == HEAD
    assert count(tmp_path / "mine_data.db", "readings") == 2


def test_a_look_runs_beside_the_api(path: Path) -> None:
    database = Database(path)
    database.write(lambda c: c.exec_driver_sql("UPDATE sensors SET label = 'new'"))
    assert care.check(path).ok
    assert next(table for table in stats.stats(path).tables if table.name == "readings").rows == READINGS
    database.close()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: tear(path, "readings"),
        lambda path: path.write_bytes(b"not a database at all " * 500),
        lambda path: path.write_bytes(path.read_bytes()[:8192]),
        lambda path: path.unlink(),
    ],
    ids=["torn", "no database", "cut off", "gone"],
)
def test_a_look_finds_damage(path: Path, harm: Callable[[Path], object]) -> None:
    harm(path)
    found = care.check(path)
    assert not found.ok
    assert all(found.faults)


def test_what_is_counted_is_there(path: Path) -> None:
    found = stats.stats(path)
    tables = {table.name: table for table in found.tables}
    assert (tables["readings"].rows, tables["readings"].oldest_at) == (READINGS, 1_800_000_000.0)
    assert tables["readings"].newest_at == 1_800_000_000.0 + (READINGS - 1) * 5
    assert (tables["events"].rows, tables["events"].oldest_at) == (0, None)
    assert found.files == {"mine_data.db": path.stat().st_size}
    sizes = [table.size for table in found.tables if table.size is not None]
    assert path.stat().st_size * 0.99 < sum(sizes) <= path.stat().st_size
    assert tables["readings"].size is not None
    assert tables["readings"].size / READINGS < 26, "bytes of a stored reading"


def test_a_repair_saves_all_but_the_torn_pages_and_keeps_the_old_file(path: Path) -> None:
    tear(path, "readings")
    tear(path, "minutes")
    done = care.repair(path)
    assert set(done.damaged) == {"readings", "minutes"}
    assert READINGS * 0.97 < done.rows["readings"] == count(path, "readings") < READINGS
    assert READINGS * 0.97 < done.rows["minutes"] < READINGS
    assert (done.rows["sensors"], done.rows["audit"]) == (2, 3)
    assert care.check(path).ok
    assert done.aside.exists()
    assert not list(path.parent.glob("*.repairing*"))
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        plain.execute("DELETE FROM audit")
    assert Database(path).damaged_files() == [], "a person did this: no alarm stands for it"


def test_a_repair_of_a_whole_file_loses_nothing(path: Path) -> None:
    before = {table.name: table.rows for table in stats.stats(path).tables}
    done = care.repair(path)
    assert done.damaged == ()
    assert {table.name: table.rows for table in stats.stats(path).tables} == before


def test_a_repair_of_noise_begins_anew_and_says_what_it_saved(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 500)
    done = care.repair(path)
    assert sum(done.rows.values()) == 0
    assert "readings" in done.damaged
    assert care.check(path).ok
    assert done.aside.read_bytes().startswith(b"not a database")


def test_a_repair_of_an_older_file_brings_it_to_this_version(tmp_path: Path) -> None:
    path = tmp_path / "mine_data.db"
    made_by("0002", path)
    done = care.repair(path)
    assert (done.rows["readings"], done.rows["events"], done.damaged) == (2, 2, ())
    assert care.check(path).version == HEAD


@pytest.mark.parametrize("share", [0.9, 0.5])
def test_a_repair_of_a_file_that_lost_its_end_saves_what_is_before_it(path: Path, share: float) -> None:
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    done = care.repair(path)
    assert done.damaged and not done.is_in_vain
    assert sum(done.rows.values()) > READINGS * share
    assert (done.rows["sensors"], done.rows["audit"]) == (2, 3)
    assert care.check(path).ok


def test_to_begin_by_hand_leaves_a_damaged_file_for_the_repair(path: Path) -> None:
    tear(path, "readings")
    with pytest.raises(Trouble, match="repair"):
        care.begin(path)
    assert [one.name for one in path.parent.glob("mine_data.db*") if not one.name.endswith(("-wal", "-shm"))] == ["mine_data.db"]
    assert care.repair(path).rows["readings"] > READINGS * 0.97


def test_a_card_that_is_mounted_read_only_is_looked_at_and_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_a_log(monkeypatch)
    assert care.check(path) == care.Check((), HEAD)
    assert next(table for table in stats.stats(path).tables if table.name == "readings").rows == READINGS


@pytest.mark.parametrize("work", [care.begin, care.repair, care.reset])
def test_a_database_that_the_api_holds_is_not_touched(path: Path, work: Callable[[Path], object]) -> None:
    database = Database(path)
    database.read(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    with pytest.raises(care.InUse, match="stop the api"):
        work(path)
    assert database.read(migrating.version) == HEAD
    database.close()
    assert count(path, "readings") == READINGS


def test_a_reset_sets_the_old_file_aside_and_begins_anew(path: Path) -> None:
    aside = care.reset(path)
    assert aside is not None
    assert (count(aside, "readings"), count(path, "readings")) == (READINGS, 0)
    assert care.check(path).ok
    assert care.reset(path.with_name("other.db")) is None
