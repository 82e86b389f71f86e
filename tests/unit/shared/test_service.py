"""A service's life as a process: it starts without a broker, and ends as it is told."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
import tomllib
import weakref
from pathlib import Path

import pytest

from services.shared.device import Unreachable
from services.shared.http import HttpClient
from services.shared.service import settle
from services.shared.version import VERSION
from tests.ports import free_port
from tests.waiting import until

ROOT = Path(__file__).parents[3]
BODIES = {
    "idle": "await context.bus.start()\n    await asyncio.Event().wait()",
    "fault": "raise RuntimeError('the plant is on fire')",
    "ends": "return",
    "tidy": "try:\n        await asyncio.Event().wait()\n    finally:\n        print('tidied', flush=True)",
    "stubborn": "while True:\n        try:\n            await asyncio.Event().wait()\n"
    "        except asyncio.CancelledError:\n            pass",
}


class Process:
    """A service of its own in a process of its own."""

    def __init__(self, folder: Path, body: str, settings: str = "") -> None:
        self.port = free_port()
        (folder / "config.txt").write_text(
            f"[OPS]\ncollector_port = {self.port}\n[DATA]\nlogs =\nfolder = {folder}\n[BROKER]\nport = 1\n{settings}"
        )
        (folder / "service.py").write_text(
            "import asyncio, sys\nfrom services.shared.service import Context, run\n"
            f"async def serve(context: Context) -> None:\n    {BODIES[body]}\n"
            "sys.exit(run('collector', serve))\n"
        )
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MINE_")}
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "service.py")],
            env=kept | {"MINE_CONFIG": str(folder / "config.txt"), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    async def up(self) -> None:
        client = HttpClient(deadline_s=1)

        async def healthy() -> bool:
            try:
                return (await client.request("GET", f"http://127.0.0.1:{self.port}/health")).status == 200
            except Unreachable:
                return False

        try:
            await until(healthy, 20, "the service answers")
        finally:
            await client.close()

    async def ended(self, timeout_s: float = 20) -> tuple[int, str]:
        out, _ = await asyncio.to_thread(self.process.communicate, timeout=timeout_s)
        return self.process.returncode, out.decode()


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_service_without_a_broker_runs_and_ends_in_order_when_told(tmp_path: Path, number: signal.Signals) -> None:
    service = Process(tmp_path, "idle")
    await service.up()
    began = time.monotonic()
    service.process.send_signal(number)
    code, out = await service.ended()
    assert (code, "told to stop" in out) == (0, True), out
    assert "Traceback" not in out
    assert time.monotonic() - began < 10


@pytest.mark.asyncio
async def test_a_service_may_tidy_up_when_told_to_stop(tmp_path: Path) -> None:
    service = Process(tmp_path, "tidy")
    await service.up()
    service.process.terminate()
    code, out = await service.ended()
    assert (code, "tidied" in out) == (0, True), out


@pytest.mark.asyncio
@pytest.mark.parametrize(("body", "said"), [("fault", "the plant is on fire"), ("ends", "ended by itself")])
async def test_a_fault_is_logged_and_is_exit_code_1(tmp_path: Path, body: str, said: str) -> None:
    code, out = await Process(tmp_path, body).ended()
    assert code == 1, out
    assert said in out


@pytest.mark.asyncio
async def test_wrong_settings_are_told_one_by_one_and_are_exit_code_2(tmp_path: Path) -> None:
    wrong = "[GENERAL]\nmax_temp_celsius = warm\n[POWER]\nrelease_seconds = -1\n"
    code, out = await Process(tmp_path, "idle", wrong).ended()
    assert code == 2, out
    assert "warm" in out
    assert "release_seconds" in out
    assert "Traceback" not in out


@pytest.mark.asyncio
async def test_a_port_that_is_taken_most_likely_by_a_second_of_the_same_service_ends_it(tmp_path: Path) -> None:
    first = Process(tmp_path, "idle")
    await first.up()
    again = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(tmp_path / "service.py")],
        env=os.environ | {"MINE_CONFIG": str(tmp_path / "config.txt"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=20,
        check=False,
    )
    first.process.terminate()
    await first.ended()
    assert again.returncode == 1
    assert b"Address already in use" in again.stdout


@pytest.mark.asyncio
async def test_a_service_that_will_not_end_is_ended_within_its_time(tmp_path: Path) -> None:
    service = Process(tmp_path, "stubborn")
    await service.up()
    began = time.monotonic()
    service.process.terminate()
    code, out = await service.ended(30)
    assert code == 70, out
    assert time.monotonic() - began < 12


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_what_is_there_once_all_runs_is_not_searched_for_garbage_and_what_comes_later_is() -> None:
    class Ring:
        """Garbage that only a search finds."""

    gone: list[str] = []
    try:
        settle()
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
        ring = Ring()
        ring.itself = ring  # type: ignore[attr-defined]
        weakref.finalize(ring, gone.append, "gone")
        del ring
        gc.collect()
        assert gone == ["gone"]
    finally:
        gc.unfreeze()
