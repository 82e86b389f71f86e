"""Power signals over time: several sources, drops, loss, service, contacts, flapping."""

from dataclasses import replace

import pytest

from services.controller.core.memory import Cause, Hold
from services.controller.core.moments import Stamp
from services.controller.core.seen import SwitchSeen
from services.shared.vocabulary import AlarmKind, LeaseKind, Level, LoadTarget, OnLoss, RuleKind, SwitchRole
from tests.plant import Site, limits, miner, moment, pdu_meter, signal
from tests.scenarios.rails import ALERT, CONTROL, EMERGENCY, NORMAL, Rails, alarms, asked_kw, metered, page, source

TWO = (source(), source("iso"))


# Several sources


def test_any_source_that_asks_curtails_and_return_needs_all_clear():
    rails = Rails(*TWO)
    assert asked_kw(rails.at(0.0, page(NORMAL, 0.0), page(CONTROL, 0.0, "iso"))) == 0.0
    assert asked_kw(rails.at(10.0, page(CONTROL, 10.0), page(CONTROL, 0.0, "iso"))) == 0.0
    assert asked_kw(rails.at(20.0, page(CONTROL, 10.0), page(NORMAL, 20.0, "iso"))) == 0.0
    assert asked_kw(rails.at(30.0, page(NORMAL, 30.0), page(NORMAL, 20.0, "iso"))) is None


def test_the_lowest_target_of_all_sources_counts():
    rails = Rails(*TWO)
    assert asked_kw(rails.at(0.0, page(CONTROL, 0.0, target_kw=12.0), page(EMERGENCY, 0.0, "iso", target_kw=9.0))) == 9.0


def test_sources_that_disagree_for_ten_minutes_are_one_alarm_that_names_who_says_what_since_when():
    rails = Rails(*TWO)
    rails.at(0.0, page(NORMAL, 0.0), page(NORMAL, 0.0, "iso"))
    texts = set()
    for at in range(60, 660, 10):
        verdict = rails.at(float(at), page(CONTROL, float(at)), page(NORMAL, float(at), "iso"))
        assert asked_kw(verdict) == 0.0
        assert list(alarms(verdict)) == ["signal_utility"]
        texts |= set(alarms(verdict).values())
    (text,) = texts
    assert "The utility signal asks for control: at most 0 kW." in text
    assert "The utility signal iso says normal since Mon 21 Sep 14:13" in text


def test_who_says_otherwise_is_named_without_a_time_when_the_clock_was_not_trusted():
    rails = Rails(*TWO)
    rails.trusted = False
    verdict = rails.at(0.0, page(CONTROL, 0.0), page(ALERT, 0.0, "iso"))
    assert "The utility signal iso says alert: any source that asks curtails." in alarms(verdict)["signal_utility"]


def test_a_source_that_flaps_each_five_seconds_is_one_standing_alarm():
    rails = Rails()
    for at in range(0, 600, 5):
        verdict = rails.at(float(at), page(CONTROL if at % 2 else NORMAL, float(at)))
        assert at < 5 or list(alarms(verdict)) == ["signal_utility"], f"the alarm flaps at {at}"


def test_the_alarm_ends_when_the_source_was_clear_for_as_long_as_a_release():
    rails = Rails()
    rails.at(0.0, page(CONTROL, 0.0))
    rails.at(10.0, page(NORMAL, 10.0))
    assert "signal_utility" in alarms(rails.at(129.9, page(NORMAL, 120.0)))
    assert not alarms(rails.at(130.0, page(NORMAL, 120.0)))


def test_a_release_counts_from_anew_after_a_new_boot():
    rails = Rails()
    rails.at(5000.0, page(CONTROL, 5000.0))
    rails.at(5010.0, page(NORMAL, 5010.0))
    rails.restart(20.0, boot="next-boot")
    assert "signal_utility" in alarms(rails.at(21.0, page(NORMAL, 21.0)))
    assert "signal_utility" in alarms(rails.at(140.0, page(NORMAL, 140.0)))
    assert not alarms(rails.at(141.0, page(NORMAL, 140.0)))


def test_a_level_that_curtails_acts_at_once_and_the_load_waits_for_the_release():
    site = Site().settle()
    assert set(site.at(300.0, level=EMERGENCY).targets.loads) == {LoadTarget.SLEEP}
    assert set(site.at(301.0).targets.loads) == {LoadTarget.SLEEP}


# What is asked


