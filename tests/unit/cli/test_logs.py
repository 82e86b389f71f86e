"""`mine logs`: one story of all services, in the order of time, of files that rotate, tear and grow."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.logs import _since
from services.cli.main import app
from tests.unit.cli.log_folder import CALM, mine, shown, written
from tests.waiting import wait


def test_all_services_are_one_story_in_the_order_of_time(tmp_path: Path) -> None:
    written(tmp_path, "controller", range(0, 6, 2))
    written(tmp_path, "collector", range(1, 6, 2))
    assert shown(tmp_path) == ["00con", "01col", "02con", "03col", "04con", "05col"]
    assert shown(tmp_path, "controller") == ["00con", "02con", "04con"]
    assert shown(tmp_path, "--lines", "2") == ["04con", "05col"]


def test_what_was_rotated_is_read_in_its_order_and_only_where_it_is_needed(tmp_path: Path) -> None:
    for number, seconds in (("", range(6, 8)), (".1", range(3, 6)), (".2", range(3))):
        written(tmp_path, "api", seconds, number)
    assert shown(tmp_path, "--lines", "4") == ["04api", "05api", "06api", "07api"]
    assert len(shown(tmp_path)) == 8
    (tmp_path / "api.log.2").write_bytes(b"\xff\x00" * 1000)
    assert len(shown(tmp_path)) == 5
    assert len(shown(tmp_path, "--since", "2026-07-01T10:00:05")) == 3


@pytest.mark.parametrize("level", ["warning", "WARN", "error"])
def test_only_what_is_loud_late_or_like_that_is_shown(tmp_path: Path, level: str) -> None:
    path = written(tmp_path, "notifier", range(3))
    path.write_text(path.read_text() + "2026-07-01T10:00:03Z CRITICAL notifier worker: telegram is Dead\n    Traceback\n")
    assert "telegram is Dead\n    Traceback\n" in mine(tmp_path, "--level", level).output
    assert shown(tmp_path, "--grep", "dead", "--lines", "1", "--since", "2026-07-01T12:00:01+02:00")[0] == "03not"
    assert len(shown(tmp_path, "--since", "2026-07-01T10:00:01", "--level", "info", "--grep", "line")) == 2
    assert shown(tmp_path, "--grep", "nothing like it") == []


def test_a_program_gets_one_object_a_line_of_plain_lines_and_of_json_lines(tmp_path: Path) -> None:
    told = {"at": "2026-07-01T10:00:09Z", "level": "INFO", "service": "backup", "where": "clock", "text": "a\nb"}
    (tmp_path / "backup.log").write_text(json.dumps(told) + "\n")
    written(tmp_path, "api", range(1))
    first, second = map(json.loads, mine(tmp_path, "--json").output.splitlines())
    assert (first["service"], first["text"], second) == ("api", "line 0", told)


def test_garbage_of_a_power_cut_and_a_terminals_commands_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "api.log").write_bytes(
        b"\x00\x00half a line\n{not json\n2026-07-01T10:00:01Z INFO api loop: \x1b[2Jgone\r\n\x00\x00\n"
        + b'{"at": 1}\n'
        + b"[" * 5000
    )
    ran = mine(tmp_path)
    assert ran.exit_code == 0
    assert ran.output.startswith("2026-07-01T10:00:01Z INFO api loop: \\x1b[2Jgone\n")
    assert "\x1b" not in ran.output and "\x00" not in ran.output


@pytest.mark.parametrize("form", ["plain", "json", "further"])
def test_a_line_that_would_turn_the_text_around_shows_what_it_holds(tmp_path: Path, form: str) -> None:
    evil = "paid \u202e001 \u2066x\u2069 \u200f \x1b]0;title\x07 \u2028end"
    told = {"at": "2026-07-01T10:00:09Z", "level": "INFO", "service": "api", "where": "loop", "text": evil}
    head = "2026-07-01T10:00:09Z INFO api loop: "
    lines = {"plain": head + evil, "json": json.dumps(told), "further": head + "broke\n" + evil}
    (tmp_path / "api.log").write_text(lines[form] + "\n", "utf-8")
    for words in ((), ("--json",)):
        output = mine(tmp_path, *words).output
        assert "u202e001" in output
        assert not set("\u202e\u2066\u2069\u200f\x1b\x07\u2028") & set(output)


def test_a_folder_and_a_pipe_that_bear_a_logs_name_are_no_logs(tmp_path: Path) -> None:
    (tmp_path / "controller.log").mkdir()
    os.mkfifo(tmp_path / "collector.log")
    written(tmp_path, "api", range(1))
    assert shown(tmp_path) == ["00api"]
    assert mine(tmp_path, "controller").exit_code == 1
    assert mine(tmp_path, "collector").exit_code == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["mosquito"], 2, "allowed: collector"),
        (["--level", "loud"], 2, "allowed: debug"),
        (["--grep", "("], 2, "--grep ("),
        (["--since", "soon"], 2, "90s, 10m"),
        (["--since", "99999-01-01"], 2, "90s, 10m"),
        (["api"], 1, "no log file of api"),
        (["backup"], 1, "docker compose logs backup"),
        (["controller", "backup"], 0, "docker compose logs backup"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_shown_is_said(tmp_path: Path, words: list[str], code: int, told: str) -> None:
    written(tmp_path, "controller", range(1))
    ran = mine(tmp_path, *words)
    assert (ran.exit_code, told in ran.output) == (code, True), ran.output


def test_without_log_files_the_place_of_the_lines_is_named() -> None:
    ran = CliRunner().invoke(app, ["logs"], env={"MINE_CONFIG": "tests/data/old_config.txt", "MINE_DATA_LOGS": "none"})
    assert (ran.exit_code, "journal" in ran.output) == (1, True)


@pytest.mark.parametrize(("text", "begin"), [("90s", "08:28:30"), ("2h", "06:30:00"), ("999999d", "08:30:00"), ("", "")])
def test_a_span_counts_back_from_now(text: str, begin: str) -> None:
    now = datetime(2026, 7, 1, 8, 30, tzinfo=UTC).timestamp()
    assert begin in _since(text, now)


def test_the_command_follows_until_its_reader_has_enough(tmp_path: Path) -> None:
    path = written(tmp_path, "api", range(1))
    env = {"MINE_CONFIG": "tests/data/old_config.txt", "MINE_DATA_LOGS": str(tmp_path), "PATH": "/usr/bin"}
    command = [sys.executable, "-m", "services.cli.main", "logs", "--follow"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        heard: list[str] = [follower.stdout.readline()]
        reader = threading.Thread(target=lambda: heard.append(follower.stdout.readline() if follower.stdout else ""))
        reader.start()
        with path.open("a") as file:
            file.write(CALM.format(service="api", second=1))
        reader.join(10)
        assert [line[17:19] for line in heard] == ["00", "01"]
        follower.stdout.close()
        with path.open("a") as file:
            file.write(CALM.format(service="api", second=2))
        wait(lambda: follower.poll() is not None, 10, "ended")
        assert follower.returncode == 0
