"""Ports are compared where they are listened on: one address of one machine."""

import pytest

from services.shared.settings import SettingsError, load

CONFIG = "tests/data/old_config.txt"


def mistakes(**env: str) -> list[str]:
    try:
        load(env={"MINE_CONFIG": CONFIG, **{f"MINE_{name}": text for name, text in env.items()}})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "env",
    [
        {"OPS_COLLECTOR_PORT": "8102", "OPS_COLLECTOR_HOST": "collector", "OPS_CONTROLLER_HOST": "controller"},
        {"API_HOST": "192.168.1.5", "API_PORT": "8102"},
        {"BROKER_HOST": "mosquitto", "BROKER_PORT": "8000"},
        {"API_PORT": "18000"},
        {"GENERAL_DEMO": "yes", "SIMULATOR_BASE_PORT": "0", "SIMULATOR_CONTROL_PORT": "0"},
    ],
)
def test_one_port_on_two_addresses_or_of_a_site_that_is_not_simulated_is_no_mistake(env: dict[str, str]) -> None:
    assert mistakes(**env) == []


def test_every_pair_is_told_once_with_both_keys_and_the_port() -> None:
    assert mistakes(OPS_HOST="0.0.0.0", OPS_API_PORT="8000", API_DEBUG_PORT="8000") == [
        "environment: [API] debug_port: found '8000'; allowed: another port than [API] port: both would listen on port 8000",
        "environment: [OPS] api_port: found '8000'; allowed: another port than [API] port: both would listen on port 8000",
        "environment: [OPS] api_port: found '8000'; allowed: another port than [API] debug_port: both would listen on port 8000",
    ]


@pytest.mark.parametrize("port", ["18004", "17999"])
def test_the_page_cannot_be_where_the_simulated_site_is(port: str) -> None:
    found = mistakes(GENERAL_DEMO="yes", API_PORT=port)
    assert [f"both would listen on port {port}" in one and "[SIMULATOR]" in one for one in found] == [True]
