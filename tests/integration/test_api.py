"""The api over real sockets, with and without a broker."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Reading, Reply, Request
from services.shared.settings import sections
from services.shared.vocabulary import Mode, Quality
from tests.broker import LiveBroker
from tests.integration.api_running import Answer, die, running, state, voice
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio
STATUS_FIELDS = {
    "mode", "since", "reasons", "limited_by", "control", "signal", "load", "temperature_c", "humidity_percent", "fans", "alarms",
    "services", "forced", "time", "clock_trusted",
}  # fmt: skip
NOBODY = sections.Broker(host="127.0.0.1", port=1)


def a_reading(value: float | None = 24.5, **changes: Any) -> Reading:
    now = Clock().now()
    fields: dict[str, Any] = {
        "subject": ("roomalert-1", "sensor-1"),
        "device": "roomalert-1",
        "quantity": "sensor-1",
        "unit": "Cel",
        "value": value,
        "quality": Quality.GOOD if value is not None else Quality.BAD,
        "poll_started_mono_s": now.mono_s,
        "measured_at": now.wall_s,
    }
    return Reading(**{**fields, **changes})


def is_problem(answer: Answer, status: int) -> bool:
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["type"].startswith("urn:mine:problem:")
    assert answer.body["detail"]
    return True


def controller(bus: Bus, asked: list[Request], **reply: Any) -> Any:
    def take(request: Request, _arrival: object) -> None:
        asked.append(request)
        bus.publish(Reply(subject=(request.id,), request_id=request.id, **{"accepted": True, "reason": "", **reply}))

    return take


async def test_without_a_broker_it_starts_and_answers_and_unknown_is_null_never_zero(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        status = (await api.get("/api/status")).body
        assert status.keys() >= STATUS_FIELDS
        for field in ("mode", "since", "limited_by", "control", "humidity_percent", "forced"):
            assert status[field] is None, field
        assert status["signal"].keys() >= {"level", "source", "observed_at", "event_id", "from_at", "until_at", "target_kw"}
        assert status["load"].keys() >= {"measured_kw", "target_kw", "unknown_kw", "ready_kw", "interval_kw"}
        assert set(status["signal"].values()) | set(status["load"].values()) == {None}
        assert (status["limits"], status["drills"]) == (None, None)
        assert status["temperature_c"] == {"max": None, "by_sensor": {}}
        assert status["alarms"] == {"open": None, "unacknowledged": None}
        assert status["services"]["controller"] == "unknown"
        assert status["stale"] is True
        feed = (await api.get("/dashboard_data.json")).body
        assert feed["headline"]["safe"] is None
        assert feed["broker_connected"] is False
        assert (await api.get("/api/state")).body["state"] is None
        is_problem(await api.post("/api/debug/fans", {"stage": 9}), 503)


async def test_what_the_controller_says_is_the_status(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        bus.publish(state())
        bus.publish(a_reading())
        bus.publish(a_reading(55.0, subject=("roomalert-1", "rh"), quantity="rh", unit="%RH"))

        async def told() -> Any:
            status = (await api.get("/api/status")).body
            return status if status["mode"] and status["humidity_percent"] else None

        status = await until(told)
        assert status["mode"] == "curtailed"
        assert status["control"] == "armed"
        assert status["reasons"] == ["the utility asks for control"]
        assert status["load"].items() >= {"measured_kw": 3.5, "target_kw": 0.0, "unknown_kw": 12.0}.items()
        assert status["signal"]["level"] == "control"
        assert status["temperature_c"] == {"max": 24.5, "by_sensor": {"roomalert-1/sensor-1": 24.5}}
        assert status["services"] == {"api": "online", "collector": "unknown", "controller": "online", "notifier": "unknown"}
        assert status["since"].endswith("Z")
        detail = (await api.get("/api/state")).body
        assert detail["state"]["mode"] == "curtailed"
        assert len(detail["readings"]) == 2


@pytest.mark.parametrize("old", [{"poll_started_mono_s": 0.0}, {"host_boot": "another-boot"}])
async def test_an_old_reading_and_one_of_another_boot_are_stale(
    tmp_path: Path, broker: LiveBroker, site: str, old: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "host_boot" in old:  # the bus seals the boot of this host, so the sender is made to be another one
        sealed = Bus._sealed
        monkeypatch.setattr(Bus, "_sealed", lambda bus, message: sealed(bus, message).model_copy(update=old))
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "collector", site) as bus:
        bus.publish(a_reading(**{k: v for k, v in old.items() if k != "host_boot"}))

        async def sensors() -> Any:
            return (await api.get("/dashboard_data.json")).body["sensors"]

        tile = (await until(sensors))[0]
        assert tile["stale"] is True
        assert tile["tone"] == "unknown"
        assert (await api.get("/api/status")).body["temperature_c"]["by_sensor"] == {"roomalert-1/sensor-1": None}


async def test_a_controller_that_went_offline_leaves_no_present(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        bus.publish(state(Mode.NORMAL))

        async def normal() -> bool:
            return (await api.get("/api/status")).body["mode"] == "normal"

        await until(normal)
        die(bus)

        async def silent() -> bool:
            return (await api.get("/api/status")).body["mode"] is None

        await until(silent)


WRONG_BODIES: tuple[tuple[str, Any, str], ...] = (
    ("power-signal", {"level": "blue"}, "blue"),
    ("power-signal", {"level": "curtail", "minutes": 0}, "0"),
    ("power-signal", {"level": "curtail", "minutes": 1441}, "1441"),
    ("power-signal", {"level": "curtail", "minutes": True}, "True"),
    ("power-signal", {"level": "curtail", "target_kw": "200"}, "200"),
    ("power-signal", {"level": "curtail", "surprise": 1}, "surprise"),
    ("power-signal", {}, "level"),
    ("miners", {"action": "explode", "members": ["all"]}, "explode"),
    ("miners", {"action": "sleep", "members": []}, "members"),
    ("fans", {"fans": {"10": "on"}}, "10"),
    ("fans", {"stage": 10}, "10"),
    ("fans", {"stage": 1.5}, "1.5"),
    ("fans", {}, "either fans or stage"),
    ("temperature", {"celsius": "hot"}, "hot"),
    ("temperature", {"celsius": 1000}, "1000"),
    ("raw-state", {"set": {}}, "set"),
    ("raw", {}, "device"),
    ("raw", {"device": "pdu-1", "minutes": 61}, "61"),
    ("raw", {"device": "pdu-1", "minutes": 0.5}, "0.5"),
)


async def test_a_wrong_body_is_refused_by_naming_what_was_found(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for path, body, found in WRONG_BODIES:
            answer = await api.post(f"/api/debug/{path}", body)
            is_problem(answer, 422)
            assert found in answer.body["detail"], (path, body)
            assert answer.body["errors"]


async def test_every_error_is_a_problem_document(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        is_problem(await api.get("/api/nothing"), 404)
        is_problem(await api.get("/assets/..%2f..%2fREADME.md"), 404)
        is_problem(await api.ask("DELETE", "/api/status"), 405)
        is_problem(await api.post("/api/debug/fans", data=b"x" * 70_000, headers={"Content-Type": "application/json"}), 413)
        is_problem(await api.post("/api/debug/fans", data=_chunks(), headers={"Content-Type": "application/json"}), 413)
        nan = b'{"celsius": NaN}'
        is_problem(await api.post("/api/debug/temperature", data=nan, headers={"Content-Type": "application/json"}), 422)
        is_problem(await api.post("/api/debug/temperature", data=b"{", headers={"Content-Type": "application/json"}), 422)
        is_problem(await api.post("/api/debug/fans", data=b'{"stage": 1}', headers={"Content-Type": "text/plain"}), 422)
        is_problem(await api.get("/api/v1/series?sensor=a/b&from=yesterday&to=1"), 422)
        is_problem(await api.get("/api/v1/events?limit=100000"), 422)
        is_problem(await api.post("/api/debug/raw-state", {"set": {"mode": "normal"}}), 409)


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(70):
        yield b"x" * 1000


async def test_debug_routes_do_not_exist_on_the_lan_listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _build(tmp_path / "page")
    monkeypatch.setenv("MINE_PAGE_FOLDER", str(tmp_path / "page"))
    async with running(tmp_path, NOBODY) as api:
        for path in ("power-signal", "miners", "fans", "temperature", "raw", "raw-state", "emergency-shutdown"):
            is_problem(await api.post(f"/api/debug/{path}", {}, base=api.lan), 404)
        is_problem(await api.post("/api/v1/cycle", base=api.lan), 401)
        is_problem(await api.post("/api/v1/requests/reset", {"payload": {"trip": "stop"}}, base=api.lan), 401)
        is_problem(await api.get("/debug.html"), 404)
        paths = (await api.get("/api/openapi.json")).body["paths"]
        assert not [path for path in paths if "debug" in path]
        assert (await api.get("/debug.html", base=api.debug)).status == 200


async def test_the_debug_listener_refuses_a_foreign_network_and_foreign_pages(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY, api={"debug_networks": "10.1.2.0/24"}) as api:
        is_problem(await api.post("/api/debug/emergency-shutdown", {}), 403)
        is_problem(await api.get("/debug.html", base=api.debug), 403)
    async with running(tmp_path, NOBODY) as api:
        is_problem(await api.post("/api/debug/fans", {"stage": 1}, headers={"Origin": "http://evil.example"}), 403)
        is_problem(await api.post("/api/debug/fans", {"stage": 1}, headers={"Host": "evil.example"}), 403)
        is_problem(await api.post("/api/debug/fans", {"stage": 1}, headers={"Origin": api.debug}), 503)


async def test_the_answer_of_a_debug_call_is_the_lease_made(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    asked: list[Request] = []
    lease = {"id": "l1", "kind": "power_signal"}
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock())
    bus.on(Request, controller(bus, asked, result=json.dumps(lease)))
    await bus.start()
    try:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected and bus.connected)
            answer = await api.post("/api/debug/power-signal", {"level": "curtail", "target_kw": 200, "reason": "trial"})
            assert (answer.status, answer.body) == (200, lease)
            assert asked[-1].verb == "lease"
            wish = {"kind": "power_signal", "level": "control", "target_kw": 200, "minutes": 30, "exercise": True}
            assert json.loads(asked[-1].payload) == wish
            assert asked[-1].reason == "trial"
            assert 0 < asked[-1].expires_at - time.time() <= 10
            for path, body, kind in (
                ("power-signal", {"level": None}, {"kind": "power_signal"}),
                ("temperature", {"celsius": None}, {"kind": "temperature"}),
                ("raw", {"device": None}, {"kind": "raw"}),
                ("miners", {"action": "release", "members": ["all"]}, {"kind": "miners"}),
                ("fans", {"stage": None}, {"kind": "fans"}),
                ("fans", {"stage": "auto"}, {"kind": "fans"}),
                ("fans", {"fans": {str(number): "auto" for number in range(1, 10)}}, {"kind": "fans"}),
            ):
                assert (await api.post(f"/api/debug/{path}", body)).status == 200
                assert asked[-1].verb == "release"
                assert json.loads(asked[-1].payload).items() >= kind.items()
            assert (await api.post("/api/debug/raw", {"device": "pdu-1"})).status == 200
            raw = {"kind": "raw", "device": "pdu-1", "minutes": 5, "exercise": True}
            assert (asked[-1].verb, json.loads(asked[-1].payload)) == ("lease", raw)
            assert (await api.post("/api/debug/fans", {"fans": {"1": "on", "3": "auto"}})).status == 200
            assert (asked[-1].verb, json.loads(asked[-1].payload)["fans"]) == ("lease", {"1": "on", "3": "auto"})
            assert (await api.post("/api/v1/cycle")).status == 202
            assert asked[-1].verb == "cycle"
            assert (await api.post("/api/v1/requests/reset", {"payload": {"trip": "thermal"}})).status == 202
            assert (asked[-1].verb, json.loads(asked[-1].payload)) == ("reset", {"trip": "thermal"})
            is_problem(await api.post("/api/v1/requests/reset", {"payload": {"trap": "thermal"}}), 422)
            assert (await api.post("/api/debug/emergency-shutdown")).body["by"] == "bus"
            assert asked[-1].verb == "stop"
    finally:
        await bus.stop()


async def test_the_lease_made_is_told_with_its_moments_and_what_it_holds(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    lease = {
        "id": "l1", "kind": "fans", "owner": "Ruth", "reason": "trial", "from_at": 1_800_000_000.0, "until_at": 1_800_001_800.0,
        "payload": '{"id":"l1","kind":"fans","fan_stage":9}',
    }  # fmt: skip
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock())
    bus.on(Request, controller(bus, [], result=json.dumps(lease)))
    await bus.start()
    try:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected and bus.connected)
            body = (await api.post("/api/debug/fans", {"stage": 9})).body
            assert body.items() >= lease.items()
            assert body["lease"]["payload"]["fan_stage"] == 9
            assert (body["lease"]["from"], body["lease"]["until"]) == ("2027-01-15T08:00:00.000Z", "2027-01-15T08:30:00.000Z")
    finally:
        await bus.stop()


async def test_a_refused_request_is_a_409_with_the_reason(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock())
    bus.on(Request, controller(bus, [], accepted=False, reason="the cause persists"))
    await bus.start()
    try:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected and bus.connected)
            answer = await api.post("/api/debug/raw-state", {"set": {"phase": "normal"}})
            is_problem(answer, 409)
            assert answer.body["detail"] == "the cause persists"
    finally:
        await bus.stop()


async def test_a_request_that_nobody_answers_is_a_504(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api:
        await until(lambda: api.bus.connected)
        is_problem(await api.post("/api/debug/fans", {"stage": 9}), 504)


async def test_the_emergency_stop_works_with_a_dead_broker(tmp_path: Path) -> None:
    got: list[tuple[str | None, Any]] = []

    async def stop(request: web.Request) -> web.Response:
        got.append((request.headers.get("Authorization"), await request.json()))
        return web.json_response({"stopped": len(got) == 1, "reason": "", "control": "observe"})

    app = web.Application()
    app.router.add_post("/stop", stop)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    ops = sections.Ops(controller_port=port, token="a-token")
    try:
        async with running(tmp_path, NOBODY, ops=ops) as api:
            answer = await api.post("/api/debug/emergency-shutdown", {"reason": "smoke"})
            assert (answer.status, answer.body) == (200, {"stopped": True, "by": "controller", "control": "observe"})
            is_problem(await api.post("/api/debug/emergency-shutdown"), 502)
    finally:
        await runner.cleanup()
    assert got[0][0] == "Bearer a-token"
    assert got[0][1]["reason"] == "smoke"
    assert "127.0.0.1" in got[0][1]["who"]


UNREADABLE_BODIES = (b"", b"{", b"\xff\x00", b"[]", b"7", b'{"reason": 7, "minutes": "x"}', b"[" * 60_000, b"x" * 70_000)


async def test_an_emergency_stop_is_never_refused_for_its_body(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    asked: list[Request] = []
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock())
    bus.on(Request, controller(bus, asked))
    await bus.start()
    path = "/api/debug/emergency-shutdown"
    try:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected and bus.connected)
            for raw in UNREADABLE_BODIES:
                for kind in ("application/json", "text/plain"):
                    answer = await api.post(path, data=raw, headers={"Content-Type": kind})
                    assert (answer.status, answer.body["stopped"]) == (200, True), raw[:20]
                    assert (asked[-1].verb, asked[-1].reason) == ("stop", "emergency shutdown")
            assert (await api.post(path, data=_chunks())).status == 200
            assert (await api.post(path, {"reason": "smoke", "really": "yes", "minutes": "x"})).status == 200
            assert asked[-1].reason == "smoke"
            assert len(asked) == 2 * len(UNREADABLE_BODIES) + 2
    finally:
        await bus.stop()


async def test_an_emergency_stop_that_reaches_nobody_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY, ops=sections.Ops(controller_port=free_port())) as api:
        answer = await api.post("/api/debug/emergency-shutdown", {})
        is_problem(answer, 504)
        assert "reached nobody" in answer.body["detail"]
        assert answer.body["type"] == "urn:mine:problem:stop-reached-nobody"


async def first_feed(response: aiohttp.ClientResponse) -> Any:
    assert (await response.content.readline()) == b"event: dashboard\n"
    line = await response.content.readline()
    return json.loads(line.removeprefix(b"data: "))


async def test_the_stream_tells_a_change_within_seconds(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
        api.session.get(api.lan + "/api/v1/stream") as response,
    ):
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert (await first_feed(response))["mode"] is None
        bus.publish(state(Mode.RESTORING))
        while b'"mode":"restoring"' not in await response.content.readline():
            pass


async def test_open_streams_end_when_the_service_stops_within_three_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api, api.session.get(api.lan + "/api/v1/stream") as response:
        await first_feed(response)
        started_s = time.monotonic()
        await api.stop()
        await response.content.read()
        assert time.monotonic() - started_s < 3


async def test_the_ninth_stream_is_refused_and_a_place_is_free_again_when_one_goes(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        responses = [await api.session.get(api.lan + "/api/v1/stream") for _ in range(8)]
        is_problem(await api.get("/api/v1/stream"), 503)
        responses[0].close()

        async def taken() -> bool:
            async with api.session.get(api.lan + "/api/v1/stream") as response:
                return response.status == 200

        await until(taken)
        for response in responses:
            response.close()


async def test_the_page_is_served_with_a_policy_and_the_plain_one_until_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "dist"
    monkeypatch.setenv("MINE_PAGE_FOLDER", str(page))
    async with running(tmp_path / "data", NOBODY) as api:
        plain = await api.get("/")
        assert "Nothing is known of the site" in plain.text
        assert "<script" not in plain.text
        assert (await api.get("/plain")).status == 200
        await asyncio.to_thread(_build, page)
        built = await api.get("/")
        assert built.text == "<p>built</p>"
        assert built.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert built.headers["X-Content-Type-Options"] == "nosniff"
        assert (await api.get("/assets/x.js")).text == "1"
        assert "immutable" in (await api.get("/assets/x.js")).headers["Cache-Control"]
        is_problem(await api.get("/debug.html"), 404)
        assert (await api.get("/debug.html", base=api.debug)).text == "debug"


def _build(page: Path) -> None:
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<p>built</p>")
    (page / "debug.html").write_text("debug")
    (page / "assets" / "x.js").write_text("1")
