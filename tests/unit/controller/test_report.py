"""The report: on change and at least every 5 s; an unchanged alarm once."""

import json
from dataclasses import replace

import pytest

from services.controller.core.memory import Drilled, Hold, IntervalMemory, Trip
from services.controller.core.moments import Now
from services.controller.core.orders import Act, Order
from services.controller.report import Report, summary
from services.shared.messages import Alarm, Desired, Reported, State
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, Mode, PowerState, RuleKind
from tests.plant import BOOT, Site, intake, limits, miner, moment, pdu_meter, seen, signal
from tests.unit.controller.parts import KeptBus


class Told:
    def __init__(self, site=None, bus=None):
        self.site, self.bus = site or Site(limits(fans=2)), bus or KeptBus()
        self.report = Report(self.bus, self.site.limits, ("no meter",))

    def at(self, mono_s, *, jitter_s=0.0, **more):
        if "level" in more:
            more["signals"] = (signal(more.pop("level"), mono_s),)
        snapshot = seen(0.0, self.site.limits, **more)
        before = {key for key, _ in self.site.state.alarmed}
        decision = self.site.at(mono_s, snapshot)
        self.report.tell(decision, snapshot, (), Now(mono_s, 1_790_000_000.0 + mono_s + jitter_s, True, BOOT), before)
        return self


def test_an_unchanged_state_is_told_every_5_seconds_and_no_more():
    told = Told().at(1.0)
    for tenth in range(11, 60):
        told.at(tenth / 10)
    assert len(told.bus.of(State)) == 1
    assert len(told.at(6.0).bus.of(State)) == 2


def test_the_jitter_between_two_clocks_is_no_change():
    told = Told()
    for tenth in range(10, 50):
        told.at(tenth / 10, jitter_s=(tenth % 3) * 1e-6, meters=(pdu_meter(30.0, 0.0),))
    assert len(told.bus.of(State)) == 1


def test_a_change_is_told_at_once():
    told = Told().at(1.0).at(1.1, level=Level.CONTROL)
    assert [one.limited_by for one in told.bus.of(State)][-1] == "signal utility"
    assert told.bus.of(State)[-1].missing == ("no meter",)


def test_what_limits_is_told_by_its_kind_and_the_measured_part_of_the_reasons_apart():
    told = Told(Site(limits(fans=2, meter_tolerance_kw=20.0)).settle())
    state = told.at(200.0, level=Level.CONTROL, meters=(pdu_meter(30.0, 199.0),)).bus.of(State)[-1]
    assert (state.limited_kind, state.limits[0].kind, state.load.tolerance_kw) == (RuleKind.SIGNAL, RuleKind.SIGNAL, 20.0)
    assert (state.limits[0].reason, state.limits[0].clause) == ("utility signal: Control", "utility signal Control")
    assert state.still_on == "30 kW of 30 kW still on, 0 kW unknown" and state.still_on in state.reasons
    state = told.at(201.0, level=Level.CONTROL, meters=()).bus.of(State)[-1]
    assert state.still_on == "" and "30 kW of 30 kW unknown: no meter is fresh" in state.reasons


def test_the_hottest_temperature_is_told_with_the_moment_of_its_own_poll_and_a_forced_one_with_none():
    intakes = (intake(30.0, 40.0, "ra/s1"), intake(36.5, 31.0, "ra/s2"), intake(36.5, -300.0, "ra/s3"))
    state = Told().at(50.0, temperatures=intakes).bus.of(State)[-1]
    assert (state.temperature_max_c, state.temperature_mono_s, state.decided_mono_s) == (36.5, 31.0, 50.0)
    site = Site(limits(fans=2))
    site.state = replace(site.state, holds=(Hold("l-1", LeaseKind.TEMPERATURE, "anna", "", moment(0.0), 900.0, celsius=39.0),))
    state = Told(site).at(50.0, temperatures=intakes).bus.of(State)[-1]
    assert (state.temperature_max_c, state.temperature_mono_s) == (39.0, None)
    blind = Told().at(50.0, temperatures=(intake(None, 49.0, "ra/s1"),)).bus.of(State)[-1]
    assert (blind.temperature_max_c, blind.temperature_mono_s) == (None, None)


