"""`setup.sh`: a folder of packages that was cut off, or that a newer system has left behind, is made anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout that wants no package but pip itself."""
    made = tmp_path / "checkout"
    (made / "requirements").mkdir(parents=True)
    (made / "scripts").mkdir()
    for name in ("demo", "dev", "generator"):
        (made / f"requirements/{name}.txt").touch()
    shutil.copy(ROOT / "scripts/setup.sh", made / "scripts/setup.sh")
    program(tmp_path / "programs/python3", f'exec {sys.executable} "$@"')
    program(tmp_path / "programs/mosquitto", "")
    program(tmp_path / "programs/apt-get", "exit 9")
    return made


def setup(copy: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PATH": f"{copy.parent}/programs:{os.environ['PATH']}"}
    command = ["bash", str(copy / "scripts/setup.sh"), "demo"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("stamped", [False, True], ids=["cut off", "of an older Python"])
def test_without_pip_it_is_made_anew(copy: Path, *, stamped: bool) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    if stamped:
        nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of no packages at all
        (copy / ".venv/.installed-demo").write_text(nothing + "\n")
    first = setup(copy)
    assert first.returncode == 0, first.stderr
    assert subprocess.run([str(copy / ".venv/bin/python"), "-m", "pip", "--version"], check=False).returncode == 0
    again = setup(copy)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
