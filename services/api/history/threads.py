"""The database as the loop reaches it: one thread writes, another reads beside it, so that no commit waits for a query."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from services.api.history.database import Database, Trouble
from services.api.history.faults import Damage, Shut

T = TypeVar("T")


class Threads:
    """Each call waits for its turn in its thread."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="reading")

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """In one transaction. Raises Trouble, of a row that no table takes Unfit; then nothing of it is stored."""
        return await self._in_thread(self._database.write, work)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """A query on a steady view. Raises Trouble or TooMuch."""
        try:
            try:
                return await self._look(work)
            except Shut:
                await self._in_thread(self._database.show)
                return await self._look(work)
        except Shut:
            raise Trouble("it is being opened anew") from None
        except Damage as damage:
            return await self._in_thread(self._database.condemn, damage.inode)

    async def tend(self, work: Callable[[sa.Connection], T]) -> T:
        """Outside of any transaction. Raises Trouble."""
        return await self._in_thread(self._database.tend, work)

    async def left_aside(self) -> list[Path]:
        """What lies beside the file until a person has taken note, the newest last."""
        return await self._in_thread(self._database.left_aside)

    async def close(self) -> None:
        """Give the file back; queries that wait are not begun."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        await self._in_thread(self._database.close)
        self._thread.shutdown()

    async def _look(self, work: Callable[[sa.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._database.window.read, work)

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*arguments))
