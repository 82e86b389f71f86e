"""A reader that repeats an old answer as new: who did not show the last command does not prove the next."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.decide import decide
from services.controller.core.memory import Lockout
from services.controller.core.orders import Act
from services.controller.core.seen import LoadSeen, MeterSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, Control, Level, LoadKind, LoadState, LoadTarget, Mode, PowerState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen
from tests.scenarios.test_reconcile import Desk, acts

OFF_S, RELEASED_S = 200.0, 331.0
LATE_S = RELEASED_S + 600.0
ASKED_S = LATE_S + 10.0
OUTLET = {"kind": LoadKind.OUTLET, "soft_device": ""}
DEAF = {"state": LoadState.UNKNOWN, "state_mono_s": None, "outlet": PowerState.OFF, "watts": 0.0}


def outlets(count=4, **changes):
    return limits(tuple(load(i, **OUTLET) for i in range(count)), restore_step_kw=100.0, interval_s=0.0, **changes)


def frozen(at, count=4, only=None):
    """The PDU shows these outlets open at 0 W, polled now; the others as they are."""
    return [replace(miner(at), **DEAF) if only is None or i in only else miner(at) for i in range(count)]


def at(plant, second, *, level=Level.CONTROL, only=None, show=frozen, **more):
    return plant.at(second, level=level, loads=show(second, len(plant.limits.loads), only), **more)


def released(site=None, only=None, show=frozen):
    """Taken off, released, and for ten minutes the PDU shows no outlet of these closed."""
    plant = Site(site or outlets()).settle()
    at(plant, OFF_S, show=show)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S):
        at(plant, second, level=Level.NORMAL, only=only, show=show)
    return plant


def alarms(decision):
    return {one.key: one for one in decision.alarms}


def test_a_pdu_that_never_showed_the_last_on_does_not_prove_the_next_off():
    plant = released(only={3})
    late = at(plant, LATE_S + 1.0, level=Level.NORMAL, only={3})
    assert (late.load.unknown_kw, late.state.mode) == (3.0, Mode.NORMAL)
    for second in (ASKED_S, ASKED_S + 30.0, ASKED_S + 600.0):
        decision = at(plant, second)
        assert alarms(decision)["loads_not_back"].cause == "1 load was released and did not come back: m-3."
        assert "load_still_on" not in alarms(decision)
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)
    assert "count as unknown" in alarms(decision)["loads_not_back"].consequence
    assert decision.state.mode is Mode.CURTAILED
    assert "unproven, 3 kW unknown" in decision.reasons


def test_the_outlet_is_told_off_although_it_reads_off_and_again_for_nothing_that_it_reads_confirms_it():
    plant = released(only={3})
    desk = Desk(plant.limits)
    readback = seen(LATE_S, plant.limits, loads=frozen(LATE_S, only={3}))
    assert acts(desk.at(LATE_S, plant.decision.targets, readback)) == [(Act.OUTLET_ON, "m-3")]
    sent = []
    for second in range(int(ASKED_S), int(ASKED_S) + 900, 5):
        at(plant, float(second))
        orders = desk.at(float(second), plant.decision.targets, seen(float(second), plant.limits, loads=frozen(float(second))))
        sent += [(second - int(ASKED_S), *one) for one in acts(orders)]
    assert {one[1:] for one in sent} == {(Act.OUTLET_OFF, "m-3")}
    assert sent[0][0] == 10, "an outlet that is the only path opens after its ten seconds"
    assert 4 <= len(sent) <= 30, "asked again, and not hammered"


def test_a_release_that_never_showed_is_taken_back_also_before_its_ten_minutes_are_over():
    plant = Site(outlets(1)).settle()
    at(plant, OFF_S)
    desk = Desk(plant.limits)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S):
        at(plant, second, level=Level.NORMAL)
        desk.at(second, plant.decision.targets, seen(second, plant.limits, loads=frozen(second, 1)))
    assert acts(order for _, order in desk.sent) == [(Act.OUTLET_ON, "m-0")]
    taken_back = []
    for second in (RELEASED_S + 20.0, RELEASED_S + 40.0):
        at(plant, second)
        orders = desk.at(second, plant.decision.targets, seen(second, plant.limits, loads=frozen(second, 1)))
        taken_back += acts(orders)
    assert taken_back == [(Act.OUTLET_OFF, "m-0")]


def test_a_lease_takes_no_outlet_back_but_sends_the_miner_to_sleep_that_says_it_works():
    site = limits((load(0),))
    desk = Desk(site)
    run = Site(site).settle().decision.targets
    for second in range(10, 100, 5):
        asleep = replace(miner(float(second), asleep=True), outlet=PowerState.OFF)
        desk.at(float(second), run, seen(float(second), site, loads=[asleep]))
    works = replace(miner(100.0, watts=0.0), outlet=PowerState.OFF)
    sleep = replace(run, loads=(LoadTarget.SLEEP,))
    assert acts(desk.at(100.0, sleep, seen(100.0, site, loads=[works]))) == [(Act.SLEEP, "m-0")]


def test_an_on_that_expired_and_showed_later_is_no_reason_to_open_the_outlet_before_sleep():
    site = limits((load(0),))
    desk = Desk(site)
    wanted = Site(site).settle().decision.targets
    for second in range(10, 100, 5):
        down = replace(miner(float(second), asleep=True), outlet=PowerState.OFF)
        desk.at(float(second), wanted, seen(float(second), site, loads=[down]))
    assert desk.book.view().last[("m-0", "outlet")].failed
    asleep = replace(wanted, loads=(LoadTarget.SLEEP,))
    assert acts(desk.at(100.0, asleep, seen(100.0, site))) == [(Act.SLEEP, "m-0")]


def test_the_doubt_ends_with_the_first_change_that_the_reader_shows():
    plant = released(only={3})
    at(plant, ASKED_S, level=Level.NORMAL, only={3})
    at(plant, ASKED_S + 1.0)
    shown = plant.at(ASKED_S + 5.0, level=Level.CONTROL, loads=[*frozen(ASKED_S + 5.0, 3), miner(ASKED_S + 5.0)])
    assert "loads_not_back" not in alarms(shown)
    decision = at(plant, ASKED_S + 10.0)
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


def test_watts_alone_are_a_change_too():
    plant = released(only={3})
    at(plant, ASKED_S)
    draws = replace(miner(ASKED_S + 1.0), **DEAF | {"watts": 2900.0})
    shown = plant.at(ASKED_S + 1.0, level=Level.CONTROL, loads=[*frozen(ASKED_S + 1.0, 3), draws])
    assert "loads_not_back" not in alarms(shown)


def test_the_doubt_stands_over_a_release_a_restart_and_a_reboot_until_the_outlet_shows_closed():
    plant = released(only={3})
    at(plant, ASKED_S)
    assert "loads_not_back" in alarms(at(plant, ASKED_S + 1.0, level=Level.NORMAL))
    plant.state = resume(plant.state, moment(ASKED_S + 60.0))
    assert at(plant, ASKED_S + 61.0).load.unknown_kw == 3.0
    plant.state = resume(plant.state, booted(5.0))
    for second in (10.0, 30.0):
        decision = decide_later(plant, second)
    assert decision.load.unknown_kw == 3.0
    assert "loads_not_back" in alarms(decision)


def booted(second):
    """A moment of a later boot whose clock nothing holds yet."""
    return moment(second, boot="later", trusted=False)


def decide_later(plant, second):
    """A decision of that boot."""
    snapshot = seen(second, plant.limits, level=Level.CONTROL, loads=frozen(second))
    decision = decide(plant.state, snapshot, plant.limits, booted(second))
    plant.state = decision.state
    return decision


def test_a_load_that_was_on_its_way_back_when_the_power_failed_gets_its_time_anew():
    plant = Site(outlets()).settle()
    at(plant, OFF_S)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S):
        at(plant, second, level=Level.NORMAL)
    plant.state = resume(plant.state, booted(5.0))
    assert [waited_s for waited_s, _ in plant.state.unshown_held] == [0.0]


def test_a_late_load_is_doubted_over_a_reboot_before_the_next_ask():
    plant = released(only={3})
    plant.state = resume(plant.state, booted(5.0))
    for second in (6.0, 20.0):
        decision = decide_later(plant, second)
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)


def test_a_reader_that_was_silent_and_not_frozen_is_believed_when_it_answers():
    """A release that the PDU could not show, because nobody reached it, is no word against it."""
    plant = Site(outlets()).settle()
    at(plant, OFF_S)
    at(plant, OFF_S + 10.0, level=Level.NORMAL)
    for second in range(int(RELEASED_S), int(LATE_S) + 100, 30):
        plant.at(float(second), level=Level.NORMAL, loads=frozen(OFF_S + 10.0))
    at(plant, LATE_S + 110.0)
    decision = at(plant, LATE_S + 120.0)
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


def test_a_person_who_locks_the_load_out_ends_the_doubt():
    plant = released(only={3})
    at(plant, ASKED_S)
    plant.state = replace(plant.state, lockouts=(Lockout("m-3", "ann", "relay burnt", moment(ASKED_S)),))
    at(plant, ASKED_S + 1.0)
    decision = at(plant, ASKED_S + 30.0)
    assert "loads_not_back" not in alarms(decision)
    assert decision.load.proven


def test_a_load_that_had_no_ten_minutes_to_come_back_is_believed():
    plant = Site(outlets()).settle()
    at(plant, OFF_S)
    for second in (OFF_S + 10.0, RELEASED_S, LATE_S - 60.0):
        at(plant, second, level=Level.NORMAL)
    for second in (LATE_S - 50.0, LATE_S + 100.0):
        decision = at(plant, second)
    assert decision.load.proven
    assert "loads_not_back" not in alarms(decision)


def test_the_site_meter_proves_what_no_pdu_does():
    plant = released(only={3})
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0, meters=(MeterSeen("site", "", 0.1, ASKED_S + 5.0),))
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


def test_the_sum_of_a_pdu_that_is_doubted_proves_nothing_of_that_load():
    plant = released(only={3})
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0, meters=(pdu_meter(0.0, ASKED_S + 5.0),))
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)


def test_what_could_be_taken_off_counts_no_load_that_is_doubted():
    plant = released(only={3})
    at(plant, ASKED_S)
    assert at(plant, ASKED_S + 1.0).load.ready_kw == 0.0


def test_most_of_an_event_that_doubted_readers_leave_unproven_is_an_emergency_that_names_them():
    plant = released()
    at(plant, ASKED_S)
    in_time = at(plant, ASKED_S + plant.limits.response_deadline_s - 1.0)
    assert "curtailment_unproven" not in alarms(in_time)
    told = alarms(at(plant, ASKED_S + plant.limits.response_deadline_s))["curtailment_unproven"]
    assert told.kind is AlarmKind.EMERGENCY
    assert told.cause == ("Of 12 kW that were asked off 12 kW are measured by nothing: the last command did not show at pdu-1.")


def own_page(second, count, only):
    """A section of a load's own page: its word and its watts are of the same device."""
    down = {"outlet": PowerState.UNKNOWN, "outlet_mono_s": None}
    return [replace(miner(second, asleep=only is None or i in only), **down) for i in range(count)]


