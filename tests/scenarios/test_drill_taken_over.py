"""A person who takes over or gives back the fan of a running drill ends it, and so does a trip: nothing failed, and no alarm says
so. What cannot succeed is not begun."""

from dataclasses import replace
from typing import Any

import pytest

from services.controller.core import drills, holds
from services.controller.core.memory import Hold, Trip
from services.controller.core.seen import SwitchSeen
from services.shared.vocabulary import LeaseKind, Level, PowerState, SwitchRole
from tests.plant import Site, fan, limits, miner, moment, seen


def resting(**changes: Any) -> Site:
    """Three fans, of which one or two rest at 400 s."""
    plant = limits(fans=3, fan_lag_s=0.0, **changes)
    site = Site(replace(plant, device_kinds={**plant.device_kinds, "relay-1": "modbus_fans"}))
    for at in range(0, 400, 5):
        site.at(float(at))
    return site


def drilling(**changes: Any) -> Site:
    site = resting(**changes)
    site.state = drills.begin(site.state, "relay-1", "ann", "", "d1", seen(400.0, site.limits), site.limits, moment(400.0))
    return site


@pytest.mark.parametrize("how", ["given back", "held off", "locked out"])
def test_a_drill_whose_fan_a_person_takes_is_over_and_has_not_failed(how: str) -> None:
    site = drilling()
    ((number, _),) = site.state.holds[-1].fans
    if how == "given back":
        site.state = holds.release_fans(site.state, frozenset({number}))
    elif how == "locked out":
        site.state = holds.lock_out(site.state, f"fan-{number}", "bob", "", site.limits, moment(401.0))
    else:
        lease = Hold("l", LeaseKind.FANS, "bob", "", moment(401.0), 600.0, fans=((number, PowerState.OFF),))
        site.state = holds.grant(site.state, lease, site.limits)
    for at in range(402, 560, 5):
        decision = site.at(float(at))
    assert not [one.cause for one in decision.alarms if one.key.startswith("drill_failed")]


def tripped(site: Site, at: float) -> Site:
    site.state = holds.stop(site.state, "ann", "", moment(at))
    return site


@pytest.mark.parametrize("device", ["foreman", "pdu-1", "relay-1"])
def test_while_a_trip_stands_no_drill_begins_and_the_trip_is_named(device: str) -> None:
    site = tripped(resting(), 400.0)
    for at in (400.0, 405.0):
        with pytest.raises(holds.HoldRefused, match="trip stop stands: reset it first"):
            drills.begin(site.state, device, "ann", "", "d1", seen(at, site.limits), site.limits, moment(at))
        site.at(at)


def test_where_two_trips_stand_both_are_named() -> None:
    site = tripped(resting(), 400.0)
    site.state = replace(site.state, trips=(*site.state.trips, Trip("smoke", "Smoke.", moment(400.0))))
    with pytest.raises(holds.HoldRefused, match="trips stop, smoke stand: reset them first"):
        drills.begin(site.state, "relay-1", "ann", "", "d1", seen(400.0, site.limits), site.limits, moment(400.0))


def test_smoke_that_stops_the_fans_ends_the_drill_of_a_fan_which_has_not_failed() -> None:
    site = drilling(fans_on_smoke="off")
    smoke = (SwitchSeen("smoke", SwitchRole.SMOKE, True, 401.0),)
    for at in range(402, 560, 5):
        decision = site.at(float(at), switches=smoke, fans=tuple(fan(float(at), 0.0) for _ in range(3)))
    assert "trip_smoke" in {one.key for one in decision.alarms}
    assert decision.state.holds == ()
    assert decision.state.drilled == ()


@pytest.mark.parametrize("level", [Level.CONTROL, Level.EMERGENCY])
def test_while_the_utility_has_all_load_off_only_what_still_moves_is_drilled(level: Level) -> None:
    site = resting()
    down = [miner(405.0, asleep=True) for _ in site.limits.loads]
    for at in (400.0, 405.0):
        site.at(at, level=level, loads=down)
    for device in ("foreman", "pdu-1"):
        with pytest.raises(holds.HoldRefused, match=f"nothing of {device} can be moved now"):
            drills.begin(site.state, device, "ann", "", "d1", seen(405.0, site.limits), site.limits, moment(405.0))
    assert drills.begin(site.state, "relay-1", "ann", "", "d1", seen(405.0, site.limits), site.limits, moment(405.0)).holds
