"""Every body of a debug call that the manual shows is posted, and answered as the manual says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.controller.asked import carry_out
from services.controller.core.holds import HoldRefused
from services.shared.bus import Bus
from services.shared.messages import Reply, Request
from services.shared.vocabulary import LeaseKind
from tests.broker import LiveBroker
from tests.integration.api_running import running, voice
from tests.plant import Site, intake, limits, load, moment, seen
from tests.waiting import until

MANUAL = Path(__file__).parents[2] / "docs" / "manual" / "api.md"
ROW = re.compile(r"^\| `POST /api/debug/([a-z-]+)` \| `({.*?})` \| (\d{3}) \|", re.MULTILINE)
PROMISED = [(path, json.loads(body), int(status)) for path, body, status in ROW.findall(MANUAL.read_text("utf-8"))]
PLANT = limits(loads=tuple(load(i, group="row-a") for i in range(4)), fans=9)
AT_S = 200.0


class StandIn:
    """The controller's own word on a request, for a small plant in memory."""

    def __init__(self) -> None:
        self.bus: Bus | None = None
        self.state = Site(PLANT).settle(AT_S).state
        self.snapshot = seen(AT_S, PLANT, temperatures=(intake(25.0, AT_S, "roomalert-1/sensor-1"),))

    def take(self, request: Request, _arrival: object) -> None:
        assert self.bus is not None
        accepted, reason, result = True, "", {}
        try:
            self.state, result = carry_out(request, self.state, self.snapshot, PLANT, moment(AT_S))
        except HoldRefused as refusal:
            accepted, reason = False, str(refusal)
        reply = {"accepted": accepted, "reason": reason, "result": json.dumps(result)}
        self.bus.publish(Reply(subject=(request.id,), request_id=request.id, **reply))


def test_the_manual_shows_every_debug_call_and_every_word_of_it() -> None:
    assert {path for path, _, _ in PROMISED} == {
        "power-signal", "miners", "fans", "temperature", "raw", "raw-state", "emergency-shutdown",
    }  # fmt: skip
    assert {body["action"] for path, body, _ in PROMISED if path == "miners"} == {"sleep", "wake", "release"}
    assert {body["level"] for path, body, _ in PROMISED if path == "power-signal"} == {"curtail", "normal", None}


@pytest.mark.asyncio
async def test_every_body_of_the_manual_is_answered_as_it_says(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    controller = StandIn()
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, controller.take)) as bus,
    ):
        controller.bus = bus
        await until(lambda: api.bus.connected)
        for path, body, status in PROMISED:
            answer = await api.post(f"/api/debug/{path}", body)
            assert answer.status == status, (path, body, answer.text)
        assert [trip.key for trip in controller.state.trips] == ["stop"]
        assert not [hold for hold in controller.state.holds if hold.kind is LeaseKind.FANS]
        refused: tuple[tuple[str, dict[str, Any]], ...] = (
            ("miners", {"action": "sleep", "members": ["row-z"]}),
            ("temperature", {"celsius": 30.0, "sensor": "roomalert-9/sensor-1"}),
            ("power-signal", {"level": None}),
        )
        for path, body in refused:
            assert (await api.post(f"/api/debug/{path}", body)).status == 409, (path, body)
        assert (await api.post("/api/debug/power-signal", {"level": "emergency", "minutes": 5, "reason": "drill"})).status == 200
