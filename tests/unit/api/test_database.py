"""The file of the history in good and bad days."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.api.history import database as module
from services.api.history import engines
from services.api.history.database import Database, TooMuch, Trouble
from services.api.history.faults import Unfit
from services.api.history.schema import HEAD, Table


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


def fill(database: Database, count: int = 20_000) -> None:
    rows = [{"key": n, "value": 1.5, "flags": 0} for n in range(count)]
    database.write(lambda c: c.execute(sa.insert(Table.metadata.tables["readings"]), rows))


def test_the_migrations_make_exactly_the_tables_that_the_code_means(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Table.metadata))

    assert database.read(differences) == []
    kinds = database.read(lambda c: c.exec_driver_sql("SELECT name, strict, wr FROM pragma_table_list").all())
    ours = {name: (strict, wr) for name, strict, wr in kinds if name in Table.metadata.tables}
    assert ours == {name: (1, int(name in ("minutes", "quarters", "hours"))) for name in Table.metadata.tables}


def test_the_code_writes_to_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent.parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_pragmas_spare_the_card(database: Database) -> None:
    def ask(connection: sa.Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "wal_autocheckpoint", "journal_size_limit", "busy_timeout", "mmap_size")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    assert database.read(ask) == {
        "journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 1000, "journal_size_limit": 8388608, "busy_timeout": 5000,
        "mmap_size": 0,
    }  # fmt: skip


def test_damage_in_the_middle_is_found_when_it_is_touched_and_the_file_is_set_aside(database: Database) -> None:
    fill(database)
    database.close()
    content = bytearray(database.path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    database.path.write_bytes(content)
    with pytest.raises(Trouble, match=r"damaged and moved to mine_data\.db\.damaged-"):
        database.read(lambda c: c.exec_driver_sql("SELECT sum(value) FROM readings").scalar())
    assert len(database.damaged_files()) == 1
    assert database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM readings").scalar()) == 0


def test_after_a_power_cut_damage_is_looked_for_at_the_start(database: Database) -> None:
    fill(database)
    database.close()
    content = bytearray(database.path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    database.path.write_bytes(content)
    database.path.with_name("mine_data.db-wal").write_bytes(b"")
    with pytest.raises(Trouble, match="damaged"):
        Database(database.path).read(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    assert len(database.damaged_files()) == 1


def test_a_full_disk_is_trouble_and_rolls_back_whole(database: Database) -> None:
    fill(database, 10)
    database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 40"))
    with pytest.raises(Trouble, match="full"):
        database.write(lambda c: [c.exec_driver_sql("INSERT INTO sensors (device, quantity, unit, label) VALUES "
                                                    f"('{n}', '', '', '{'x' * 3000}')") for n in range(100)])  # fmt: skip
    assert database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM sensors").scalar()) == 0


def test_tables_of_a_later_version_are_trouble_and_never_touched(database: Database) -> None:
    fill(database, 1)
    database.close()
    with sqlite3.connect(database.path) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.close()
    with pytest.raises(Trouble, match=r"a later version of this product \(9999; .* up to 0003\)\. Install that version"):
        database.read(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    assert database.path.exists()
    assert not database.damaged_files()


def test_a_query_that_takes_too_long_is_given_up_and_the_database_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "READ_DEADLINE_S", 0.05)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(TooMuch):
        database.read(lambda c: c.exec_driver_sql(endless).scalar())
    fill(database, 1)
    assert database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM readings").scalar()) == 1


@pytest.mark.parametrize(
    "values",
    [
        "1, 't', 's', 'k', 2, 'w', 1, '', '', ''",
        "1, 't', 's', 'k', 'on', 'w', 1, '', '', ''",
        "1, 't', 's', NULL, 1, 'w', 1, '', '', ''",
    ],
    ids=["its CHECK", "its type", "its NOT NULL"],
)
def test_a_row_that_no_table_takes_is_no_trouble_of_the_disk(database: Database, values: str) -> None:
    held = database.read(lambda c: c.connection.dbapi_connection)
    with pytest.raises(Unfit, match=r"constraint|cannot store"):
        database.write(lambda c: c.exec_driver_sql(f"INSERT INTO alarms VALUES ({values})"))
    assert database.read(lambda c: c.connection.dbapi_connection) is held, "the file stays open"


def test_after_trouble_the_whole_file_is_not_looked_through_again(database: Database) -> None:
    fill(database)
    database.tend(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all())
    with closing(sqlite3.connect(database.path)) as other:  # keeps the log from being folded in
        other.execute("SELECT count(*) FROM readings").fetchall()
        with pytest.raises(Trouble, match="no such table"):
            database.read(lambda c: c.exec_driver_sql("SELECT * FROM nowhere"))
        content = bytearray(database.path.read_bytes())
        content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
        database.path.write_bytes(content)
        assert database.path.with_name("mine_data.db-wal").exists()
        assert database.read(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
        with pytest.raises(Trouble, match="damaged and moved"):
            database.read(lambda c: c.exec_driver_sql("SELECT sum(value) FROM readings").scalar())