def test_an_alarm_is_told_when_it_begins_and_when_it_ends_and_not_between():
    told = Told().at(1.0, level=Level.CONTROL)
    for second in range(2, 20):
        told.at(float(second), level=Level.CONTROL)
    assert [(one.key, one.active) for one in told.bus.of(Alarm)] == [("signal_utility", True)]
    told.at(20.0, level=Level.NORMAL)
    assert told.bus.of(Alarm)[-1].active, "a source that is clear for a moment has not released yet"
    told.at(20.0 + told.site.limits.release_s, level=Level.NORMAL)
    signal = [one for one in told.bus.of(Alarm) if one.key == "signal_utility"]
    assert [one.active for one in signal] == [True, False]
    assert len({one.since_at for one in signal}) == 1


def test_an_alarm_of_what_one_device_reads_names_it():
    told = Told().at(1.0, temperatures=(intake(20.0, -300.0, "ra/s1"),))
    assert {one.key: one.device for one in told.bus.of(Alarm)}["temperature_lost_main"] == "ra"


def test_after_a_restart_an_alarm_that_holds_is_told_again_with_its_own_beginning():
    told = Told().at(1.0, level=Level.CONTROL)
    again = Told(told.site).at(50.0, level=Level.CONTROL)
    assert again.bus.of(Alarm)[0].since_at == told.bus.of(Alarm)[0].since_at


def test_after_a_restart_an_alarm_that_ended_is_ended_once():
    told = Told().at(1.0, level=Level.CONTROL)
    again = Told(told.site).at(50.0, level=Level.NORMAL).at(50.0 + told.site.limits.release_s).at(171.0)
    assert [one.active for one in again.bus.of(Alarm) if one.key == "signal_utility"] == [True, False]


def test_tables_hold_every_member_and_are_told_on_change():
    told = Told().at(1.0).at(2.5).at(4.0)
    assert [one.group for one in told.bus.of(Desired)] == ["rack-1", "fans"]
    (reported,) = told.bus.of(Reported)
    assert [member.name for member in reported.members] == [f"m-{i}" for i in range(10)]
    told.at(6.0, loads=[miner(0.0, asleep=True) for _ in range(10)])
    assert len(told.bus.of(Reported)) == 2


def test_a_load_that_nothing_meters_has_no_watts_and_not_zero():
    from services.controller.core.seen import LoadSeen

    told = Told().at(1.0, loads=[LoadSeen()] * 10)
    member = told.bus.of(Reported)[0].members[0]
    assert (member.watts, member.target) == (None, LoadTarget.RUN)
    assert told.bus.of(State)[0].load.measured_kw is None
    assert told.bus.of(State)[0].load.unknown_kw == 30.0


def test_the_same_orders_are_counted():
    orders = [Order("foreman", Act.SLEEP, f"m-{i}", 1.0) for i in range(3)] + [Order("pdu-1", Act.OUTLET_OFF, "m-1", 1.0)]
    assert summary(tuple(orders)) == ("outlet_off 1 by pdu-1", "sleep 3 by foreman")


@pytest.mark.parametrize("level", list(Level))
def test_every_level_can_be_told(level):
    assert Told().at(1.0, level=level).bus.of(State)


def test_every_acting_device_has_its_last_drill_or_none():
    told = Told()
    told.site.state = replace(told.site.state, drilled=(Drilled("foreman", 1_790_000_000.0, True, 12.0, "asleep after 12 s"),))
    told.at(1.0)
    drills = {one.device: one for one in told.bus.of(State)[-1].drills}
    assert drills.keys() == told.site.limits.device_kinds.keys()
    assert (drills["foreman"].proven, drills["foreman"].seconds) == (True, 12.0)
    assert drills["pdu-1"].at is None and not drills["pdu-1"].proven


