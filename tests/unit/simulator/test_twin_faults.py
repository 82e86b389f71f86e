"""Every fault of the library on a running site, and what is seen of the worst of them."""

import pytest

from services.controller.core.orders import Act
from services.shared.vocabulary import Level, LoadTarget
from services.simulator.twin import Step
from services.simulator.twin.day import Day, Placed, PowerEvent
from services.simulator.twin.faults import LIBRARY, Fault, named
from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.record import Record
from services.simulator.twin.run import run
from services.simulator.twin.targets import chosen, places
from services.simulator.twin.twin import Twin
from tests.unit.simulator.twin_site import day, premises, site


class Watch(Observer):
    """Keeps every moment."""

    sees_every_step = True

    def __init__(self) -> None:
        self.moments: list[Instant] = []

    def observe(self, moment: Instant) -> tuple[str, ...]:
        self.moments.append(moment)
        return ()


def lived(*lines: str) -> tuple[Watch, Record]:
    chosen_day = day(*lines)
    watch, record = Watch(), Record(site(), chosen_day)
    Twin(site(), premises(), chosen_day, (watch, record)).run()
    return watch, record


def alarms(watch: Watch) -> set[str]:
    return {alarm.key for moment in watch.moments for alarm in moment.step.decision.alarms}


def test_the_library_names_each_fault_once_and_says_what_it_does() -> None:
    names = [fault.name for fault in LIBRARY]
    assert len(set(names)) == len(names) >= 25
    assert all(fault.about and fault.minutes[0] <= fault.minutes[1] for fault in LIBRARY)
    assert all(places(fault.falls, site(), premises()) for fault in LIBRARY)


@pytest.mark.parametrize("fault", LIBRARY, ids=lambda fault: fault.name)
def test_a_site_lives_through_every_fault_with_an_event_beside_it(fault: Fault) -> None:
    on = next(iter(places(fault.falls, site(), premises())))
    ends = 1800.0 if fault.is_moment else 3600.0
    placed = Placed(fault, on, chosen(fault, on, site(), premises()), 1800.0, ends)
    event = PowerEvent("utility", Level.CONTROL, 2400.0, 4200.0, target_kw=30.0)

    def check(step: Step) -> tuple[str, ...]:
        assert len(step.decision.targets.loads) == 20
        return () if step.decision.reasons else ("a decision without a reason",)

    result = run(site(), premises(), Day(1, 0.0, 6000.0, (event,), (placed,)), check=check)
    assert result.violations == ()
    assert result.steps > 100


def test_outlets_open_where_foreman_lies_and_the_alarm_names_foreman() -> None:
    watch, record = lived("event control 14:00-16:00", "fault foreman lies 13:00-16:00")
    opened = [order for one in watch.moments for order in one.step.orders if order.act is Act.OUTLET_OFF]
    assert {order.target for order in opened} == {f"m-{i}" for i in range(20)}
    assert "load_still_on" in alarms(watch)
    (event,) = record.events
    assert event.reached_s is not None and event.reached_s < 660


def test_what_neither_sleep_nor_outlet_takes_off_is_named_with_its_group_and_its_cause() -> None:
    _, record = lived("event control 14:00-16:00", "fault foreman lies 13:00-17:00", "fault pdu lost on pdu-2 13:00-17:00")
    (event,) = record.events
    groups = {short.group: short for short in event.shortfalls}
    assert {"row-1", "row-3"} <= groups.keys()
    assert groups["row-1"].kw == pytest.approx(5 * 3.3, rel=0.05)
    assert set(groups["row-1"].why) == {"foreman lies on foreman", "pdu lost on pdu-2"}


def test_a_pdu_that_restarts_is_opened_again() -> None:
    lines = ("event control 14:00-16:00", "fault foreman lies 13:00-17:00", "fault pdu reboots on pdu-1 at 15:00")
    watch, _ = lived(*lines)
    before, after = ([one.real_kw for one in watch.moments if a <= one.sim_s / 3600 < b] for a, b in ((14.5, 15.0), (15.1, 16.0)))
    assert max(before) < 2 and max(after) < 2


def test_a_killed_controller_goes_on_where_it_was() -> None:
    for death in ("controller killed", "controller killed late", "controller power cut"):
        watch, record = lived("event control 14:00-15:00", f"fault {death} at 14:20")
        assert [one.restarted for one in watch.moments].count(True) == 1
        first = next(one for one in watch.moments if one.restarted)
        assert LoadTarget.RUN not in first.step.decision.targets.loads
        assert max(one.real_kw for one in watch.moments if 14.3 < one.sim_s / 3600 < 15.0) < 2
        assert record.events[0].restored_s is not None


def test_a_stop_takes_all_off_at_once_and_holds_until_its_reset() -> None:
    watch, _ = lived("fault operator stops 14:00-14:30")
    assert max(one.real_kw for one in watch.moments if 14.05 < one.sim_s / 3600 < 14.5) < 2
    assert "trip_stop" in alarms(watch)
    assert watch.moments[-1].real_kw > 60


def test_pdus_that_hang_after_a_stop_are_told_as_lost_and_not_as_load_that_is_on_also_over_a_restart() -> None:
    hang = [f"fault pdu lost on pdu-{number} 14:10-14:40" for number in (1, 2)]
    watch, _ = lived("fault operator stops 14:00-15:00", *hang, "fault controller killed at 14:20")
    assert [one.restarted for one in watch.moments].count(True) == 1
    assert max(one.step.decision.load.unknown_kw for one in watch.moments if 14.2 < one.sim_s / 3600 < 14.6) > 60
    assert alarms(watch) == {"trip_stop", "device_lost_pdu-1", "device_lost_pdu-2"}


def test_a_hot_day_makes_the_fans_run() -> None:
    watch, record = lived("fault hot day 12:00-15:00")
    assert max(record.hottest_c.values()) > 35
    assert max(sum(fan.value == "on" for fan in one.step.decision.targets.fans) for one in watch.moments) == 9


def test_a_calendar_two_weeks_off_moves_no_load() -> None:
    watch, _ = lived(
        "fault clock jumps ahead 12:00-13:00", "fault clock jumps back 14:00-15:00", "fault clock in 1970 16:00-17:00"
    )
    assert min(one.real_kw for one in watch.moments) > 60
    assert "clock_untrusted" in alarms(watch)


def test_an_unknown_fault_is_refused_with_all_there_are() -> None:
    with pytest.raises(ValueError, match="allowed: signal lost, "):
        named("foreman sleeps")
