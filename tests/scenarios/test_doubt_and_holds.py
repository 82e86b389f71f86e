"""Loads that were released and never showed it, while something keeps load from coming back: their time stands still."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.seen import LoadSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import Control, Level, LoadState, PowerState
from tests.plant import Site, intake, limits, load, miner, moment
from tests.scenarios.test_doubted_readers import (
    ASKED_S,
    LATE_S,
    OFF_S,
    OUTLET,
    RELEASED_S,
    alarms,
    behind_an_open_outlet,
    frozen,
    outlets,
)  # fmt: skip
from tests.scenarios.test_doubted_readers import released as without_temperatures


def site(count=4, **changes):
    loads = tuple(load(i, **OUTLET) for i in range(count))
    return limits(loads, restore_step_kw=100.0, interval_s=0.0, zones=frozenset({"main"}), **changes)


def at(plant, second, *, level=Level.NORMAL, air_s=0.0, loads=None):
    """All outlets read open at 0 W; the air was read so many seconds ago."""
    loads = frozen(second, len(plant.limits.loads)) if loads is None else loads
    return plant.at(second, level=level, loads=loads, temperatures=(intake(20.0, second - air_s),))


def released(shape=None):
    plant = Site(shape or site())
    for second in range(0, int(OFF_S), 10):
        at(plant, float(second), loads=[miner(float(second)) for _ in plant.limits.loads])
    at(plant, OFF_S, level=Level.CONTROL)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S):
        at(plant, second)
    return plant


def held(plant, second):
    """A decision for which the air was read too long ago to raise anything."""
    decision = at(plant, second, air_s=31.0)
    assert decision.targets.unwoken, "the temperature's age was meant to hold load back"
    return decision


def test_one_temperature_that_is_read_late_does_not_begin_the_ten_minutes_anew():
    plant = released()
    for after_s in range(10, 621, 10):
        (held if after_s % 300 == 0 else at)(plant, RELEASED_S + after_s)
    assert "loads_not_back" in alarms(at(plant, LATE_S + 30.0))
    for second in (ASKED_S + 30.0, ASKED_S + 640.0):
        decision = at(plant, second, level=Level.CONTROL)
    assert (decision.load.unknown_kw, decision.load.proven) == (12.0, False)
    assert "curtailment_unproven" in alarms(decision)


def test_loads_that_a_hold_keeps_asleep_are_not_late_for_the_time_it_holds():
    """Nobody told them to come back meanwhile."""
    plant = released()
    at(plant, RELEASED_S + 5.0)
    for second in range(int(RELEASED_S) + 10, int(LATE_S) + 600, 10):
        decision = held(plant, float(second))
    assert "loads_not_back" not in alarms(decision)
    let_go_s = LATE_S + 600.0
    assert "loads_not_back" not in alarms(at(plant, let_go_s))
    assert "loads_not_back" not in alarms(at(plant, let_go_s + 580.0))
    assert "loads_not_back" in alarms(at(plant, let_go_s + 600.0))


def test_what_comes_back_under_a_hold_is_waited_for_no_longer():
    plant = released()
    at(plant, RELEASED_S + 5.0)
    held(plant, RELEASED_S + 10.0)
    at(plant, RELEASED_S + 20.0, air_s=31.0, loads=[miner(RELEASED_S + 20.0)] * 4)
    assert (plant.state.unshown, plant.state.unshown_held) == ((), ())


def test_loads_that_were_told_as_late_stay_told_over_a_restart_of_the_controller():
    plant = released()
    at(plant, LATE_S)
    assert "loads_not_back" in alarms(at(plant, LATE_S + 60.0))
    plant.state = resume(plant.state, moment(LATE_S + 70.0))
    unread = [LoadSeen() for _ in plant.limits.loads]
    assert "loads_not_back" in alarms(at(plant, LATE_S + 70.5, loads=unread))
    plant.state = resume(plant.state, moment(LATE_S + 72.0))  # and once more, before all had answered
    for second in (LATE_S + 75.0, LATE_S + 165.0, LATE_S + 170.0):
        assert "loads_not_back" in alarms(at(plant, second))


def test_a_late_miner_that_is_not_in_doubt_stays_told_over_a_restart_too():
    plant = Site(limits(restore_step_kw=100.0, interval_s=0.0)).settle()
    plant.at(OFF_S, level=Level.CONTROL)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S, LATE_S + 60.0):
        plant.at(second, loads=[miner(second, asleep=True) for _ in range(10)])
    assert plant.state.doubted == frozenset()
    plant.state = resume(plant.state, moment(LATE_S + 70.0))
    plant.at(LATE_S + 70.5, loads=[LoadSeen()] * 10)
    plant.state = resume(plant.state, moment(LATE_S + 70.8))
    half = replace(miner(LATE_S + 71.0, asleep=True), state=LoadState.UNKNOWN, state_mono_s=None)  # Foreman answers last
    assert "loads_not_back" in alarms(plant.at(LATE_S + 71.0, loads=[half] * 10))
    second = LATE_S + 171.0
    assert "loads_not_back" in alarms(plant.at(second, loads=[miner(second, asleep=True) for _ in range(10)]))


def test_a_word_of_work_ends_it_where_no_meter_is_although_the_pdu_never_spoke_since_the_restart():
    plant = Site(limits(restore_step_kw=100.0, interval_s=0.0)).settle()

    def word(second, state, **more):
        one = LoadSeen(state, second, **more)
        return plant.at(second, level=Level.CONTROL if second == OFF_S else Level.NORMAL, loads=[one] * 10)

    for second in (OFF_S, OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S, LATE_S + 60.0):
        word(second, LoadState.ASLEEP, outlet=PowerState.ON, outlet_mono_s=second)
    assert "loads_not_back" in alarms(plant.decision)
    plant.state = resume(plant.state, moment(LATE_S + 70.0))
    assert "loads_not_back" in alarms(word(LATE_S + 71.0, LoadState.ASLEEP))
    assert "loads_not_back" not in alarms(word(LATE_S + 400.0, LoadState.HASHING))


def test_foreman_answering_first_after_a_restart_begins_no_ten_minutes_anew():
    plant = Site(limits((load(0),), restore_step_kw=100.0, interval_s=0.0)).settle()
    plant.at(OFF_S, level=Level.CONTROL, loads=behind_an_open_outlet(OFF_S, 1, None))

    def open_but_working(second):
        return [replace(behind_an_open_outlet(second, 1, None)[0], state=LoadState.HASHING, watts=0.0)]

    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, RELEASED_S + 400.0):
        plant.at(second, loads=open_but_working(second))
    plant.state = resume(plant.state, moment(RELEASED_S + 401.0))
    plant.at(RELEASED_S + 402.0, loads=[LoadSeen(LoadState.HASHING, RELEASED_S + 402.0)])
    for second in range(int(RELEASED_S) + 405, int(RELEASED_S) + 405 + 320, 10):
        plant.at(float(second), loads=open_but_working(float(second)))
    assert "loads_not_back" in alarms(plant.decision)


def test_an_hour_in_which_no_controller_ran_is_no_time_to_come_back():
    plant = released()
    at(plant, RELEASED_S + 5.0)
    began_s = LATE_S + 3600.0
    plant.state = resume(plant.state, moment(began_s))
    for second in (began_s + 1.0, began_s + 95.0, began_s + 600.0):
        decision = at(plant, second)
        assert "loads_not_back" not in alarms(decision)
    assert "loads_not_back" in alarms(at(plant, began_s + 700.0))


def test_late_stays_late_over_a_restart_where_nothing_tells_how_long_the_process_lived():
    """No power source, whose word would be written down each minute."""
    plant = Site(limits(restore_step_kw=100.0, interval_s=0.0, sources=())).settle()
    stopped = holds.stop(plant.state, "ann", "", moment(OFF_S))
    plant.state, before = stopped, plant.state
    plant.at(OFF_S, level=None, loads=[miner(OFF_S, asleep=True)] * 10)
    plant.state = replace(plant.state, trips=before.trips)
    for second in (OFF_S + 10.0, RELEASED_S, LATE_S, LATE_S + 60.0):
        plant.at(second, level=None, loads=[miner(second, asleep=True) for _ in range(10)])
    assert "loads_not_back" in alarms(plant.decision)
    plant.state = resume(plant.state, moment(LATE_S + 70.0))
    for second in (LATE_S + 71.0, LATE_S + 171.0):
        assert "loads_not_back" in alarms(plant.at(second, level=None, loads=[miner(second, asleep=True) for _ in range(10)]))


def test_a_load_that_draws_is_back_although_one_of_its_readers_never_spoke_since_the_restart():
    plant = Site(limits(restore_step_kw=100.0, interval_s=0.0, zones=frozenset({"main"}))).settle(0.0)
    for second in (*range(0, int(OFF_S), 10), OFF_S, OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S, LATE_S + 60.0):
        asleep = second >= OFF_S
        at(plant, second, level=Level.CONTROL if second == OFF_S else Level.NORMAL, loads=[miner(second, asleep=asleep)] * 10)
    assert "loads_not_back" in alarms(plant.decision)
    plant.state = resume(plant.state, moment(LATE_S + 70.0))
    draws = replace(miner(LATE_S + 71.0), state=LoadState.UNKNOWN, state_mono_s=None)
    assert "loads_not_back" not in alarms(at(plant, LATE_S + 71.0, air_s=31.0, loads=[draws] * 10))


def test_a_site_that_observes_for_an_hour_forgets_no_doubt():
    """A restored folder, a missing configuration, or a person at work on the PDU."""
    plant = without_temperatures(outlets(), only={3})
    assert plant.state.doubted == {"m-3"}
    armed = plant.limits
    plant.limits = replace(armed, control=Control.OBSERVE)
    plant.at(ASKED_S, loads=frozen(ASKED_S, only={3}))
    plant.limits = armed
    for second in (ASKED_S + 10.0, ASKED_S + 20.0):
        decision = plant.at(second, level=Level.CONTROL, loads=frozen(second))
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)


@pytest.mark.parametrize("word", [LoadState.HASHING, LoadState.WAKING, LoadState.UNKNOWN])
@pytest.mark.parametrize("watts", [0.0, 40.0])
def test_an_outlet_that_closes_proves_no_miner_off_that_does_not_call_itself_asleep(word, watts):
    plant = without_temperatures(limits((load(0),), restore_step_kw=100.0, interval_s=0.0), show=behind_an_open_outlet)
    plant.at(ASKED_S, level=Level.CONTROL, loads=behind_an_open_outlet(ASKED_S, 1, None))
    for after_s in (10.0, 20.0, 690.0):
        works = replace(miner(ASKED_S + after_s, watts=watts), state=word)
        decision = plant.at(ASKED_S + after_s, level=Level.CONTROL, loads=[works])
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)


def test_a_pdu_that_is_mended_while_its_miner_sleeps_proves_it_again():
    """Its open outlet was in doubt; it reads closed now, and 40 W beside a word of sleep are two readers."""
    plant = without_temperatures(limits((load(0),), restore_step_kw=100.0, interval_s=0.0), show=behind_an_open_outlet)
    assert (plant.state.doubted, plant.state.doubted_open) == ({"m-0"}, {"m-0"})
    for after_s in (0.0, 10.0, plant.limits.response_deadline_s + 10.0):
        second = ASKED_S + after_s
        decision = plant.at(second, level=Level.CONTROL, loads=[miner(second, asleep=True)])
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)
    assert "curtailment_unproven" not in alarms(decision)


def test_an_outlet_that_moves_does_not_clear_watts_that_never_did():
    plant = without_temperatures(limits((load(0),), restore_step_kw=100.0, interval_s=0.0), show=behind_an_open_outlet)
    second = LATE_S + 5.0
    works = replace(miner(second, watts=40.0), outlet=PowerState.ON)
    plant.at(second, loads=[works])
    assert plant.state.doubted == {"m-0"}
    for after_s in (0.0, 10.0):
        decision = plant.at(ASKED_S + after_s, level=Level.CONTROL, loads=[miner(ASKED_S + after_s, asleep=True)])
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)
