"""The check reckons whether the fleet can be off in time, and warns with the kW that cannot."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import app

CONFIG = "[APIS]\nforeman_api = https://api.foreman.mn\npdu_ip = 10.0.0.1\n[FOREMAN]\napi_key = k\nclient_id = 1\n"
MINERS = "".join(f"m-{n},foreman,3.3,{n},,\n" for n in range(1, 301))


def checked(folder: Path, rows: str, more: str = "") -> list[str]:
    (folder / "config.txt").write_text(CONFIG + more)
    (folder / "loads.csv").write_text(f"name,kind,kW,foreman_id,pdu,outlet\n{rows}")
    result = CliRunner().invoke(app, ["check", "--config-only"], env={"MINE_CONFIG": str(folder / "config.txt")})
    assert result.exit_code == 0, result.output
    return [line.strip() for line in result.output.splitlines() if "curtailment: " in line or " kW by " in line]


def test_a_fleet_that_sleeps_within_the_deadline_is_reachable(tmp_path: Path) -> None:
    assert checked(tmp_path, MINERS) == [
        "curtailment: 990 kW of 990 kW in 377 s, deadline 600 s: reachable",
        "990 kW by sleep through foreman in 377 s (300 calls at 0.943/s, then 60 s)",
    ]


def test_a_call_rate_that_is_too_slow_for_the_deadline_warns_with_the_kw_and_the_path(tmp_path: Path) -> None:
    lines = checked(tmp_path, MINERS, "[POWER]\nresponse_deadline_minutes = 3\n")
    assert lines[0] == "curtailment: 376.2 kW of 990 kW in 377 s, deadline 180 s: not reachable"
    assert lines[-1] == (
        "curtailment: 613.8 kW of foreman are not off within response_deadline_minutes (180 s), the last after 377 s"
    )


def test_what_may_stay_on_need_not_be_off(tmp_path: Path) -> None:
    lines = checked(tmp_path, MINERS, "[POWER]\nresponse_deadline_minutes = 3\ncurtail_to_kw = 700\n")
    assert lines[0].endswith(": reachable")
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("rows", "more", "path"),
    [
        ("a,outlet,30,,1,1\nb,outlet,10,,1,2\n", "", "40 kW by outlets of pdu-1 in 10 s (2 calls at 2/s, then 10 s)"),
        ("a,http,3,,,\n", "[HTTP_LOADS h]\nurl = http://x\n", "3 kW by sleep through http-h in 30 s (1 call at once, then 30 s)"),
    ],
)
def test_every_path_is_told_with_its_calls_and_seconds(tmp_path: Path, rows: str, more: str, path: str) -> None:
    found = checked(tmp_path, rows, more)
    assert found[0].endswith(": reachable")
    assert found[1] == path


def test_load_that_nothing_can_switch_is_a_warning(tmp_path: Path) -> None:
    lines = checked(tmp_path, "a,outlet,30,,1,1\n", "[POWER]\npdu_on_curtail = never\n")
    assert lines[0].endswith("not reachable")
    assert lines[-1].startswith("curtailment: 30 kW of loads.csv can be switched by nothing")


def test_a_site_without_loads_has_no_line_on_curtailing(tmp_path: Path) -> None:
    assert checked(tmp_path, "") == []


WATCHER = "[GENERAL]\nsite = iowa\n[WATCH]\nurl = https://ann:secret@mine.example:8000\nsilence_minutes = 7\n"


def judged(folder: Path, text: str) -> list[str]:
    (folder / "watch.txt").write_text(text)
    result = CliRunner().invoke(app, ["check", "--config-only"], env={"MINE_CONFIG": str(folder / "watch.txt")})
    assert result.exit_code == 0, result.output
    assert "secret" not in result.output
    return result.output.splitlines()[1:]


def test_a_second_machines_configuration_is_judged_as_one_that_has_no_plant(tmp_path: Path) -> None:
    text = "\n".join(judged(tmp_path, WATCHER))
    assert "a second machine that watches iowa by its page https://********@mine.example:8000, silent after 7 min" in text
    for plant in ("loads", "PDU", "Foreman", "meter", "sensors", "IoTaWatt", "power signal", "control ="):
        assert plant not in text
    assert "No channel is set up: nobody is called when the site falls silent." in text


def test_a_second_machine_without_an_ear_or_with_its_own_broker_is_told_so(tmp_path: Path) -> None:
    assert "  Nothing to listen to: url of [WATCH] is empty and broker is no; `mine watch` does not start." in judged(
        tmp_path, "[WATCH]\nsilence_minutes = 7\n"
    )
    assert "the broker of 127.0.0.1 is listened to" in "\n".join(judged(tmp_path, "[WATCH]\nbroker = yes\n"))
    there = judged(tmp_path, "[WATCH]\nbroker = yes\n[BROKER]\nhost = mine.example\n")
    assert there[-1].endswith("by its broker mine.example:1883, silent after 5 min.")


def test_one_channel_is_enough_to_call_somebody(tmp_path: Path) -> None:
    lines = judged(tmp_path, WATCHER + "[NOTIFICATIONS]\nsms_provider = generic\nsms_phone = +15550100\nsms_api_key = k-1234\n")
    assert not any("No channel" in line or "SMS is off" in line for line in lines)


def test_a_site_that_is_also_told_to_watch_is_judged_as_a_site(tmp_path: Path) -> None:
    text = "\n".join(judged(tmp_path, WATCHER + "[APIS]\niotawatt_ip = 10.0.0.2\n"))
    assert "No PDUs" in text and "second machine" not in text
