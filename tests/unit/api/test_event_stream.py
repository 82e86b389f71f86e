"""The stream of stored events: bounded for each client, patient with the records, and gone with who does not read."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from services.api import event_stream
from services.api.event_stream import PAGE, QUEUE, EventNews
from services.api.history.database import Trouble
from services.api.history.happened import Choice
from tests.waiting import until

pytestmark = pytest.mark.asyncio
_TABLE = (
    "CREATE TABLE events (id INTEGER PRIMARY KEY, source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind,"
    " title, reasons, mode, device, target, phase, command_id, seconds, who, detail, act)"
)
_ROWS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO events"
    " SELECT i, 'controller', 'b', 1, i, 0, 't', 1, 'decision', 'e', '[]', '', '', '', NULL, '', NULL, '', '', '' FROM n"
)


class Records:
    """So many events in memory, read as the history is; `trouble` makes them unreadable."""

    def __init__(self, count: int) -> None:
        self.trouble = False
        engine = sa.create_engine("sqlite://")
        self.connection = engine.connect()
        self.connection.exec_driver_sql(_TABLE)
        self.connection.exec_driver_sql(_ROWS.format(count=count))

    async def read(self, work: Callable[[sa.Connection], Any]) -> Any:
        if self.trouble:
            raise Trouble("the disk is full")
        return work(self.connection)


def news_of(records: Records) -> EventNews:
    return EventNews(records)  # type: ignore[arg-type]


async def test_a_client_gets_every_event_once_and_in_order_over_many_pages() -> None:
    news = news_of(Records(3 * PAGE + 7))
    queue = news.join(0, Choice())
    got = [await asyncio.wait_for(queue.get(), 5) for _ in range(3 * PAGE + 7)]
    news.leave(queue)
    assert [int(item.rpartition(b"id: ")[2]) for item in got] == list(range(1, 3 * PAGE + 8))


async def test_who_does_not_read_is_dropped_and_never_holds_more_than_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SEND_DEADLINE_S", 0.05)
    news = news_of(Records(3 * PAGE))
    queue = news.join(0, Choice())
    await until(lambda: queue.qsize() == QUEUE)
    await until(lambda: queue.qsize() == 1)
    assert queue.get_nowait() == b""
    news.leave(queue)


async def test_records_that_cannot_be_read_end_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "EVERY_S", 0.01)
    records = Records(2)
    records.trouble = True
    news = news_of(records)
    queue = news.join(0, Choice())
    assert (await asyncio.wait_for(queue.get(), 5)).startswith(b": ")
    records.trouble = False
    assert b"id: 1" in await asyncio.wait_for(queue.get(), 5)
    news.leave(queue)


async def test_the_close_ends_every_stream() -> None:
    news = news_of(Records(0))
    queues = [news.join(None, Choice()) for _ in range(2)]
    news.close()
    assert [await asyncio.wait_for(queue.get(), 5) for queue in queues] == [b"", b""]
    for queue in queues:
        news.leave(queue)
