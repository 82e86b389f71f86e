"""How far the events of an owner are stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.api.history import rows
from services.api.history.database import Database
from services.api.history.ledgers import BEGINNING_WAIT_S, GAP_WAIT_S, Ledgers
from services.shared.messages import Event


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


def events(*numbers: int, at: float = 1_800_000_000.0) -> list[rows.Row]:
    found = [
        rows.of_event(Event(source="controller", ledger_seq=n, kind="audit", happened_at=at + n, title=str(n))) for n in numbers
    ]
    return [row for row in found if row is not None]


def store(database: Database, ledgers: Ledgers, *numbers: int, mono_s: float = 0.0, at: float = 1_800_000_000.0) -> int | None:
    return database.write(lambda c: ledgers.store(c, events(*numbers, at=at), mono_s)).get("controller")


def test_a_new_file_waits_for_the_beginning_of_an_old_ledger_and_then_goes_on_from_there(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 402) is None
    assert store(database, ledgers, 400, 401, mono_s=BEGINNING_WAIT_S - 0.1) is None
    assert store(database, ledgers, 403, mono_s=BEGINNING_WAIT_S) == 403
    assert not ledgers.waiting


def test_a_gap_that_nobody_fills_is_given_up_in_the_end(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 1, 2, 5) == 2
    assert store(database, ledgers, 6, mono_s=GAP_WAIT_S - 1) == 2
    assert store(database, ledgers, 7, mono_s=GAP_WAIT_S) == 7


def test_a_ledger_that_began_anew_loses_nothing_and_is_counted_from_its_own_beginning(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 1, 2, 3) == 3
    assert store(database, ledgers, 1, 2, at=1_900_000_000.0) == 2
    assert store(database, ledgers, 2, at=1_900_000_000.0) == 2
    count = database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM events").scalar())
    assert count == 5


def test_what_is_stored_is_known_after_a_restart(database: Database) -> None:
    assert store(database, Ledgers(), 1, 2) == 2
    database.close()
    assert database.write(Ledgers().known) == {"controller": 2}
