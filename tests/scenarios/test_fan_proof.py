"""What proves a fan: watts after the last switching while the mains are seen. Unproven is not disproved."""

from dataclasses import replace

import pytest

from services.controller.core.airflow import judge_fans
from services.controller.core.memory import Cause, FanMemory, Lockout, Phase, State
from services.controller.core.seen import FanSeen
from services.shared.vocabulary import AlarmKind, Control, FanState, PowerState, Proof
from tests.plant import fan, limits, moment, seen

ON, OFF = PowerState.ON, PowerState.OFF
NOW_S = 1000.0


def judge(one_seen, *, wanted=ON, changed_s=0.0, volts_good=True, memory=None, locked=False, at=NOW_S, **changes):
    """One fan judged at a moment: the whole verdict."""
    site = limits(fans=1, **changes)
    memory = memory or FanMemory(wanted, moment(changed_s))
    lockouts = (Lockout("fan-1", "op", "", moment(0.0)),) if locked else ()
    state = State(Phase.FREE, moment(0.0), fans=(memory,), lockouts=lockouts)
    return judge_fans(state, seen(at, site, fans=(one_seen,), volts_good=volts_good), site, moment(at))


def proof_of(*arguments, **more):
    """Its proof and the reason."""
    figure = judge(*arguments, **more).figures[0]
    return figure.proof, figure.reason


def test_a_fan_that_draws_enough_is_proven():
    assert proof_of(fan(NOW_S, 150.0)) == (Proof.PROVEN, "150 W")
    assert proof_of(fan(NOW_S, 149.0))[0] is Proof.UNPROVEN


@pytest.mark.parametrize(("age_s", "proof"), [(60.0, Proof.PROVEN), (60.1, Proof.UNPROVEN)])
def test_watts_prove_while_they_are_fresh(age_s, proof):
    assert proof_of(fan(NOW_S - age_s))[0] is proof


def test_no_watts_no_mains_or_watts_of_before_the_start_prove_nothing():
    assert proof_of(fan(NOW_S, None)) == (Proof.UNPROVEN, "no fresh watts")
    assert proof_of(FanSeen(ON, NOW_S, 1500.0, None)) == (Proof.UNPROVEN, "no fresh watts")
    for volts in (False, None):
        assert proof_of(fan(NOW_S), volts_good=volts) == (Proof.UNPROVEN, "mains voltage unknown: its watts prove nothing")
    assert proof_of(fan(NOW_S - 1.0), changed_s=NOW_S)[1] == "no watts since it was switched on"
    assert proof_of(fan(NOW_S), changed_s=NOW_S)[0] is Proof.PROVEN


def test_a_fan_that_is_too_low_for_its_run_up_by_its_readings_is_disproved():
    memory, proofs = FanMemory(ON, moment(NOW_S)), []
    for at, polled_s in ((1000.0, 1000.0), (1029.9, 1029.9), (1040.0, 1029.9), (1041.0, 1030.0)):
        verdict = judge(fan(polled_s, 3.0), memory=memory, at=at)
        memory = verdict.memories[0]
        proofs.append(verdict.figures[0].proof)
    assert proofs == [Proof.UNPROVEN, Proof.UNPROVEN, Proof.UNPROVEN, Proof.DISPROVED]
    assert verdict.figures[0].reason == "3 W where 150 W are needed"
    assert judge(fan(1050.0), memory=memory, at=1050.0).memories[0].low_since is None


def test_what_a_fan_draws_is_learnt_once_it_ran_up_and_half_of_it_still_moves_air():
    memory = FanMemory(ON, moment(0.0))
    assert judge(fan(59.9, 1600.0), memory=memory, at=59.9).memories[0].baseline_w is None
    memory = judge(fan(60.0, 1600.0), memory=memory, at=60.0).memories[0]
    assert memory.baseline_w == 1600.0
    assert judge(fan(61.0, 1680.0), memory=memory, at=61.0).memories[0].baseline_w == 1600.0, "within 5 %: not written again"
    assert judge(fan(61.0, 1700.0), memory=memory, at=61.0).memories[0].baseline_w == 1610.0
    assert proof_of(fan(61.0, 800.0), memory=memory, at=61.0)[0] is Proof.PROVEN
    assert proof_of(fan(61.0, 799.0), memory=memory, at=61.0)[0] is Proof.UNPROVEN


