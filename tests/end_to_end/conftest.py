"""The whole site as a fixture: started by the test, ended whatever happens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker import LiveBroker
from tests.end_to_end.whole_site import WholeSite


@pytest.fixture
def whole_site(tmp_path: Path, own_broker: LiveBroker, site: str) -> Iterator[Callable[..., WholeSite]]:
    """Makes a site with the given settings."""
    made: list[WholeSite] = []

    def make(**settings: Any) -> WholeSite:
        made.append(WholeSite(tmp_path, own_broker, site, **settings))
        return made[-1]

    yield make
    for one in made:
        one.stop()
