"""Logging in and out over real sockets, with setup's own files."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.api.login import lock
from services.api.login.book import MOST_ALONE
from services.api.login.gate import CSRF
from services.api.login.sessions import COOKIE
from services.cli.setup import provision
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Reply, Request
from services.shared.settings import sections
from tests.broker import LiveBroker
from tests.integration.api_running import Answer, Running, neighbour, running
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY_HOME = sections.Broker(host="127.0.0.1", port=1)


def secrets_of(folder: Path) -> dict[str, str]:
    provision(folder / "secrets")
    return {name: (folder / "secrets" / f"operator-{name}").read_text().strip() for name in ("password", "token")}


async def log_in(api: Running, password: str, name: str = "operator") -> Answer:
    return await api.post("/api/v1/login", {"name": name, "password": password}, base=api.lan)


def cookie_of(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


@asynccontextmanager
async def asking(broker: LiveBroker, site: str) -> AsyncIterator[list[Request]]:
    """A controller that does everything, and what it was asked."""
    asked: list[Request] = []
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock("yes"))

    def take(request: Request, _arrival: object) -> None:
        asked.append(request)
        bus.publish(Reply(subject=(request.id,), request_id=request.id, accepted=True, reason="", result="{}"))

    bus.on(Request, take)
    await bus.start()
    try:
        await until(lambda: bus.connected)
        yield asked
    finally:
        await bus.stop()


async def audit(api: Running) -> list[dict[str, Any]]:
    entries = (await api.get("/api/v1/audit", base=api.debug)).body
    return next(rows for rows in entries.values() if isinstance(rows, list))


async def test_setups_operator_logs_in_asks_with_the_csrf_token_and_logs_out(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME) as api:
        answer = await log_in(api, made["password"])
        assert answer.status == 200
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie  # plain HTTP here
        me = (await api.get("/api/v1/me", headers=cookie_of(answer))).body
        assert me == answer.body
        assert (me["name"], me["role"], me["how"]) == ("operator", "operator", "session")
        with_csrf = {**cookie_of(answer), CSRF: me["csrf"]}
        assert (await api.post("/api/v1/logout", base=api.lan, headers=cookie_of(answer))).status == 403
        gone = await api.post("/api/v1/logout", base=api.lan, headers=with_csrf)
        assert gone.status == 204
        assert (await api.get("/api/v1/me", headers=cookie_of(answer))).body["how"] == "free view"
        refused = await api.post("/api/v1/cycle", base=api.lan, headers=with_csrf)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_an_operator_is_named_in_what_the_controller_is_asked(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, broker.settings("api"), site) as api, asking(broker, site) as asked:
        answer = await log_in(api, made["password"])
        for headers, told in (
            ({**cookie_of(answer), CSRF: answer.body["csrf"]}, "operator (session, 127.0.0.1)"),
            ({"Authorization": f"Bearer {made['token']}"}, "operator-token (token, 127.0.0.1)"),
        ):
            done = await api.post("/api/v1/cycle", base=api.lan, headers=headers)
            assert done.status in (200, 202), done.text
            assert asked[-1].who == told


async def test_what_was_wrong_with_a_login_is_not_told_and_the_sixth_is_made_to_wait(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME) as api:
        wrong = [await log_in(api, "not this one at all", name) for name in ("operator", "nobody-here", "operator", "x", "y")]
        assert {answer.status for answer in wrong} == {401}
        assert len({answer.body["detail"] for answer in wrong}) == 1
        late = await log_in(api, made["password"])
        assert late.status == 429
        assert 1 <= int(late.headers["Retry-After"]) <= 12
        assert (await api.post("/api/debug/emergency-shutdown")).status == 504  # served: no controller runs here
        rows = await until(lambda: _six(api), what="the audit")
        assert [row["what"] for row in rows].count("login failed") == 5
        assert any(row["who"] == "operator (127.0.0.1)" for row in rows)
        assert any(row["who"] == "an unknown name (127.0.0.1)" for row in rows)
    for secret in ("not this one at all", "nobody-here", *made.values()):
        assert secret not in caplog.text


async def _six(api: Running) -> list[dict[str, Any]]:
    rows = await audit(api)
    return rows if len(rows) >= 6 else []


async def test_a_stranger_who_tries_thirty_times_locks_only_himself_out_and_the_owners_login_is_in_the_audit(
    tmp_path: Path,
) -> None:
    body = {"name": "operator", "password": secrets_of(tmp_path)["password"]}
    async with running(tmp_path, NOBODY_HOME) as api, neighbour() as owner:
        for _ in range(60):
            await log_in(api, "not this one at all")
        assert (await log_in(api, body["password"])).status == 429
        async with owner.post(f"{api.lan}/api/v1/login", json=body) as answer:
            assert answer.status == 200

        async def told() -> Any:
            return next((row for row in await audit(api) if row["what"] == "login"), None)

        assert (await until(told))["who"] == "operator (127.0.0.2)"
        assert len(await audit(api)) <= 2 * MOST_ALONE + 1, "a flood wears no card and no chain"


async def test_a_login_that_was_logged_out_stays_so_after_a_restart(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME, api={"view": "login"}) as api:
        stays, ends = [await log_in(api, made["password"]) for _ in range(2)]
        with_csrf = {**cookie_of(ends), CSRF: ends.body["csrf"]}
        assert (await api.post("/api/v1/logout", base=api.lan, headers=with_csrf)).status == 204
    async with running(tmp_path, NOBODY_HOME, api={"view": "login"}) as api:
        assert (await api.get("/api/v1/me", headers=cookie_of(ends))).status == 401
        assert (await api.get("/api/v1/me", headers=cookie_of(stays))).status == 200


async def test_right_logins_are_never_made_to_wait(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME) as api:
        for _ in range(lock.TRIES_A_MINUTE + 2):
            assert (await log_in(api, made["password"])).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"name": "operator", "pasword": "a secret of mine"},
        {"name": "operator", "password": ["a secret of mine"]},
        {"password": "a secret of mine"},
        {"name": "operator", "password": "a secret of mine" * 100},
        "a secret of mine",
    ],
)
async def test_a_mistake_in_a_login_never_repeats_the_password(
    tmp_path: Path, body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "services")
    async with running(tmp_path, NOBODY_HOME) as api:
        answer = await api.post("/api/v1/login", body, base=api.lan)
        assert answer.status == 422
        assert "a secret of mine" not in answer.text
    assert "a secret of mine" not in caplog.text


async def test_with_view_by_login_the_page_leads_to_the_form_and_the_form_is_there(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME, api={"view": "login"}) as api:
        there = {"/": "/login", "/plain": "/login?back=%2Fplain", "/cost?a=1&b": "/login?back=%2Fcost%3Fa%3D1%26b"}
        for path, form in there.items():
            sent = await api.get(path, allow_redirects=False)
            assert (sent.status, sent.headers["Location"]) == (303, form)
        for path in ("/login", "/login.js", "/login.css", "/plain.css", "/favicon.svg"):
            assert (await api.get(path)).status == 200
        answer = await log_in(api, made["password"])
        assert (await api.get("/plain", headers=cookie_of(answer), allow_redirects=False)).status == 200
        assert (await api.get("/", base=api.debug, allow_redirects=False)).status == 200


async def test_without_an_access_file_it_serves_says_so_and_lets_nobody_in(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME) as api:
        assert (await api.get("/api/status")).status == 200
        assert (await log_in(api, "anything at all")).status == 401
        assert (await api.post("/api/debug/emergency-shutdown")).status == 504
        provision(tmp_path / "secrets")
        password = (tmp_path / "secrets" / "operator-password").read_text().strip()

        token = {"Authorization": f"Bearer {(tmp_path / 'secrets' / 'operator-token').read_text().strip()}"}

        async def is_read() -> bool:  # by the token: a login that is tried too often is refused
            return (await api.get("/api/v1/me", headers=token)).status == 200

        await until(is_read, what="the file is read when it is there")
        assert (await log_in(api, password)).status == 200


async def test_a_page_of_another_site_can_write_nothing_even_with_everything_else_right(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME) as api:
        answer = await log_in(api, made["password"])
        headers = {**cookie_of(answer), CSRF: answer.body["csrf"], "Origin": "http://evil.example"}
        refused = await api.post("/api/v1/cycle", base=api.lan, headers=headers)
        assert (refused.status, refused.body["type"]) == (403, "urn:mine:problem:foreign-site")
        own = await api.post("/api/v1/cycle", base=api.lan, headers={**headers, "Origin": api.lan})
        assert own.status == 503


async def test_the_access_log_says_who_and_holds_no_secret_and_no_query(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "services.api.access")
    made = secrets_of(tmp_path)
    async with running(tmp_path, NOBODY_HOME) as api:
        await api.get("/api/v1/me?token=of-a-query", headers={"Authorization": f"Bearer {made['token']}"})
        await asyncio.sleep(0)
    line = next(line for line in caplog.messages if "/api/v1/me" in line)
    assert line.startswith('127.0.0.1 "operator-token (token)" GET /api/v1/me 200')
    assert "of-a-query" not in caplog.text
    assert made["token"] not in caplog.text


@pytest.mark.parametrize(
    ("claim", "who"), [("pi", "cli:pi (loopback)"), ("ann (session, 10.0.0.1)", None), ("", None), ("x" * 33, None)]
)
async def test_a_claim_is_recorded_at_the_computer_itself_as_a_claim_and_is_worth_nothing_elsewhere(
    tmp_path: Path, broker: LiveBroker, site: str, claim: str, who: str | None
) -> None:
    made, headers = secrets_of(tmp_path), {"X-Mine-User": claim}
    async with asking(broker, site) as asked, running(tmp_path, broker.settings("api"), site) as api:
        await until(lambda: api.bus.connected)
        assert (await api.post("/api/v1/cycle", headers=headers)).status == 202
        assert asked[-1].who == (who or "debug listener (local, 127.0.0.1)")
        assert (await api.post("/api/v1/cycle", headers=headers, base=api.lan)).status == 401
        token = {"Authorization": f"Bearer {made['token']}"}
        assert (await api.post("/api/v1/cycle", headers=headers | token, base=api.lan)).status == 202
        assert asked[-1].who == "operator-token (token, 127.0.0.1)"