@pytest.mark.parametrize(
    ("relay", "polled_s", "proof", "reason"),
    [
        (ON, NOW_S - 60.0, Proof.PROVEN, "by its relay's word"),
        (ON, NOW_S - 60.1, Proof.UNPROVEN, "no fresh word of its relay"),
        (ON, None, Proof.UNPROVEN, "no fresh word of its relay"),
        (OFF, NOW_S, Proof.UNPROVEN, "its relay is not on"),
        (PowerState.UNKNOWN, NOW_S, Proof.UNPROVEN, "its relay is not on"),
    ],
)
def test_without_an_energy_monitor_a_fresh_word_of_the_relay_proves(relay, polled_s, proof, reason):
    assert proof_of(FanSeen(relay, polled_s), fan_proof_by_relay=True) == (proof, reason)


def test_the_word_of_a_relay_from_before_the_start_proves_nothing():
    old = FanSeen(ON, NOW_S - 1.0)
    assert proof_of(old, changed_s=NOW_S, fan_proof_by_relay=True)[1] == "no word of its relay since it was switched on"


def test_a_lost_relay_board_leaves_its_fans_to_their_watts():
    assert proof_of(fan(NOW_S, 1500.0, PowerState.UNKNOWN))[0] is Proof.PROVEN


def test_a_fan_that_draws_although_its_relay_is_off_is_a_warning_and_harms_nothing():
    memory = FanMemory(OFF, moment(NOW_S))
    keys = []
    for at in (1000.0, 1010.0, 1029.9, 1030.0):
        verdict = judge(fan(at, 150.0, OFF), memory=memory, at=at)
        memory = verdict.memories[0]
        keys.append([one.key for one in verdict.alarms])
    assert keys == [[], [], [], ["fan_runs_unasked"]]
    assert verdict.alarms[0].kind is AlarmKind.WARNING
    assert verdict.alarms[0].cause == "Wanted off, but running: fan 1."
    assert (verdict.ceilings, verdict.figures[0].proof) == ((), Proof.UNPROVEN)
    assert judge(fan(1050.0, 0.0, OFF), memory=memory, at=1050.0).memories[0].low_since is None


@pytest.mark.parametrize(
    ("one_seen", "changes"),
    [
        (fan(NOW_S, 1500.0, ON), {}),
        (fan(NOW_S, 1500.0, PowerState.UNKNOWN), {}),
        (FanSeen(OFF, NOW_S - 61.0, 1500.0, NOW_S), {}),
        (FanSeen(OFF, NOW_S, 1500.0, NOW_S - 61.0), {}),
        (FanSeen(OFF, NOW_S, 1500.0, None), {}),
        (FanSeen(OFF, NOW_S, None, NOW_S), {}),
        (fan(NOW_S, 149.0, OFF), {}),
        (fan(NOW_S, 1500.0, OFF), {"volts_good": None}),
        (fan(NOW_S, 1500.0, OFF), {"control": Control.OBSERVE}),
    ],
    ids=[
        "its relay lets it run",
        "board lost",
        "old relay",
        "old watts",
        "no poll",
        "no watts",
        "little",
        "no mains",
        "observed",
    ],
)
def test_a_fan_that_runs_for_a_known_reason_or_is_not_ours_to_stop_is_no_alarm(one_seen, changes):
    memory = FanMemory(OFF, moment(0.0), low_since=moment(0.0))
    assert judge(one_seen, memory=memory, **changes).alarms == ()


