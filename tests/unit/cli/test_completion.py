"""The shell completes the commands: bash itself is asked."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.broker import ROOT

ASK = """
eval "$(mine --show-completion bash)"
COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_mine_completion mine
echo "${COMPREPLY[@]}"
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A `mine` on the PATH, as the manual makes it."""
    program = tmp_path / "mine"
    program.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m services.cli.main "$@"\n')
    program.chmod(0o755)
    return f"{tmp_path}:/usr/bin:/bin"


@pytest.mark.parametrize(
    ("typed", "completed"), [("mine al", "alarms"), ("mine access re", "remove revoke"), ("mine access remove --y", "--yes")]
)
def test_bash_completes_what_was_begun(path: str, typed: str, completed: str) -> None:
    done = subprocess.run(["bash", "-c", ASK % typed], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == completed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_is_printed(path: str, shell: str) -> None:
    done = subprocess.run(["mine", "--show-completion", shell], env={"PATH": path}, capture_output=True, text=True, check=False)
    assert (done.returncode, "_MINE_COMPLETE" in done.stdout, done.stderr) == (0, True, "")


def test_the_script_is_put_in_its_place_for_this_user(path: str, tmp_path: Path) -> None:
    env = {"PATH": path, "HOME": str(tmp_path)}
    done = subprocess.run(["mine", "--install-completion", "bash"], env=env, capture_output=True, text=True, check=True)
    assert "_mine_completion" in (tmp_path / ".bash_completions" / "mine.sh").read_text()
    assert "mine.sh" in (tmp_path / ".bashrc").read_text() and "mine.sh" in done.stdout


def test_a_shell_that_there_is_none_of_is_a_mistake(path: str) -> None:
    done = subprocess.run(["mine", "--show-completion", "tcsh"], env={"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
