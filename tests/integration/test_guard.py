"""Slow clients, floods and too many connections: each is bounded, and none keeps the stop out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from services.api import guard, places
from services.shared import connections
from services.shared.settings import sections
from tests.integration.api_running import Running, neighbour, running
from tests.integration.test_roles import OPERATOR_TOKEN, known_people
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY_HOME = sections.Broker(host="127.0.0.1", port=1)
STOP = b"POST /api/debug/emergency-shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
STREAM = b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SERVED = 504  # no controller runs here: the stop came in, and nobody answered it


def port_of(base: str) -> int:
    return int(base.rpartition(":")[2])


async def opened(base: str, first: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(base))
    writer.write(first)
    return reader, writer


@asynccontextmanager
async def many(base: str, count: int, first: bytes = b"") -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many connections that stay open."""
    made = await asyncio.gather(*(opened(base, first) for _ in range(count)))
    try:
        yield [reader for reader, _ in made]
    finally:
        for _, writer in made:
            writer.close()
        for _, writer in made:
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def stop(api: Running) -> int:
    """The stop by the loopback listener, on a new connection; its status."""
    reader, writer = await opened(api.debug, STOP)
    try:
        async with asyncio.timeout(10):
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


async def cut_after_s(base: str, first: bytes, drip: bytes) -> float:
    """After how many seconds the server ends a connection that sends `first`, and then a byte now and then."""
    reader, writer = await opened(base, first)
    started_s = time.monotonic()
    try:
        async with asyncio.timeout(10):
            while not reader.at_eof():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await reader.read(65536)
                with contextlib.suppress(OSError):
                    writer.write(drip)
    except OSError:
        pass
    finally:
        writer.close()
    return time.monotonic() - started_s


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"GET /api/status HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"),
        (b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n", b" "),
        (b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"GET /api/status HTTP/1.1\r\nHost: x\r\n\r\nGET /api/", b"a"),
    ],
    ids=["nothing", "head", "body", "chunks", "second head"],
)
async def test_a_client_that_does_not_come_to_an_end_is_cut_however_it_drips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    monkeypatch.setattr(connections, "BODY_S", 0.5)
    async with running(tmp_path, NOBODY_HOME) as api:
        assert 0.4 < await cut_after_s(api.lan, first, drip) < 5
        assert (await api.get("/api/status")).status == 200


