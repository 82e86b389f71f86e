"""`mine run` as a person starts it: the page comes, and everything ends when told."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from services.cli import noted
from tests.integration.small_disk import can_mount
from tests.ports import free_port

PORTS = (
    "MINE_API_PORT", "MINE_API_DEBUG_PORT", "MINE_OPS_COLLECTOR_PORT", "MINE_OPS_CONTROLLER_PORT", "MINE_OPS_NOTIFIER_PORT",
    "MINE_OPS_API_PORT",
)  # fmt: skip


class Run:
    def __init__(self, folder: Path, before: Sequence[str] = (), **env: str) -> None:
        self.env = {**os.environ, **{name: str(free_port()) for name in PORTS}}
        self.env |= {"MINE_DATA_FOLDER": str(folder), "MINE_DATA_LOGS": "none", "MINE_CONFIG": "tests/data/old_config.txt"}
        self.env |= {"MINE_APIS_CORNBELT_URL": f"http://127.0.0.1:{free_port()}/", "MINE_API_HOST": "127.0.0.1"}
        for device in ("ROOMALERT", "IOTAWATT", "PDU", "FAN_RELAY"):
            self.env[f"MINE_APIS_{device}_IP"] = f"127.0.0.1:{free_port()}"
        self.env |= env
        self.lines: queue.Queue[str] = queue.Queue()
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "services.cli.main", "run"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def wait_for(self, text: str, deadline_s: float = 40.0) -> None:
        end = time.monotonic() + deadline_s
        while not any(text in line for line in self.said):
            try:
                self.said.append(self.lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"not said within {deadline_s:g} s: {text}\n{''.join(self.said)}")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15.0)
        finally:
            self.process.kill()
            self.thread.join()
            assert self.process.stdout is not None
            self.process.stdout.close()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    started = Run(tmp_path)
    yield started
    if started.process.poll() is None:
        started.end()


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_a_card_that_is_mounted_read_only_at_the_start_leaves_the_site_controlled(tmp_path: Path) -> None:
    made = Run(tmp_path)
    made.wait_for("the page is at http://127.0.0.1:")
    assert made.end() == 0
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    read_only = ["unshare", "--mount", "sh", "-c", mount, str(tmp_path)]
    again = Run(tmp_path, before=read_only)
    again.wait_for("the site is controlled, but other commands do not find this run")
    again.wait_for("controller | ")
    assert again.process.poll() is None
    assert again.end() == 0


FULL = (
    'cp -a "$0" "$0.kept" && mount -t tmpfs -o size=8m none "$0" && cp -a "$0.kept/." "$0" && '
    '{ dd if=/dev/zero of="$0/else" bs=4k 2>/dev/null; exec "$@"; }'
)


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_a_first_start_on_a_full_card_ends_with_one_sentence(tmp_path: Path) -> None:
    full = Run(tmp_path, before=["unshare", "--mount", "sh", "-c", FULL, str(tmp_path)])
    full.wait_for(f"it cannot start: {tmp_path}")
    assert full.process.wait(15.0) == 3
    assert "cannot be written: No space left on device" in full.said[-1]
    full.end()
    assert not any("Traceback" in line for line in full.said)


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_a_card_that_is_full_at_the_start_leaves_the_site_controlled(tmp_path: Path) -> None:
    made = Run(tmp_path)
    made.wait_for("the page is at http://127.0.0.1:")
    assert made.end() == 0
    again = Run(tmp_path, before=["unshare", "--mount", "sh", "-c", FULL, str(tmp_path)])
    again.wait_for("controller | ")
    assert again.process.poll() is None
    assert again.end() == 0


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "card").touch()
    made = Run(tmp_path / "card" / "data")
    made.wait_for("cannot be written: Not a directory")
    assert made.process.wait(15.0) == 3
    made.end()


def test_a_run_shows_its_page_and_ends_in_order_within_15_s(run: Run, tmp_path: Path) -> None:
    run.wait_for("the page is at http://127.0.0.1:")
    second = subprocess.run(
        [sys.executable, "-m", "services.cli.main", "run"], env=run.env, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 3
    assert "another run uses" in second.stderr
    noted_run = noted.read(tmp_path)
    assert noted_run is not None
    assert (noted_run.pid, noted_run.ports["MINE_API_PORT"]) == (run.process.pid, int(run.env["MINE_API_PORT"]))
    assert noted_run.config == Path("tests/data/old_config.txt").resolve()
    assert run.end() == 0
    assert not (tmp_path / noted.NAME).exists()
    for name in PORTS:
        socket.create_server(("127.0.0.1", int(run.env[name]))).close()
    assert not (tmp_path / "secrets" / "broker-api").stat().st_mode & 0o077


@pytest.mark.parametrize("key", ["MINE_API_PORT", "MINE_SIMULATOR_BASE_PORT", "MINE_OPS_CONTROLLER_PORT"])
def test_a_taken_port_is_named_with_the_key_that_changes_it(tmp_path: Path, key: str) -> None:
    """With the devices' port it is more: an armed run must never switch the simulated site of another run."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = {**os.environ, "MINE_CONFIG": "config/demo.txt", "MINE_DATA_FOLDER": str(tmp_path), "MINE_API_HOST": "127.0.0.1"}
        env |= {name: str(free_port()) for name in (*PORTS, "MINE_SIMULATOR_CONTROL_PORT", "MINE_SIMULATOR_BASE_PORT")}
        env[key] = str(taken.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "-m", "services.cli.main", "run", "--simulated"],
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert result.returncode == 3
    assert f"name another in {key}" in result.stderr
