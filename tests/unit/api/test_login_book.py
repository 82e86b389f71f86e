"""What the audit keeps of the door: every login, and of a flood of failures a few and their sum."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from services.api.history.schema import TABLES
from services.api.login import book
from services.api.login.book import MOST_ALONE, Book
from tests.waiting import until

pytestmark = pytest.mark.asyncio


class Records:
    """The audit alone, in memory."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        TABLES["audit"].create(connection)

    async def write(self, work: Callable[[sa.Connection], Any]) -> Any:
        return work(self.connection)

    def entries(self) -> list[tuple[str, str]]:
        return [(row.what, row.who) for row in self.connection.execute(sa.select(TABLES["audit"]).order_by(sa.text("seq")))]


@pytest.fixture
def records() -> Iterator[Records]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield Records(connection)
    engine.dispose()


async def test_of_a_flood_of_failures_a_few_are_entries_and_the_rest_one_sum_an_hour(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "HOUR_S", 0.2)
    kept = Book(records.write)
    for number in range(MOST_ALONE + 50):
        kept.fail("login failed", f"operator (10.0.0.{number})")
    await until(lambda: len(records.entries()) == MOST_ALONE + 1)
    what, who = records.entries()[-1]
    assert what.startswith("login failed: 50 more times since 20")
    assert who == f"several, the last operator (10.0.0.{MOST_ALONE + 49})"
    kept.fail("login failed", "ann (10.0.0.7)")
    await until(lambda: records.entries()[-1] == ("login failed", "ann (10.0.0.7)"))
    await until(lambda: not kept._failures)
    assert len(records.entries()) == MOST_ALONE + 2, "a few failures have no sum"


async def test_logins_logouts_and_failures_of_another_kind_are_entries_however_many_failed(records: Records) -> None:
    kept = Book(records.write)
    for _ in range(200):
        kept.fail("login refused: too many tries", "operator (10.0.0.9)")
    kept.fail("login failed", "operator (10.0.0.9)")
    for what in ("login", "logout"):
        kept.tell(what, "operator (10.0.0.7)")
    await until(lambda: len(records.entries()) == MOST_ALONE + 3)
    assert [what for what, _ in records.entries()[MOST_ALONE:]] == ["login failed", "login", "logout"]
