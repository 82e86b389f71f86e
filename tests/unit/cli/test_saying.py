"""What a command asks for is asked for, though nobody takes its words: a log on a full card, a reader that left."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.fake_api import FakeApi, fake_api

STOP = "POST /api/v1/requests/stop"
COMMAND = [sys.executable, "-m", "services.cli.main", "stop"]
FULL = Path("/dev/full")
LOAD = {"measured_kw": 0.0, "target_kw": 0.0, "unknown_kw": 0.0, "nominal_kw": 9.0, "proven": True, "tolerance_kw": 1.0}
OFF = {"control": "armed", "trips": [{"key": "stop"}], "load": LOAD}


def env(api: FakeApi) -> dict[str, str]:
    return {**os.environ, **api.env()}


def asked_for(api: FakeApi) -> list[str]:
    return [f"{asked.method} {asked.path}" for asked in api.asked if asked.method == "POST"]


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as found:
        found.answers = {STOP: [(202, {"id": "r1", "state": "done", "reason": "done", "result": {"by": "bus"}})]}
        found.answers["GET /api/state"] = [(200, {"stale": False, "state": OFF})]
        yield found


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_stop_whose_words_go_to_a_full_card_stops_the_site_and_says_so_by_its_exit_code(api: FakeApi) -> None:
    with FULL.open("w") as full:
        ran = subprocess.run(COMMAND, env=env(api), stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert (ran.returncode, asked_for(api)) == (0, [STOP])
    assert ran.stderr.startswith("Not written to stdout: No space left on device\n")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_stop_with_a_broken_configuration_stops_though_stderr_takes_nothing_too(api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    with FULL.open("w") as full:
        found = {**env(api), "MINE_CONFIG": str(tmp_path / "config.txt")}
        ran = subprocess.run(COMMAND, env=found, stdout=full, stderr=full, timeout=30, check=False)
    assert (ran.returncode, asked_for(api)) == (0, [STOP])


def test_a_stop_whose_reader_left_stops_the_site_and_is_silent(api: FakeApi) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as broken:
        ran = subprocess.run(COMMAND, env=env(api), stdout=broken, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert (ran.returncode, asked_for(api)) == (0, [STOP])
    assert "Error" not in ran.stderr and "Traceback" not in ran.stderr
