"""`mine logs` of files as a power cut, a boot in 1970, a leaping clock and rubbish leave them."""

import json
import os
from pathlib import Path

import pytest

from tests.unit.cli.log_folder import CALM, mine, shown, written

BEFORE_THE_CUT = "2026-07-01T10:00:07Z ERROR controller loop: the breaker tripped\n"
BOOT = "1970-01-01T00:00:05Z WARN controller main: the clock is not set\n"
AFTER = "2026-07-01T10:04:00Z INFO controller clock: set\n"


@pytest.mark.parametrize("newest", [BOOT, BOOT + AFTER], ids=["no time yet", "the time came"])
@pytest.mark.parametrize("words", [["--since", "2026-07-01T10:00:06"], ["--lines", "4"]])
def test_what_was_logged_just_before_a_power_cut_is_shown_after_a_boot_in_1970(
    tmp_path: Path, newest: str, words: list[str]
) -> None:
    written(tmp_path, "controller", range(4), ".2")
    (tmp_path / "controller.log.1").write_text(CALM.format(service="controller", second=5) + BEFORE_THE_CUT)
    (tmp_path / "controller.log").write_text(newest)
    (tmp_path / "collector.log").write_text(CALM.format(service="collector", second=8))
    told = mine(tmp_path, *words).output
    assert told.endswith(BEFORE_THE_CUT + (BOOT + CALM.format(service="collector", second=8) + newest.removeprefix(BOOT)))


def test_a_whole_file_of_1970_hides_nothing_older_and_an_old_file_is_not_shown(tmp_path: Path) -> None:
    written(tmp_path, "controller", range(4), ".3")
    (tmp_path / "controller.log.2").write_text(BEFORE_THE_CUT)
    (tmp_path / "controller.log.1").write_text(BOOT * 2000)
    (tmp_path / "controller.log").write_text(BOOT + AFTER)
    told = mine(tmp_path, "--since", "2026-07-01T10:00:06", "--lines", "9999").output
    assert told == BEFORE_THE_CUT + BOOT * 2001 + AFTER
    assert mine(tmp_path, "--since", "2026-07-01T10:04:00").output == BOOT * 99 + AFTER


def test_one_line_of_a_clock_that_leapt_ahead_does_not_move_all_later_ones(tmp_path: Path) -> None:
    path = written(tmp_path, "api", range(3))
    path.write_text(path.read_text().replace("2026-07-01T10:00:01Z", "2099-07-01T10:00:01Z") + AFTER * 1000)
    written(tmp_path, "collector", range(50, 60))
    assert mine(tmp_path, "--since", "2026-07-01T10:01", "--lines", "5000").output == AFTER * 1000
    assert mine(tmp_path, "--lines", "1001").output.startswith("2026-07-01T10:00:59Z INFO collector")


def test_a_service_whose_file_was_just_turned_and_has_no_new_line_yet_still_has_a_log(tmp_path: Path) -> None:
    written(tmp_path, "api", range(3), ".1")
    assert shown(tmp_path, "api") == ["00api", "01api", "02api"]


def test_what_json_can_hide_from_a_look_at_the_file_reaches_no_terminal(tmp_path: Path) -> None:
    told = {"at": "2026-07-01T10:00:09Z", "level": "INFO", "service": "api", "where": "loop", "text": "\x1b[2J\ud800gone"}
    unknown_time = told | {"at": "yesterday"}
    (tmp_path / "api.log").write_text(json.dumps(told) + "\n" + json.dumps(unknown_time) + "\n")
    assert mine(tmp_path).output.startswith("2026-07-01T10:00:09Z INFO api loop: \\x1b[2J?gone\n{")


def test_a_log_of_rubbish_and_of_a_line_of_10_mb_is_shown_with_what_can_be_read(tmp_path: Path) -> None:
    line = CALM.format(service="api", second=1)
    (tmp_path / "api.log").write_bytes(os.urandom(1_000_000) + b"\n" + line.encode() + b"x\n" * 500_000 + b"y" * 10_000_000)
    ran = mine(tmp_path)
    assert (ran.exit_code, ran.output.startswith(line), len(ran.output) < 200_000) == (0, True, True)


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_a_folder_that_is_none_is_told(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "logs"
    if kind == "a file":
        folder.write_text("")
    ran = mine(folder)
    assert (ran.exit_code, "no log file of" in ran.output, str(folder) in ran.output.replace("\n", "")) == (1, True, True)
