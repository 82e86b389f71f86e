"""The README's two commands, from a fresh copy on a bare Debian that has only Python, make and git."""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.compose_stack import engine
from tests.integration.made_up_pi import ROOT
from tests.ports import free_block, free_port
from tests.waiting import wait

pytestmark = [pytest.mark.compose, pytest.mark.timeout(420)]
IMAGE = os.environ.get("MINE_PYTHON_IMAGE", "python:3.13-slim")
UNWANTED = shutil.ignore_patterns(
    "node_modules", "dist*", "__pycache__", ".*_cache", ".venv", ".git", ".hypothesis", "data", "logs", "mutants"
)
BARE = "apt-get update -qq && apt-get install -y -qq --no-install-recommends make git >/dev/null && exec sleep 600"
PORTS = [f"MINE_{name}_PORT" for name in ("API", "API_DEBUG", "BROKER", "SIMULATOR_CONTROL")]
PORTS += [f"MINE_OPS_{name}_PORT" for name in ("COLLECTOR", "CONTROLLER", "NOTIFIER", "API")]


class Bare:
    """A container of the host's network, which the packages need; so each listener has a port of its own."""

    def __init__(self, checkout: Path) -> None:
        self.ports = {name: str(free_port()) for name in PORTS} | {"MINE_SIMULATOR_BASE_PORT": str(free_block(40))}
        env = [word for name, value in self.ports.items() for word in ("--env", f"{name}={value}")]
        command = [
            "docker",
            "run",
            "--detach",
            "--network",
            "host",
            "--volume",
            f"{checkout}:/home/mine",
            "--workdir",
            "/home/mine",
        ]
        self.name = subprocess.run(
            [*command, *env, IMAGE, "sh", "-c", BARE], capture_output=True, text=True, check=True
        ).stdout.strip()

    def run(self, *words: str, user: str = "0") -> subprocess.CompletedProcess[str]:
        command = ["docker", "exec", "--user", user, self.name, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    def is_answered(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['MINE_API_PORT']}/", timeout=5) as page:
                return page.status == 200 and b"<html" in page.read()
        except OSError:
            return False


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    with engine():
        shutil.copytree(ROOT, tmp_path / "copy", ignore=UNWANTED)
        made = Bare(tmp_path / "copy")
        try:
            yield made
        finally:
            subprocess.run(["docker", "rm", "--force", "--volumes", made.name], capture_output=True, check=False)


def test_both_commands_come_from_nothing_to_a_page_that_answers(bare: Bare) -> None:
    wait(lambda: bare.run("sh", "-c", "command -v make git && ! pidof apt-get").returncode == 0, 120, "make and git")
    lacking = bare.run("make", "test", user="65534")
    assert "please run: sudo apt-get install" in lacking.stderr, lacking.stdout + lacking.stderr
    assert "mosquitto" in lacking.stderr and "chromium" in lacking.stderr
    said = subprocess.Popen(
        ["docker", "exec", bare.name, "make", "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait(lambda: said.poll() is not None or bare.is_answered(), 300, "the page answers")
        assert said.poll() is None, said.communicate()[0][-3000:]
    finally:
        subprocess.run(["docker", "kill", bare.name], capture_output=True, check=False)
        said.communicate(timeout=30)