@pytest.mark.parametrize(
    ("one_seen", "after_s", "changes", "reason", "does"),
    [
        (fan(NOW_S - 3.0, 1474.0, ON), 1.0, {}, "stopping: 1474 W", FanState.STOPPING),
        (fan(NOW_S, 1474.0, OFF), 29.9, {}, "stopping: 1474 W", FanState.STOPPING),
        (fan(NOW_S, 0.0, ON), 5.0, {}, "stopping: on by its relay", FanState.STOPPING),
        (fan(NOW_S, 1474.0, ON), 30.0, {}, "1474 W although it is wanted off", FanState.UNASKED),
        (fan(NOW_S, 1474.0, ON), 30.0, {"volts_good": None}, "on by its relay although it is wanted off", FanState.UNASKED),
        (fan(NOW_S, 1474.0, ON), 1.0, {"control": Control.OBSERVE}, "1474 W although it is wanted off", FanState.UNASKED),
        (fan(NOW_S, 149.0, OFF), 1.0, {}, "off as wanted", FanState.RESTING),
        (FanSeen(ON, NOW_S - 61.0, 1474.0, NOW_S - 61.0), 1.0, {}, "off as wanted", FanState.RESTING),
    ],
)
def test_a_fan_that_is_wanted_off_says_whether_it_stops_rests_or_runs_on(one_seen, after_s, changes, reason, does):
    assert proof_of(one_seen, wanted=OFF, changed_s=NOW_S - after_s, **changes) == (Proof.UNPROVEN, reason)
    assert judge(one_seen, memory=FanMemory(OFF, moment(NOW_S - after_s)), **changes).figures[0].state is does


def test_a_fan_that_we_cannot_switch_never_runs_unasked():
    site = limits(fans=1)
    site = replace(site, fans=(replace(site.fans[0], wired=False),))
    state = State(Phase.FREE, moment(0.0), fans=(FanMemory(OFF, moment(0.0), low_since=moment(0.0)),))
    assert not judge_fans(state, seen(NOW_S, site, fans=(fan(NOW_S, 1500.0, OFF),)), site, moment(NOW_S)).alarms


def test_what_a_fan_draws_while_it_starts_proves_nothing():
    learnt = FanMemory(ON, moment(0.0), baseline_w=1500.0)
    starting = judge(fan(NOW_S, 2251.0), memory=learnt)
    assert (starting.proven, starting.figures[0].reason) == (0, "2251 W, its inrush")
    assert judge(fan(NOW_S, 2250.0), memory=learnt).proven == 1


def test_a_locked_out_fan_is_neither_proven_nor_disproved():
    dead = FanMemory(ON, moment(0.0), low_since=moment(0.0))
    verdict = judge(fan(NOW_S, 0.0), memory=dead, locked=True)
    assert (verdict.proven, verdict.disproved, verdict.alarms) == (0, 0, ())
    assert [(one.kw, one.cause, one.reason) for one in verdict.ceilings] == [(0.0, Cause.THERMAL, "all fans are locked out")]
    assert (verdict.figures[0].locked_out, verdict.figures[0].reason) == (True, "locked out")
    assert [one.reason for one in verdict.holding] == ["0 of 1 fans proven, enough for 0 kW"]
    assert judge(fan(NOW_S), locked=True).proven == 0


@pytest.mark.parametrize(("dead", "kind"), [(4, AlarmKind.WARNING), (5, AlarmKind.EMERGENCY)])
def test_most_fans_disproved_is_an_emergency(dead, kind):
    site = limits(fans=9)
    low = FanMemory(ON, moment(0.0), low_since=moment(0.0))
    state = State(Phase.FREE, moment(0.0), fans=(low,) * 9)
    watts = tuple(fan(NOW_S, 0.0 if i < dead else 1500.0) for i in range(9))
    verdict = judge_fans(state, seen(NOW_S, site, fans=watts), site, moment(NOW_S))
    assert [(one.key, one.kind) for one in verdict.alarms] == [("fans_disproved", kind)]
    assert verdict.ceilings[0].kw == (0.0 if dead == 5 else 18.0)
    assert verdict.ceilings[0].reason == f"{dead} of 9 fans do not run"
    assert [one.reason for one in verdict.holding] == [f"{9 - dead} of 9 fans proven, enough for {30 * (9 - dead) / 8:.0f} kW"]


def test_one_fan_of_nine_is_a_spare():
    site = limits(fans=9)
    memories = (FanMemory(ON, moment(0.0), low_since=moment(0.0)),) * 9
    state = State(Phase.FREE, moment(0.0), fans=memories)
    watts = tuple(fan(NOW_S, 0.0 if i == 0 else 1500.0) for i in range(9))
    verdict = judge_fans(state, seen(NOW_S, site, fans=watts), site, moment(NOW_S))
    assert (verdict.ceilings, verdict.holding, verdict.disproved, verdict.proven) == ((), (), 1, 8)
