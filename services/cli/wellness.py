"""Whether the programs of a run answer for themselves: what systemd's watchdog is told, and who is ended, depend on it."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from ipaddress import ip_address

from services.shared.healthcheck import DEADLINE_S, ask, is_well
from services.shared.settings.sections import Ops

_CONNECT = b"\x10\x12\x00\x04MQTT\x04\x02\x00\x0a\x00\x06health"
"""A stranger's CONNECT of MQTT 3.1.1 (its chapter 3.1): a broker that lives refuses it, with a word or by hanging up."""

Asked = Mapping[str, Callable[[], bool]]


class Wellness:
    """A process that runs must answer. One that ended is the supervisor's, who starts it again: to end all the others for
    it would cost the control that still works, and its loss is an alarm. `services` and `beside` say how each is asked."""

    def __init__(self, services: Asked, running: Callable[[], set[str]], beside: Asked | None = None) -> None:
        self.asked = {**services, **(beside or {})}
        self._services = services
        self._running = running

    async def unwell(self) -> set[str]:
        """Whose process runs and does not answer well."""
        there = sorted(self._running() & self.asked.keys())
        answers = await asyncio.gather(*(asyncio.to_thread(self.asked[name]) for name in there))
        return {name for name, well in zip(there, answers, strict=True) if not well} & self._running()

    async def fault(self) -> str | None:
        """Which of them do not answer, or None."""
        if not self._running() & self._services.keys():
            return "no service runs"
        unwell = await self.unwell()
        return f"not well: {', '.join(sorted(unwell))}" if unwell else None


def services_of(ops: Ops, names: Iterable[str]) -> Asked:
    """Each service by its inner app."""
    host = _reached_at(ops.host)
    return {name: partial(_service_is_well, host, int(getattr(ops, f"{name}_port"))) for name in names}


def broker_is_well(host: str, port: int, deadline_s: float = DEADLINE_S) -> bool:
    """Whether a broker does anything at all for a stranger."""
    try:
        with socket.create_connection((host, port), timeout=deadline_s) as connection:
            connection.sendall(_CONNECT)
            connection.recv(1)
    except ConnectionResetError:
        return True
    except OSError:
        return False
    return True


def _service_is_well(host: str, port: int) -> bool:
    try:
        return is_well(ask(port, host=host))
    except OSError:
        return False


def _reached_at(host: str) -> str:
    try:
        return "127.0.0.1" if ip_address(host).is_unspecified else host
    except ValueError:
        return host
