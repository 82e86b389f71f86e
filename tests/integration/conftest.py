"""An api that is abused, one for all tests of a file, and what must be true after each abuse."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.broker import LiveBroker
from tests.end_to_end.whole_site import WholeSite
from tests.integration.api_hosted import Hosted, assert_answers, hosted
from tests.integration.bad_world import World
from tests.integration.openapi_cases import Operation, operations
from tests.proof.killed_mine import QUICK

SOONER = QUICK | {"MINE_FOREMAN_CALLS_PER_SECOND": "15", "MINE_POWER_RESTORE_STEP_PERCENT": "50"}
"""Nobody is killed within these events."""
GROWTH = 200_000_000
"""What one test may add to the memory of the api, its broker client, the voice and the tests in one process, in bytes."""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, broker: LiveBroker) -> Iterator[Hosted]:
    """The api, a broker, and a voice that answers like the controller."""
    folder = tmp_path_factory.mktemp("abused")
    with hosted(folder, broker, folder.name) as it:
        yield it


@pytest.fixture
def still_honest(plant: Hosted) -> Iterator[None]:
    """After each abuse the next honest one is served, and nothing was asked that a test did not mean to ask."""
    plant.asked.clear()
    before = _rss()
    yield
    assert_answers(plant)
    assert [request.verb for request in plant.asked] == []
    assert _rss() - before < GROWTH


@pytest.fixture
def every(plant: Hosted) -> list[Operation]:
    """Every operation of the listener that has them all."""
    return operations(requests.get(plant.api.debug + "/api/openapi.json", timeout=5).json())


@pytest.fixture
def world(tmp_path: Path, own_broker: LiveBroker, site: str) -> Iterator[Callable[..., World]]:
    """Makes a whole site, not started yet, whose world can be made bad."""
    made: list[World] = []

    def make(**settings: Any) -> World:
        made.append(World(WholeSite(tmp_path, own_broker, site, speed=60, **(SOONER | settings))))
        return made[-1]

    yield make
    for one in made:
        one.end()


def _rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
