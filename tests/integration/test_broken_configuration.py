"""A mistake in the configuration on the card keeps nobody from asking the site that runs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_run import Run
from tests.ports import free_port

OLD = Path("tests/data/old_config.txt")
ROOT = Path.cwd()
ASKED = (
    ("status", "--json"), ("why",), ("alarms",), ("ack",), ("curtail", "-m", "1"), ("release",), ("lockout", "fan-1"), ("reset",),
    ("logs", "controller"),
)  # fmt: skip
JUDGE = (("config", "show"), ("check", "--config-only"), ("backup",))


def mine(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """As another shell on the same computer asks: it knows none of the variables of the run, only where its data are."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("MINE_")}
    bare |= {"MINE_DATA_FOLDER": str(folder), "PYTHONPATH": str(ROOT), **env}
    argv = [sys.executable, "-m", "services.cli.main", *words]
    return subprocess.run(argv, env=bare, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    config = tmp_path / "config.txt"
    shutil.copy(OLD, config)
    started = Run(tmp_path, MINE_CONFIG=str(config), MINE_DATA_LOGS=str(tmp_path / "logs"))
    yield started
    if started.process.poll() is None:
        started.end()


def test_the_running_site_is_asked_and_stopped_while_its_file_is_broken_or_emptied(run: Run, tmp_path: Path) -> None:
    run.wait_for("the page is at http://127.0.0.1:")
    config = tmp_path / "config.txt"
    config.write_text(config.read_text() + "\n[HISTORY]\nreading_days = banana\n[API]\nport = 99999\n")
    how = f"asked as the run that is process {run.process.pid} was started"
    for words in ASKED:
        answer = mine(tmp_path, *words)
        said = answer.stderr.splitlines()
        assert answer.returncode == 0, (words, answer)
        assert len(said) == 1 and said[0].startswith("config.txt has ") and said[0].endswith(how), (words, said)
    config.write_text("")
    for named in ({}, {"MINE_CONFIG": str(config)}):
        stopped = mine(tmp_path, "stop", "--no-wait", **named)
        assert stopped.returncode == 1 and "nothing is switched" in stopped.stderr + stopped.stdout, (named, stopped)
    for words in JUDGE:
        assert mine(tmp_path, *words).returncode == 2, words


@pytest.mark.parametrize("text", ["", "[GENERAL]\nloop_interval_minutes = banana\n", "\x00\xff[["])
@pytest.mark.parametrize("word", ["stop", "status", "curtail"])
def test_with_a_broken_file_and_no_run_nobody_is_there_to_ask(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.txt").write_bytes(text.encode("latin-1"))
    ports = ("MINE_API_PORT", "MINE_API_DEBUG_PORT", "MINE_OPS_CONTROLLER_PORT")
    answer = mine(tmp_path, word, **{name: str(free_port()) for name in ports})
    assert answer.returncode == 3, answer
    assert answer.stderr.splitlines()[0].endswith("the ports it still names, or the default ones, are used")
