"""`mine rehearse`: what it says of a site's own configuration, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.simulator.twin.faults import LIBRARY

_CONFIG = """
[GENERAL]
control = armed
demo = yes
[APIS]
cornbelt_url = http://127.0.0.1:1/
roomalert_ip = 127.0.0.1:2
iotawatt_ip = 127.0.0.1:3
foreman_api = http://127.0.0.1:4
pdu_ip = 127.0.0.1:5, 127.0.0.1:6
fan_relay_ip = 127.0.0.1:7
[SIGNAL]
poll_seconds = 15
[FANS]
count = 4
wiring = nc
[FOREMAN]
api_key = a-key
client_id = 1
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    rows = (f"m-{i:02},foreman,row-{'ab'[i % 2]},main,3.5,5,{100 + i},pdu-{i % 2 + 1},{i // 2 + 1}" for i in range(12))
    (tmp_path / "loads.csv").write_text("name,kind,group,zone,kw,priority,foreman_id,pdu,outlet\n" + "\n".join(rows) + "\n")
    (tmp_path / "config.txt").write_text(_CONFIG)
    return str(tmp_path / "config.txt")


def rehearse(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rehearse", *arguments])


def test_a_site_that_makes_its_kw_in_time_ends_with_0(config: str) -> None:
    result = rehearse("--config", config, "--event", "control 14:00-15:00 to 10 kW")
    assert result.exit_code == 0, result.output
    assert "12 loads of 42 kW, 2 PDUs, 4 fans" in result.output
    assert "in time: at most 1.3 kW above what is allowed (meter_tolerance_percent, at least 2 % of" in result.output
    assert "in time: " in result.output and "where 10 kW are allowed" in result.output
    assert "worst settlement interval after the deadline: mean " in result.output
    assert "hottest in it: main " in result.output
    assert "all load back: after " in result.output
    assert result.output.splitlines()[-1] == "Makes its kW in time."


def test_a_shortfall_is_named_in_kw_with_its_group_and_ends_with_1(config: str) -> None:
    faults = ("--fault", "foreman lies 13:00-16:00", "--fault", "outlet stuck on row-b 13:00-16:00")
    result = rehearse("--config", config, "--event", "control 14:00-15:00", *faults)
    assert result.exit_code == 1
    assert "FALLS SHORT" in result.output
    assert "row-b: 21 kW of 6 loads stay on (" in result.output
    assert "outlet stuck on row-b" in result.output and "foreman lies" in result.output
    assert result.output.splitlines()[-1].startswith("Falls short by 2")
    assert "row-b 21 kW" in result.output.splitlines()[-1]


def test_a_day_may_stand_in_a_file_and_tell_its_story(config: str, tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text("# practice\nevent control 14:00-14:30\nhours 2\n")
    result = rehearse("--config", config, "--day", str(tmp_path / "day.txt"), "--story")
    assert result.exit_code == 0, result.output
    assert "curtailed: " in result.output


def test_a_day_by_chance_is_the_same_for_the_same_seed(config: str) -> None:
    first, again = (rehearse("--config", config, "--seed", "4", "--hours", "3") for _ in range(2))
    assert first.output == again.output
    assert "seed 4" in first.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--event", "contrl 14:00-15:00"), ("'contrl'", "allowed: normal")),
        (("--fault", "foreman sleeps 14:00-15:00"), ("'foreman sleeps'", "allowed: signal lost, ")),
        (("--fault", "pdu lost 14:00-15:00"), ("no place", "on pdu-1, pdu-2")),
        (("--day", "/nowhere/day.txt"), ("--day /nowhere/day.txt: found no such file", "allowed: a text file")),
        (("--day", "/"), ("--day /: found is a directory", "allowed: a text file")),
        (("--day", "day.txt", "--seed", "3"), ("--day and --seed", "--day alone")),
        (("--hours", "0"), ("--hours: found 0", "at most 336")),
    ],
)
def test_what_cannot_be_understood_ends_with_2_and_says_what_is_allowed(config: str, arguments, words) -> None:
    result = rehearse("--config", config, *arguments)
    assert result.exit_code == 2
    for word in words:
        assert word in result.output


def test_a_site_without_loads_has_nothing_to_rehearse(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\n")
    result = rehearse("--config", str(tmp_path / "config.txt"))
    assert result.exit_code == 2
    assert "loads.csv names no load" in result.output


def test_a_program_reads_within_which_kw_an_event_is_in_time(config: str) -> None:
    result = rehearse("--config", config, "--event", "control 14:00-14:30", "--hours", "2", "--json")
    assert json.loads(result.stdout)["tolerance_kw"] == pytest.approx(0.03 * 42)


def test_the_list_names_every_fault() -> None:
    result = rehearse("--list")
    assert result.exit_code == 0
    assert all(f"{fault.name} " in result.output for fault in LIBRARY)


def test_a_site_that_only_observes_is_rehearsed_as_if_it_were_armed(config: str) -> None:
    path = Path(config)
    path.write_text(path.read_text().replace("control = armed", "control = observe"))
    result = rehearse("--config", config, "--event", "control 14:00-14:30", "--hours", "2")
    assert "control = observe: rehearsed as if it were armed." in result.output
    assert "in time: " in result.output
