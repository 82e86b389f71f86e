"""What was read long ago asks for more air and less load, and never for the contrary."""

from dataclasses import replace

from services.controller.limits import limits_from
from services.shared.settings.sections import MqttSensor
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind, Control, Level, LoadState
from tests.plant import limits, miner
from tests.scenarios.hall import Hall, two_zones, warm


class Blindable(Hall):
    """A hall whose collector can be stopped: what it read of temperatures stays as it is and grows old."""

    read_s: float | None = None
    starting = False

    def look(self):
        snapshot = super().look()
        loads = snapshot.loads
        if self.starting:
            waking = replace(miner(self.now_s, watts=100.0), state=LoadState.WAKING)
            loads = tuple(waking if one.state is LoadState.HASHING else one for one in loads)
        if self.read_s is None:
            return replace(snapshot, loads=loads)
        old = tuple(replace(one, mono_s=self.read_s) for one in snapshot.temperatures)
        return replace(snapshot, loads=loads, temperatures=old)


def cooling_down():
    """Nine fans that ran for a hot hall, and a hall that has just become cool: fans have begun to stop."""
    hall = Blindable(limits(fans=9), celsius=36.0)
    hall.until(600.0)
    assert len(hall.on()) == 9
    hall.celsius["main"] = 15.0
    while len(hall.on()) == 9:
        hall.step()
    return hall


def test_while_the_collector_is_stopped_no_fan_goes_off_and_after_two_minutes_all_run():
    hall = cooling_down()
    hall.read_s = hall.now_s
    before = hall.on()
    hall.until(hall.now_s + 115.0, step_s=1.0)
    assert hall.on() == before
    hall.until(hall.now_s + 60.0, step_s=1.0)
    assert len(hall.on()) == 9


def test_each_fan_goes_off_on_a_temperature_that_was_read_after_the_last_one_did():
    hall = cooling_down()
    hall.read_s = hall.now_s
    hall.until(hall.now_s + 20.0, step_s=1.0)
    assert len(hall.on()) == 8, "the spacing is over, the temperature is that of before"
    hall.read_s = hall.now_s
    hall.until(hall.now_s + 20.0, step_s=1.0)
    assert len(hall.on()) == 7
    hall.read_s = None
    hall.until(hall.now_s + 200.0)
    assert len(hall.on()) == 1


def test_a_stage_of_fans_is_not_left_on_a_temperature_older_than_two_polls():
    hall = Blindable(limits(fans=9), celsius=36.0)
    hall.until(600.0)
    hall.celsius["main"] = 15.0
    hall.read_s = hall.now_s - 31.0
    assert ("readings", 9) in {(one.rule, one.stage) for one in hall.step().floors}
    assert hall.state.fan_stage == 9
    hall.read_s = None
    assert hall.step().state.fan_stage == 1


def test_an_old_temperature_still_starts_fans():
    hall = Blindable(limits(fans=9), celsius=15.0)
    hall.until(900.0)
    assert len(hall.on()) == 1
    hall.celsius["main"] = 36.0
    hall.read_s = hall.now_s - 100.0
    hall.until(hall.now_s + 15.0, step_s=1.0)
    assert len(hall.on()) >= 2


def test_one_zone_that_is_not_read_leaves_the_fans_of_the_other_free():
    hall = Blindable(two_zones(), celsius=36.0)
    hall.until(600.0)
    hall.celsius = {"east": 15.0, "west": 15.0}
    late = hall.now_s

    def half_read(at):
        return (*warm(15.0, "east")(at), *warm(15.0, "west")(late))

    while hall.now_s < late + 100.0:
        hall.now_s += 5.0
        hall.at(hall.now_s, replace(hall.look(), temperatures=half_read(hall.now_s)))
    assert len(hall.on() & {1, 2, 3}) == 1
    assert len(hall.on() & {4, 5}) >= 1 and dict(hall.state.fan_stages)["zone west"] >= 1


def test_the_fans_of_a_return_run_until_the_load_is_back_however_long_it_starts():
    hall = Blindable(limits(fans=9), celsius=15.0)
    hall.until(400.0)
    hall.level = Level.CONTROL
    hall.until(1200.0)
    hall.level, hall.starting = Level.NORMAL, True
    while hall.running() < 10:
        hall.step(5.0)
    leading = len(hall.on())
    assert leading == 9 - 1
    hall.until(hall.now_s + 500.0)
    assert len(hall.on()) == leading, "300 s after the last stage the loads still start"
    hall.starting = False
    hall.until(hall.now_s + 300.0)
    assert len(hall.on()) == 1, "they are back, and a temperature that is new says that it is cool"


def test_a_load_that_never_comes_back_does_not_keep_the_fans_on_for_ever():
    hall = Blindable(limits(fans=9), celsius=15.0)
    hall.until(400.0)
    hall.level = Level.CONTROL
    hall.until(1200.0)
    hall.level, hall.starting = Level.NORMAL, True
    hall.until(hall.now_s + 2400.0)
    assert len(hall.on()) == 1


def test_no_load_is_raised_on_a_temperature_older_than_two_polls():
    hall = Blindable(limits(fans=9), celsius=15.0)
    hall.until(400.0)
    hall.level = Level.CONTROL
    hall.until(1200.0)
    hall.level = Level.NORMAL
    hall.until(hall.now_s + 110.0)
    hall.read_s = hall.now_s - 25.0
    hall.until(hall.now_s + 90.0)
    assert hall.running() == 0
    assert "no new temperature in zone main" in {one.reason for one in hall.decision.ceilings}
    hall.read_s = None
    hall.until(hall.now_s + 60.0)
    assert hall.running() > 0


def test_a_quarter_that_was_shed_for_heat_returns_only_on_a_new_temperature():
    hall = Blindable(limits(fans=9), celsius=25.0)
    hall.until(300.0)
    hall.celsius["main"] = 39.0
    hall.step()
    assert dict(hall.state.thermal_stages)["main"] == 3
    hall.celsius["main"] = 30.0
    hall.step()
    hall.read_s = hall.now_s
    hall.until(hall.now_s + 100.0)
    assert dict(hall.state.thermal_stages)["main"] == 3
    hall.read_s = None
    hall.step()
    assert dict(hall.state.thermal_stages)["main"] == 2


def test_a_site_that_observes_tells_people_to_take_the_load_off_by_hand():
    hall = Hall(limits(control=Control.OBSERVE))
    hall.until(300.0)
    hall.level = Level.CONTROL
    (told,) = (one for one in hall.step().alarms if one.kind is AlarmKind.EMERGENCY)
    assert (told.consequence, told.action) == ("Observing: nothing is switched.", "Take the load off by hand.")


def test_a_site_whose_only_sensor_on_mqtt_is_a_power_meter_gets_its_load_back_after_a_curtailment():
    configured = limits_from(Settings(mqtt_sensors={"meter": MqttSensor(topic="meter/main", unit="kW")}))
    hall = Hall(limits(zones=configured.zones))
    hall.celsius = {}
    hall.until(300.0)
    hall.level = Level.CONTROL
    hall.until(600.0)
    assert hall.decision.load.setpoint_kw == 0.0
    hall.level = Level.NORMAL
    hall.until(1800.0)
    assert hall.decision.load.setpoint_kw == 30.0
    assert not [one.key for one in hall.decision.alarms if one.key.startswith("temperature_lost")]
