"""What a program tells systemd, when that started it: that it is ready, that it lives, that it ends.

The protocol is that of sd_notify(3) and sd_watchdog_enabled(3): datagrams to the socket that NOTIFY_SOCKET names; one that begins
with @ is in the abstract namespace. Nothing here raises or waits: systemd that does not listen is no reason to stop.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping

NAMES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Meant for the process that systemd started, and for no child of it."""
READY_WITHIN_S = 60.0
"""Who waits for us waits no longer, though a part be unwell: what is unwell is told in the status, and by alarms."""
_LOOK_S = 1.0
_STATUS_CHARACTERS = 200


class Systemd:
    """`watchdog_s`: how long it waits for a sign of life; None when it does not."""

    def __init__(self, env: Mapping[str, str] = os.environ, pid: int | None = None) -> None:
        path = env.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._ends = False
        self.watchdog_s = _watchdog_s(env, pid or os.getpid()) if self.listens else None

    @property
    def listens(self) -> bool:
        """Whether systemd asked to be told."""
        return self._address.startswith(("/", "\0"))

    def tell(self, *lines: str) -> None:
        """Send assignments such as `READY=1` in one datagram."""
        if not self.listens:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
            channel.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), self._address)

    async def live(self, fault: Callable[[], Awaitable[str | None]]) -> None:
        """READY=1 when nothing is at fault (at the latest after 60 s), then WATCHDOG=1 while nothing is; cancel to stop.

        `fault` says what is not well, or None. It is asked at half the watchdog's time, each second while not well.
        """
        if not self.listens:
            return
        loop = asyncio.get_running_loop()
        began_s, ready, status = loop.time(), False, ""
        each_s = (self.watchdog_s or 2 * READY_WITHIN_S) / 2
        while True:
            said = await fault()
            if self._ends:
                return
            if not ready and (said is None or loop.time() - began_s >= READY_WITHIN_S):
                ready = True
                self.tell("READY=1")
            line = f"STATUS={(said or 'all is well')[:_STATUS_CHARACTERS]}"
            told = ([line] if line != status else []) + (["WATCHDOG=1"] if said is None and self.watchdog_s else [])
            if told:
                self.tell(*told)
            status = line
            await asyncio.sleep(each_s if said is None else min(_LOOK_S, each_s))

    def stopping(self) -> None:
        """An orderly end begins: from now on nothing else is told."""
        self._ends = True
        self.tell("STOPPING=1", "STATUS=stopping")


def without(env: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """An environment for children: they are watched by us."""
    for name in NAMES:
        env.pop(name, None)
    return env


def _watchdog_s(env: Mapping[str, str], pid: int) -> float | None:
    if env.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    text = env.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isascii() and text.isdigit() and int(text) > 0 else None
