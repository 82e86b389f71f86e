"""Real processes killed at random instants of a real event: it ends as it would have, and the plant never rose meanwhile."""

import random

import pytest

from tests.end_to_end.whole_site import SERVICES
from tests.proof.killed_mine import MINERS, QUICK, SPEED, Mine, faults, on_kept_ports
from tests.proof.watch import Watch
from tests.waiting import wait

pytestmark = pytest.mark.timeout(170)

SEED = 20
WATCHED_HZ = 20


def test_a_controller_killed_at_random_instants_ends_the_event_and_the_restore_as_if_undisturbed(whole_site):
    site = on_kept_ports(whole_site(miners=MINERS, speed=SPEED, **QUICK)).start().settled()
    mine = Mine(site, random.Random(SEED))
    calm = mine.event(down=0, back=0)
    killed = mine.event(down=6, back=4)
    assert mine.kills == 10
    assert faults(calm, killed, mine.kills) == []
    assert killed[2].rate_hz() >= WATCHED_HZ
    assert site.rows("SELECT count(*) FROM events WHERE title LIKE 'outlet%'") == [(0,)]


def test_all_services_killed_at_once_in_an_event_hold_it_when_they_are_back(whole_site):
    site = on_kept_ports(whole_site(miners=MINERS, speed=SPEED, **QUICK)).start().settled()
    mine = Mine(site, random.Random(SEED))
    with Watch(site) as watch:
        site.tell("signal", level="control")
        wait(lambda: site.asleep() >= 5, 60, "some sleep")
        mine.kill(*SERVICES)
        wait(mine.begun, 30, "a controller that decides")
        site.wait_mode("curtailed", 90)
        wait(lambda: site.asleep() == MINERS, 30, "all sleep")
        mine.kill(*SERVICES)
        wait(mine.begun, 30, "a controller that decides")
        site.wait_mode("curtailed", 90)
    assert watch.rises_in_event() == []
    assert watch.most_open_outlets() == 0
    assert watch.fewest_fans() >= 1, "air before anything else"
    assert site.asleep() == MINERS
