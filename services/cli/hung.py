"""Ends what runs and is hung, so that the supervisor starts it again: a process that was stopped ends by nothing else."""

import asyncio

from services.cli.supervisor import Child, Supervisor
from services.cli.wellness import Wellness
from services.shared import hung


class Hung:
    """What was found of each program, since it was started last."""

    def __init__(self, supervisor: Supervisor, wellness: Wellness) -> None:
        self._supervisor = supervisor
        self._wellness = wellness
        self._found: dict[str, tuple[int, int | None]] = {}

    async def run(self, each_s: float = hung.EACH_S) -> None:
        """Look for ever; cancel to stop."""
        while True:
            await asyncio.sleep(each_s)
            begun = {child.name: child.starts for child in self._supervisor.children}
            unwell = await self._wellness.unwell()
            for child in self._supervisor.children:
                if child.name in self._wellness.asked and child.runs and child.starts == begun[child.name]:
                    self._judge(child, well=child.name not in unwell)

    def _judge(self, child: Child, *, well: bool) -> None:
        starts, before = self._found.get(child.name, (0, None))
        count = hung.counted(before if starts == child.starts else None, well=well, runs_s=child.runs_s)
        self._found[child.name] = (child.starts, count)
        if hung.is_hung(count):
            child.kill(f"was not well {count} times in a row")