def test_a_control_without_kw_asks_for_what_is_configured_in_the_words_known():
    (ceiling,) = Rails(curtail_to_kw=6.0).at(0.0, page(CONTROL, 0.0)).ceilings
    assert (ceiling.rule, ceiling.kw, ceiling.cause) == ("signal utility", 6.0, Cause.UTILITY)
    assert ceiling.reason == "utility signal: Control"


def test_a_drop_to_some_kw_is_told_with_its_target():
    (ceiling,) = Rails().at(0.0, page(CONTROL, 0.0, target_kw=12.0)).ceilings
    assert (ceiling.kw, ceiling.reason) == (12.0, "utility signal: Control, at most 12 kW")


def test_a_negative_target_is_nothing_on_and_a_negative_drop_raises_nothing():
    assert asked_kw(Rails().at(0.0, page(CONTROL, 0.0, target_kw=-5.0))) == 0.0
    rails = Rails()
    rails.kw = metered(20.0)
    assert asked_kw(rails.at(0.0, page(CONTROL, 0.0, drop_kw=-5.0))) == 20.0


def test_a_drop_by_some_kw_is_taken_from_what_is_measured_when_it_is_first_asked_and_never_again():
    rails = Rails()
    rails.kw = metered(28.0)
    verdict = rails.at(0.0, page(CONTROL, 0.0, drop_kw=8.0))
    assert verdict.ceilings[0].reason == "utility signal: Control, at most 20 kW (drop by 8 from 28)"
    assert "at most 20 kW (drop by 8 from 28)." in alarms(verdict)["signal_utility"]
    assert verdict.figures[0].target_kw == 20.0
    rails.kw = metered(20.0)
    assert asked_kw(rails.at(60.0, page(CONTROL, 60.0, drop_kw=8.0))) == 20.0
    rails.restart(70.0)
    assert asked_kw(rails.at(71.0)) == 20.0
    rails.restart(5.0, boot="next-boot", trusted=False)
    assert asked_kw(rails.at(6.0)) == 20.0
    assert asked_kw(rails.at(66.0, page(CONTROL, 66.0, drop_kw=8.0))) == 20.0


def test_a_changed_drop_keeps_its_baseline_and_a_drop_larger_than_it_leaves_nothing():
    rails = Rails()
    rails.kw = metered(28.0)
    rails.at(0.0, page(CONTROL, 0.0, drop_kw=8.0))
    rails.kw = metered(20.0)
    assert asked_kw(rails.at(60.0, page(CONTROL, 60.0, drop_kw=18.0))) == 10.0
    assert asked_kw(rails.at(120.0, page(CONTROL, 120.0, drop_kw=99.0))) == 0.0


def test_after_the_source_was_normal_a_new_drop_takes_a_new_baseline_but_not_while_it_flaps():
    rails = Rails()
    rails.kw = metered(28.0)
    rails.at(0.0, page(CONTROL, 0.0, drop_kw=8.0))
    rails.kw = metered(20.0)
    rails.at(10.0, page(NORMAL, 10.0))
    assert asked_kw(rails.at(20.0, page(CONTROL, 20.0, drop_kw=8.0))) == 20.0
    rails.at(30.0, page(NORMAL, 30.0))
    rails.at(150.0, page(NORMAL, 150.0))
    rails.kw = metered(24.0)
    assert asked_kw(rails.at(400.0, page(CONTROL, 400.0, drop_kw=8.0))) == 16.0


def test_what_nothing_measures_counts_as_on_in_the_baseline():
    rails = Rails()
    rails.kw = metered(10.0, unknown_kw=12.0)
    assert asked_kw(rails.at(0.0, page(CONTROL, 0.0, drop_kw=8.0))) == 14.0


def test_without_a_meter_the_baseline_is_what_is_meant_to_run_and_on_a_new_site_everything():
    rails = Rails()
    rails.state = replace(rails.state, running=frozenset({"m-0", "m-1", "m-2", "m-3"}), setpoint_kw=12.0)
    assert asked_kw(rails.at(0.0, page(CONTROL, 0.0, drop_kw=8.0))) == 4.0
    assert asked_kw(Rails().at(0.0, page(CONTROL, 0.0, drop_kw=8.0))) == 22.0


def test_a_target_stands_before_a_drop():
    rails = Rails()
    rails.kw = metered(28.0)
    verdict = rails.at(0.0, page(CONTROL, 0.0, target_kw=5.0, drop_kw=8.0))
    assert verdict.ceilings[0].reason == "utility signal: Control, at most 5 kW"


# What was heard


def test_an_older_word_that_comes_late_changes_nothing():
    rails = Rails()
    rails.at(100.0, page(CONTROL, 100.0))
    assert asked_kw(rails.at(101.0, page(NORMAL, 50.0))) == 0.0