def test_a_load_whose_own_page_never_showed_it_awake_does_not_prove_itself_asleep():
    site = limits(tuple(load(i, pdu="", outlet=None) for i in range(4)), restore_step_kw=100.0, interval_s=0.0)
    plant = released(site, show=own_page)
    at(plant, ASKED_S, show=own_page)
    assert at(plant, ASKED_S + 5.0, show=own_page).load.unknown_kw == 12.0
    plant.state = resume(plant.state, moment(ASKED_S + 6.0))
    plant.at(ASKED_S + 6.0, level=Level.CONTROL, loads=[LoadSeen()] * 4)
    assert at(plant, ASKED_S + 7.0, show=own_page).load.unknown_kw == 12.0
    at(plant, ASKED_S + 8.0, only=(), show=own_page)
    assert at(plant, ASKED_S + 9.0, show=own_page).load.proven


def old_watts(second, count, only):
    """Foreman says what is so; the PDU repeats 40 W behind closed outlets."""
    word = LoadState.HASHING if only is None and second > RELEASED_S else LoadState.ASLEEP
    return [replace(miner(second, asleep=True), state=word) for _ in range(count)]


def test_a_meter_that_shows_40_w_for_ten_minutes_where_foreman_says_hashing_does_not_prove_the_next_sleep():
    plant = released(limits(restore_step_kw=100.0, interval_s=0.0), show=old_watts)
    assert "loads_not_back" in alarms(plant.decision)
    for second in (ASKED_S, ASKED_S + 5.0):
        assert at(plant, second, show=old_watts).load.unknown_kw == 30.0
    slept = at(plant, ASKED_S + 60.0, only=(), show=old_watts)
    assert (slept.load.unknown_kw, slept.load.proven) == (30.0, False), "a word of sleep is no proof, and the old watts are none"
    plant.at(ASKED_S + 70.0, level=Level.CONTROL)
    assert at(plant, ASKED_S + 80.0, only=(), show=old_watts).load.proven


