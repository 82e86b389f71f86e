"""A stop holds whatever becomes of the ledger: deleted while nothing runs, deleted in use, or on a card without a free byte."""

import signal
from collections.abc import Callable

import pytest

from tests.end_to_end.whole_site import SERVICES
from tests.integration.bad_world import World, needs
from tests.waiting import wait

pytestmark = [
    pytest.mark.timeout(120),
    needs("unshare", "--mount", "true", why="only root may mount a card of its own"),
]


def stopped(it: World) -> None:
    it.site.post("/api/debug/emergency-shutdown", {})
    it.site.wait_mode("emergency", 30)
    wait(lambda: it.site.hashing() == 0, 30, "the load is off")


def trips(it: World) -> list[str]:
    return [trip["key"] for trip in it.site.get("/dashboard_data.json")["trips"]]


def begins_again(it: World, *services: str) -> None:
    """Power comes back, long enough for a controller that has forgotten to bring the load back."""
    begun = it.begun()
    it.site.start(*services)
    wait(lambda: it.begun() == begun + 1, 20, "a controller decides")
    it.site.wait_mode("emergency", 30)


def test_a_stop_and_a_lost_ledger_hold_the_load_off_and_no_alarm_of_the_lost_stop_stays_open(world: Callable[..., World]) -> None:
    it = world()
    card = it.own_card(16)
    it.site.start().settled()
    stopped(it)
    it.until_alarm("trip_stop")
    for part in (card.folder / "data").glob("ledger.db*"):
        part.unlink()
    it.until_alarm("ledger")
    wait((card.folder / "data/ledger.db").exists, 20, "what the controller still knows is in a new file")
    it.site.send("controller", signal.SIGKILL)
    begins_again(it, "controller")
    assert trips(it) == ["stop"], "deleted in use: nothing was lost"
    it.killed()
    for part in (card.folder / "data").glob("ledger.db*"):
        part.unlink()
    begins_again(it, *SERVICES)
    assert (trips(it), it.site.hashing()) == (["ledger"], 0)
    it.until_alarm("trip_ledger")
    it.until_alarm("trip_stop", active=False)


def test_a_stop_on_a_full_card_outlives_kill_9_of_everything(world: Callable[..., World]) -> None:
    it = world()
    card = it.own_card(16)
    it.site.start().settled()
    card.fill()
    stopped(it)
    it.killed()
    begins_again(it, *SERVICES)
    assert (trips(it), it.site.hashing()) == (["stop"], 0)
