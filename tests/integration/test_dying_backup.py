"""Killed at any step on the card a backup leaves the one before, and a restore leaves today's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(180)
@pytest.mark.parametrize("what", ["backups", "restores"])
def test_killed_at_every_single_step_what_counts_is_whole(tmp_path: Path, what: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "tests.integration.dying_backup", what, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 20
