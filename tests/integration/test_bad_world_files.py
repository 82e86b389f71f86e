"""What a card leaves after a power cut: pages of zeros at the ends of the logs, and files with nothing in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.acting import PEOPLE, write_people
from tests.end_to_end.whole_site import SERVICES
from tests.integration.bad_world import World
from tests.waiting import wait

pytestmark = pytest.mark.timeout(90)
PAGE = 4096
LOGS = ("ledger.db-wal", "alerts.db-wal", "mine_data.db-wal")
EMPTY = ("secrets/access.json", "secrets/session-key", "cost.json")


def zeroed(path: Path) -> None:
    """The last pages of a file were never written."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(max(size - 2 * PAGE, 0))
        file.truncate(size)


def test_torn_logs_and_empty_files_change_nothing_of_the_event_and_are_told(world: Callable[..., World]) -> None:
    it = world()
    data = it.site.folder / "data"
    write_people(it.site, **PEOPLE)
    it.site.start().settled()
    it.curtailed()
    wait(lambda: it.told("sms"), 20, "people are told")
    it.killed()
    for name in LOGS:
        zeroed(data / name)
    for name in EMPTY:
        (data / name).write_bytes(b"")
    it.site.start(*SERVICES)
    wait(lambda: it.begun() == 2, 20, "a controller that decides")
    it.site.wait_mode("curtailed", 30)
    assert it.site.asleep() == 20 and it.site.open_outlets() == 0
    assert len(it.told("sms")) == 1, "an event that people know of is no news"
    assert "nobody can log in: access.json" in it.site.log("api")
    it.site.tell("signal", level="normal")
    wait(lambda: it.site.hashing() == 20, 30, "all come back")


def test_databases_that_are_empty_beside_their_logs_are_told_and_load_stays_off(world: Callable[..., World]) -> None:
    it = world()
    it.site.start().settled()
    it.curtailed()
    it.killed()
    for name in LOGS:
        (it.site.folder / "data" / name.removesuffix("-wal")).write_bytes(b"")
    it.site.start(*SERVICES)
    it.until_alarm("ledger", deadline_s=40)
    it.until_alarm("trip_ledger", deadline_s=30)
    it.site.wait_mode("emergency", 30)
    assert it.site.hashing() == 0