def test_a_dead_miner_behind_an_outlet_that_was_mended_is_doubted_no_longer():
    plant = released(limits((load(0),), restore_step_kw=100.0, interval_s=0.0), show=behind_an_open_outlet)
    assert plant.state.doubted == {"m-0"}
    mended = replace(miner(ASKED_S, watts=0.0), state=LoadState.UNKNOWN)
    assert plant.at(ASKED_S, loads=[mended]).state.doubted == frozenset()


def behind_an_open_outlet(second, count, only):
    return [replace(miner(second, asleep=True), outlet=PowerState.OFF) for _ in range(count)]


def test_an_outlet_without_watts_is_believed_again_once_it_reads_on():
    plant = released(limits((load(0),), restore_step_kw=100.0, interval_s=0.0), show=unmetered_outlet)
    assert plant.state.doubted == {"m-0"}
    closed = replace(unmetered_outlet(ASKED_S, 1, None)[0], outlet=PowerState.ON)
    assert plant.at(ASKED_S, loads=[closed]).state.doubted == frozenset()


def unmetered_outlet(second, count, only):
    return [replace(one, watts=None, watts_mono_s=None) for one in behind_an_open_outlet(second, count, only)]


def test_an_outlet_that_a_person_alone_switches_is_no_word_against_its_reader():
    plant = released(limits((load(0, protected=True),), restore_step_kw=100.0, interval_s=0.0), show=behind_an_open_outlet)
    assert "loads_not_back" in alarms(plant.decision)
    assert plant.state.doubted == frozenset()


