"""Where everything that the tests need is promised, no test is left out without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest
def test_done(): ...
@pytest.mark.skipif(True, reason="the installer wants root")
def test_by_mark(): ...
def test_by_itself(): pytest.skip("nothing can be mounted here")
"""


def ran(folder: Path, promised: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(TESTS)
    env = {**os.environ, "MINE_REQUIRE_ENGINE": promised, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.conftest",
        *words,
        "--rootdir",
        str(folder),
    ]
    return subprocess.run([*command, str(folder)], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [["-p", "no:xdist"], ["-n", "2"]], ids=["alone", "by several"])
def test_a_skip_fails_a_run_that_was_promised_everything_and_is_named_with_its_reason(tmp_path: Path, words: list[str]) -> None:
    done = ran(tmp_path, "1", *words)
    assert done.returncode == 1, done.stdout
    assert "2 skipped, which MINE_REQUIRE_ENGINE does not allow" in done.stdout
    assert "test_some.py::test_by_mark: the installer wants root" in done.stdout
    assert "test_some.py::test_by_itself: nothing can be mounted here" in done.stdout


def test_elsewhere_a_skip_is_one(tmp_path: Path) -> None:
    done = ran(tmp_path, "", "-p", "no:xdist")
    assert done.returncode == 0 and "does not allow" not in done.stdout
