"""A device that hangs is lost until it answers, however often the controller begins anew meanwhile."""

from dataclasses import replace

from services.controller.core.seen import DeviceSeen
from services.controller.core.stamps import resume
from tests.plant import Site, limits, moment, seen

HUNG_S = 200.0


def site():
    return Site(limits(interval_s=0.0)).settle(HUNG_S)


def look(plant, at, heard_s):
    """pdu-1 was heard then; None: never by this process."""
    devices = (DeviceSeen("foreman", "foreman", at), DeviceSeen("pdu-1", "snmp_pdu", heard_s))
    snapshot = replace(seen(at, plant.limits), devices=devices)
    return [one.key for one in plant.at(at, snapshot).alarms if one.key.startswith("device_lost")]


def restart(plant, at, boot="this-boot"):
    plant.state = resume(plant.state, moment(at, boot=boot))


LOST = ["device_lost_pdu-1"]


def test_a_lost_device_stays_lost_over_a_restart_until_it_answers():
    plant = site()
    assert look(plant, HUNG_S + 119.0, HUNG_S) == []
    assert look(plant, HUNG_S + 121.0, HUNG_S) == LOST
    since = dict(plant.state.alarmed)[LOST[0]]
    restart(plant, 400.0)
    for at in (400.0, 401.0, 450.0):
        assert look(plant, at, None) == LOST
    assert dict(plant.state.alarmed)[LOST[0]] == since
    assert look(plant, 451.0, 451.0) == []
    assert plant.state.silent == ()


def test_it_stays_lost_over_a_power_cut_too():
    plant = site()
    look(plant, HUNG_S + 121.0, HUNG_S)
    restart(plant, 5.0, boot="later")
    assert look(plant, 5.0, None) == LOST


def test_a_controller_that_begins_anew_each_half_minute_tells_a_device_that_never_answers():
    plant, told = site(), []
    look(plant, HUNG_S + 70.0, HUNG_S)
    for start in range(int(HUNG_S) + 80, int(HUNG_S) + 200, 30):
        restart(plant, float(start))
        told += [at for at in range(start, start + 30, 3) if look(plant, float(at), None)]
    assert told[0] == 310 + 21, "120 s after it answered last, not 120 s after a start"
    assert told[-1] == told[0] + 3 * (len(told) - 1), "and it never ends by a restart"


def test_one_that_was_heard_until_the_restart_has_its_whole_time_from_there():
    plant = site()
    look(plant, HUNG_S, HUNG_S)
    restart(plant, 250.0)
    assert look(plant, 250.0, None) == look(plant, 370.0, None) == []
    assert look(plant, 371.0, None) == LOST


def test_a_controller_that_was_stopped_for_hours_calls_nothing_lost_before_it_has_asked():
    plant = site()
    look(plant, HUNG_S + 70.0, HUNG_S)
    restart(plant, 9000.0)
    assert look(plant, 9000.0, None) == look(plant, 9020.0, None) == []
    assert look(plant, 9021.0, None) == LOST


def test_while_it_hangs_nothing_of_it_changes_from_one_decision_to_the_next():
    plant = site()
    look(plant, HUNG_S + 70.0, HUNG_S)
    before = plant.state.silent
    look(plant, HUNG_S + 90.0, HUNG_S)
    assert plant.state.silent == before
    look(plant, HUNG_S + 160.0, HUNG_S + 80.0)
    assert [one.since.mono_s for one in plant.state.silent] == [HUNG_S + 80.0]