def test_a_load_in_doubt_hides_no_other_that_the_site_meter_shows():
    loads = (load(0, **OUTLET, kw=4.0), load(1, pdu="pdu-2", outlet=1))
    plant = Site(limits(loads, restore_step_kw=100.0, interval_s=0.0)).settle()

    def look(second, level, kw):
        lies = replace(miner(second, asleep=True), watts=None, watts_mono_s=None)
        meters = (MeterSeen("site", "", kw, second),)
        return plant.at(second, level=level, loads=[frozen(second, 1)[0], lies], meters=meters)

    look(OFF_S, Level.CONTROL, 0.0)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S):
        look(second, Level.NORMAL, 3.0)
    assert "m-0" in plant.state.doubted
    for after_s in (0.0, plant.limits.response_deadline_s):
        decision = look(ASKED_S + after_s, Level.CONTROL, 3.0)
    assert decision.targets.loads == (LoadTarget.OFF, LoadTarget.OFF)


def test_a_stop_that_a_reader_in_doubt_leaves_unproven_is_an_emergency():
    plant = released()
    plant.state = holds.stop(plant.state, "ann", "", moment(ASKED_S))
    for after_s in (0.0, 60.0, 120.0):
        decision = at(plant, ASKED_S + after_s, level=Level.NORMAL)
    assert alarms(decision)["load_still_on"].kind is AlarmKind.EMERGENCY


def test_a_site_meter_that_misses_a_poll_makes_no_emergency_of_what_it_proved():
    plant = released()
    late_s = ASKED_S + plant.limits.response_deadline_s + 10.0
    old = (MeterSeen("site", "", 0.1, late_s - 70.0),)
    at(plant, ASKED_S, meters=(MeterSeen("site", "", 0.1, ASKED_S),))
    assert "curtailment_unproven" not in alarms(at(plant, late_s, meters=old))
    assert "curtailment_unproven" in alarms(at(plant, late_s + 3600.0, meters=old))


def test_old_watts_do_not_end_the_doubt_when_foreman_is_read_last_after_a_restart():
    plant = released(limits(restore_step_kw=100.0, interval_s=0.0), show=old_watts)
    plant.state = resume(plant.state, moment(ASKED_S))
    unread = [replace(one, state=LoadState.UNKNOWN, state_mono_s=None) for one in old_watts(ASKED_S, 10, None)]
    assert len(plant.at(ASKED_S, loads=unread).state.doubted) == 10


def test_a_miner_that_hashes_on_few_watts_and_was_never_asked_off_is_believed():
    """Its pool is away: sixty watts for hours are no sign of a frozen meter where no command was given."""
    plant = Site(limits(interval_s=0.0)).settle()
    for second in range(200, 2000, 30):
        plant.at(float(second), loads=[miner(float(second), watts=60.0) for _ in range(10)])
    assert plant.state.unshown == ()
    plant.at(2000.0, level=Level.CONTROL, loads=[miner(2000.0, asleep=True)] * 10)
    decision = plant.at(2010.0, level=Level.CONTROL, loads=[miner(2010.0, asleep=True)] * 10)
    assert decision.load.proven


