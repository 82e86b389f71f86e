"""SNMP v1 and v2c to one device: GET of integers and SET of one integer, one request at a time.

Built on pysnmp's message types and pyasn1's BER, over a socket of our own. pysnmp 7.1's ready-made commands were tried first:
their timeouts run on the wall clock (a clock set back stops them), garbage raises inside a loop callback, an answer with an
impossible error index is never delivered nor timed out, and an answer from any address is taken.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pydantic import SecretStr
from pysnmp.proto import api

from services.shared.device import Nonsense, Refused, Unreachable

_ERRORS = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength", "wrongEncoding",
    "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
    "notWritable", "inconsistentName",
)  # fmt: skip
"""RFC 3416 section 3, by number."""
_TOO_BIG = 1
_NO_SUCH_NAME = 2
_LARGEST_ANSWER = 16_384
_MOST_OBJECTS = 20
_GET_TRIES = 3


class SnmpError(Refused):
    """The device answered with an error status (RFC 3416)."""

    def __init__(self, status: int) -> None:
        name = _ERRORS[status] if 0 <= status < len(_ERRORS) else "unknown"
        super().__init__(f"SNMP error {name}({status})")


@dataclass(frozen=True, slots=True)
class _Reply:
    number: int
    status: int
    index: int
    objects: tuple[tuple[str, int | None], ...]


class _Socket(asyncio.DatagramProtocol):
    """A connected UDP socket: only the device's own datagrams arrive. Remembers why what arrived was no answer."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._number = -1
        self._answer: asyncio.Future[_Reply] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.garbage = ""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            reply = _decode(data, self._version)
        except Nonsense as problem:
            self.garbage = str(problem)
            return
        if reply.number == self._number and self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)

    def error_received(self, exc: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unreachable(f"{type(exc).__name__}: nothing listens there"))

    async def ask(self, number: int, packet: bytes, timeout_s: float) -> _Reply:
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
        self._read = read
        self._write = write
        self._timeout_s = timeout_s
        self._types = api.PROTOCOL_MODULES[self._version]
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
            objects = [(oid, self._types.Null("")) for oid in asked]
            reply = await self._exchange(self._types.GetRequestPDU(), self._read, objects, _GET_TRIES)
            if reply.status == _TOO_BIG and len(asked) > 1:
                self._at_once = len(asked) // 2
            elif reply.status == _NO_SUCH_NAME and 0 < reply.index <= len(asked):
                values[asked[reply.index - 1]] = None
                todo.remove(asked[reply.index - 1])
            else:
                values.update(_answered(reply, asked))
                todo = todo[len(asked) :]
        return values

    async def set(self, oid: str, value: int) -> None:
        """Write one integer, once: no retry, for the caller reads back first. Raises DeviceError."""
        objects = [(oid, self._types.Integer(value))]
        _answered(await self._exchange(self._types.SetRequestPDU(), self._write, objects, 1), [oid])

    async def _exchange(self, pdu: Any, community: SecretStr, objects: list[tuple[str, Any]], tries: int) -> _Reply:
        async with self._one_at_a_time:
            self._number = (self._number + 1) % 2**31
            packet = self._encode(pdu, community, objects)
            line = await self._open()
            line.garbage = ""
            try:
                for _ in range(tries):
                    try:
                        return await line.ask(self._number, packet, self._timeout_s)
                    except TimeoutError:
                        continue
            except Unreachable:
                self.close()
                raise
            self.close()
            if line.garbage:
                raise Nonsense(line.garbage)
            raise Unreachable(f"no answer to {tries} x {self._timeout_s:g} s; a wrong community is silence, too")

    def _encode(self, pdu: Any, community: SecretStr, objects: list[tuple[str, Any]]) -> bytes:
        self._types.apiPDU.set_defaults(pdu)
        self._types.apiPDU.set_request_id(pdu, self._number)
        self._types.apiPDU.set_varbinds(pdu, objects)
        message = self._types.Message()
        self._types.apiMessage.set_defaults(message)
        self._types.apiMessage.set_community(message, community.get_secret_value().encode())
        self._types.apiMessage.set_pdu(message, pdu)
        return bytes(encoder.encode(message))

    async def _open(self) -> _Socket:
        if self._socket is None:
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(self._timeout_s):
                    _, self._socket = await loop.create_datagram_endpoint(lambda: _Socket(self._version), remote_addr=self._peer)
            except (OSError, UnicodeError) as problem:  # a timeout, a name that does not resolve or that IDNA cannot encode
                raise Unreachable(f"{type(problem).__name__}: no way to {self._peer[0]}") from None
        return self._socket

    def close(self) -> None:
        """Give up the socket; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._at_once = _MOST_OBJECTS


def _answered(reply: _Reply, asked: Sequence[str]) -> dict[str, int | None]:
    if reply.status:
        raise SnmpError(reply.status)
    if [oid for oid, _ in reply.objects] != list(asked):
        raise Nonsense("the answer holds other objects than were asked for")
    return dict(reply.objects)


def _decode(data: bytes, version: int) -> _Reply:
    if len(data) > _LARGEST_ANSWER:
        raise Nonsense(f"an answer of {len(data)} bytes")
    types = api.PROTOCOL_MODULES[version]
    try:
        message, rest = decoder.decode(data, asn1Spec=types.Message())
        pdu = types.apiMessage.get_pdu(message)
        if rest or int(types.apiMessage.get_version(message)) != version or not isinstance(pdu, types.GetResponsePDU):
            raise ValueError("not a response of this version")
        objects = tuple((str(oid), _number(value)) for oid, value in types.apiPDU.get_varbinds(pdu))
        return _Reply(int(pdu[0]), int(pdu[1]), int(pdu[2]), objects)
    except Exception as problem:  # the BER library raises whatever the garbage leads it to
        raise Nonsense(f"an answer of {len(data)} bytes that is no SNMP response ({type(problem).__name__})") from None


def _number(value: Any) -> int | None:
    """noSuchObject, noSuchInstance, endOfMibView and text are no number. So is what 64 bits do not hold."""
    if not isinstance(value, univ.Integer):
        return None
    number = int(value)
    return number if abs(number) < 2**64 else None
