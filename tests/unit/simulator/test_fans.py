"""Fans behind their relays."""

import pytest

from services.simulator.fans import INRUSH, RATED_WATTS
from services.simulator.plant import Plant
from services.simulator.wiring import FanWiring


def plant_with(*contacts: str) -> Plant:
    return Plant(miners=1, wiring=FanWiring(9, contacts))


def air(plant: Plant, fan: int) -> float:
    return plant.fans[fan - 1].air


def test_a_fan_on_the_normally_closed_contact_runs_while_its_coil_is_at_rest() -> None:
    plant = plant_with("nc")
    assert not plant.coil("relay-1", 0)
    assert plant.fan_watts(1) == pytest.approx(RATED_WATTS, rel=0.05)
    plant.set_coil("relay-1", 0, True)
    plant.step(1)
    assert plant.fan_watts(1) == 0


def test_a_fan_on_the_normally_open_contact_runs_while_its_coil_is_energised() -> None:
    plant = plant_with("no")
    assert plant.coil("relay-1", 0)
    plant.set_coil("relay-1", 0, False)
    plant.step(1)
    assert plant.fan_watts(1) == 0


def test_each_fan_may_be_wired_in_its_own_way_to_its_own_channel() -> None:
    wiring = FanWiring(2, ("nc", "no"), ("relay-2/8", "relay-1/3"))
    plant = Plant(miners=1, wiring=wiring)
    assert not plant.coil("relay-2", 7)
    assert plant.coil("relay-1", 2)
    assert wiring.boards() == ["relay-1", "relay-2"]


def test_a_starting_fan_draws_five_times_its_watts_and_needs_its_time_to_move_air() -> None:
    plant = plant_with("nc")
    plant.set_coil("relay-1", 0, True)
    plant.step(60)
    assert air(plant, 1) == 0
    plant.set_coil("relay-1", 0, False)
    plant.step(1)
    assert plant.fan_watts(1) == pytest.approx(INRUSH * RATED_WATTS, rel=0.05)
    plant.step(8)
    assert 0.3 < air(plant, 1) < 1
    plant.step(12)
    assert air(plant, 1) == 1
    assert plant.fan_watts(1) == pytest.approx(RATED_WATTS, rel=0.05)


def test_a_welded_contactor_keeps_the_fan_running() -> None:
    plant = plant_with("nc")
    plant.faults.set("fan:1", "stuck")
    plant.set_coil("relay-1", 0, True)
    plant.step(60)
    assert plant.fan_watts(1) > 1000
    assert air(plant, 1) == 1


def test_a_broken_belt_draws_some_watts_and_moves_nothing() -> None:
    plant = plant_with("nc")
    plant.faults.set("fan:1", "lie")
    plant.step(60)
    assert 0.2 * RATED_WATTS < plant.fan_watts(1) < 0.5 * RATED_WATTS
    assert air(plant, 1) == 0


def test_a_dead_motor_draws_nothing() -> None:
    plant = plant_with("nc")
    plant.faults.set("fan:1", "offline")
    plant.step(60)
    assert plant.fan_watts(1) == 0
    assert air(plant, 1) == 0


def test_an_annunciator_has_its_own_board_and_burns_while_its_coil_is_energised() -> None:
    wiring = FanWiring(2, annunciator="relay-2/4")
    assert (wiring.boards(), wiring.calls) == (["relay-1", "relay-2"], False)
    wiring.set_coil("relay-2", 3, True)
    assert (wiring.calls, wiring.feeds(1)) == (True, True)
    wiring.drop("relay-2")
    assert wiring.calls is False
    assert FanWiring(2).calls is None
