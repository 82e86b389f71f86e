"""What the machine does by itself is told by the running api, and a configuration spoilt meanwhile is told while all goes on."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.api import config_watch
from services.api.history import keeper
from services.backup import checking, taking
from services.shared.backups import Kind
from services.shared.messages import Alarm
from services.shared.settings import sections
from tests.broker import LiveBroker
from tests.integration.api_running import running, voice
from tests.ports import free_port
from tests.unit.backup import site as mine
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)


async def test_each_job_is_told_with_when_and_how_it_went_and_one_of_a_silent_service_as_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "EACH_S", 0.1)
    settings = await asyncio.to_thread(mine.make, tmp_path)
    places = mine.where(tmp_path, settings)
    await asyncio.to_thread(taking.take, settings, places, Kind.DAILY, mine.AT)
    await asyncio.to_thread(checking.check, places, mine.AT + 60.0)
    ops = sections.Ops(collector_port=free_port(), controller_port=free_port(), notifier_port=free_port())
    async with running(tmp_path / "data", NOBODY, "north", ops=ops) as api:

        async def told() -> dict[str, Any] | None:
            jobs = {one["name"]: one for one in (await api.get("/api/v1/maintenance", base=api.debug)).body["jobs"]}
            return jobs if jobs["mine_data.db"]["ok"] else None

        jobs = await until(told)
        assert jobs["ledger.db"] == {
            "name": "ledger.db", "service": "controller", "ok": None, "at": None, "words": "the controller does not answer",
        }  # fmt: skip
        assert jobs["backup, daily"]["at"] == mine.AT
        assert jobs["newest backups read again"]["words"] == "1 archive read, every sum is right"
        assert jobs["configuration"]["ok"] is True


async def test_a_configuration_spoilt_while_it_runs_reaches_the_notifier_and_the_page_says_what_waits(
    tmp_path: Path, broker: LiveBroker, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.txt"
    config.write_text("[GENERAL]\n")
    monkeypatch.setenv("MINE_CONFIG", str(config))
    monkeypatch.setattr(config_watch, "LOOK_S", 0.1)
    heard: list[Alarm] = []
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("notifier"), "notifier", site, (Alarm, lambda alarm, _: heard.append(alarm))),
    ):
        config.write_text("[GENERAL]\nmax_humidity = wet\n")
        alarm = await until(lambda: next((one for one in heard if one.key == "configuration" and one.active), None))
        assert "config.txt line 2: [GENERAL] max_humidity: found 'wet'" in alarm.cause
        config.write_text("[GENERAL]\nmax_humidity = 71\n")
        await until(lambda: [one.active for one in heard if one.key == "configuration"][-1] is False)
        shown = (await api.get("/api/v1/config", base=api.debug)).body
        assert "[GENERAL] max_humidity" in shown["changed"]
        assert json.dumps(shown["mistakes"]) == "[]"
