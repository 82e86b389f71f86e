"""Reading beside the writing: neither holds the other up, and both go on with the file that lies there."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from services.api.history import audit, engines
from services.api.history.database import TooMuch, Trouble
from services.api.history.schema import TABLES
from services.api.history.writer import History
from services.shared.clock import Clock
from services.shared.messages import Alarm, Message
from tests.waiting import until

pytestmark = pytest.mark.asyncio
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def said() -> list[Message]:
    return []


@pytest_asyncio.fixture
async def history(tmp_path: Path, said: list[Message]) -> AsyncIterator[History]:
    made = History(tmp_path, clock=Clock("yes"), publish=said.append)
    yield made
    await made.close()


def put(connection: sa.Connection, number: int = 1) -> None:
    connection.exec_driver_sql(f"INSERT INTO readings (key, value, flags) VALUES ({number}, 1.5, 0)")


def count(connection: sa.Connection) -> Any:
    return connection.exec_driver_sql("SELECT count(*), sum(value) FROM readings").one()[0]


async def test_queries_however_long_and_many_delay_no_commit(history: History) -> None:
    under_way, done = Signal(), Signal()

    def long(connection: sa.Connection) -> Any:
        before = count(connection)
        under_way.set()
        assert done.wait(10)
        return before, count(connection)

    await history.write(put)
    queries = [asyncio.create_task(history.read(long)) for _ in range(8)]
    await until(under_way.is_set)
    await asyncio.wait_for(history.write(lambda c: put(c, 2)), 2)
    assert not any(query.done() for query in queries)
    done.set()
    assert (1, 1) in await asyncio.gather(*queries), "the view of the one that ran is steady"
    assert await history.read(count) == 2


async def test_a_query_that_takes_too_long_is_given_up_and_the_next_one_answered(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "READ_DEADLINE_S", 0.05)
    with pytest.raises(TooMuch):
        await history.read(lambda c: c.exec_driver_sql(ENDLESS).scalar())
    assert await history.read(count) == 0


async def test_a_query_can_change_nothing(history: History) -> None:
    with pytest.raises(Trouble, match="readonly"):
        await history.read(put)
    assert await history.read(count) == 0


async def test_a_query_reads_the_file_that_lies_there_after_the_old_one_was_taken_away(history: History) -> None:
    await history.write(put)
    assert await history.read(count) == 1
    history.path.unlink()
    assert await history.read(count) == 0
    for number in (1, 2):
        await history.write(partial(put, number=number))
    assert await history.read(count) == 2
    history.path.unlink()
    await history.write(put)
    assert await history.read(count) == 1


async def test_damage_that_a_query_meets_sets_the_file_aside_and_both_go_on(tmp_path: Path, said: list[Message]) -> None:
    first = History(tmp_path, clock=Clock("yes"), publish=said.append)
    rows = [{"key": n, "value": 1.5, "flags": 0} for n in range(20_000)]
    await first.write(lambda c: c.execute(sa.insert(TABLES["readings"]), rows))
    await first.close()
    content = bytearray(await asyncio.to_thread(first.path.read_bytes))
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    await asyncio.to_thread(first.path.write_bytes, content)
    history = History(tmp_path, clock=Clock("yes"), publish=said.append)
    with pytest.raises(Trouble, match=r"damaged and moved to mine_data\.db\.damaged-"):
        await history.read(count)
    assert await history.read(count) == 0
    await history.write(put)
    assert await history.read(count) == 1
    await history.close()
    names = await asyncio.to_thread(os.listdir, tmp_path)
    assert sum(".damaged-" in name and name.endswith("Z") for name in names) == 1
    assert not [name for name in names if name.startswith("mine_data.db-")], "the log is folded in"


@pytest.mark.parametrize("change", [{"timestamp": None}, {"fan_stage": "two"}], ids=["nothing", "a word"])
async def test_one_row_that_no_table_takes_is_left_out_and_all_others_are_stored(
    history: History, change: dict[str, Any]
) -> None:
    row = {"timestamp": "2026-11-22T08:00:00.000Z", "reasons": json.dumps(["why"]), "clock_trusted": 1}
    for number in range(5):
        history.intake.take_state({**row, "fan_stage": number} | (change if number == 3 else {}))
    running = asyncio.create_task(history.run())
    try:
        await until(lambda: history.intake.refused == 1 and not len(history.buffer), 10)
        await until(lambda: not history.reason)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    found = await history.read(lambda c: c.exec_driver_sql("SELECT fan_stage FROM mine_states ORDER BY id").scalars().all())
    assert found == [0, 1, 2, 4]


async def test_records_that_began_anew_are_an_alarm_until_a_person_took_note(history: History, said: list[Message]) -> None:
    def alarms() -> list[Alarm]:
        return [message for message in said if isinstance(message, Alarm)]

    await history.write(lambda c: audit.append(c, [{"happened_ms": 5, "who": "eve", "what": "a"}]))
    history.path.unlink()
    running = asyncio.create_task(history.run())
    try:
        await until(lambda: bool(alarms()))
        assert alarms()[-1].active
        assert "mine_data.db.audit-ended-" in alarms()[-1].cause
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
