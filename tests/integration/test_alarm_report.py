"""From a contact to the API: shelves, acknowledgements and the alarms' own report, with the real notifier and the real api."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from services.notifier import reporting
from services.shared.vocabulary import AlarmKind
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running
from tests.integration.people import notifier, people
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def alarm(api: Running, key: str) -> Any:
    tile = (await api.get("/api/v1/alarms")).body
    return next((one for one in tile["alarms"] if one["key"] == key), None)


async def ask(api: Running, verb: str, **payload: Any) -> Any:
    return await api.post(f"/api/v1/requests/{verb}", {"reason": "trial", "payload": payload})


async def test_what_is_asked_over_the_api_is_what_the_notifier_does_and_counts(
    broker: LiveBroker, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "SETTLE_S", 0.1)
    monkeypatch.setattr(reporting, "GAP_S", 0.1)
    (tmp_path / "api").mkdir()
    async with (
        people(broker, site, tmp_path) as those,
        running(tmp_path / "api", broker.settings("api"), site) as api,
        notifier(those, telegram_token="", email_smtp_server="", channel_test=""),
    ):
        those.say()
        those.say("flood")
        await until(lambda: alarm(api, "smoke"), 20, "the alarm")
        await until(lambda: alarm(api, "flood"), 20, "the other")
        assert (await alarm(api, "smoke"))["priority"] == "medium", "no row of the catalogue says more"
        refused = await ask(api, "shelve", key="smo*", minutes=1440.5)
        assert refused.status == 422
        refused = await ask(api, "shelve", key="smoke", minutes=120)
        assert refused.status == 409 and "60 minutes" in refused.body["detail"], refused.text
        assert (await ask(api, "shelve", key="smoke", minutes=30)).body["state"] == "done"
        found = await until(lambda: _in_state(api, "smoke", "shelved"))
        assert found["shelved_by"] and found["shelved_until_at"] > found["since_at"]
        assert (await ask(api, "unshelve", key="smoke")).body["state"] == "done"
        assert (await ask(api, "unshelve", key="smoke")).status == 409
        await until(lambda: _in_state(api, "smoke", "unacknowledged"))
        assert (await ask(api, "acknowledge", key="flood")).body["state"] == "done"
        found = await until(lambda: _in_state(api, "flood", "acknowledged"))
        assert found["acknowledged_until_at"] > found["since_at"]
        those.say("dust", kind=AlarmKind.WARNING)
        await until(lambda: alarm(api, "dust"), 20, "a warning after its delay")
        figures = await until(lambda: _report(api, 3), 20, "the report")
        assert (figures["acknowledged"], figures["never_acknowledged"], figures["worst_10_minutes"]) == (1, 2, 3)
        assert figures["acknowledged_within_s"] is not None and figures["flood_minutes"] == 0.0
        assert {one["key"] for one in figures["standing"]} == {"smoke", "flood", "dust"}
        assert {one["key"]: one["count"] for one in figures["most_frequent"]} == {"smoke": 1, "flood": 1, "dust": 1}
        assert 0.0 <= figures["days"] < 1.0, "not of days in which nobody counted"
    steps = sqlite3.connect(tmp_path / "alerts.db").execute("SELECT document FROM transitions ORDER BY id").fetchall()
    assert sum('"raised"' in document for (document,) in steps) == 4, "told anew after the shelf: the same alarm"


async def _in_state(api: Running, key: str, state: str) -> Any:
    found = await alarm(api, key)
    return found if found and found["state"] == state else None


async def _report(api: Running, raised: int) -> Any:
    figures = (await api.get("/api/v1/alarms/report")).body
    return figures if figures["known"] and figures["raised"] == raised and figures["acknowledged"] else None
