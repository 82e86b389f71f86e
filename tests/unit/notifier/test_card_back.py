"""A card that took nothing when `alerts.db` was opened, and takes something later: no restart is needed."""

import sqlite3
from pathlib import Path

import pytest

from services.notifier import opening
from services.notifier.change import Change
from services.notifier.file import AlertsFile

pytestmark = pytest.mark.asyncio


async def facts_of(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as db:
        return dict(db.execute("SELECT name, value FROM facts"))


async def test_what_was_told_from_memory_alone_goes_on_in_the_file_when_it_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "alerts.db"

    def full(_: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as card:
        card.setattr(opening, "connect", full)
        file = AlertsFile(path)
        await file.put(Change(facts={"first": "1"}))
        assert file.unopened is not None and "full" in file.unopened
    await file.put(Change(facts={"second": "2"}))
    assert file.unopened is None
    file.end(Change()).result(3)
    assert await facts_of(path) == {"first": "1", "second": "2"}


async def test_a_file_that_was_opened_read_only_is_opened_again_when_it_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    AlertsFile(path).end(Change()).result(3)
    file = AlertsFile(path)
    file._thread.submit(lambda: file._db.execute("PRAGMA query_only=ON")).result(3)
    await file.put(Change(facts={"first": "1"}))
    file.end(Change()).result(3)
    assert await facts_of(path) == {"first": "1"}
