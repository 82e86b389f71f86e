"""The HTTP client against servers that misbehave on a real socket: each ends as a device error within the deadline."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.shared.answer import Answer, loads_strict, raise_for_status
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.http import HttpClient

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A server that reads one head and then lets `talk` do what it likes."""
    talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(EOFError, OSError):
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        writer.transport.abort()

    def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks[asyncio.create_task(serve(reader, writer))] = writer

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for task, writer in talks.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*talks, return_exceptions=True)


@asynccontextmanager
async def client(deadline_s: float = 2.0, limit: int = 4) -> AsyncIterator[HttpClient]:
    http = HttpClient(limit=limit, deadline_s=deadline_s)
    try:
        yield http
    finally:
        await http.close()


def says(*parts: bytes, reset: bool = False) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if not reset:
            writer.close()
            await writer.wait_closed()

    return talk


async def never(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.asyncio
async def test_an_answer_in_many_pieces_comes_whole() -> None:
    pieces = [b'{"state":', b'"asleep"', b"}"]
    async with server(says(OK % sum(map(len, pieces)), *pieces)) as url, client() as http:
        answer = await http.request("GET", url)
    assert (answer.status, answer.json()) == (200, {"state": "asleep"})


BROKEN = {
    "truncated": says(OK % 100, b"half"),
    "reset in the body": says(OK % 100, b"half", reset=True),
    "reset before the head": says(reset=True),
    "closed before the head": says(),
    "garbage for a status line": says(b"\x00\x01\x02 what is this\r\n\r\n"),
    "an endless head": says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000),
    "a length that is no number": says(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
    "two lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"),
    "chunks cut short": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf"),
    "compressed garbage": says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf"),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.asyncio
async def test_a_broken_answer_is_an_error_of_the_device_and_never_half_a_value(what: str) -> None:
    async with server(BROKEN[what]) as url, client() as http:
        with pytest.raises((Unreachable, Nonsense)):
            await http.request("GET", url)


@pytest.mark.asyncio
async def test_a_device_that_hangs_is_given_up_at_the_deadline() -> None:
    async with server(never) as url, client(deadline_s=0.2) as http:
        async with asyncio.timeout(8):  # sooner than the deadline that holds where none is given
            with pytest.raises(Unreachable, match=r"no answer within 0\.2 s"):
                await http.request("GET", url)


@pytest.mark.asyncio
async def test_a_device_that_drips_one_byte_at_a_time_is_given_up_at_the_deadline() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK % 1000)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with server(drip) as url, client(deadline_s=0.3) as http:
        with pytest.raises(Unreachable, match="no answer within"):
            await http.request("GET", url)


@pytest.mark.asyncio
async def test_a_huge_answer_is_refused_without_being_kept() -> None:
    sent = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(OK % 1_000_000_000)
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with server(flood) as url, client() as http:
        with pytest.raises(Nonsense, match="more than 100000 bytes"):
            await http.request("GET", url, max_bytes=100_000)
    assert sent < 50_000_000


@pytest.mark.asyncio
async def test_after_a_huge_answer_the_client_still_works() -> None:
    async with server(says(OK % 500_000, b"x" * 500_000)) as url, client(limit=1) as http:
        for _ in range(3):
            with pytest.raises(Nonsense):
                await http.request("GET", url, max_bytes=1000)
        assert len((await http.request("GET", url)).body) == 500_000


@pytest.mark.asyncio
async def test_nobody_listening_is_unreachable() -> None:
    async with server(says()) as url:
        pass
    async with client() as http:
        with pytest.raises(Unreachable):
            await http.request("GET", url)


@pytest.mark.asyncio
async def test_a_redirect_is_not_followed_because_a_token_must_not_travel() -> None:
    async with server(says(OK % 2, b"{}")) as elsewhere:
        moved = b"HTTP/1.1 302 Found\r\nLocation: " + elsewhere.encode() + b"/\r\nContent-Length: 0\r\n\r\n"
        async with server(says(moved)) as url, client() as http:
            answer = await http.request("GET", url, headers={"Authorization": "Token abc"})
    assert answer.status == 302


@pytest.mark.asyncio
async def test_a_cookie_of_one_answer_is_not_sent_with_the_next() -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with client() as http:
        for _ in range(2):
            await http.request("GET", f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")
    listening.close()
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:99999/s3cret", {}),
        ("ftp://127.0.0.1/s3cret", {}),
        ("http:///s3cret", {}),
        ("http://127.0.0.1:1/s3cret", {}),
        ("http://127.0.0.1:1/", {"Authorization": "Token s3cret\r\nX: y"}),
    ],
)
@pytest.mark.asyncio
async def test_an_address_or_header_that_cannot_be_used_is_an_error_that_does_not_repeat_it(url: str, headers: dict) -> None:
    async with client() as http:
        with pytest.raises(DeviceError) as caught:
            await http.request("GET", url, headers=headers)
    assert "s3cret" not in str(caught.value)


