"""Outlets, breakers, and the layout that puts miners behind them."""

import io
from pathlib import Path

import pytest

from services.simulator.layout import OUTLETS_PER_PDU, places, write_loads
from services.simulator.plant import Plant

BANK = range(1, 11)


def test_an_open_outlet_takes_its_miner_off_and_its_watts_away() -> None:
    plant = Plant()
    before = plant.load_watts()
    watts = plant.outlet_watts("pdu-1", 1)
    plant.set_outlet("pdu-1", 1, False)
    assert not plant.outlet_on("pdu-1", 1)
    assert plant.outlet_watts("pdu-1", 1) == 0
    assert before - plant.load_watts() == pytest.approx(watts)
    assert watts > 3000
    assert plant.states() == {"hashing": 299, "off": 1}


def test_a_stuck_outlet_keeps_its_place_and_its_power() -> None:
    plant = Plant()
    plant.faults.set("outlet:pdu-1/1", "stuck")
    plant.set_outlet("pdu-1", 1, False)
    assert plant.outlet_on("pdu-1", 1)
    assert plant.outlet_watts("pdu-1", 1) > 3000


def test_a_welded_contact_reads_open_while_the_miner_hashes_on() -> None:
    plant = Plant()
    plant.faults.set("outlet:pdu-1/1", "lie")
    plant.set_outlet("pdu-1", 1, False)
    assert not plant.outlet_on("pdu-1", 1)
    assert plant.outlet_watts("pdu-1", 1) > 3000


def test_an_outlet_without_a_miner_switches_and_draws_nothing() -> None:
    plant = Plant(miners=1)
    plant.set_outlet("pdu-1", 40, False)
    assert not plant.outlet_on("pdu-1", 40)
    assert plant.outlet_watts("pdu-1", 40) == 0


def test_a_bank_that_closes_at_once_trips_its_breaker_until_somebody_resets_it() -> None:
    plant = Plant()
    for outlet in BANK:
        plant.set_outlet("pdu-1", outlet, False)
    plant.step(60)
    for outlet in BANK:
        plant.set_outlet("pdu-1", outlet, True)
    assert plant.pdus["pdu-1"].tripped == {0}
    assert plant.outlet_on("pdu-1", 1)
    assert plant.outlet_watts("pdu-1", 1) == 0
    plant.reset_breakers("pdu-1")
    plant.step(900)
    assert plant.states() == {"hashing": 300}


def test_a_bank_that_closes_outlet_by_outlet_holds() -> None:
    plant = Plant()
    for outlet in BANK:
        plant.set_outlet("pdu-1", outlet, False)
    for outlet in BANK:
        plant.set_outlet("pdu-1", outlet, True)
        plant.step(1)
    plant.step(900)
    assert not plant.pdus["pdu-1"].tripped


def test_a_bank_above_its_rating_trips_after_a_while() -> None:
    plant = Plant(miners=10)
    for miner in plant.miners():
        miner._nominal_watts *= 1.2
        plant.set_power_mode(miner.name, "high")
    plant.step(10)
    assert not plant.pdus["pdu-1"].tripped
    plant.step(120)
    assert plant.pdus["pdu-1"].tripped == {0}
    assert plant.load_watts() == 0


def test_a_pdu_that_reboots_closes_all_its_outlets() -> None:
    plant = Plant()
    plant.set_outlet("pdu-2", 3, False)
    plant.reboot("pdu-2")
    assert plant.outlet_on("pdu-2", 3)
    assert plant.states()["waking"] == 1


def test_every_miner_has_a_name_and_an_outlet_of_its_own() -> None:
    for count in (1, 7, 36, 300, 1000):
        all_places = places(count)
        assert len({place.name for place in all_places}) == count
        assert len({(place.pdu, place.outlet) for place in all_places}) == count
        assert max(place.outlet for place in all_places) <= OUTLETS_PER_PDU


def test_the_demos_loads_are_those_of_the_plant() -> None:
    written = io.StringIO()
    write_loads(300, written)
    assert Path("config/demo-loads.csv").read_text(encoding="utf-8") == written.getvalue()