def test_a_stricter_word_from_before_our_start_counts_after_a_new_boot():
    rails = Rails()
    rails.at(5000.0, page(NORMAL, 5000.0))
    rails.restart(30.0, boot="next-boot", trusted=False)
    assert asked_kw(rails.at(30.0, page(CONTROL, 20.0))) == 0.0


def test_a_word_that_only_grows_older_is_written_down_once_a_minute():
    rails = Rails()
    rails.at(0.0, page(NORMAL, 0.0))
    rails.at(59.0, page(NORMAL, 59.0))
    assert rails.memory().seen.mono_s == 0.0
    rails.at(60.0, page(NORMAL, 60.0))
    assert rails.memory().seen.mono_s == 60.0


def test_unknown_text_never_counts_as_a_word():
    rails = Rails()
    rails.at(0.0, page(CONTROL, 0.0))
    verdict = rails.at(10.0, page(Level.UNKNOWN, 10.0, reason="found 'maintenance'"))
    assert asked_kw(verdict) == 0.0
    assert verdict.figures[0].reason == "found 'maintenance'"


# Loss


@pytest.mark.parametrize(
    ("on_loss", "said", "kw"),
    [
        (OnLoss.CURTAIL, NORMAL, 0.0), (OnLoss.CURTAIL, CONTROL, 0.0),
        (OnLoss.HOLD, NORMAL, None), (OnLoss.HOLD, CONTROL, 0.0),
        (OnLoss.RUN, NORMAL, None), (OnLoss.RUN, CONTROL, None),
    ],
)  # fmt: skip
def test_a_loss_leads_where_it_is_configured_to_and_not_a_second_before(on_loss, said, kw):
    rails = Rails(source(on_loss=on_loss))
    before = rails.at(899.9, page(said, 0.0))
    assert asked_kw(before) == (0.0 if said is CONTROL else None)
    assert before.next_due == 900.0
    verdict = rails.at(900.0, page(said, 0.0))
    assert asked_kw(verdict) == kw
    assert verdict.figures[0].effective is (NORMAL if kw is None else CONTROL)
    assert verdict.figures[0].reason == f"signal utility lost for 15 min, {on_loss.value} as configured"
    assert "signal_lost_utility" in alarms(verdict)
    assert {one.cause for one in verdict.ceilings} <= {Cause.SIGNAL_LOST}


def test_each_source_has_its_own_heartbeat():
    rails = Rails(source(heartbeat_s=100.0), source("iso", heartbeat_s=1000.0))
    keys = alarms(rails.at(500.0, page(NORMAL, 0.0), page(NORMAL, 0.0, "iso")))
    assert "signal_lost_utility" in keys and "signal_lost_iso" not in keys


def test_the_first_of_all_sources_turns_is_named():
    rails = Rails(source(heartbeat_s=100.0), source("iso", heartbeat_s=1000.0))
    assert rails.at(0.0, page(NORMAL, 0.0), page(NORMAL, 0.0, "iso")).next_due == 100.0


def test_a_source_lost_in_a_deep_control_is_not_milder_than_its_last_word():
    rails = Rails(curtail_to_kw=15.0)
    rails.at(0.0, page(CONTROL, 0.0, target_kw=6.0))
    assert asked_kw(rails.at(900.0)) == 6.0


def test_a_source_lost_while_it_asks_keeps_its_alarm_and_ends_it_a_release_after_it_is_heard_again():
    rails = Rails()
    rails.at(0.0, page(CONTROL, 0.0))
    assert {"signal_utility", "signal_lost_utility"} == set(alarms(rails.at(2000.0)))
    assert {"signal_utility"} == set(alarms(rails.at(2010.0, page(NORMAL, 2010.0))))
    assert not alarms(rails.at(2130.0, page(NORMAL, 2010.0)))


def test_after_a_start_a_word_is_waited_for_through_the_grace_and_not_longer():
    rails = Rails()
    rails.at(0.0, page(NORMAL, 0.0))
    rails.restart(5000.0)
    patient = rails.at(5089.9)
    assert (asked_kw(patient), patient.next_due) == (None, 5090.0)
    assert asked_kw(rails.at(5090.0)) == 0.0


