"""Field lessons on stale data, the meaning of a signal, and commands that lie: what no other test of the project tells yet."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold, State
from services.controller.core.orders import Act
from services.controller.core.proof import measure
from services.controller.core.seen import LoadSeen, MeterSeen
from services.shared.messages import Reported
from services.shared.vocabulary import CommandPhase, LeaseKind, Level, LoadState, LoadTarget, Mode, PowerState
from tests.field_lessons.field import Field, thirty
from tests.integration.dying_site import DyingSite, small_site
from tests.plant import Site, limits, load, miner, moment, seen
from tests.unit.controller.test_asked import ask
from tests.unit.controller.test_report import Told

RUN, SLEEP, OFF = LoadTarget.RUN, LoadTarget.SLEEP, LoadTarget.OFF


@pytest.mark.asyncio
async def test_control_said_again_for_half_an_hour_orders_once_and_hardly_writes(tmp_path):
    """Lesson 3: a signal is a level. Said 900 times it is neither lost nor work for the card."""
    site = DyingSite(
        tmp_path, lambda now_s: Level.CONTROL if now_s >= 1020.0 else Level.NORMAL, {}, replace(small_site(), fans=())
    )
    seams: dict[int, int] = {}

    def looked():
        seams[int(site.plant.now_s)] = len(site.seams)
        return False

    await site.live_until(2902.0, done=looked)
    assert len(site.plant.asleep) == 6 and not site.plant.rises
    assert [act for _, act, name in site.plant.wire if name.startswith("m-")] == [Act.SLEEP] * 6
    commits = (seams[2900] - seams[1100]) / 2
    assert commits <= 40, f"{commits} commits in half an hour in which nothing happened"


@pytest.mark.parametrize("held_by", ["a stuck signal", "a trip", "a lock-out", "a lease"])
def test_whatever_holds_load_down_is_named_and_a_person_ends_it_without_the_database(held_by):
    """Lessons 4 and 5: every hold has an owner or a rule that is shown, and a request that ends it."""
    site = Site(limits()).settle()
    now, level = moment(300.0), Level.CONTROL if held_by == "a stuck signal" else Level.NORMAL
    if held_by == "a trip":
        site.state = holds.stop(site.state, "anna", "smell", now)
    elif held_by == "a lock-out":
        site.state = holds.lock_out(site.state, "rack-1", "electrician", "cables", site.limits, now)
    elif held_by == "a lease":
        lease = Hold("a", LeaseKind.MINERS, "anna", "noise", now, 80_000.0, action="sleep", members=("all",))
        site.state = holds.grant(site.state, lease, site.limits)
    down = site.at(300.0, level=level)
    for at in range(310, 1200, 10):
        down = site.at(float(at), level=level, loads=[miner(float(at), asleep=True) for _ in range(10)])
    assert RUN not in down.targets.loads
    named = {"a stuck signal": "utility", "a trip": "anna", "a lock-out": "electrician", "a lease": "anna"}[held_by]
    said = " ".join((*down.reasons, *(one.owner for one in (*down.state.holds, *down.state.lockouts))))
    assert named in said and down.state.mode_since.mono_s == pytest.approx(300.0, abs=20.0), "who, and since when"
    verb, body = {
        "a stuck signal": ("service", {"signal": "utility", "in_service": False, "minutes": 60, "confirmed": True}),
        "a trip": ("reset", {"trip": "stop"}),
        "a lock-out": ("unlock", {"target": "rack-1"}),
        "a lease": ("release", {"kind": "miners"}),
    }[held_by]
    site.state, _ = ask(verb, body, state=site.state)
    for at in range(1200, 2200, 10):
        targets = site.decision.targets.loads
        loads = [miner(float(at), asleep=one is not RUN) for one in targets]
        site.at(float(at), level=level, loads=loads)
        assert site.decision.targets.loads.count(RUN) - targets.count(RUN) <= 1, "in stages"
    assert set(site.decision.targets.loads) == {RUN}


def test_a_stuck_event_refuses_no_command_of_a_person():
    """Lesson 5: in an event that never ends a person may still stop, lock out, lease and put to rest."""
    site = Site(limits()).settle()
    site.at(300.0, level=Level.CONTROL)
    state: State = site.state
    for verb, body in (
        ("stop", {}),
        ("lockout", {"target": "m-1"}),
        ("lease", {"kind": "miners", "action": "sleep", "members": ["m-2"]}),
        ("unlock", {"target": "m-1"}),
        ("release", {"kind": "miners"}),
    ):
        state, _ = ask(verb, body, state=state)
    assert [trip.key for trip in state.trips] == ["stop"] and not state.holds and not state.lockouts


def test_a_meter_that_came_back_and_is_lost_again_is_unknown_again():
    """Lesson 6: fresh is an age and no flag that once set stays."""
    site = limits()
    blind = [LoadSeen()] * 10

    def kw(at, polled_s):
        snapshot = seen(at, site, loads=blind, meters=(MeterSeen("site", "", 12.0, polled_s),))
        return measure(snapshot, site, moment(at)).kw

    assert [kw(100.0, 99.0), kw(159.0, 99.0), kw(160.0, 99.0)] == [12.0, 12.0, None]
    assert [kw(200.0, 199.0), kw(260.0, 199.0), kw(3000.0, 199.0)] == [12.0, None, None]


def test_the_total_leaves_out_miners_whose_watts_are_old_and_names_their_kw_as_unknown():
    """Lesson 12: a miner that was heard of two hours ago adds nothing to the total, neither its watts nor a zero."""
    site = Site(limits()).settle()
    loads = [miner(200.0 if i < 7 else 0.0, watts=3000.0) for i in range(10)]
    decision = site.at(200.0, loads=loads)
    assert (decision.load.measured_kw, decision.load.unknown_kw) == (21.0, 9.0)
    assert not decision.load.proven
    assert site.at(300.0, loads=loads).load.measured_kw is None


def test_reachable_hashing_and_drawing_power_are_three_facts():
    """Lesson 13: a miner that says hashing and draws nothing, one that says asleep and draws, one that says nothing."""
    odd = [
        LoadSeen(LoadState.HASHING, 1.0, PowerState.ON, 1.0, 0.0, 1.0),
        LoadSeen(LoadState.ASLEEP, 1.0, PowerState.ON, 1.0, 3000.0, 1.0),
        LoadSeen(LoadState.UNKNOWN, None, PowerState.ON, 1.0, 3000.0, 1.0),
        LoadSeen(LoadState.HASHING, 1.0, PowerState.UNKNOWN, None, None, None),
    ]
    told = Told(Site(limits(tuple(load(i) for i in range(4))))).at(1.5, loads=odd)
    (reported,) = told.bus.of(Reported)
    assert [(one.state, one.outlet, one.watts) for one in reported.members] == [
        (LoadState.HASHING, PowerState.ON, 0.0),
        (LoadState.ASLEEP, PowerState.ON, 3000.0),
        (LoadState.UNKNOWN, PowerState.ON, 3000.0),
        (LoadState.HASHING, PowerState.UNKNOWN, None),
    ]
    assert told.site.decision.load.measured_kw == 6.0 and told.site.decision.load.unknown_kw == 3.0


def test_ten_of_fourteen_miners_that_foreman_does_not_know_are_in_the_plan_and_go_by_their_outlets():
    """Lesson 15: planned by what can be commanded; what nothing measures is named as kW that nobody can promise."""
    site = Site(limits(tuple(load(i) for i in range(14)))).settle()

    def look(at):
        known = [miner(at, asleep=site.state.mode is not Mode.NORMAL) for _ in range(4)]
        metered = [LoadSeen(LoadState.UNKNOWN, None, PowerState.ON, at, 3000.0, at) for _ in range(7)]
        return known + metered + [LoadSeen()] * 3

    for at in range(300, 900, 10):
        decision = site.at(float(at), level=Level.CONTROL, loads=look(float(at)))
    assert decision.targets.loads == (SLEEP,) * 4 + (OFF,) * 7 + (SLEEP,) * 3
    assert decision.load.unknown_kw == 9.0 and not decision.load.proven
    assert "21 kW" in next(one.cause for one in decision.alarms if one.key == "load_still_on")


def test_a_miner_that_ignores_sleep_and_says_nothing_of_itself_goes_by_its_outlet():
    """Lesson 18: a stock miner that ignores the stop and whose mode is unknown is cut, and shown as unknown."""
    field = Field(thirty(), liars={"foreman"})
    field.until(300.0)
    field.levels["utility"] = Level.CONTROL
    field.loads = tuple(replace(one, state=LoadState.UNKNOWN, state_mono_s=None) for one in field.loads)
    field.away = {"foreman"}
    decision = field.until(900.0)
    assert field.kw() == 0.0 and set(decision.targets.loads) == {OFF}
    assert {one.state for one in field.look().loads} == {LoadState.UNKNOWN}


@pytest.mark.parametrize("settles_s", [5.0, 10.0, 20.0])
def test_an_outlet_that_needs_its_time_is_told_once_and_confirmed_when_it_is_open(settles_s):
    """Lesson 22: how long an outlet takes is the device's, and set for it."""
    site = limits(tuple(load(i, soft_device="") for i in range(4)))
    pace = replace(site.paces["pdu-1"], confirm_s=settles_s * 1.5 + 5.0)
    field = Field(replace(site, paces={**site.paces, "pdu-1": pace}), settles_s=settles_s)
    field.until(200.0)
    field.levels["utility"] = Level.CONTROL
    field.until(200.0 + 10.0 + 4 * 0.5 + settles_s + 10.0)
    assert [order.target for _, order in field.sent(Act.OUTLET_OFF)] == ["m-0", "m-1", "m-2", "m-3"]
    ends = [(step.sent.order.target, step.phase, step.seconds) for _, step in field.steps if step.phase in _ENDS]
    assert {(target, phase) for target, phase, _ in ends} == {(f"m-{i}", CommandPhase.CONFIRMED) for i in range(4)}
    assert all(seconds is not None and seconds >= settles_s for _, _, seconds in ends)


