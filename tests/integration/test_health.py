"""`GET /health` on the page's listener: for a watcher elsewhere, without login, and without a word more than it needs."""

from pathlib import Path

import pytest

from services.shared.clock import Clock
from tests.broker import LiveBroker
from tests.integration.api_running import running, state, voice
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_it_is_well_only_while_the_controller_decides_and_asks_nobody_who_comes(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site, api={"view": "login"}) as api,
        voice(broker.settings("controller"), "controller", site) as controller,
    ):
        assert (await api.get("/api/status")).status == 401
        answer = await api.get("/health")
        assert (answer.status, answer.body) == (503, {"status": "controller silent", "service": "api", "controller_age_s": None})

        async def well() -> bool:
            controller.publish(state())
            return (await api.get("/health")).status == 200

        await until(well)
        found = (await api.get("/health")).body
        assert found.keys() == {"status", "service", "controller_age_s"}
        assert (found["status"], found["controller_age_s"] < 15) == ("ok", True)
        controller.publish(state(decided_mono_s=Clock().now().mono_s - 60))

        async def silent() -> bool:
            return (await api.get("/health")).status == 503

        await until(silent)
        assert (await api.get("/health")).body["controller_age_s"] > 50
        assert (await api.post("/health", base=api.lan)).status in (403, 405)
