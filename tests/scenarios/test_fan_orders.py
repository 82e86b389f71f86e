"""The orders of a relay board, and what of its fans is left as it is: a lease that holds, a fan that rests, a bank in part."""

from dataclasses import replace

from services.controller.core.banks import banks_of, stages_of
from services.controller.core.orders import RELAY, Act, LedgerView, Order, Sent
from services.controller.core.plant import SITE
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import FanSeen, SwitchSeen
from services.controller.core.wanted import Floor, Targets
from services.shared.vocabulary import PowerState, SwitchRole
from tests.plant import fan, limits, moment, seen
from tests.scenarios.hall import OFF, ON, Hall, two_zones

BOARD = limits((), fans=1)


def orders(wanted, seen_fan, at=10.0, last=None, plant=BOARD):
    """What a board is told for its one fan."""
    view = LedgerView({("fan-1", RELAY): last} if last else {})
    return reconcile(Targets((), (wanted,)), seen(at, plant, fans=(seen_fan,)), view, plant, moment(at))[0]


def test_each_order_names_its_board_its_fan_and_the_end_of_its_time():
    assert orders(ON, fan(9.0, relay=OFF)) == (Order("relay-1", Act.FAN_ON, "fan-1", 20.0),)
    assert orders(OFF, fan(9.0)) == (Order("relay-1", Act.FAN_OFF, "fan-1", 20.0, lease_s=130.0),)
    assert orders(ON, fan(9.0, relay=ON)) == ()


def test_a_board_that_no_pace_is_told_of_has_a_minute_to_show_it():
    unpaced = replace(BOARD, paces={})
    assert [one.expires_mono_s for one in orders(ON, fan(9.0, relay=OFF), plant=unpaced)] == [70.0]
    assert [one.expires_mono_s for one in orders(OFF, fan(9.0), plant=unpaced)] == [70.0]


def test_a_relay_read_at_the_moment_of_the_lease_was_not_read_after_it():
    lease = Sent(Order("relay-1", Act.FAN_OFF, "fan-1", 20.0, lease_s=130.0), 10.0, done=True)
    assert orders(OFF, fan(10.0), 12.0, lease) == ()
    assert orders(OFF, FanSeen(PowerState.UNKNOWN), 12.0, lease) == ()
    assert [one.act for one in orders(OFF, fan(10.1), 12.0, lease)] == [Act.FAN_OFF]


def test_a_stage_of_the_site_is_shared_by_the_banks_and_none_gives_more_than_its_part():
    plant = two_zones(east=2, west=2)
    assert [len(bank.members) for bank in banks_of(plant)] == [2, 2]
    for stage, each in ((0, 0), (1, 1), (2, 1), (3, 2), (4, 2)):
        assert set(stages_of([Floor("lease", stage, "", SITE)], plant).values()) == {each}


def test_smoke_that_stops_all_fans_leaves_those_at_rest_as_they_were():
    site = Hall(limits(fans=3, fans_on_smoke="off"))
    site.until(900.0)
    resting = {i: one for i, one in enumerate(site.state.fans) if one.wanted is OFF}
    assert resting and len(resting) < 3
    site.changes = {"switches": (SwitchSeen("hall", SwitchRole.SMOKE, True, 905.0),)}
    site.until(1000.0)
    assert {one.wanted for one in site.state.fans} == {OFF}
    assert {i: site.state.fans[i] for i in resting} == resting
