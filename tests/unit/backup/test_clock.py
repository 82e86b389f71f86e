"""The small program that asks whether a backup is due."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from services.shared.backups import archives
from tests.unit.backup import site
from tests.waiting import wait

_AT_ONCE = "from services.backup import clock; clock.FIRST_S = 0.05; clock.run.__defaults__ = (0.05, 0.05); clock.main()"


def test_what_is_due_is_made_once_and_it_ends_when_told(tmp_path: Path) -> None:
    site.make(tmp_path)
    env = {
        **os.environ,
        "MINE_CONFIG": str(tmp_path / "config.txt"),
        "PYTHONPATH": str(Path.cwd()),
        "MINE_GENERAL_CLOCK_TRUSTED": "yes",
        "MINE_DATA_LOGS": str(tmp_path / "logs"),
    }
    process = subprocess.Popen([sys.executable, "-c", _AT_ONCE], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        folder = tmp_path / "data" / "backups"
        wait((folder / "last.json").exists, 20, "a backup")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert [one.kind for one in archives(folder, "north")] == ["monthly"]
