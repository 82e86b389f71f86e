"""The plant's physics: heat, watts, fans, and that a seed repeats itself."""

import pytest

from services.simulator.plant import Plant
from services.simulator.site import Site
from services.simulator.wiring import FanWiring


def asleep(plant: Plant) -> Plant:
    for miner in plant.miners():
        plant.set_power_mode(miner.name, "sleeping")
    return plant


def stop_fans(plant: Plant, fans: range = range(9)) -> None:
    for channel in fans:
        plant.set_coil("relay-1", channel, True)


def test_the_plant_is_a_site() -> None:
    site: Site = Plant(miners=10)
    assert len(site.miners()) == 10


def test_a_full_site_draws_about_a_megawatt_and_runs_some_eight_kelvin_above_the_outside() -> None:
    plant = Plant()
    plant.step(1800)
    assert 0.98e6 < plant.load_watts() < 1.06e6
    for sensor in ("intake-1", "intake-2"):
        assert 6.5 < plant.temperature_c(sensor) - plant.temperature_c("outside") < 9.5
    assert plant.temperature_c("exhaust") > plant.temperature_c("intake-1") + 5


def test_without_fans_the_hall_warms_by_one_kelvin_in_ten_seconds() -> None:
    plant = Plant()
    stop_fans(plant)
    plant.step(30)  # the fans run out
    before = plant.temperature_c("intake-1")
    plant.step(60)
    assert plant.temperature_c("intake-1") - before == pytest.approx(6, abs=0.5)


def test_fewer_fans_mean_a_hotter_hall() -> None:
    few, all_fans = Plant(), Plant()
    stop_fans(few, range(4))
    few.step(900)
    all_fans.step(900)
    assert few.temperature_c("intake-2") > all_fans.temperature_c("intake-2") + 3


def test_sleeping_miners_leave_the_hall_as_cool_as_the_outside() -> None:
    plant = asleep(Plant())
    plant.step(900)
    assert plant.temperature_c("intake-1") - plant.temperature_c("outside") < 1
    assert plant.humidity_percent() == pytest.approx(plant.outside.humidity_percent, abs=4)


def test_a_hall_beyond_its_limit_makes_the_miners_protect_themselves() -> None:
    plant = Plant()
    stop_fans(plant)
    plant.step(900)
    assert plant.temperature_c("intake-1") < 70
    assert plant.states().get("hashing", 0) == 0


def test_heat_that_comes_in_goes_out() -> None:
    """In balance the fans, walls and mixing carry exactly what the miners give."""
    plant = Plant()
    plant.outside.swing_c = 0.0
    plant.step(3600)
    before = dict(plant.building.zones)
    plant.step(600)
    assert plant.building.zones == pytest.approx(before, abs=0.01)


def test_the_same_seed_and_the_same_calls_give_the_same_plant() -> None:
    def run(seed: int) -> list[float]:
        plant = asleep(Plant(seed=seed))
        trace = []
        for _ in range(100):
            plant.step(1)
            trace += [plant.site_watts(), plant.temperature_c("intake-1")]
        return trace

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_leap_ends_where_small_steps_end() -> None:
    leap, steps = asleep(Plant()), asleep(Plant())
    leap.step(300)
    for _ in range(300):
        steps.step(1)
    assert leap.site_watts() == pytest.approx(steps.site_watts())
    assert leap.temperature_c("intake-1") == pytest.approx(steps.temperature_c("intake-1"), abs=0.2)


def test_the_weather_follows_its_day() -> None:
    plant = Plant(miners=1)
    plant.step(6 * 3600)
    assert plant.temperature_c("outside") == pytest.approx(22)
    plant.step(12 * 3600)
    assert plant.temperature_c("outside") == pytest.approx(10)


def test_the_mains_sag_under_load() -> None:
    assert 118 < Plant().volts() < Plant(miners=1).volts() <= 120


@pytest.mark.parametrize(
    "ask",
    [
        lambda plant: plant.miner_watts("Z-9"),
        lambda plant: plant.set_power_mode("Z-9", "normal"),
        lambda plant: plant.outlet_on("pdu-9", 1),
        lambda plant: plant.set_outlet("pdu-1", 41, True),
        lambda plant: plant.coil("relay-2", 0),
        lambda plant: plant.temperature_c("cellar"),
        lambda plant: plant.set_switch("rain", True),
        lambda plant: plant.reboot("pdu-9"),
    ],
)
def test_what_is_not_there_is_a_lookup_error(ask) -> None:
    with pytest.raises(LookupError):
        ask(Plant(miners=1))


def test_a_relay_board_that_restarts_lets_its_coils_fall() -> None:
    plant = Plant(wiring=FanWiring(2, ("no",)))
    assert plant.coil("relay-1", 0)
    plant.reboot("relay-1")
    plant.step(1)
    assert not plant.coil("relay-1", 0)
    assert plant.fan_watts(1) == 0