def test_the_planned_event_of_a_source_and_the_load_that_is_ready_are_told():
    site = Site(limits(fans=2))
    snapshot = seen(1.0, site.limits)
    decision = site.at(1.0, snapshot)
    figures = (replace(decision.signals[0], event_id="e-7", from_at=1_790_000_100.0, until_at=1_790_000_900.0),)
    began = Now(0.0, 1_790_000_000.0, True, BOOT)
    decision = replace(
        decision,
        signals=figures,
        load=replace(decision.load, ready_kw=27.04, interval_kw=12.345),
        state=replace(decision.state, interval=IntervalMemory(began, began, 0.0, 0.0)),
    )
    bus = KeptBus()
    Report(bus, site.limits, ()).tell(decision, snapshot, (), Now(1.0, 1_790_000_001.0, True, BOOT), set())
    (state,) = bus.of(State)
    assert (state.signals[0].event_id, state.signals[0].from_at, state.signals[0].until_at) == (
        "e-7",
        1_790_000_100.0,
        1_790_000_900.0,
    )
    assert (state.load.ready_kw, state.load.interval_kw) == (27.0, 12.35)
    assert state.load.interval_ends_at == 1_790_000_000.0 + site.limits.interval_s


def test_a_fan_is_told_with_the_hours_it_ran_in_all_and_a_trip_with_what_forbids_its_reset():
    told = Told().at(1.0)
    fans = tuple(replace(memory, wanted=PowerState.ON, hours=100.0, changed=moment(1.0)) for memory in told.site.state.fans)
    smoke = Trip("smoke", "Smoke.", moment(1.0))
    told.site.state = replace(told.site.state, fans=fans, trips=(smoke,))
    said = told.at(1801.0).bus.of(State)[-1]
    assert [fan.hours for fan in said.fans] == [100.5, 100.5]
    assert [trip.present for trip in said.trips] == ["the cause of smoke may persist: no smoke contact is read"]


@pytest.mark.parametrize("after_s", [0.0, 0.4, 0.9])
def test_when_load_may_return_at_the_earliest_is_told_as_a_whole_second_and_never_later_than_it_does(after_s: float):
    event = replace(signal(Level.CONTROL, 200.0), until_at=1_790_003_600.0 + after_s)
    told = Told(Site().settle()).at(200.0, signals=(event,))
    assert told.bus.of(State)[-1].back_at == 1_790_003_600 + told.site.limits.release_s


def test_a_return_on_the_full_second_stays_on_it_however_the_calendar_jitters():
    event = replace(signal(Level.CONTROL, 200.0), until_at=1_790_003_599.9995)
    told = Told(Site().settle()).at(200.0, signals=(event,))
    assert told.bus.of(State)[-1].back_at == 1_790_003_600 + told.site.limits.release_s


def test_raw_answers_stand_among_the_leases_and_nothing_counts_as_forced():
    heard = []
    told = Told()
    told.report = Report(told.bus, told.site.limits, (), on_leases=heard.append)
    told.site.settle()
    asked = Hold("a", LeaseKind.RAW, "ann", "", moment(200.0), 300.0, sensor="pdu-1")
    told.site.state = replace(told.site.state, holds=(asked,))
    state = told.at(210.0).bus.of(State)[-1]
    assert (state.forced, state.mode, state.limited_by) == (False, Mode.NORMAL, "nothing")
    assert json.loads(state.leases[0].payload)["device"] == "pdu-1"
    assert heard == [state.leases]
    told.site.state = replace(told.site.state, holds=(asked, replace(asked, id="b", kind=LeaseKind.FANS, sensor="", fan_stage=2)))
    assert told.at(220.0).bus.of(State)[-1].forced
