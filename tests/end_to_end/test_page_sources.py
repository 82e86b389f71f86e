"""The sources of the page: what reckons without a browser, and one form for all of them."""

import os
import subprocess

import pytest

from tests.end_to_end.page_server import DIST

FRONTEND = DIST.parent
NODE = FRONTEND.parent / ".venv" / "bin"


def _run(script: str) -> None:
    if not (FRONTEND / "node_modules").is_dir():
        pytest.fail("the page is not built: make frontend")
    told = {**os.environ, "PATH": f"{NODE}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=FRONTEND, env=told, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_lines_columns_axes_words_and_moments_are_reckoned_right() -> None:
    _run("test")


def test_the_sources_are_as_the_formatter_writes_them() -> None:
    _run("formatted")
