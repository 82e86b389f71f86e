"""SNMP v1 and v2c to one device: GET of integers and SET of one integer, one request at a time.

A socket of our own and not pysnmp 7.1's ready-made commands, whose source was read for it: their timeouts run on the wall clock
(a clock set back stops them), garbage raises inside a loop callback, an answer with an impossible error index is never delivered
nor timed out, and an answer from any address is taken.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import SecretStr

from services.controller.drivers.snmp_codec import NO_SUCH_NAME, TOO_BIG, Reply, get_request, response, set_request
from services.shared import raw
from services.shared.device import Nonsense, Unreachable
from services.shared.unanswered import why

_MOST_OBJECTS = 20
_GET_TRIES = 3


class _Socket(asyncio.DatagramProtocol):
    """A connected UDP socket: only the device's own datagrams arrive. Remembers why what arrived was no answer."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._number = -1
        self._answer: asyncio.Future[Reply] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.garbage = ""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            reply = response(data, self._version)
        except Nonsense as problem:
            self.garbage = str(problem)
            return
        if reply.number == self._number and self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)

    def error_received(self, exc: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unreachable(f"nothing listens there: {why(exc)}"))

    async def ask(self, number: int, packet: bytes, timeout_s: float) -> Reply:
        """Send once and wait. Raises TimeoutError, Unreachable."""
        if self._transport is None or self._transport.is_closing():
            raise Unreachable("the socket is closed")
        self._number = number
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._transport.sendto(packet)
            async with asyncio.timeout(timeout_s):
                return await self._answer
        finally:
            self._answer = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class SnmpClient:
    """One device. Communities are secrets and show nowhere; a wrong one is silence, which reads as unreachable."""

    def __init__(
        self, host: str, port: int, *, version: Literal["1", "2c"], read: SecretStr, write: SecretStr, timeout_s: float
    ) -> None:
        self._peer = (host, port)
        self._version = 0 if version == "1" else 1
        self._read = read.get_secret_value().encode()
        self._write = write.get_secret_value().encode()
        self._timeout_s = timeout_s
        self._one_at_a_time = asyncio.Lock()
        self._socket: _Socket | None = None
        self._number = secrets.randbelow(2**24)
        self._at_once = _MOST_OBJECTS

    async def get(self, oids: Sequence[str]) -> dict[str, int | None]:
        """The integers of these objects; None where the device has none or it is no number. Raises DeviceError."""
        values: dict[str, int | None] = {}
        todo = list(oids)
        while todo:
            asked = todo[: self._at_once]
            number = self._next_number()
            packet = get_request(self._version, self._read, number, asked)
            with raw.exchange(lambda: f"GET {len(asked)} objects") as shown:  # noqa: B023 - told before the next round
                reply = await self._exchange(number, packet, _GET_TRIES)
                shown.came(reply.text)
            if reply.status == TOO_BIG and len(asked) > 1:
                self._at_once = len(asked) // 2
            elif reply.status == NO_SUCH_NAME and 0 < reply.index <= len(asked):
                values[asked[reply.index - 1]] = None
                todo.remove(asked[reply.index - 1])
            else:
                values.update(reply.values(asked))
                todo = todo[len(asked) :]
        return values

    async def set(self, oid: str, value: int) -> None:
        """Write one integer, once: no retry, for the caller reads back first. Raises DeviceError."""
        number = self._next_number()
        packet = set_request(self._version, self._write, number, oid, value)
        with raw.exchange(lambda: f"SET {oid} = {value}") as shown:
            reply = await self._exchange(number, packet, 1)
            shown.came(reply.text)
        reply.values([oid])

    def _next_number(self) -> int:
        self._number = (self._number + 1) % 2**31
        return self._number

    async def _exchange(self, number: int, packet: bytes, tries: int) -> Reply:
        async with self._one_at_a_time:
            line = await self._open()
            line.garbage = ""
            try:
                for _ in range(tries):
                    try:
                        return await line.ask(number, packet, self._timeout_s)
                    except TimeoutError:
                        continue
            except Unreachable:
                self.close()
                raise
            self.close()
            if line.garbage:
                raise Nonsense(line.garbage)
            raise Unreachable(f"no answer to {tries} x {self._timeout_s:g} s; a wrong community is silence, too")

    async def _open(self) -> _Socket:
        if self._socket is None:
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(self._timeout_s):
                    _, self._socket = await loop.create_datagram_endpoint(lambda: _Socket(self._version), remote_addr=self._peer)
            except (OSError, UnicodeError) as problem:  # a timeout, a name that does not resolve or that IDNA cannot encode
                raise Unreachable(f"no way to {self._peer[0]}: {why(problem, within_s=self._timeout_s)}") from None
        return self._socket

    def close(self) -> None:
        """Give up the socket; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._at_once = _MOST_OBJECTS
