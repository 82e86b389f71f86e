"""Readings on the shelf: in little room, in any order, and of no more sensors than their key can tell apart."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.api.history.buffer import Buffer
from services.api.history.database import Database
from services.api.history.rows import MOST_SENSORS
from services.api.history.shelf import Shelf
from services.api.history.stats import stats
from services.shared.receipt import no_hold


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


def commit(database: Database, shelf: Shelf, readings: list[tuple[int, int, float]]) -> None:
    """One commit of readings: Unix ms, sensor, value."""
    buffer = Buffer()
    for ts_ms, sensor, value in readings:
        row = {"sensor": ("d", f"q{sensor}", "Cel", ""), "ts_ms": ts_ms, "value": value, "flags": 0}
        buffer.add_reading((sensor, ts_ms), row, 0.0, no_hold())
    batch = buffer.take(0.0, everything=True)
    database.write(lambda c: shelf.store(c, batch, 0.0))


@pytest.mark.parametrize("sensors", [60, 500])
def test_a_stored_reading_takes_at_most_26_bytes_however_its_commits_overlap(database: Database, sensors: int) -> None:
    chance, shelf = random.Random(1), Shelf()
    step_ms = 30_000 * sensors // 1_000
    for number in range(30_000 // sensors // 10):
        readings = [
            (1_800_000_000_000 + (number * 10 + turn) * step_ms + chance.randrange(step_ms * 2), sensor, chance.random() * 30)
            for turn in range(10) for sensor in range(sensors)
        ]  # fmt: skip
        commit(database, shelf, readings)
    database.close()
    found = next(table for table in stats(database.path).tables if table.name == "readings")
    assert found.rows > 29_000
    assert found.size is not None
    assert found.size / found.rows <= 26


def test_time_and_sensor_are_read_out_of_the_key(database: Database) -> None:
    shelf = Shelf()
    commit(database, shelf, [(1_800_000_000_001, 7, 1.5), (1_800_000_000_001, 8, 2.5), (1_800_000_000_000, 8, 3.5)])
    query = "SELECT ts_ms, quantity, value FROM readings JOIN sensors ON sensors.id = sensor_id ORDER BY key"
    assert [tuple(row) for row in database.read(lambda c: c.exec_driver_sql(query).all())] == [
        (1_800_000_000_000, "q8", 3.5), (1_800_000_000_001, "q7", 1.5), (1_800_000_000_001, "q8", 2.5),
    ]  # fmt: skip


def test_more_sensors_than_the_key_can_tell_apart_are_left_out_and_the_rest_is_stored(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.write(lambda c: c.exec_driver_sql(f"INSERT INTO sensors VALUES ({MOST_SENSORS - 1}, 'd', 'old', '', '')"))
    shelf = Shelf()
    commit(database, shelf, [(1_800_000_000_000, number, float(number)) for number in range(1, 9)])
    assert database.read(lambda c: c.exec_driver_sql("SELECT sensor_id, value FROM readings").all()) == [(MOST_SENSORS, 1.0)]
    assert database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM sensors").scalar()) == 2
    assert len(shelf._sensors) == 1
    assert caplog.text.count("sensors already") == 1