def test_a_word_of_sleep_that_is_read_every_two_minutes_is_late_like_any_other():
    site = limits(restore_step_kw=100.0, interval_s=0.0, lost_after_s={"foreman": 300.0})
    plant = Site(site).settle()
    plant.at(OFF_S, level=Level.CONTROL, loads=[word_of_sleep(OFF_S)] * 10)
    plant.at(OFF_S + 10.0, loads=[word_of_sleep(OFF_S)] * 10)
    for second in range(int(RELEASED_S), int(LATE_S) + 10, 5):
        decision = plant.at(float(second), loads=[word_of_sleep(second - second % 120.0)] * 10)
    assert "loads_not_back" in alarms(decision)
    assert len(plant.state.unshown_held) == 1, "one moment since when, and no write for each poll that is missing"


def word_of_sleep(second):
    return LoadSeen(LoadState.ASLEEP, second)


def test_one_poll_that_reads_an_outlet_open_opens_none_when_it_reads_closed_again():
    """A sleeping miner needs no cut; what read open for a moment stayed as it was."""
    plant = Site(limits(interval_s=0.0)).settle()
    plant.at(OFF_S, level=Level.CONTROL)
    desk = Desk(plant.limits)
    for after_s in range(10, 1200, 10):
        at_s = OFF_S + after_s
        outlet = PowerState.OFF if after_s == 800 else PowerState.ON
        loads = [replace(miner(at_s, asleep=True), outlet=outlet) for _ in range(10)]
        decision = plant.at(at_s, level=Level.CONTROL, loads=loads)
        desk.at(at_s, decision.targets, seen(at_s, plant.limits, loads=loads))
    assert desk.sent == []


def test_a_load_in_doubt_whose_pdu_then_falls_silent_is_load_that_nothing_shows_off():
    plant = released(only={3})
    for second in (ASKED_S, ASKED_S + 1200.0):
        decision = plant.at(second, level=Level.CONTROL, loads=[*frozen(second, 3), frozen(ASKED_S)[0]])
    assert "load_still_on" in alarms(decision)


def test_a_load_that_lost_its_pdu_in_the_list_is_believed_by_its_own_word():
    plant = released(only={3})
    plant.limits = replace(plant.limits, loads=(*plant.limits.loads[:3], load(3, pdu="", outlet=None)))
    works = replace(LoadSeen(LoadState.HASHING, ASKED_S))
    assert plant.at(ASKED_S, loads=[*[miner(ASKED_S)] * 3, works]).state.doubted == frozenset()


def asleep_behind_closed_outlets(second, count, only):
    return [miner(second, asleep=True) for _ in range(count)]


def test_a_miner_that_does_not_wake_behind_a_closed_outlet_has_two_readers_that_are_believed():
    plant = released(limits(restore_step_kw=100.0, interval_s=0.0), show=asleep_behind_closed_outlets)
    assert "loads_not_back" in alarms(plant.decision)
    for second in (ASKED_S, ASKED_S + 5.0):
        decision = at(plant, second, show=asleep_behind_closed_outlets)
    assert "loads_not_back" not in alarms(decision)
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


@pytest.mark.parametrize("last", ["failed", "open"])
def test_a_wake_that_nobody_confirmed_is_called_back_although_the_device_says_asleep(last):
    site = limits((load(0),))
    desk = Desk(site)
    down = [replace(miner(10.0, asleep=True), watts=None, watts_mono_s=None)]
    run = Site(site).settle().decision.targets
    assert desk.at(10.0, run, seen(10.0, site, loads=down))[0].act is Act.WAKE
    later = 400.0 if last == "failed" else 20.0
    down = [replace(down[0], state_mono_s=later, outlet_mono_s=later)]
    sleep = replace(run, loads=(LoadTarget.SLEEP,))
    assert [one.act for one in desk.at(later, sleep, seen(later, site, loads=down))] == [Act.SLEEP]


def test_a_site_that_only_observes_doubts_no_reader():
    plant = released(outlets(control=Control.OBSERVE))
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0)
    assert decision.state.unshown == ()
    assert decision.load.proven
