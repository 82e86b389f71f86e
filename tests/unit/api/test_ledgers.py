"""How far the events of an owner are stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.api.history import rows
from services.api.history.database import Database
from services.api.history.ledgers import BEGINNING_TRIES, GAP_TRIES, Ledgers
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


def resent(database: Database, ledgers: Ledgers, *numbers: int, times: int, from_s: float) -> int | None:
    return [store(database, ledgers, *numbers, mono_s=from_s + 20.0 * n) for n in range(times)][-1]


def test_a_new_file_goes_on_from_where_an_old_ledger_is_sent_again_from(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 402) is None
    assert resent(database, ledgers, 400, 401, 402, times=BEGINNING_TRIES, from_s=20.0) is None
    assert store(database, ledgers, 403, mono_s=1_000.0) is None, "news is no proof that nothing is missing"
    assert store(database, ledgers, 400, 401, 402, 403, mono_s=1_010.0) == 403
    assert not ledgers.gaps


def test_a_gap_that_no_sending_again_fills_is_given_up_in_the_end(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 1, 2, 5) == 2
    assert resent(database, ledgers, 5, 6, times=GAP_TRIES - 1, from_s=20.0) == 2
    assert store(database, ledgers, 2, mono_s=10_000.0) == 2, "what stands before the gap proves nothing about it"
    assert store(database, ledgers, 5, 6, mono_s=10_020.0) == 6


@pytest.mark.parametrize("first", [(4,), (1, 4)])
def test_an_owner_that_is_away_for_a_day_is_not_told_to_forget_what_only_it_holds(database: Database, first: tuple[int]) -> None:
    ledgers, day_s = Ledgers(), 86_400.0
    store(database, ledgers, *first)
    for mono_s in (day_s, day_s + 1, day_s + 2):
        store(database, ledgers, 4, 5, mono_s=mono_s)  # what was on its way when the broker went, and what is new
    assert store(database, ledgers, 2, 3, 1, mono_s=day_s + 20) == 5


def test_a_ledger_that_was_cut_short_from_below_is_given_up_for_what_it_cut(database: Database) -> None:
    ledgers = Ledgers()
    assert store(database, ledgers, 6, 7) is None
    assert resent(database, ledgers, 40_000, 40_001, times=BEGINNING_TRIES, from_s=20.0) is None
    assert store(database, ledgers, 40_000, 40_001, mono_s=10_000.0) == 7
    assert resent(database, ledgers, 40_000, times=GAP_TRIES, from_s=20_000.0) == 40_001


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