async def test_a_client_that_does_not_read_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_S", 0.3)
    monkeypatch.setattr(guard, "BURST", 10_000.0)
    async with running(tmp_path, NOBODY_HOME) as api:
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(api.lan), limit=1024)
        try:
            async with asyncio.timeout(30):
                with pytest.raises(OSError, match=r"(?i)reset|broken|closed|lost"):
                    while True:
                        writer.write(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
                        await writer.drain()
                        await asyncio.sleep(0.01)
        finally:
            writer.close()
        assert (await api.get("/api/status")).status == 200


async def test_an_answer_that_is_read_slowly_but_read_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_S", 1.0)
    async with running(tmp_path, NOBODY_HOME) as api:
        reader, writer = await opened(api.lan, b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        found = b""
        while part := await reader.read(8192):
            found += part
        writer.close()
        assert found.endswith(b"}")


async def test_two_hundred_streams_on_either_listener_keep_neither_the_page_nor_the_stop_out(tmp_path: Path) -> None:
    async with (
        running(tmp_path, NOBODY_HOME) as api,
        many(api.lan, 200, STREAM) as lan,
        many(api.debug, 200, STREAM) as debug,
    ):
        answered = [await reader.readline() for reader in (*lan, *debug)]
        assert {line.split()[1] for line in answered if line} <= {b"200", b"429", b"503"}
        assert sum(b" 200 " in line for line in answered) <= places.MOST_OF_ONE + places.MOST_CLIENTS
        assert await stop(api) == SERVED
        async with aiohttp.ClientSession() as other, other.get(api.lan + "/api/status") as response:
            assert response.status in (200, 429)  # it comes from the same address as the streams


async def test_connections_that_ask_for_nothing_make_room_for_the_next(tmp_path: Path) -> None:
    count = connections.MOST_CONNECTIONS + 100
    async with running(tmp_path, NOBODY_HOME) as api, many(api.lan, count), many(api.debug, count):
        assert await stop(api) == SERVED
        async with aiohttp.ClientSession() as other, other.get(api.lan + "/api/status") as response:
            assert response.status == 200


async def test_bodies_that_never_come_make_room_for_the_stop(tmp_path: Path) -> None:
    begun = b"POST /api/debug/fans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    async with running(tmp_path, NOBODY_HOME) as api, many(api.debug, connections.MOST_CONNECTIONS + 50, begun):
        assert await stop(api) == SERVED


async def test_bodies_that_never_come_from_one_address_close_neither_the_page_of_others_nor_anybodys_stop(tmp_path: Path) -> None:
    begun = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
    token = known_people(tmp_path)[OPERATOR_TOKEN]
    async with running(tmp_path, NOBODY_HOME) as api, many(api.lan, 70, begun) as begins, neighbour() as other:
        answers = [asyncio.create_task(begin.readline()) for begin in begins]
        await until(lambda: sum(answer.done() for answer in answers) == 70 - guard.MOST_OF_ONE)
        assert {answer.result().split()[1] for answer in answers if answer.done()} == {b"503"}
        async with other.get(api.lan + "/api/status") as response:
            assert response.status == 200
        busy = await api.get("/api/status")
        assert (busy.status, busy.body["type"]) == (503, "urn:mine:problem:busy")
        path, headers = "/api/v1/requests/stop", {"Authorization": f"Bearer {token}"}
        assert (await api.post(path, {}, base=api.lan)).status == 401
        assert (await api.post(path, {}, base=api.lan, headers=headers)).status == SERVED
        for answer in answers:
            answer.cancel()


async def test_stops_that_never_come_to_an_end_make_the_page_no_busier(tmp_path: Path) -> None:
    token = known_people(tmp_path)[OPERATOR_TOKEN]
    head = f"POST /api/v1/requests/stop HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n"
    begun = head.encode() + b"Content-Type: application/json\r\n\r\n{"
    async with running(tmp_path, NOBODY_HOME) as api, many(api.lan, 100, begun):
        assert {(await api.get("/api/status")).status for _ in range(30)} == {200}


async def test_each_listener_has_streams_of_its_own_and_one_address_on_the_lan_four(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME) as api, many(api.lan, 8, STREAM) as lan, neighbour() as other:
        answered = [await reader.readline() for reader in lan]
        assert sorted(line.split()[1] for line in answered) == [b"200"] * 4 + [b"503"] * 4
        for base in (api.lan, api.debug):
            async with other.get(base + "/api/v1/events/stream") as response:
                assert response.status == 200
        async with many(api.debug, 17, STREAM) as debug:
            answered = [await reader.readline() for reader in debug]
            assert sorted(line.split()[1] for line in answered) == [b"200"] * 16 + [b"503"]


async def test_a_flood_is_told_to_come_later_and_the_loopback_stop_never_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "PER_S", 1.0)
    monkeypatch.setattr(guard, "BURST", 20.0)
    async with running(tmp_path, NOBODY_HOME) as api:
        for base in (api.lan, api.debug):

            async def flooded(base: str = base) -> object:
                answer = await api.get("/api/v1/me", base=base)
                return answer if answer.status == 429 else None

            late = await until(flooded)
            assert int(late.headers["Retry-After"]) >= 1
            assert late.body["type"] == "urn:mine:problem:too-many-requests"
            assert late.headers["X-Content-Type-Options"] == "nosniff"
        for _ in range(30):
            assert await stop(api) == SERVED
        for path in ("/stop", "/api/v1/requests/stop"):
            assert (await api.post(path, {"reason": "smoke"}, base=api.lan)).status == 401, "the flood used up the stop's measure"


async def test_headers_that_protect_are_on_every_answer(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME) as api:
        for method, path in (
            ("GET", "/"),
            ("GET", "/api/status"),
            ("GET", "/nothing"),
            ("POST", "/api/v1/cycle"),
            ("GET", "/login"),
        ):
            answer = await api.ask(method, path)
            assert {name: answer.headers.get(name) for name in guard.HEADERS} == guard.HEADERS
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Server" not in answer.headers
            assert "Strict-Transport-Security" not in answer.headers  # plain HTTP
            assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
