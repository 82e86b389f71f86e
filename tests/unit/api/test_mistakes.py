"""A wrong body is answered with what was found and what is allowed, over a socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from fastapi import FastAPI
from uvicorn.config import Config
from uvicorn.server import Server

from services.api import problems
from services.api.request_bodies import AskCurtail, AskLease
from tests.waiting import until

pytestmark = pytest.mark.asyncio
JSON = {"Content-Type": "application/json"}
OF_CURTAIL = "target_kw, all, minutes"


@pytest_asyncio.fixture
async def base() -> AsyncIterator[str]:
    """An app that takes two bodies, at its address."""
    app = FastAPI()
    problems.install(app)

    @app.post("/curtail")
    async def curtail(body: AskCurtail) -> None: ...

    @app.post("/lease")
    async def lease(body: AskLease) -> None: ...

    @app.post("/api/v1/login")
    async def login(body: AskCurtail) -> None: ...

    server = Server(Config(app, "127.0.0.1", 0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def refused(base: str, path: str, body: bytes, headers: dict[str, str] = JSON) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as web,
        web.post(f"{base}/{path}", data=body, headers=headers) as answer,
    ):
        assert answer.status == 422
        found: dict[str, Any] = await answer.json(content_type="application/problem+json")
        return found


@pytest.mark.parametrize(
    ("path", "body", "at", "allowed"),
    [
        ("curtail", b'{"payload": {"kw": 5, "minutes": 5}}', "body.payload.kw", OF_CURTAIL),
        ("curtail", b'{"payload": {"all": true}, "reson": ""}', "body.reson", "reason, payload"),
        ("lease", b'{"payload": {"kind": "raw", "device": "pdu-1", "x": 1}}', "body.payload.raw.x", "kind, device, minutes"),
    ],
)
async def test_a_key_that_is_none_of_ours_is_answered_with_those_that_are(
    base: str, path: str, body: bytes, at: str, allowed: str
) -> None:
    found = await refused(base, path, body)
    assert f"{at}: found a key that is none of it; allowed: {allowed}" in found["detail"]
    assert {"at": at, "found": "a key that is none of it", "allowed": allowed} in found["errors"]


async def test_what_is_no_json_is_told_as_it_came_with_where_it_breaks(base: str) -> None:
    found = await refused(base, "curtail", b"not json")
    assert found["detail"] == "body: found 'not json'; allowed: JSON; Expecting value at letter 1"


@pytest.mark.parametrize(("headers", "named"), [({}, "of nothing"), ({"Content-Type": "text/plain"}, "text/plain")])
async def test_a_body_of_another_content_type_names_the_one_that_is_needed(
    base: str, headers: dict[str, str], named: str
) -> None:
    found = await refused(base, "curtail", b'{"payload": {"all": true}}', headers)
    needed = "JSON, with the header Content-Type: application/json"
    assert found["detail"] == f"body: found the Content-Type {named}; allowed: {needed}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"payload": {"all": true, "minutes": 0}}', "body.payload.minutes: found 0; allowed: greater than 0"),
        (b'{"payload": {}}', "body.payload: found {}; allowed: either target_kw, or all as true"),
        (b"{}", "body.payload: found nothing; allowed: a value"),
        (b"", "body: found nothing; allowed: a value"),
    ],
)
async def test_any_wrong_value_has_what_was_found_and_what_is_allowed(base: str, body: bytes, told: str) -> None:
    assert (await refused(base, "curtail", body))["detail"] == told


@pytest.mark.parametrize("body", [b'"hunter2', b'{"payload": "hunter2"}', b'{"payload": {"all": "hunter2"}}'])
async def test_of_a_call_that_carries_a_password_no_value_is_told(base: str, body: bytes) -> None:
    assert "hunter2" not in str(await refused(base, "api/v1/login", body))
