"""Files of earlier releases are brought to the tables of this one with all that is in them."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from services.api.history import audit, migrating, rollups
from services.api.history import database as module
from services.api.history.database import Database, Trouble
from services.api.history.schema import HEAD

RELEASED = ("0001", "0002")
ROWS = (
    "INSERT INTO sensors (id, device, quantity, unit, label) VALUES (1, 'roomalert-1', 'sensor-1', 'Cel', 'intake')",
    "INSERT INTO readings VALUES (1800000000000, 1, 20.5, 0), (1800000005000, 1, NULL, 1)",
    "INSERT INTO ledgers VALUES ('controller', 1, 2)",
    "INSERT INTO alarms (timestamp, source, key, active, kind, since_ms, cause, consequence, action)"
    " VALUES ('2027-01-15T08:00:00.000Z', 'collector', 'door', 1, 'warning', 1800000000000, 'open', '', 'close it')",
    "INSERT INTO mine_states (timestamp, mode, reasons, clock_trusted) VALUES ('2027-01-15T08:00:00.000Z', 'normal', '[]', 1)",
)
EVENT = (
    "INSERT INTO events (source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind, title, reasons, mode,"
    " device, target, phase, command_id, seconds, who, detail) VALUES ('controller', 'b', 1, {0}, 1800000000000,"
    " '2027-01-15T08:00:00.000Z', 1, '{1}', '{2}', '[\"hot\"]', 'normal', '', '', NULL, '', NULL, 'eve', '')"
)


def made_by(version: str, path: Path) -> None:
    """A file as that release wrote it, with rows in every table."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(module.__file__).parent.parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        for statement in (*ROWS, EVENT.format(1, "audit", "trip stop reset"), EVENT.format(2, "command", "sleep miner-1 sent")):
            connection.exec_driver_sql(statement)
        if version != "0001":
            connection.exec_driver_sql("UPDATE events SET act = 'sleep' WHERE kind = 'command'")
    engine.dispose()


def content(path: Path, table: str) -> list[tuple[object, ...]]:
    columns = "ts_ms, sensor_id, value, flags" if table == "readings" else "*"
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute(f"SELECT {columns} FROM {table}").fetchall()


@pytest.fixture(params=RELEASED)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made_by(request.param, tmp_path / "mine_data.db")
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


def test_every_released_schema_is_upgraded_and_keeps_every_row(old: Database) -> None:
    tables = ("sensors", "readings", "ledgers", "alarms", "mine_states")
    before = {table: content(old.path, table) for table in tables}
    assert old.read(migrating.version) == HEAD
    assert {table: content(old.path, table) for table in tables} == before
    assert old.read(lambda c: c.exec_driver_sql("SELECT ledger_seq, kind, act FROM events ORDER BY id").all()) == [
        (1, "audit", ""), (2, "command", "sleep"),
    ]  # fmt: skip
    assert old.write(audit.follow) == 1, "acts of before are in the audit too"
    assert old.read(audit.first_wrong) is None
    assert old.write(lambda c: rollups.begin_hour(c, 1_800_100_000.0)) == 1_800_000_000, "the old readings are rolled up"


def test_a_copy_from_before_lies_there_until_the_next_good_start(old: Database) -> None:
    def version(path: Path) -> str:
        return str(content(path, "alembic_version")[0][0])

    before = version(old.path)
    old.read(lambda c: None)
    (copy,) = migrating.copies(old.path)
    assert (version(copy), version(old.path)) == (before, HEAD)
    assert len(content(copy, "readings")) == 2
    old.close()
    old.read(lambda c: None)
    assert migrating.copies(old.path) == [copy], "opened again in the same process it has not yet proved itself"
    again = Database(old.path)
    again.read(lambda c: None)
    again.close()
    assert migrating.copies(old.path) == []


def test_without_room_for_a_copy_the_upgrade_is_made_all_the_same(old: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(old.path.parent)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert old.read(migrating.version) == HEAD
    assert migrating.copies(old.path) == []


def test_an_upgrade_that_fails_changes_nothing_and_its_copy_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine_data.db"
    made_by("0002", path)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("CREATE TABLE audit (mine TEXT)")
    database = Database(path)
    for _ in range(2):
        with pytest.raises(Trouble, match="audit"):
            database.read(lambda c: None)
    database.close()
    assert content(path, "alembic_version") == [("0002",)]
    assert len(content(path, "readings")) == 2
    assert len(migrating.copies(path)) == 1
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM sqlite_master WHERE name = 'minutes'").fetchone() == (0,)


def test_a_new_file_can_give_room_back_and_has_no_copy(tmp_path: Path) -> None:
    database = Database(tmp_path / "mine_data.db")
    assert database.read(lambda c: c.exec_driver_sql("PRAGMA auto_vacuum").scalar()) == 2
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mine_data.db"]