_ENDS = (CommandPhase.CONFIRMED, CommandPhase.EXPIRED, CommandPhase.FAILED, CommandPhase.REFUSED)


def test_what_could_not_be_sent_while_foreman_was_away_is_not_made_up_for_when_the_event_is_over():
    """Lesson 24: orders are made from what is wanted now; there is no queue that a reconnect plays back."""
    site = thirty(pdu_on_curtail="never")
    field = Field(site, away={"foreman"})
    field.answers = {name: 0.0 for name in site.paces}
    field.until(200.0)
    field.levels["utility"] = Level.CONTROL
    field.until(500.0)
    assert field.sent(Act.SLEEP) and not field.asleep
    field.levels["utility"] = Level.NORMAL
    field.until(900.0)
    back_s, field.away = field.now_s, set()
    field.until(1500.0)
    assert not [one for at, one in field.wire if at >= back_s], "nothing to do: all run, and all shall run"
    ends = {step.sent.id for _, step in field.steps if step.phase in _ENDS}
    assert ends == {step.sent.id for _, step in field.steps if step.phase is CommandPhase.SENT}, "every order has an end"


def test_what_the_building_draws_beside_the_miners_is_no_load_that_does_not_go_off():
    """Lesson 31: the site meter shows fans and pumps too; a target is met by the miners alone, and nothing flaps."""
    field = Field(limits(meter_base_kw=13.5), base_kw=13.5)
    field.until(300.0)
    field.levels["utility"], field.said["utility"] = Level.CONTROL, {"target_kw": 12.0}
    field.until(500.0)
    settled, wire = field.decision.targets.loads, len(field.wire)
    decision = field.until(2400.0)
    assert field.kw() == 12.0 and decision.load.measured_kw == pytest.approx(12.24, abs=0.3)
    assert decision.state.mode is Mode.CURTAILED and decision.load.proven
    assert decision.targets.loads == settled and len(field.wire) == wire, "not one order more in half an hour"
    assert "over_target" not in field.alarms()
