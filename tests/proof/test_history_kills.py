"""What the api has from the broker and from the owners of events survives kill -9 at any moment."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tests.broker import LiveBroker
from tests.proof.extent import extent
from tests.proof.history_kills import campaign, faults
from tests.proof.history_source import Published

KILLS = extent(100, 1_000)


@pytest.mark.timeout(extent(240, 3_600))
def test_a_killed_api_loses_nothing_and_doubles_nothing(tmp_path: Path, own_broker: LiveBroker, site: str) -> None:
    published, found = asyncio.run(campaign(tmp_path, own_broker, site, KILLS, random.Random()))
    assert not found
    print(f"{KILLS} kills, {len(published.readings)} readings, {len(published.events)} events")  # noqa: T201
    assert len(published.readings) > 10 * KILLS


def test_the_proof_sees_what_is_missing_and_what_is_there_twice() -> None:
    published = Published(readings=["a@1", "b@1"], events=[1, 2], alarms=["hot@1@1"])
    held: dict[str, list[Any]] = {"readings": ["a@1"], "events": [1, 2, 2], "alarms": ["hot@1@1"]}
    assert faults(published, held) == ["1 of 2 readings are missing, such as ['b@1']", "1 events are there twice"]
