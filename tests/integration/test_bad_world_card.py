"""A card that is full or read-only, at the start and in an event: load comes off and back, it is told once, and it heals."""

from collections.abc import Callable

import pytest

from tests.end_to_end.whole_site import SERVICES
from tests.integration.bad_world import World, needs
from tests.waiting import wait

pytestmark = [
    pytest.mark.timeout(180),
    needs("unshare", "--mount", "true", why="only root may mount a card of its own"),
]
TROUBLES = ("ledger", "alerts_database", "database")


def healed(it: World) -> None:
    """The records take longer, and have tests of their own: test_history_disk."""
    for key in TROUBLES[:2]:
        it.until_alarm(key, active=False, deadline_s=30)


def test_a_card_that_is_full_from_the_start_or_in_an_event_costs_neither_the_event_nor_the_way_back(
    world: Callable[..., World],
) -> None:
    it = world()
    card = it.own_card()
    card.fill()
    it.site.start().settled()
    assert it.curtailed() < 30
    for key in TROUBLES:
        it.until_alarm(key)
    card.empty()
    healed(it)
    card.fill()
    it.killed()
    it.site.start(*SERVICES)
    wait(lambda: "loop: begins where the ledger left off" in it.site.log("controller"), 20, "the event is on the card by now")
    it.site.wait_mode("curtailed", 30)
    assert it.site.asleep() == 20 and it.site.open_outlets() == 0
    it.site.tell("signal", level="normal")
    wait(lambda: it.site.hashing() == 20, 30, "the load is back, though the card takes nothing")
    assert max(it.lines().values()) < 120, it.lines()


@needs("losetup", "--find", why="only root may mount a file")
def test_a_card_that_dies_and_is_read_only_at_the_next_boot_costs_no_control_and_no_latched_stop(
    world: Callable[..., World],
) -> None:
    it = world()
    card = it.own_dying_card()
    it.site.start().settled()
    it.site.post("/api/debug/emergency-shutdown", {})
    it.site.wait_mode("emergency", 30)
    card.die()
    for key in TROUBLES[1:]:
        it.until_alarm(key, deadline_s=60)  # its next message may be the one about the ledger: 15 s, and 15 s more
    assert it.site.mode() == "emergency" and max(it.lines().values()) < 60, it.lines()
    it.killed()
    card.found_read_only()
    it.site.start(*SERVICES)
    wait(lambda: it.begun() == 2, 20, "a controller that decides on a read-only card")
    it.site.wait_mode("emergency", 30)
    for key in TROUBLES:
        it.until_alarm(key)
    assert it.site.get("/dashboard_data.json")["trips"][0]["key"] == "stop", "what was latched is read"
    wait(card.writable, 10, "it can be written again")
    healed(it)
    logs = it.own_view().seen(it.site.folder / "card" / "logs")
    before = sum(path.stat().st_size for path in logs.iterdir())
    it.site.tell("signal", level="control")
    wait(lambda: sum(path.stat().st_size for path in logs.iterdir()) > before, 20, "the logs are written again")
