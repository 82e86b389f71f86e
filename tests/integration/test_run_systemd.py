"""`mine run` under systemd: what its socket hears while the services live, while one hangs, and at the end."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_run import Run
from tests.waiting import wait

WATCHDOG_S = 1.0


class Manager:
    """systemd's end of the socket."""

    def __init__(self, path: Path) -> None:
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.setblocking(False)
        self._channel.bind(str(path))
        self.heard: list[str] = []

    def read(self) -> list[str]:
        with contextlib.suppress(BlockingIOError):
            while True:
                self.heard += self._channel.recv(4096).decode().splitlines()
        return self.heard

    def forget(self) -> None:
        self.read()
        self.heard = []

    def close(self) -> None:
        self._channel.close()


def child(parent: int, module: str) -> int:
    """The process that the run started for a service."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            if is_ours and module in (folder / "cmdline").read_text():
                return int(folder.name)
    raise AssertionError(f"no {module}")


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[tuple[Manager, Run]]:
    manager = Manager(tmp_path / "notify")
    run = Run(tmp_path / "data", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC=str(int(WATCHDOG_S * 1e6)))
    yield manager, run
    if run.process.poll() is None:
        run.end()
    manager.close()


def test_the_watchdog_is_fed_while_every_service_answers_and_not_while_one_hangs(managed: tuple[Manager, Run]) -> None:
    manager, run = managed
    wait(lambda: "READY=1" in manager.read(), 50.0)
    wait(lambda: manager.read().count("WATCHDOG=1") >= 2)
    assert manager.heard.count("READY=1") == 1, "the services themselves do not speak to it"
    hung = child(run.process.pid, "services.collector.main")
    os.kill(hung, signal.SIGSTOP)
    try:
        wait(lambda: "STATUS=not well: collector" in manager.read())
        manager.forget()
        until_s = time.monotonic() + 2 * WATCHDOG_S
        wait(lambda: "WATCHDOG=1" in manager.read() or time.monotonic() > until_s)
        assert "WATCHDOG=1" not in manager.heard, "it would have been started again by now"
    finally:
        os.kill(hung, signal.SIGCONT)
    wait(lambda: "WATCHDOG=1" in manager.read())
    assert run.end() == 0
    assert manager.read()[-2:] == ["STOPPING=1", "STATUS=stopping"]
