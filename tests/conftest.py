"""What every test may ask for: a live broker, and a site name of its own so that tests share it without meeting."""

import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker import INSTALL, LiveBroker, as_process, in_container


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBroker]:
    """A broker for all tests of this worker: a container where an engine has the image, else a process."""
    yield from _lent(tmp_path_factory.mktemp("broker"), prefer_container=True)


@pytest.fixture
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBroker]:
    """A broker for one test that kills it: a process where it is installed, else a container."""
    yield from _lent(tmp_path_factory.mktemp("own-broker"), prefer_container=False)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A program that begins in a test sets how loud the log is; the next test hears it as it was."""
    root = logging.getLogger()
    level, raises = root.level, logging.raiseExceptions
    yield
    root.setLevel(level)
    logging.raiseExceptions = raises


@pytest.fixture
def site() -> str:
    """A site name that no other test uses."""
    return f"test-{secrets.token_hex(4)}"


def _lent(folder: Path, *, prefer_container: bool) -> Iterator[LiveBroker]:
    ways = (in_container, as_process) if prefer_container else (as_process, in_container)
    live = ways[0](folder) or ways[1](folder)
    if live is None:
        pytest.fail(INSTALL)
    yield live
    live.remove()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is promised to be there (`.ci/run`) a skip hides a test: the run fails and names each with its reason."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or not os.environ.get("MINE_REQUIRE_ENGINE"):
        return
    skipped = sorted(f"{one.nodeid}: {_why(one.longrepr)}" for one in terminal.stats.get("skipped", []))
    for line in [f"{len(skipped)} skipped, which MINE_REQUIRE_ENGINE does not allow:", *skipped] if skipped else []:
        terminal.write_line(line, red=True)
    if skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _why(longrepr: object) -> str:
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr).removeprefix("Skipped: ")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that no worker ends alone with one."""
    order = (
        "integration/test_compose",
        "end_to_end/test_curtailment",
        "proof/test_history_kills",
        "test_schemathesis",
        "end_to_end",
    )
    items.sort(key=lambda item: next((n for n, part in enumerate(order) if part in item.nodeid), len(order)))