@pytest.mark.asyncio
async def test_garbage_from_a_device_does_not_put_the_address_into_the_text() -> None:
    async with server(says(b"nonsense\r\n\r\n")) as url, client() as http:
        with pytest.raises(DeviceError) as caught:
            await http.request("GET", url + "/s3cret")
    assert "s3cret" not in str(caught.value)


@pytest.mark.asyncio
async def test_a_closed_client_opens_again_and_closes_twice() -> None:
    async with server(says(OK % 2, b"{}")) as url, client() as http:
        await http.request("GET", url)
        await http.close()
        await http.close()
        assert (await http.request("GET", url)).json() == {}


@pytest.mark.parametrize(
    "text", ["NaN", '{"w": Infinity}', "[-Infinity]", "[1e999]", "{", "", "<html>", "[" * 100_000, "9" * 5000]
)
def test_what_is_no_json_is_nonsense(text: str) -> None:
    with pytest.raises(Nonsense):
        loads_strict(text)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("9" * 400, 86_400.0), ("²", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
def test_retry_after_counts_seconds_or_says_nothing(header: str, seconds: float | None) -> None:
    with pytest.raises(Refused) as caught:
        raise_for_status(Answer(429, {"Retry-After": header}, b"slow down"))
    assert caught.value.retry_after_s == seconds


def test_an_unwell_server_is_unreachable_and_a_no_is_refused() -> None:
    raise_for_status(Answer(204, {}, b""))
    with pytest.raises(Unreachable):
        raise_for_status(Answer(503, {}, b"<html>"))
    with pytest.raises(Refused):
        raise_for_status(Answer(302, {}, b""))


@pytest.mark.asyncio
async def test_a_connection_that_is_never_made_brought_nothing_there_and_one_that_falls_silent_may_have() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        async with client(deadline_s=0.3) as http:
            with pytest.raises(Unreachable, match=r"no connection within 0\.3 s") as hung:
                await http.request("POST", f"http://127.0.0.1:{address[1]}/")
        for one in waiting:
            one.close()

    async def says_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(says_nothing) as url, client(deadline_s=0.3) as http:
        with pytest.raises(Unreachable, match=r"no answer within 0\.3 s") as silent:
            await http.request("POST", url)
    assert (hung.value.connected, silent.value.connected) == (False, True)


@pytest.mark.asyncio
async def test_a_connection_that_is_used_again_counts_as_one() -> None:
    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        await _reader.readuntil(b"\r\n\r\n")

    async with server(once) as url, client() as http:
        await http.request("GET", url)
        with pytest.raises(Unreachable) as broken:
            await http.request("POST", url)
    assert broken.value.connected


@pytest.mark.parametrize("what", ["truncated", "reset in the body", "chunks cut short", "compressed garbage"])
@pytest.mark.asyncio
async def test_a_head_that_came_is_an_answer_where_a_part_is_enough(what: str) -> None:
    async with server(BROKEN[what]) as url, client() as http:
        answer = await http.request("POST", url, in_part=True)
    assert (answer.status, answer.is_cut) == (200, True) and b"half".startswith(answer.body)


@pytest.mark.parametrize(
    "what", ["reset before the head", "closed before the head", "garbage for a status line", "an endless head"]
)
@pytest.mark.asyncio
async def test_without_a_head_there_is_no_part(what: str) -> None:
    async with server(BROKEN[what]) as url, client() as http:
        with pytest.raises((Unreachable, Nonsense)):
            await http.request("POST", url, in_part=True)


@pytest.mark.asyncio
async def test_of_a_body_that_is_too_long_or_too_late_the_beginning_is_the_part() -> None:
    async with server(says(OK % 500_000, b"x" * 500_000)) as url, client(limit=1) as http:
        for _ in range(2):
            long = await http.request("POST", url, max_bytes=1000, in_part=True)
            assert (long.status, long.body, long.is_cut) == (200, b"x" * 1000, True)
        assert not (await http.request("POST", url, in_part=True)).is_cut

    async def stops(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK % 100 + b"half")
        await never(_reader, writer)

    async with server(stops) as url, client(deadline_s=0.3) as http:
        late = await http.request("POST", url, in_part=True)
    assert (late.status, late.body, late.is_cut) == (200, b"half", True)
