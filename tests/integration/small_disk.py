"""The api on a disk of 2 MB that a test can fill, empty and make read-only: a file system that this process alone sees."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.broker import LiveBroker
from tests.ports import free_port
from tests.waiting import wait

ROOT = Path(__file__).parents[2]
_MOUNT = 'mount -t tmpfs -o size=2m none "$0" && exec "$@"'


class SmallDisk:
    """A running api. `folder` is its disk, as seen from here."""

    def __init__(self, process: subprocess.Popen[bytes], where: Path, port: int) -> None:
        self.folder = Path(f"/proc/{process.pid}/root{where}")
        self.url = f"http://127.0.0.1:{port}"
        self._process = process
        self._where = where

    def fill(self) -> None:
        """Leave no byte."""
        with (self.folder / "something-else").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1024))

    def empty(self) -> None:
        """Somebody deletes what is not ours."""
        (self.folder / "something-else").unlink()

    def make_read_only(self) -> None:
        """As the kernel does when a card fails. Here it waits until no file is open for writing: between two tries of the api."""
        wait(lambda: self._remounted("ro"), 20, "no file is open")

    def make_writable(self) -> None:
        """The end of `make_read_only`."""
        assert self._remounted("rw")

    def _remounted(self, how: str) -> bool:
        inside = ["nsenter", f"--mount=/proc/{self._process.pid}/ns/mnt"]
        command = [*inside, "mount", "-o", f"remount,{how}", str(self._where)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def kill(self) -> None:
        """kill -9, and the disk with it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)


def can_mount() -> bool:
    """Whether this user may mount in a namespace of its own."""
    with contextlib.suppress(OSError):
        trial = subprocess.run(["unshare", "--mount", "sh", "-c", _MOUNT, "/mnt", "true"], capture_output=True, check=False)
        return os.geteuid() == 0 and trial.returncode == 0
    return False


@contextmanager
def api_on_small_disk(folder: Path, broker: LiveBroker, site: str) -> Iterator[SmallDisk]:
    """An api whose records lie on a disk of 2 MB."""
    where, port = folder / "disk", free_port()
    where.mkdir()
    given = {
        "GENERAL_SITE": site, "DATA_FOLDER": where, "DATA_LOGS": "", "BROKER_HOST": broker.host, "BROKER_PORT": broker.port,
        "BROKER_USER": "api", "BROKER_PASSWORD": broker.passwords["api"], "API_HOST": "127.0.0.1", "API_PORT": port,
        "API_DEBUG_PORT": free_port(), "OPS_API_PORT": free_port(), "OPS_CONTROLLER_PORT": free_port(),
    }  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT), **{f"MINE_{name}": str(value) for name, value in given.items()}}
    command = ["unshare", "--mount", "sh", "-c", _MOUNT, str(where), sys.executable, "-m", "services.api.main"]
    with (folder / "api.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield SmallDisk(process, where, port)
    finally:
        process.terminate()
        end = time.monotonic() + 12
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        process.kill()
        process.wait(5)
