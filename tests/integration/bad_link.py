"""The site's way out: what lies outside is reached through it, until a test cuts it."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any, Literal

from tests.ports import free_port

Does = Literal["passes", "refuses", "swallows"]
_ASKS = re.compile(rb"^(?:GET|POST|PUT|PATCH|DELETE) ", re.MULTILINE)


class BadLink:
    """Forwards a port of its own to each of `targets`, by name. `ports` are those; `asked` is when each was asked by HTTP (s)."""

    def __init__(self, targets: dict[str, int]) -> None:
        self.ports = {name: free_port() for name in targets}
        self.asked: dict[str, list[float]] = {name: [] for name in targets}
        self._targets = targets
        self._does: Does = "refuses"
        self._open: set[asyncio.StreamWriter] = set()
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.set("passes")

    def set(self, does: Does) -> None:
        """From now on all pass, none is let in, or all are let in and nobody answers. What stands is cut, or swallowed."""
        self._call(self._set(does))

    def close(self) -> None:
        """Nothing is left."""
        self.set("refuses")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _set(self, does: Does) -> None:
        if does != "swallows":
            for writer in list(self._open):
                writer.transport.abort()
        if does == "refuses":
            for server in self._servers:
                server.close()
            self._servers.clear()
        elif not self._servers:
            for name, port in self.ports.items():
                self._servers.append(await asyncio.start_server(partial(self._connected, name), "127.0.0.1", port))
        self._does = does

    async def _connected(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            if self._does == "swallows":
                await self._pumped(reader, None, name)
                return
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._targets[name])
            self._open.add(far)
            back = asyncio.create_task(self._pumped(far_reader, writer, ""))
            await self._pumped(reader, far, name)
            await back
        except OSError:
            pass
        finally:
            for one in (writer, far):
                if one is not None:
                    self._open.discard(one)
                    one.close()

    async def _pumped(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None, name: str) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if name:
                    self.asked[name] += [time.monotonic()] * len(_ASKS.findall(data))
                if writer is not None and self._does == "passes":
                    writer.write(data)
                    await writer.drain()
        if writer is not None:
            writer.close()
