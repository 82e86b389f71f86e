"""The configuration on the card was edited while the services run: what is typed there is not in force, and is not told as if."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import app
from tests.unit.cli.fake_api import FakeApi, fake_api

LIES = "GET /api/v1/config"
RUNS_ON = "The services run on with what they read at their start."


@pytest.fixture
def api(tmp_path: Path) -> Iterator[FakeApi]:
    (tmp_path / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = 33\n")
    with fake_api() as found:
        yield found


def mine(api: FakeApi, folder: Path, *words: str, debug: bool = True) -> Result:
    env = {**api.env(debug=debug), "MINE_CONFIG": str(folder / "config.txt"), "MINE_DATA_FOLDER": str(folder)}
    return CliRunner().invoke(app, list(words), env=env)


def lies(*changed: str, mistakes: tuple[str, ...] = ()) -> list[tuple[int, object]]:
    return [(200, {"keys": [], "warnings": [], "mistakes": list(mistakes), "changed": list(changed)})]


def test_a_key_that_was_edited_and_not_restarted_is_shown_as_not_in_force(api: FakeApi, tmp_path: Path) -> None:
    api.answers = {LIES: lies("[GENERAL] max_temp_celsius", "[FOREMAN] api_key")}
    output = mine(api, tmp_path, "config", "show", "--changed").output
    assert "max_temp_celsius = 33    (config.txt line 2; not in force before a restart)" in output
    assert output.splitlines()[-1] == "Not in force before a restart: [GENERAL] max_temp_celsius, [FOREMAN] api_key."
    document = json.loads(mine(api, tmp_path, "config", "show", "--json").output)
    assert (document["changed"], document["mistakes"]) == (["[GENERAL] max_temp_celsius", "[FOREMAN] api_key"], [])


@pytest.mark.parametrize("debug", [True, False], ids=["all in force", "nothing runs"])
def test_nothing_is_said_where_all_is_in_force_or_nothing_runs(api: FakeApi, tmp_path: Path, *, debug: bool) -> None:
    api.answers = {LIES: lies()}
    result = mine(api, tmp_path, "config", "show", "--changed", debug=debug)
    assert (result.exit_code, "in force" in result.output) == (0, False)


def test_one_that_answers_nonsense_leaves_it_unknown(api: FakeApi, tmp_path: Path) -> None:
    api.answers = {LIES: [(200, ["no configuration"])]}
    result = mine(api, tmp_path, "config", "show")
    assert result.exit_code == 0
    assert "Whether this is in force is unknown: the api is of another version" in result.output


@pytest.mark.parametrize("command", [("check",), ("config", "show")])
def test_beside_its_mistakes_a_broken_file_is_told_not_to_be_what_runs(
    api: FakeApi, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    api.answers = {LIES: lies(mistakes=("config.txt line 2: ...",))}
    result = mine(api, tmp_path, *command)
    assert (result.exit_code, "found 'hot'" in result.output, RUNS_ON in result.output) == (2, True, True)
    alone = mine(api, tmp_path, *command, debug=False)
    assert (alone.exit_code, RUNS_ON in alone.output) == (2, False)


@pytest.mark.parametrize("command", [("check",), ("config", "show")])
def test_beside_its_mistakes_it_is_told_which_copy_runs_and_which_a_restart_takes(
    api: FakeApi, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    kept = {"kept_at": 1_795_000_000.0, "next_kept_at": 1_795_003_600.0}
    api.answers = {LIES: [(200, {"mistakes": ["config.txt line 2: ..."], "changed": [], **kept})]}
    output = " ".join(mine(api, tmp_path, *command).output.split())
    assert "The services run by the last good copy, kept since 2026-11-18 05:06 CST. After a restart, or a power cut," in output
    assert "they go on with the last good copy, kept since 2026-11-18 06:06 CST: mend it soon." in output


def test_of_a_mended_file_it_is_told_that_the_copy_still_runs(api: FakeApi, tmp_path: Path) -> None:
    api.answers = {LIES: [(200, {"mistakes": [], "changed": [], "kept_at": 1_795_000_000.0, "next_kept_at": None})]}
    output = mine(api, tmp_path, "config", "show").output
    assert "The services run by the last good copy, kept since 2026-11-18 05:06 CST: the file had mistakes" in output


def test_a_program_reads_so_too_and_a_check_of_the_file_alone_asks_nobody(api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    api.answers = {LIES: lies(mistakes=("config.txt line 2: ...",))}
    document = json.loads(mine(api, tmp_path, "check", "--json").output)
    assert (document["exit_code"], document["not_asked_because"].startswith(RUNS_ON)) == (2, True)
    api.asked.clear()
    assert RUNS_ON not in mine(api, tmp_path, "check", "--config-only").output
    assert api.asked == []
