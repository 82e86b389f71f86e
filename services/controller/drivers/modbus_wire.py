"""Modbus TCP to one relay board: read coils (FC01) and write one coil's word (FC05), one request at a time.

Ours and not pymodbus, whose source (3.16) was read for it: `write_coil` takes a bool, so a flash time needs a message class of
our own and the private `execute`; its FC05 answer keeps only whether the value was not zero, so an echo cannot be checked; and a
short FC01 answer passes as coils that are off. Tests hold both ends against pymodbus. Frames: Modbus Messaging on TCP/IP
Implementation Guide 1.0b, Modbus Application Protocol 1.1b3.
"""

import asyncio
import struct

from services.shared import raw
from services.shared.device import Nonsense, Refused, Unreachable
from services.shared.unanswered import why

_READ_COILS = 0x01
_WRITE_COIL = 0x05
_EXCEPTION = 0x80
_LARGEST = 254
_GAP_S = 0.02
_FOREIGN_FRAMES = 16
_EXCEPTIONS = {
    1: "illegal function", 2: "illegal data address", 3: "illegal data value", 4: "server device failure", 5: "acknowledge",
    6: "server device busy", 8: "memory parity error", 10: "gateway path unavailable", 11: "gateway target failed to respond",
}  # fmt: skip


class ModbusLink:
    """One connection, kept open: a board has few sockets and they may be others'. After any doubt it is closed and made anew."""

    def __init__(self, host: str, port: int, *, unit: int, timeout_s: float) -> None:
        self._peer = (host, port)
        self._unit = unit
        self._timeout_s = timeout_s
        self._one_at_a_time = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._number = 0

    async def read_coils(self, count: int) -> list[bool]:
        """The first `count` coils, from channel 0. Raises DeviceError."""
        answer = await self._ask(struct.pack(">BHH", _READ_COILS, 0, count))
        size = (count + 7) // 8
        if len(answer) != 2 + size or answer[1] != size:
            raise Nonsense(f"asked for {count} coils, answered {len(answer)} bytes")
        return [bool(answer[2 + coil // 8] >> coil % 8 & 1) for coil in range(count)]

    async def write_coil(self, address: int, word: int) -> None:
        """Write one word to a coil address; the echo must be exact. Raises DeviceError."""
        request = struct.pack(">BHH", _WRITE_COIL, address, word)
        if await self._ask(request) != request:
            raise Nonsense(f"the echo of coil address {address:#06x} is not what was written")

    async def _ask(self, request: bytes) -> bytes:
        async with self._one_at_a_time:
            try:
                return await self._once(request)
            except Unreachable:  # a board that restarted closed the connection we kept; both requests are safe to repeat
                return await self._once(request)

    async def _once(self, request: bytes) -> bytes:
        with raw.exchange(lambda: _request_text(request)) as shown:
            answer = await self._try(request)
            shown.came(lambda: _answer_text(request, answer))
        if answer[0] == request[0] | _EXCEPTION and len(answer) == 2:
            raise Refused(_exception_text(answer[1]))
        if answer[0] != request[0]:
            self.close()
            raise Nonsense(f"asked function {request[0]}, answered function {answer[0]}")
        return answer

    async def _try(self, request: bytes) -> bytes:
        whole = False
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._exchange(request)
            whole = True
        except TimeoutError:
            raise Unreachable(f"no answer within {self._timeout_s:g} s") from None
        except (OSError, UnicodeError) as problem:  # a name that IDNA cannot encode is a UnicodeError
            raise Unreachable(f"{self._peer[0]}:{self._peer[1]}: {why(problem, connected=self._streams is not None)}") from None
        finally:
            if not whole:
                self.close()
        return answer

    async def _exchange(self, request: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._peer)
        reader, writer = self._streams
        self._number = self._number % 0xFFFF + 1
        writer.write(struct.pack(">HHHB", self._number, 0, len(request) + 1, self._unit) + request)
        await writer.drain()
        for _ in range(_FOREIGN_FRAMES):
            number, unit, answer = await _frame(reader)
            if number == self._number and unit == (self._unit or unit):
                await asyncio.sleep(_GAP_S)
                return answer
        raise Nonsense("only answers to other requests")

    def close(self) -> None:
        """Give up the connection; the next request makes another."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


def _request_text(request: bytes) -> str:
    function, address, word = struct.unpack(">BHH", request)
    told = f"read {word} coils from {address}" if function == _READ_COILS else f"write {word:#06x} to coil address {address:#06x}"
    return f"{request.hex(' ')}: {told}"


def _answer_text(request: bytes, answer: bytes) -> str:
    told = "another function"
    if answer == request:
        told = "the echo"
    elif answer[0] == request[0] | _EXCEPTION and len(answer) == 2:
        told = _exception_text(answer[1])
    elif answer[0] == request[0] == _READ_COILS:
        told = "coils from 0, one digit each: " + "".join(f"{byte:08b}"[::-1] for byte in answer[2:])
    return f"{answer.hex(' ')}: {told}"


def _exception_text(code: int) -> str:
    return f"Modbus exception {code} ({_EXCEPTIONS.get(code, 'unknown')})"


async def _frame(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """One answer: (transaction, unit, function and data)."""
    try:
        number, protocol, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
    except asyncio.IncompleteReadError as problem:
        raise (Nonsense("a header cut off") if problem.partial else Unreachable("the board closed the connection")) from None
    if protocol != 0 or not 3 <= length <= _LARGEST:
        raise Nonsense(f"no Modbus header: protocol {protocol}, length {length}")
    try:
        return number, unit, await reader.readexactly(length - 1)
    except asyncio.IncompleteReadError:
        raise Nonsense("an answer cut off after its header") from None
