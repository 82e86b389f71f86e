"""Services that die while the configuration on the card is nonsense come back with the last good one; a mended file counts."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.shared.settings import last_good
from tests.integration.test_run import Run
from tests.ports import free_block
from tests.waiting import wait

CONFIG = "[HTTP_LOADS hall]\nurl = http://{{address}}\nrange = 127.0.0.1:{first}-{second}\nkw = 3\n"
NONSENSE = "[HTTP_LOADS hall\nkw = plenty\n\x00\xff"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.txt"
    first = free_block(2)
    file.write_text(CONFIG.format(first=first, second=first + 1))
    return file


@pytest.fixture
def run(tmp_path: Path, config: Path) -> Iterator[Run]:
    started = begun(tmp_path, config)
    yield started
    if started.process.poll() is None:
        started.end()


def begun(folder: Path, config: Path) -> Run:
    started = Run(folder, MINE_CONFIG=str(config))
    started.wait_for("the page is at http://127.0.0.1:")
    return started


def asked(run: Run, path: str) -> Any:
    """None while nobody answers."""
    url = f"http://127.0.0.1:{run.env['MINE_API_DEBUG_PORT']}{path}"
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def controller_of(run: Run) -> int | None:
    """Its process, of this run alone."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if b"services.controller.main" in words and parent == str(run.process.pid):
                return int(folder.name)
    return None


def kill_the_controller(run: Run) -> None:
    died = wait(lambda: controller_of(run))
    os.kill(died, signal.SIGKILL)
    wait(lambda: controller_of(run) not in (None, died), what="it is started again")


def by_the_copy(run: Run) -> list[str]:
    """What the controller says itself of the copy that it goes by."""
    return [line for line in (asked(run, "/dashboard_data.json") or {}).get("missing", ()) if "the last good copy" in line]


def kw_of(run: Run) -> float | None:
    feed = asked(run, "/dashboard_data.json")
    return None if feed is None or feed["state_stale"] else feed["load"]["nominal_kw"]


def alarm_of(run: Run) -> str:
    alarms = (asked(run, "/dashboard_data.json") or {"alarms": {"alarms": ()}})["alarms"]["alarms"]
    return next((f"{one['cause']} {one['consequence']}" for one in alarms if one["key"] == "configuration" and one["active"]), "")


@pytest.mark.timeout(150)
def test_a_controller_that_dies_over_a_broken_file_controls_by_the_last_good_one_until_it_is_mended(
    run: Run, config: Path
) -> None:
    wait(lambda: kw_of(run) == 6.0)
    good = config.read_text()
    config.write_bytes(NONSENSE.encode("latin-1"))
    kill_the_controller(run)
    run.wait_for("this start goes on with the last good copy, kept since")
    wait(lambda: by_the_copy(run), what="the controller speaks, and says by what it goes")
    assert kw_of(run) == 6.0
    wait(lambda: "what is started anew goes on with the last good copy" in alarm_of(run), 60.0)
    assert "config.txt line 1" in alarm_of(run)
    config.write_text(good.replace("kw = 3", "kw = 4"))
    lies = asked(run, "/api/v1/config")
    assert (lies["mistakes"], "[HTTP_LOADS hall] kw" in lies["changed"]) == ([], True)
    kill_the_controller(run)
    wait(lambda: kw_of(run) == 8.0)
    wait(lambda: not by_the_copy(run))


@pytest.mark.timeout(150)
def test_after_a_power_cut_over_a_broken_file_the_whole_site_comes_back_by_the_last_good_one(
    run: Run, config: Path, tmp_path: Path
) -> None:
    wait(lambda: kw_of(run) == 6.0)
    copy = tmp_path / last_good.FOLDER / last_good.NAME
    written = copy.stat().st_mtime_ns
    config.write_text("")
    assert run.end() == 0
    again = begun(tmp_path, config)
    try:
        wait(lambda: by_the_copy(again))
        assert (kw_of(again), copy.stat().st_mtime_ns) == (6.0, written)
        told = asked(again, "/api/v1/config")
        assert told["kept_at"] == told["next_kept_at"] == json.loads(copy.read_text())["kept_at"]
    finally:
        assert again.end() == 0
    person, terminal = os.openpty()
    refused_at(run, terminal)
    copy.unlink()
    refused_at(run, subprocess.DEVNULL)
    os.close(terminal)
    os.close(person)


def refused_at(run: Run, stdin: int) -> None:
    """As a first start does, or one with a person at the terminal, who can mend it."""
    argv = [sys.executable, "-m", "services.cli.main", "run"]
    refused = subprocess.run(argv, env=run.env, stdin=stdin, capture_output=True, text=True, timeout=30, check=False)
    assert (refused.returncode, "nothing in it" in refused.stderr) == (2, True), refused
