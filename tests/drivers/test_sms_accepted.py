"""What counts as taken by a provider of SMS and by the webhook, when what answers is not what was expected."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels.base import Failed
from tests.drivers.providers import HOST, Providers, outgoing, providers_on

pytestmark = pytest.mark.asyncio
PORTAL = b"\n<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in</body></html>"
JSON, HTML = "application/json", "text/html; charset=utf-8"
SID = b'{"account_sid": "AC1", "sid": "SM1", "status": "queued"'
LONG = 5_000_000


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    async with providers_on(tmp_path) as those:
        yield those


@asynccontextmanager
async def answers(status: int, kind: str, body: bytes, *, missing: int = 0) -> AsyncIterator[str]:
    """A server that answers so, and breaks off when so many bytes are `missing`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body) + missing}\r\n\r\n".encode())
            writer.write(body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def keys(name: str, url: str) -> tuple[str, dict[str, object]]:
    """The channel's name and the keys that lead it to the address."""
    if name == "webhook":
        return name, {"webhook_url": SecretStr(url)}
    return "sms", {"sms_provider": name, "sms_url": SecretStr(url), "sms_body": "to={to}&text={text}"}


@pytest.mark.parametrize("name", ["twilio", "generic", "webhook"])
@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("missing", [0, 100])
async def test_the_page_of_a_captive_portal_has_taken_no_emergency(
    providers: Providers, name: str, status: int, missing: int
) -> None:
    async with answers(status, HTML, PORTAL, missing=missing) as url:
        channel, changes = keys(name, url)
        failed = await providers.refused(channel, **changes)
    assert f"answers {status}" in str(failed) and "is something between us and the provider?" in str(failed)
    assert not (failed.hopeless or failed.slow or failed.maybe_taken)


@pytest.mark.parametrize("name", ["generic", "webhook"])
@pytest.mark.parametrize(("status", "kind", "body"), [(200, HTML, b"ok"), (200, HTML, b""), (202, JSON, b'{"html": "<html>"}')])
async def test_a_program_that_says_ok_has_taken_it_whatever_its_framework_calls_that(
    providers: Providers, name: str, status: int, kind: str, body: bytes
) -> None:
    async with answers(status, kind, body) as url:
        channel, changes = keys(name, url)
        assert len(await providers.send(channel, outgoing(), **changes)) == 1


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"sid": 5}', b'{"sid": ""}', b"OK", b""])
async def test_twilio_has_taken_only_what_has_a_sid(providers: Providers, body: bytes) -> None:
    for status, perhaps in ((200, False), (201, True)):
        async with answers(status, JSON, body) as url:
            failed = await providers.refused("sms", sms_url=SecretStr(url))
        assert "without a message's sid" in str(failed) and not failed.hopeless
        assert (failed.maybe_taken, failed.slow) == (perhaps, perhaps)


@pytest.mark.parametrize("missing", [0, 100])
@pytest.mark.parametrize("name", ["twilio", "generic", "webhook"])
async def test_what_was_accepted_is_not_sent_again_for_an_answer_that_is_endless_or_broken_off(
    providers: Providers, name: str, missing: int
) -> None:
    body = SID + (b"" if missing else b', "x": "' + b"x" * LONG + b'"}')
    async with answers(201, JSON, body, missing=missing) as url:
        channel, changes = keys(name, url)
        assert len(await providers.send(channel, outgoing(), **changes)) == 1


async def test_a_sid_that_did_not_come_in_time_may_have_been_there(providers: Providers) -> None:
    for body, missing in ((b'{"x": "' + b"x" * LONG + b'", ' + SID[1:] + b"}", 0), (b'{"account_sid": "AC1"', 100)):
        async with answers(201, JSON, body, missing=missing) as url:
            failed = await providers.refused("sms", sms_url=SecretStr(url))
        assert failed.maybe_taken and failed.slow and not failed.hopeless


@pytest.mark.parametrize(
    ("code", "hopeless", "unfit"),
    [(21211, True, False), (21610, True, False), (21617, True, True), (21606, False, False), (21408, False, False),
     (99999, False, False), (None, False, False)],
)  # fmt: skip
async def test_twilio_gives_up_only_what_is_the_fault_of_the_number_or_the_text(
    providers: Providers, code: int | None, hopeless: bool, unfit: bool
) -> None:
    body = b"what?" if code is None else b'{"code": %d, "message": "no"}' % code
    async with answers(400, JSON, body) as url:
        failed = await providers.refused("sms", sms_url=SecretStr(url))
    assert (failed.hopeless, failed.unfit, failed.slow) == (hopeless, unfit, True)


async def test_a_400_or_422_of_another_provider_of_sms_waits_for_somebody_to_put_it_right(providers: Providers) -> None:
    for status in (400, 422):
        async with answers(status, JSON, b'{"error": "sender"}') as url:
            failed: Failed = await providers.refused("sms", **keys("generic", url)[1])
        assert failed.slow and not failed.hopeless
