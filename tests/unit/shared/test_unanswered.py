"""Why no exchange came about, in words that an operator knows: real failures of real sockets, by each client that we use."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.unanswered import why
from services.simulator import certificate

SERVICES = Path(certificate.__file__).parents[1]
_CLASS_NAME = re.compile(r"\b[A-Za-z]*(Error|Exception|Timeout|Disconnected|Refused)\b")


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None, *, says: bytes = b"", mute: bool = False) -> AsyncIterator[int]:
    """A server that says so much and hangs up, or is `mute`."""
    over = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        if mute:
            await over.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()


def nobody() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def by_our_client(url: str, deadline_s: float = 2.0) -> str:
    http = HttpClient(deadline_s=deadline_s)
    try:
        with pytest.raises(DeviceError) as caught:
            await http.request("GET", url)
        return str(caught.value)
    finally:
        await http.close()


@pytest.mark.asyncio
async def test_each_way_not_to_be_answered_is_told_in_words() -> None:
    untrusted = certificate.make()
    async with listening(mute=True) as mute, listening() as rude, listening(untrusted.context) as stranger:
        wanted = {
            f"http://127.0.0.1:{nobody()}/": "connection refused",
            "http://no-such-host.invalid/": "the name could not be resolved",
            f"https://127.0.0.1:{rude}/": "TLS|broke off|reset",
            f"https://127.0.0.1:{stranger}/": "its certificate is not trusted: unable to get local issuer certificate",
            f"http://127.0.0.1:{rude}/": "the connection broke off|connection reset by peer",
            f"http://127.0.0.1:{mute}/": r"no answer within [\d.]+ s",
        }
        for url, words in wanted.items():
            said = await by_our_client(url, 0.3)
            assert re.search(words, said), (url, said)
            assert not _CLASS_NAME.search(said) and "127.0.0.1" not in said, said


@pytest.mark.asyncio
async def test_what_answers_and_is_not_http_is_told_in_words() -> None:
    async with listening(says=b"\xff\xff what is this\r\n\r\n") as strange:
        assert await by_our_client(f"http://127.0.0.1:{strange}/") == "an answer that is not HTTP"
    async with listening(says=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as cut:
        assert await by_our_client(f"http://127.0.0.1:{cut}/") == "an answer that broke off or cannot be unpacked"
    assert await by_our_client("http://[::1") == "the address, or what is sent, cannot be put into HTTP"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(113, "x"), "no route to host"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('10.0.0.9', 1)"), "no connection"),
        (ConnectionRefusedError("without a number"), "no connection"),
        (TimeoutError(110, "x"), "connection timed out"),
        (TimeoutError(), "no connection in time"),
        (UnicodeError("label too long"), "the name could not be resolved"),
        (ssl.SSLError(), "it does not speak TLS as we do: its answer is none"),
        (ExceptionGroup("", [OSError(111, "x"), OSError(101, "x")]), "network is unreachable"),
    ],
)
def test_what_the_system_found_is_told_and_not_what_a_library_calls_it(error: BaseException, words: str) -> None:
    assert why(error) == words


def test_only_a_log_and_a_mistake_of_a_programmer_name_a_class_of_the_code() -> None:
    named = {
        path.relative_to(SERVICES).as_posix()
        for path in SERVICES.rglob("*.py")
        if re.search(r"type\(\w+\)\.__name__", path.read_text("utf-8"))
    }
    assert named == {"shared/messages.py", "shared/poll.py", "notifier/own_fault.py"}
