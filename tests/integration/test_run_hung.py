"""`mine run` with a controller and a broker that hang without ending: each is ended and started again, the others go on."""

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_run import Run
from tests.integration.test_run_systemd import child
from tests.waiting import wait

SOONER = "from services.shared import hung; hung.EACH_S, hung.STARTS_WITHIN_S = 0.3, 20.0"
"""Read by every Python that finds it: the same five looks, in less time."""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    (tmp_path / "sitecustomize.py").write_text(SOONER)
    started = Run(tmp_path / "data", PYTHONPATH=f"{Path(__file__).parents[2]}:{tmp_path}")
    yield started
    if started.process.poll() is None:
        started.end()


def is_ready(run: Run, service: str) -> bool:
    """Whether it lives, hears the broker and, the controller, has decided."""
    try:
        port = run.env[f"MINE_OPS_{service.upper()}_PORT"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=0.5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def broker_of(run: Run) -> int:
    try:
        return child(run.process.pid, "mosquitto.conf")
    except AssertionError:
        return child(run.process.pid, "services.cli.embedded_broker")


@pytest.mark.timeout(120)
def test_a_controller_and_a_broker_that_were_stopped_come_back_and_the_others_are_left_alone(run: Run) -> None:
    wait(lambda: is_ready(run, "controller") and is_ready(run, "collector"), 40.0)
    run.wait_for("controller | ")
    kept = child(run.process.pid, "services.collector.main")
    for hung in (child(run.process.pid, "services.controller.main"), broker_of(run)):
        os.kill(hung, signal.SIGSTOP)
    run.wait_for("broker was not well 5 times in a row and is killed")
    run.wait_for("controller was not well 5 times in a row and is killed")
    run.wait_for("begins where the ledger left off")
    wait(lambda: is_ready(run, "controller") and is_ready(run, "collector"), 40.0)
    assert child(run.process.pid, "services.collector.main") == kept
    assert run.end() == 0
