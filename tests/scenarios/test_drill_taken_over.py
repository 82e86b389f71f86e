"""A person who takes over or gives back the fan of a running drill ends the drill: nothing failed, and no alarm says so."""

from dataclasses import replace

import pytest

from services.controller.core import drills, holds
from services.controller.core.memory import Hold
from services.shared.vocabulary import LeaseKind, PowerState
from tests.plant import Site, limits, moment, seen


def drilling() -> Site:
    plant = limits(fans=3, fan_lag_s=0.0)
    site = Site(replace(plant, device_kinds={**plant.device_kinds, "relay-1": "modbus_fans"}))
    for at in range(0, 400, 5):
        site.at(float(at))
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
