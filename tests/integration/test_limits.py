"""The containers' limits, looked at from within real containers."""

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.integration.compose_stack import engine

pytestmark = [pytest.mark.compose, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
IMAGE = os.environ.get("MINE_PYTHON_IMAGE") or "python:3.13-slim"
ASK = ["python3", "-c", "from services.shared.limits import unreal; print(unreal())"]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
    with engine() as client:
        yield client


def told_within(**limits: object) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from testcontainers.core.container import DockerContainer
    container = DockerContainer(IMAGE).with_command(ASK).with_volume_mapping(ROOT / "services", "/app/services", "ro")
    container = container.with_env("PYTHONPATH", "/app").with_env("MINE_LIMITS", "declared")
    with container.with_kwargs(**limits) as running:
        running.get_wrapped_container().wait(timeout=60)
        out, err = running.get_logs()
        assert not err, err
        return str(out.decode()).strip()


@pytest.mark.usefixtures("client")
def test_a_container_that_was_started_without_limits_says_so() -> None:
    said = told_within()
    assert "no memory limit is in force" in said
    assert "no limit of processes is in force" in said


@pytest.mark.usefixtures("client")
def test_a_container_with_limits_has_them() -> None:
    assert told_within(mem_limit="64m", pids_limit=64) == "None"