def test_a_source_never_matched_raises_nothing_drops_nothing_and_outlives_no_other():
    rails = Rails(*TWO)
    verdict = rails.at(9000.0, page(NORMAL, 9000.0), page(Level.UNKNOWN, None, "iso", reason="login page"))
    assert asked_kw(verdict) is None
    assert [one.kw for one in verdict.holding] == [0.0]
    assert list(alarms(verdict)) == ["signal_not_commissioned_iso"]
    assert "login page" in alarms(verdict)["signal_not_commissioned_iso"]
    assert [(one.commissioned, one.in_service) for one in verdict.figures] == [(True, True), (False, True)]


# Out of service


def out_of_service(rails, name, at, minutes, trusted=True):
    end = Stamp(at + 60.0 * minutes, moment(at + 60.0 * minutes).wall_s, trusted, rails.boot)
    memories = tuple(
        replace(one, out_until=end, out_by="kim: page shows a test") if one.name == name else one for one in rails.state.sources
    )
    rails.state = replace(rails.state, sources=memories)


def test_a_source_out_of_service_is_no_rail_and_people_are_told_who_why_and_until_when():
    rails = Rails(*TWO)
    rails.at(0.0, page(CONTROL, 0.0), page(NORMAL, 0.0, "iso"))
    out_of_service(rails, "utility", 200.0, 180.0)
    verdict = rails.at(200.0, page(CONTROL, 200.0), page(NORMAL, 200.0, "iso"))
    assert asked_kw(verdict) is None
    text = alarms(verdict)["signal_out_of_service_utility"]
    assert "by kim: page shows a test until Mon 21 Sep 17:16" in text and " h." not in text
    assert {one.key: one.kind for one in verdict.alarms}["signal_out_of_service_utility"] is AlarmKind.WARNING


def test_the_reminder_changes_with_each_full_hour_and_ends_with_the_time():
    rails = Rails()
    rails.at(0.0, page(CONTROL, 0.0))
    out_of_service(rails, "utility", 0.0, 150.0)
    said = {}
    for minute in range(150):
        verdict = rails.at(60.0 * minute, page(CONTROL, 60.0 * minute))
        said.setdefault(alarms(verdict)["signal_out_of_service_utility"], minute)
        assert verdict.next_due <= 9000.0
    assert list(said.values()) == [0, 60, 120]
    assert "for 2 h." in list(said)[-1]
    back = rails.at(9000.0, page(CONTROL, 9000.0))
    assert asked_kw(back) == 0.0
    assert list(alarms(back)) == ["signal_utility"]
    assert rails.memory().out_by == ""
    out_of_service(rails, "utility", 9000.0, 150.0)
    again = rails.at(9001.0, page(CONTROL, 9000.0))
    assert again.figures[0].reason == "out of service by kim: page shows a test until Mon 21 Sep 19:13"
    assert " h." not in alarms(again)["signal_out_of_service_utility"], "the hours count from anew"
    shown = again.figures[0]
    assert (shown.level, shown.effective, shown.in_service, shown.commissioned) == (CONTROL, NORMAL, False, True)


def test_without_a_trusted_clock_the_reminder_names_no_time_of_day():
    rails = Rails()
    rails.at(0.0, page(NORMAL, 0.0))
    out_of_service(rails, "utility", 0.0, 60.0, trusted=False)
    assert " until " not in alarms(rails.at(1.0))["signal_out_of_service_utility"].split(".")[0]


def test_a_source_out_of_service_neither_gets_lost_nor_holds():
    rails = Rails()
    rails.at(0.0, page(NORMAL, 0.0))
    out_of_service(rails, "utility", 0.0, 60.0)
    verdict = rails.at(3000.0)
    assert (asked_kw(verdict), verdict.holding) == (None, ())
    assert list(alarms(verdict)) == ["signal_out_of_service_utility"]


# Contacts


def contact(active, mono_s=0.0, name="panel", role=SwitchRole.UTILITY):
    return SwitchSeen(name, role, active, mono_s)


def test_a_utilitys_contact_is_a_source_like_any_other():
    rails = Rails(source("contact-panel", contact="panel"))
    verdict = rails.at(0.0, switches=(contact(True),))
    assert verdict.ceilings[0].reason == "utility signal contact-panel: Control"
    assert (verdict.ceilings[0].kind, verdict.ceilings[0].clause) == (RuleKind.CONTACT, "utility signal contact-panel Control")
    assert list(alarms(verdict)) == ["signal_contact-panel"]
    assert verdict.figures[0].name == "contact-panel"
    assert asked_kw(rails.at(10.0, switches=(contact(False, 10.0),))) is None
    assert asked_kw(rails.at(909.9, switches=(contact(None, 909.0),))) is None
    assert rails.at(910.0, switches=(contact(None, 910.0),)).ceilings[0].cause is Cause.SIGNAL_LOST


