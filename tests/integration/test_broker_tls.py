"""The bus over TLS: a service tells its password only to the broker that it was told to trust."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.cli import certificate
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.settings.sections import Broker
from services.shared.unreached import AGAIN_S, Unreached
from tests.broker import LiveBroker
from tests.waiting import until


class Front:
    """A TLS listener before the live broker, as a broker's own would be."""

    def __init__(self, live: LiveBroker) -> None:
        self._live = live
        self.port = 0
        self.met = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on everything in both directions."""
        self.met += 1
        onward = await asyncio.open_connection(self._live.host, self._live.port)
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as both:
                both.create_task(_hand_on(reader, onward[1]))
                both.create_task(_hand_on(onward[0], writer))


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def fronted(live: LiveBroker, folder: Path) -> AsyncIterator[Front]:
    certificate.provision(folder, [])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    front = Front(live)
    server = await asyncio.start_server(front.meet, "127.0.0.1", 0, ssl=context)
    front.port = server.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        server.close()


def told(live: LiveBroker, front: Front, ca_file: Path) -> Broker:
    return live.settings("api").model_copy(update={"port": front.port, "tls": True, "ca_file": str(ca_file)})


@pytest.mark.asyncio
async def test_a_service_speaks_tls_with_the_broker_it_trusts(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with fronted(broker, tmp_path) as front:
        bus = Bus(told(broker, front, tmp_path / "tls.crt"), service="api", site=site, clock=Clock("yes"))
        await bus.start()
        try:
            await until(lambda: bus.connected, 15)
        finally:
            await bus.stop()


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a refused socket to be collected
@pytest.mark.parametrize("ca_file", ["other/tls.crt", "none.pem"])
async def test_a_service_goes_on_without_a_broker_that_it_does_not_trust(
    broker: LiveBroker, site: str, tmp_path: Path, ca_file: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "other").mkdir()
    certificate.provision(tmp_path / "other", [])
    async with fronted(broker, tmp_path) as front:
        bus = Bus(told(broker, front, tmp_path / ca_file), service="api", site=site, clock=Clock("yes"))
        await bus.start()
        try:
            await asyncio.sleep(0)
            with pytest.raises(AssertionError, match="never"):
                await until(lambda: bus.connected, 1.5, what="never")
            assert front.met == 0  # no handshake came to its end, so no password was told
        finally:
            await bus.stop()
    assert ca_file == "other/tls.crt" or "no broker is trusted" in caplog.text
    assert "its certificate is not trusted" in caplog.text


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_tls_to_a_plain_broker_and_plain_to_a_tls_one_are_told_once_and_name_the_key(
    broker: LiveBroker, site: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def told_of(settings: Broker) -> str:
        caplog.clear()
        bus = Bus(settings, service="api", site=site, clock=Clock("yes"))
        await bus.start()
        try:
            await until(lambda: "no broker at" in caplog.text, 15)
            with pytest.raises(AssertionError, match="never"):  # the second and third attempt
                await until(lambda: caplog.text.count("no broker at") > 1, 2.0, what="never")
        finally:
            await bus.stop()
        return caplog.text

    async with fronted(broker, tmp_path) as front:
        tls = told(broker, front, tmp_path / "tls.crt")
        said = await told_of(tls.model_copy(update={"port": broker.port}))
        assert f"no broker at 127.0.0.1:{broker.port}" in said and "tls = yes in [BROKER]" in said
        said = await told_of(tls.model_copy(update={"tls": False}))
        assert f"no broker at 127.0.0.1:{front.port}" in said and "tls = no in [BROKER]" in said


def test_what_lasts_is_told_again_after_ten_minutes_and_what_changed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    unreached = Unreached(Broker(host="10.0.0.9", port=1883), lambda: now_s[0])
    for moment_s in (0.0, 1.0, AGAIN_S - 1.0):
        now_s[0] = moment_s
        unreached.failed(ConnectionRefusedError(111, "Connection refused"))
    assert caplog.messages == ["no broker at 10.0.0.9:1883: connection refused; we go on without it"]
    unreached.refused("Not authorized")
    assert "the broker refuses us: Not authorized" in caplog.messages[-1]
    now_s[0] = AGAIN_S
    unreached.failed(ConnectionRefusedError(111, "Connection refused"))
    assert len(caplog.messages) == 3
    unreached.over()
    unreached.failed(ConnectionRefusedError(111, "Connection refused"))
    assert len(caplog.messages) == 4
