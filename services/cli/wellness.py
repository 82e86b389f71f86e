"""Whether the services of a run answer for themselves: what systemd's watchdog is told depends on it."""

import asyncio
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from services.shared.healthcheck import ask, is_well
from services.shared.settings.sections import Ops


class Wellness:
    """A process that runs must answer /health. One that ended is the supervisor's, who starts it again: to end all the others for
    it would cost the control that still works, and its loss is an alarm."""

    def __init__(self, ops: Ops, services: Sequence[str], running: Callable[[], set[str]]) -> None:
        self._host = _reached_at(ops.host)
        self._ports = {name: int(getattr(ops, f"{name}_port")) for name in services}
        self._running = running

    async def fault(self) -> str | None:
        """Which services do not answer, or None."""
        there = sorted(self._running() & self._ports.keys())
        if not there:
            return "no service runs"
        answers = await asyncio.gather(*(asyncio.to_thread(self._is_well, name) for name in there))
        unwell = [name for name, well in zip(there, answers, strict=True) if not well and name in self._running()]
        return f"not well: {', '.join(unwell)}" if unwell else None

    def _is_well(self, name: str) -> bool:
        try:
            return is_well(ask(self._ports[name], host=self._host))
        except OSError:
            return False


def _reached_at(host: str) -> str:
    try:
        return "127.0.0.1" if ip_address(host).is_unspecified else host
    except ValueError:
        return host
