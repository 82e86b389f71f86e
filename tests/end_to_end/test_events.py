"""What the utility says beside its level, from its page to the watts: a target, a drop, an event that is planned and ends."""

import time

import pytest

from tests.waiting import wait

pytestmark = pytest.mark.timeout(170)


def test_a_target_leaves_so_many_kw_on_and_is_proven_by_the_meter(whole_site):
    site = whole_site().start().settled()
    site.tell("signal", level="control", target_kw=40)
    site.wait_mode("curtailed")
    assert 30 < site.status()["load"]["measured_kw"] <= 42
    assert site.get("/api/state")["state"]["signals"][0]["target_kw"] == 40
    assert site.hashing() >= 10
    site.tell("signal", level="normal")
    wait(lambda: site.hashing() == 20, 90, "every miner hashes again")


def test_a_planned_event_begins_and_ends_by_itself(whole_site):
    site = whole_site().start().settled()
    said = site.tell("signal", level="control", target_kw=20, in_minutes=0.2, for_minutes=0.6, event="peak-1")["signal"]
    seen = wait(lambda: site.get("/api/state")["state"]["signals"][0]["level"] == "control" and site.mode(), 10, "it is known")
    assert seen == "normal" and site.hashing() == 20
    begins = time.monotonic()
    site.wait_mode("curtailed")
    assert time.monotonic() - begins > 4, "not before its time"
    assert site.plant()["signal"] == said, "the page still says the same"
    wait(lambda: site.hashing() == 20, 120, "it ends without another word")
