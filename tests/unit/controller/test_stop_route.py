"""The emergency stop by HTTP: open to loopback, closed to others without the token, honest when the loop is dead."""

import asyncio

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from services.controller import stop_route
from services.controller.stop_route import add_stop_route
from services.shared.ops import Ops
from services.shared.vocabulary import Control
from tests.plant import limits
from tests.unit.controller.parts import Controller, LeapingClock

LOOPBACK, LAN = ("127.0.0.1", 1234), ("10.0.0.5", 1234)


class DeadLoop:
    def __init__(self):
        self.asked = []

    def ask(self, request, answer=None):
        self.asked.append(request)


def own_app() -> Starlette:
    return Ops("controller", tick_age_s=lambda: 0.0).app


async def post(loop, *, client=LOOPBACK, token="", given="", **more):
    app = own_app()
    add_stop_route(app, loop, SecretStr(token), LeapingClock())
    transport = httpx.ASGITransport(app, client=client)
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://controller") as http:
        return await http.post("/stop", headers=headers, **more)


@pytest.mark.parametrize("body", [{"json": {"who": "op", "reason": "smell"}}, {"json": {}}, {}], ids=["full", "empty", "no body"])
@pytest.mark.asyncio
async def test_loopback_needs_no_token_and_the_whole_site_goes_off(tmp_path, body):
    async with Controller(tmp_path) as site:
        answer = await post(site.loop, **body)
        assert (answer.status_code, answer.json()) == (200, {"stopped": True, "reason": "done", "control": "armed"})
        state, _ = await site.ledger.load()
        assert [trip.key for trip in state.trips] == ["stop"], "what was answered is on the card"


@pytest.mark.asyncio
async def test_a_controller_that_observes_says_so_in_its_answer(tmp_path):
    async with Controller(tmp_path, limits(control=Control.OBSERVE)) as site:
        answer = (await post(site.loop, json={})).json()
    assert (answer["stopped"], answer["control"]) == (True, "observe"), "tripped, and nothing is switched"


@pytest.mark.parametrize(
    ("client", "token", "given", "status"),
    [
        (LAN, "", "", 401), (LAN, "", "x", 401), (LAN, "secret", "", 401), (LAN, "secret", "wrong", 401),
        (LAN, "secret", "secret", 503), (("::1", 1), "", "", 503), (("127.9.9.9", 1), "secret", "", 503),
        (("testclient", 1), "", "", 401),
    ],
)  # fmt: skip
@pytest.mark.asyncio
async def test_from_elsewhere_only_the_token_opens(monkeypatch, client, token, given, status):
    monkeypatch.setattr(stop_route, "_ANSWER_WITHIN_S", 0.01)
    loop = DeadLoop()
    assert (await post(loop, client=client, token=token, given=given, json={})).status_code == status
    assert bool(loop.asked) is (status != 401)


@pytest.mark.asyncio
async def test_a_dead_loop_is_said_and_not_taken_for_a_stop(monkeypatch):
    monkeypatch.setattr(stop_route, "_ANSWER_WITHIN_S", 0.05)
    answer = await asyncio.wait_for(post(DeadLoop(), json={}), 5.0)
    assert answer.status_code == 503 and "does not answer" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://controller"}]
)
@pytest.mark.asyncio
async def test_the_page_of_some_site_in_an_operators_browser_stops_nothing(headers):
    app, loop = own_app(), DeadLoop()
    add_stop_route(app, loop, SecretStr(""), LeapingClock())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=LOOPBACK), base_url="http://controller") as http:
        answer = await http.post("/stop", headers=headers)
    assert (answer.status_code, loop.asked) == (403, [])


@pytest.mark.parametrize("body", [b"{who: op", b"\xff\xfe", b"[1]", b"x" * 100_000], ids=["broken", "no text", "a list", "huge"])
@pytest.mark.asyncio
async def test_a_stop_fails_on_no_form(tmp_path, body):
    async with Controller(tmp_path) as site:
        answer = await post(site.loop, content=body)
        assert (answer.status_code, answer.json()["stopped"]) == (200, True)
