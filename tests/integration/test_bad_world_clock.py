"""A Pi that boots in 1970 in front of a utility that asks, and whose clock later leaps by hours and by decades."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.bad_world import World, needs
from tests.waiting import wait

pytestmark = [
    pytest.mark.timeout(90),
    needs("cc", "--version", why="only a C compiler makes a calendar"),
]
YEAR_2099, BEFORE_2038 = 4_070_908_800.0, 2.0**31 - 2
LEAPS = {"2099": YEAR_2099, "the end of 32 bits": BEFORE_2038, "an hour back": -3_600.0, "five hours ahead": 18_000.0}


def shown(world: World) -> dict[str, Any]:
    return dict(world.site.get("/dashboard_data.json"))


def clock_set(world: World) -> int:
    return world.site.log("notifier").count("the clock was set by")


def test_an_event_that_begins_in_1970_is_held_told_and_dated_when_the_clock_comes_right(world: Callable[..., World]) -> None:
    it = world(MINE_GENERAL_CLOCK_TRUSTED="auto")
    site, calendar = it.site, it.own_calendar()
    calendar.set(120.0, held=False)
    site.start().settled()
    site.post("/api/debug/miners", {"action": "sleep", "members": ["A-01-01"], "minutes": 600, "reason": "repair"})
    assert site.status()["clock_trusted"] is False
    it.curtailed()
    wait(lambda: it.told("telegram") and it.told("sms"), 20, "people are told without a calendar")
    assert not it.told("webhook") and not it.told("smtp"), "by signature and by certificate it is another year"
    calendar.set(time.time())
    wait(lambda: it.told("webhook") and it.told("smtp"), 10, "told at once by the ways that need the time")
    wait(lambda: 0 <= time.time() - shown(it)["since_at"] < 120, 10, "the event began a minute ago and not in 1970")
    (lease,) = shown(it)["leases"]
    assert abs(lease["until_at"] - time.time() - 36_000) < 120, "what lowers load stays, and ends when it should"
    for name, to in LEAPS.items():
        before = clock_set(it)
        calendar.set(to if to > 1e6 else time.time() + to)
        wait(lambda before=before: clock_set(it) > before, 10, name)
        assert site.status()["mode"] == "curtailed" and site.asleep() == 20, name
    before = clock_set(it)
    calendar.set(time.time())
    wait(lambda: clock_set(it) > before, 10, "the true time again")
    assert site.status()["mode"] == "curtailed" and site.open_outlets() == 0
    assert not shown(it)["trips"]
    emergencies = [one for one in it.told("sms") if "EMERGENCY" in one["text"]]
    assert len(emergencies) == 1 and len(it.told("telegram")) <= 4, it.told("telegram")
    assert max(it.lines().values()) < 60, it.lines()
    site.tell("signal", level="normal")
    wait(lambda: site.hashing() == 19, 30, "all come back but the one that a person holds down")
    assert site.rows("SELECT count(*) FROM events WHERE happened_ms < 600000 AND title LIKE 'sleep%'")[0][0] >= 19
