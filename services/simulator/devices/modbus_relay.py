"""A fake Modbus TCP relay board: coils by FC01, FC05 and FC0F, flash timers, the few registers of FC03, at most four sockets.

Faults: hang, offline, refuse, reset, garbage, truncated, huge, error (exception 4), slow (seconds), late (acts `value` simulated
seconds after); `lie` echoes and does nothing; `stuck` takes the command into its register while the contact keeps its place.
"""

import asyncio
import contextlib
import struct

from services.simulator.devices.relay_board import ModbusException, RelayBoard
from services.simulator.site import Faults, Site

_SOCKETS = 4
_ILLEGAL_VALUE, _DEVICE_FAILURE = 3, 4


class FakeModbusRelay:
    """One board. `requests` are the frames that arrived; `blip`: renewing a flash lets the contact fall for a moment."""

    def __init__(self, site: Site, faults: Faults, name: str, *, channels: int = 16, unit: int = 1, blip: bool = False) -> None:
        self.name = name
        self.requests: list[bytes] = []
        self._faults = faults
        self._unit = unit
        self._board = RelayBoard(site, faults, name, channels=channels, unit=unit, blip=blip)
        self._server: asyncio.Server | None = None
        self._conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the socket, every connection and every timer; may be called twice."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._board.forget_timers()
        await self._hang_up()

    async def _hang_up(self) -> None:
        conversations = list(self._conversations)
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def power_cycle(self) -> None:
        """The board loses power for a moment: all coils fall, all timers and connections are gone."""
        self._board.lose_power()
        await self._hang_up()

    @property
    def sockets(self) -> int:
        """How many connections it holds."""
        return len(self._conversations)

    # --- the wire ------------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        if self._has("refuse") or self._has("offline") or len(self._conversations) >= _SOCKETS:
            writer.transport.abort()
            return
        self._conversations[conversation] = writer
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side went away, or the board did
        finally:
            self._conversations.pop(conversation, None)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readexactly(7)
            body = await reader.readexactly(max(int.from_bytes(head[4:6], "big") - 1, 1))
            self.requests.append(head + body)
            if self._has("hang") or head[6] != self._unit:
                continue
            await asyncio.sleep(float(self._faults.value(self.name, "slow") or 0.0))
            if self._has("reset") or self._has("offline"):
                return writer.transport.abort()
            answer = self._answer(body)
            writer.write(self._spoilt(head[:4] + struct.pack(">HB", len(answer) + 1, head[6]) + answer))
            await writer.drain()
            if self._has("truncated"):
                return None

    def _spoilt(self, frame: bytes) -> bytes:
        if self._has("garbage"):
            return bytes(range(255, 0, -3))
        if self._has("huge"):
            return frame[:4] + b"\xff\xff" + frame[6:] + bytes(65_536)
        return frame[: len(frame) - 3] if self._has("truncated") else frame

    def _answer(self, body: bytes) -> bytes:
        try:
            if self._has("error"):
                raise ModbusException(_DEVICE_FAILURE)
            return self._board.execute(body)
        except ModbusException as problem:
            return bytes([body[0] | 0x80, problem.code])
        except struct.error:
            return bytes([body[0] | 0x80, _ILLEGAL_VALUE])

    def _has(self, fault: str) -> bool:
        return self._faults.has(self.name, fault)
