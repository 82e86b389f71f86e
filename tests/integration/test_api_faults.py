"""A fault in what the page shows ends neither the door nor the history."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from services.api import feed, kept_up, main
from services.api.history import database
from services.api.history.writer import History
from services.shared.settings import sections
from tests.integration.api_running import running
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)


async def test_a_feed_that_cannot_be_built_ends_no_service_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_up, "PAUSE_S", 0.05)
    faults: list[int] = []

    def fails(*_arguments: Any, **_more: Any) -> Any:
        faults.append(1)
        raise KeyError("a fault of our own")

    async with running(tmp_path, NOBODY) as api, api.session.get(f"{api.lan}/api/v1/stream") as stream:
        assert b"dashboard" in await stream.content.readline()
        with monkeypatch.context() as patched:
            patched.setattr(feed, "build", fails)
            await until(lambda: len(faults) >= 2, 10.0, "the stream has failed, and failed again")
        assert not api.task.done()
        assert (await api.get("/api/status")).status == 200
        while b"dashboard" not in (line := await asyncio.wait_for(stream.content.readline(), 20.0)):
            assert line, "the stream goes on"


async def test_a_history_that_fails_ends_the_service_for_the_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_history: History) -> None:
        raise KeyError("a fault of our own")

    monkeypatch.setattr(main.wiring.History, "run", fails)
    with pytest.raises((ExceptionGroup, TimeoutError)) as ended:
        async with running(tmp_path, NOBODY) as api:
            await asyncio.wait_for(api.task, 10.0)
    assert isinstance(ended.value, ExceptionGroup)


async def test_nobody_but_the_past_waits_for_the_full_look_at_a_large_database_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    look = database._examine

    def slowly(*arguments: Any) -> None:
        may_end.wait(20)
        look(*arguments)

    monkeypatch.setattr(database, "_examine", slowly)
    try:
        async with running(tmp_path, NOBODY) as api:
            past = asyncio.create_task(api.get("/api/v1/events"))
            assert (await asyncio.wait_for(api.get("/api/status"), 2)).status == 200
            assert (await asyncio.wait_for(api.post("/api/debug/emergency-shutdown"), 2)).status == 504  # nobody is there to stop
            assert (await api.get("/dashboard_data.json")).body["history"] == {"ok": False, "reason": "starting"}
            assert not past.done()
            may_end.set()
            assert (await past).status == 200
    finally:
        may_end.set()