@pytest.mark.parametrize(
    "switches",
    [
        (), (contact(None),), (contact(True, None),),
        (contact(True, role=SwitchRole.DOOR),), (contact(True, name="other"),),
    ],
)  # fmt: skip
def test_a_contact_that_never_said_anything_is_not_commissioned(switches):
    verdict = Rails(source("contact-panel", contact="panel")).at(0.0, switches=switches)
    assert asked_kw(verdict) is None
    assert "wiring" in verdict.alarms[0].action


def test_a_contact_can_be_taken_out_of_service():
    rails = Rails(source("contact-panel", contact="panel"))
    rails.at(0.0, switches=(contact(True),))
    out_of_service(rails, "contact-panel", 1.0, 30.0)
    assert asked_kw(rails.at(2.0, switches=(contact(True, 2.0),))) is None


# Leases


def lease(level, target_kw=None):
    return Hold("a", LeaseKind.POWER_SIGNAL, "kim", "test", moment(0.0), 600.0, level=level, target_kw=target_kw)


def test_a_forced_signal_is_one_more_source():
    rails = Rails()
    rails.state = replace(rails.state, holds=(lease(CONTROL, 9.0), lease(NORMAL)))
    verdict = rails.at(0.0, page(NORMAL, 0.0))
    assert [(one.rule, one.kw) for one in verdict.ceilings] == [("lease", 9.0)]
    rails.state = replace(rails.state, holds=(lease(CONTROL),))
    assert asked_kw(rails.at(1.0, page(CONTROL, 1.0, target_kw=5.0))) == 0.0


def test_a_milder_forced_signal_counts_on_the_simulated_site_alone():
    for demo, kw in ((True, None), (False, 0.0)):
        rails = Rails(demo=demo)
        rails.state = replace(rails.state, holds=(lease(NORMAL),))
        verdict = rails.at(0.0, page(CONTROL, 0.0))
        assert asked_kw(verdict) == kw
        assert (verdict.figures[0].reason == "forced by a debug lease") is demo
        assert verdict.figures[0].effective is (NORMAL if demo else CONTROL)


def test_a_stricter_lease_on_the_simulated_site_hides_no_source():
    rails = Rails(demo=True)
    rails.state = replace(rails.state, holds=(lease(CONTROL, 9.0),))
    assert asked_kw(rails.at(0.0, page(CONTROL, 0.0, target_kw=5.0))) == 5.0


def test_a_site_without_sources_is_asked_nothing():
    rails = Rails()
    rails.limits = limits(sources=())
    assert rails.at(0.0).ceilings == ()


def test_a_source_that_says_drop_to_and_drop_by_means_the_lower_of_both():
    site = Site(limits(interval_s=0.0)).settle()
    words = (signal(Level.CONTROL, 200.0, target_kw=24.0, drop_kw=15.0),)
    assert site.at(200.0, signals=words, meters=(pdu_meter(30.0, 200.0),)).load.target_kw == 15.0


def test_a_lost_source_raises_nothing_on_its_old_word_unless_its_loss_means_run():
    for on_loss, holds in ((OnLoss.HOLD, True), (OnLoss.CURTAIL, True), (OnLoss.RUN, False)):
        site = Site(limits(sources=(replace(limits().sources[0], on_loss=on_loss),), curtail_to_kw=15.0)).settle()
        decision = site.at(1200.0, level=None)
        assert any(one.rule == "signal utility lost" and one.kw == 0.0 for one in decision.ceilings) is False
        asleep = [replace(miner(1201.0, asleep=True), watts=None) for _ in site.limits.loads]
        waking = site.at(1201.0, level=None, loads=asleep).targets.unwoken
        assert bool(waking) is holds, on_loss


def test_a_stricter_word_is_heard_although_its_poll_is_older_than_a_stamp_of_an_earlier_boot():
    site = Site(limits(interval_s=0.0))
    site.at(1.0, signals=(signal(Level.CONTROL, 50.0, target_kw=6.0),))
    site.state = replace(site.state, started=moment(60.0))
    assert site.at(61.0, signals=(signal(Level.CONTROL, 40.0),)).load.target_kw == 0.0
    site.at(62.0, signals=(signal(Level.CONTROL, 39.0, target_kw=9.0),))
    assert site.state.sources[0].target_kw is None, "a milder one must be newer"
    site.at(63.0, signals=(signal(Level.CONTROL, 38.0, drop_kw=9.0),))
    assert site.state.sources[0].drop_kw is None
