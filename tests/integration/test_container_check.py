"""The health check of a container ends a service that is hung, and nothing anywhere else: in process tables of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.shared import container_check
from services.shared.hung import UNWELL_IN_A_ROW
from tests.integration.small_disk import can_mount
from tests.ports import free_port

SERVICE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): ...
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
CHECK = """
import os, sys
from functools import partial
from services.shared import container_check, healthcheck
healthcheck.ask = partial(healthcheck.ask, deadline_s=0.5)
sys.exit(container_check.main([sys.argv[1]], os.environ, sys.argv[2]))
"""
FIRST = f"""
import contextlib, json, os, signal, subprocess, sys, time
folder, port, then = sys.argv[2:]
words = None
service = lambda: subprocess.Popen([sys.executable, "-c", {SERVICE!r}, port])
check = lambda: subprocess.run([sys.executable, "-c", {CHECK!r}, "controller", folder], stderr=words, timeout=20).returncode
before = [check() for _ in range(7)]
one = service()
while check(): time.sleep(0.1)
one.send_signal(signal.SIGSTOP)
found = []
exec(then)
while one.poll() is None and len(found) < 20: found.append(check())
print(json.dumps([before, found, one.returncode]))
"""
"""As the first process of a container: it keeps a service, which answers to nobody, then to all, then is stopped."""
HOSTILE = """
words = subprocess.DEVNULL
reads, writes = os.pipe()
os.set_blocking(writes, False)
with contextlib.suppress(BlockingIOError):
    while True: os.write(writes, bytes(4096))
os.set_blocking(writes, True)
os.dup2(writes, 2)
with open(folder + "/rest", "wb", buffering=0) as file, contextlib.suppress(OSError):
    while True: file.write(bytes(1024))
"""
"""The container's log takes nothing more, and its /tmp, a disk of 64 KB, is full."""
SMALL = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"'


@pytest.mark.skipif(not can_mount(), reason="needs the right to make a namespace")
def test_a_service_that_was_stopped_in_its_container_is_ended_and_one_that_has_not_started_yet_is_not(tmp_path: Path) -> None:
    before, found, ended, said = as_first_process_of("services.controller.main", tmp_path)
    assert before == [1] * 7, "it has not been well yet, and is given time"
    assert (found, ended) == ([1] * UNWELL_IN_A_ROW, -9)
    assert f"controller was not well {UNWELL_IN_A_ROW} times in a row and is killed" in said


@pytest.mark.skipif(not can_mount(), reason="needs the right to make a namespace")
def test_the_container_of_another_service_is_left_alone(tmp_path: Path) -> None:
    _, found, ended, _ = as_first_process_of("services.api.main", tmp_path)
    assert (found, ended) == ([1] * 20, None)


def test_outside_of_a_container_nothing_is_noted_and_nothing_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    env = {"MINE_OPS_CONTROLLER_PORT": str(free_port())}
    codes = [container_check.main(["controller"], env, str(tmp_path)) for _ in range(2 * UNWELL_IN_A_ROW)]
    assert codes == [1] * 2 * UNWELL_IN_A_ROW
    assert list(tmp_path.iterdir()) == []
    assert "controller: " in capsys.readouterr().err
    assert container_check.main(["mosquitto"], env, str(tmp_path)) == 2


@pytest.mark.skipif(not can_mount(), reason="needs the right to make a namespace")
def test_a_hung_service_is_ended_though_nobody_reads_the_log_and_tmp_is_full(tmp_path: Path) -> None:
    before, found, ended, _ = as_first_process_of("services.controller.main", tmp_path, HOSTILE)
    assert (before, found, ended) == ([1] * 7, [1] * UNWELL_IN_A_ROW, -9)


def as_first_process_of(module: str, folder: Path, then: str = "") -> tuple[Any, Any, Any, str]:
    """What the checks found before the service started and after it was stopped, how it ended, and the container's log."""
    port = str(free_port())
    apart = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", SMALL, str(folder)]
    done = subprocess.run(
        [*apart, sys.executable, "-c", FIRST, module, str(folder), port, then],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "MINE_OPS_CONTROLLER_PORT": port},
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    return *json.loads(done.stdout), done.stderr
