"""Drills: a device is moved, a reading proves it, the date is kept; what may not be moved is refused."""

from dataclasses import replace

import pytest

from services.controller.core import drills, holds
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Lockout
from services.controller.core.plant import Limits
from services.shared.vocabulary import Control, LoadKind, LoadTarget, PowerState
from tests.plant import Site, fan, limits, load, miner, moment, seen


def begin(site: Site, device: str, at: float = 200.0, snapshot: object = None) -> None:
    look = snapshot or seen(at, site.limits)
    site.state = drills.begin(site.state, device, "ann", "monthly", "d1", look, site.limits, moment(at))  # type: ignore[arg-type]


def with_asleep(site: Site, at: float, name: str, *, outlet: PowerState = PowerState.ON) -> list[object]:
    return [miner(at, asleep=True, outlet=outlet, watts=0.0) if one.name == name else miner(at) for one in site.limits.loads]


def test_a_drill_of_foreman_sleeps_one_miner_and_its_watts_prove_it() -> None:
    site = Site().settle()
    begin(site, "foreman")
    decision = site.at(201.0)
    assert [t for t in decision.targets.loads if t is not LoadTarget.RUN] == [LoadTarget.SLEEP]
    assert decision.targets.loads[9] is LoadTarget.SLEEP, "the least important goes"
    decision = site.at(230.0, loads=with_asleep(site, 230.0, "m-9"))
    assert decision.state.holds == ()
    done = decision.state.drilled[0]
    assert (done.device, done.proven, done.seconds, done.how) == ("foreman", True, 30.0, "m-9 fell to 0 W")
    assert done.at == moment(230.0).wall_s


def test_a_drill_of_a_pdu_opens_one_outlet_under_no_load() -> None:
    site = Site().settle()
    begin(site, "pdu-1")
    assert site.at(201.0).targets.loads[9] is LoadTarget.SLEEP
    assert site.at(220.0, loads=with_asleep(site, 220.0, "m-9")).targets.loads[9] is LoadTarget.OFF
    opened = with_asleep(site, 222.0, "m-9", outlet=PowerState.OFF)
    done = site.at(222.0, loads=opened).state.drilled[0]
    assert (done.proven, done.how) == (True, "outlet 10 of pdu-1 opened, m-9 draws 0 W")


def test_an_outlet_without_sleep_is_drilled_by_opening_it() -> None:
    site = Site(limits((load(0, kind=LoadKind.OUTLET, soft_device=""),))).settle()
    begin(site, "pdu-1")
    assert site.at(201.0).targets.loads == (LoadTarget.OFF,)


def test_what_was_moved_returns_by_the_ramp() -> None:
    site = Site().settle()
    begin(site, "foreman")
    site.at(201.0)
    site.at(230.0, loads=with_asleep(site, 230.0, "m-9"))
    assert site.at(349.0).targets.loads[9] is LoadTarget.SLEEP
    assert site.at(350.0).targets.loads[9] is LoadTarget.RUN


def test_a_drill_that_moves_nothing_is_an_alarm_until_a_later_one_succeeds() -> None:
    site = Site().settle()
    begin(site, "foreman")
    for at in range(201, 500, 20):
        assert site.at(float(at)).state.drilled == ()
    decision = site.at(500.0)
    assert (decision.state.drilled[0].proven, decision.state.drilled[0].how) == (False, "nothing moved in 300 s")
    assert [one.cause for one in decision.alarms if one.key == "drill_failed_foreman"] == [
        "The drill of foreman failed: nothing moved in 300 s."
    ]
    site.at(660.0)
    begin(site, "foreman", 660.0)
    site.at(661.0)
    decision = site.at(670.0, loads=with_asleep(site, 670.0, "m-9"))
    assert len(decision.state.drilled) == 1
    assert not [one for one in decision.alarms if one.key == "drill_failed_foreman"]


def fanned(**changes: object) -> Limits:
    site = limits(fans=3, **changes)
    return replace(site, device_kinds={**site.device_kinds, "relay-1": "modbus_fans"})


def test_a_drill_of_a_relay_board_runs_a_resting_fan_and_its_watts_prove_it() -> None:
    site = Site(fanned(fan_lag_s=0.0))
    for at in range(0, 400, 5):
        site.at(float(at))
    resting = [i for i, one in enumerate(site.state.fans) if one.wanted is PowerState.OFF]
    begin(site, "relay-1", 400.0)
    decision = site.at(410.0, fans=tuple(fan(410.0, watts=0.0 if i in resting else 1500.0) for i in range(3)))
    assert decision.targets.fans[resting[0]] is PowerState.ON
    assert decision.state.drilled == ()
    assert site.at(429.0).state.drilled == (), "its inrush proves nothing"
    decision = site.at(430.0)
    assert decision.state.drilled[0].how == f"fan {resting[0] + 1} draws 1500 W"


def test_a_relay_board_with_no_resting_fan_is_not_drilled() -> None:
    site = Site(fanned())
    site.at(1.0)
    with pytest.raises(HoldRefused, match="no fan of relay-1 rests"):
        begin(site, "relay-1", 2.0)
    site.state = replace(
        site.state,
        fans=tuple(replace(one, wanted=PowerState.OFF) for one in site.state.fans),
        lockouts=tuple(Lockout(f"fan-{n}", "ann", "belt", moment(0.0)) for n in (1, 2, 3)),
    )
    with pytest.raises(HoldRefused, match="locked out"):
        begin(site, "relay-1", 2.0)


def test_what_may_not_be_drilled_is_refused_with_the_reason() -> None:
    site = Site().settle()
    with pytest.raises(HoldRefused, match=r"no acting device is named foe; there are: foreman, pdu-1"):
        begin(site, "foe")
    begin(site, "foreman")
    with pytest.raises(HoldRefused, match="another drill is running"):
        begin(site, "pdu-1")
    dark = Site().settle()
    blind = seen(200.0, dark.limits, loads=[replace(miner(200.0), watts=None) for _ in range(10)])
    with pytest.raises(HoldRefused, match="nothing of foreman can be moved now"):
        begin(dark, "foreman", 200.0, blind)
    watching = Site(limits(control=Control.OBSERVE)).settle()
    with pytest.raises(HoldRefused, match="needs armed"):
        begin(watching, "foreman")


def test_a_drill_may_be_ended_like_a_lease() -> None:
    site = Site().settle()
    begin(site, "foreman")
    site.state = holds.release(site.state, lease_id="d1", kind=None)
    assert site.at(201.0).state.drilled == ()
