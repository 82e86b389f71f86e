"""A line to a provider that fails half of the time, in between on real sockets."""

import asyncio
import contextlib
import random

from tests.drivers.providers import HOST


class Line:
    """Listens in a provider's place. Each exchange passes, or is refused, hangs, loses its answer or is cut off before it."""

    def __init__(self, port: int, chance: random.Random, steps: int = 1) -> None:
        self.fails = True
        self.port = 0
        self._to = port
        self._chance = chance
        self._steps = steps
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> "Line":
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, HOST, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def fate(self) -> str:
        """Of the next exchange."""
        bad = self.fails and self._chance.random() < 0.5
        return self._chance.choice(("refuse", "hang", "lose", "cut")) if bad else "pass"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await _Call(self, self._to, self._chance.randint(1, self._steps), self._steps).carry(reader, writer)
        writer.close()


class _Call:
    """One connection. On one of many exchanges each has its fate; one that is a single exchange of many steps fails at one."""

    def __init__(self, line: Line, port: int, fails_at: int, steps: int) -> None:
        self._line, self._port, self._fails_at, self._steps = line, port, fails_at, steps
        self._fate, self._mute, self._heard, self._answered = line.fate(), False, 0, True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until one side hangs up."""
        up_reader, up_writer = await asyncio.open_connection(HOST, self._port)
        back = asyncio.create_task(self._back(up_reader, writer))
        try:
            while data := await reader.read(65_536):
                if not await self._passes(writer):
                    break
                up_writer.write(data)
                await up_writer.drain()
        finally:
            back.cancel()
            up_writer.close()

    async def _passes(self, writer: asyncio.StreamWriter) -> bool:
        self._heard += 1
        if self._steps == 1 and self._answered and self._heard > 1:
            self._fate = self._line.fate()
        self._answered = False
        if self._heard < self._fails_at or self._fate == "pass":
            return True
        if self._fate == "refuse":
            writer.transport.abort()
            return False
        if self._fate == "hang":
            await asyncio.Event().wait()
        self._mute = True
        return True

    async def _back(self, up_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await up_reader.read(65_536):
                self._answered = True
                if not self._mute:
                    writer.write(data)
                elif self._fate == "cut":
                    writer.transport.abort()
            if not self._mute:
                writer.close()
