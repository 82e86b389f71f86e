"""`mine backup`, `mine restore` and `mine arm`: what they say, and their exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from tests.unit.backup import site


def mine(*arguments: str, folder: Path, answer: str | None = None, **env: str) -> Result:
    given = {"MINE_CONFIG": str(folder / "config.txt"), "MINE_API_ACCESS_FILE": str(folder / "secrets" / "access.json")}
    given |= {"MINE_DATA_LOGS": str(folder / "logs")}
    return CliRunner().invoke(app, list(arguments), env=given | env, input=answer)


def newest(folder: Path) -> str:
    return str(sorted((folder / "data" / "backups").glob("*.tar.gz"))[-1])


def test_a_backup_is_told_by_a_table_and_one_that_is_not_due_by_nothing(tmp_path: Path) -> None:
    site.make(tmp_path)
    made = mine("backup", folder=tmp_path)
    assert made.exit_code == 0 and "good  mine_data.db" in made.output
    mine("backup", "--due", folder=tmp_path, MINE_GENERAL_CLOCK_TRUSTED="no")  # it looks at the newest, once a day
    assert mine("backup", "--due", folder=tmp_path, MINE_GENERAL_CLOCK_TRUSTED="no").output == ""
    told = json.loads(mine("backup", "--kind", "hourly", "--json", folder=tmp_path).output)
    assert told["archive"] == newest(tmp_path) and [one["ok"] for one in told["files"]] == [True]


def test_one_that_did_not_reach_the_second_folder_ends_with_1_and_says_so(tmp_path: Path) -> None:
    site.make(tmp_path)
    half = mine("backup", folder=tmp_path, MINE_BACKUP_SECOND_FOLDER=str(tmp_path / "usb"))
    assert half.exit_code == 1 and "NOT DONE: the second folder" in half.output
    none = mine("backup", folder=tmp_path, MINE_BACKUP_MIN_FREE_MB="1e9")
    assert none.exit_code == 1 and "No backup was made: no room" in none.output


def test_what_was_due_and_what_came_of_it_stands_in_the_backups_own_log(tmp_path: Path) -> None:
    site.make(tmp_path)
    due = {"MINE_GENERAL_CLOCK_TRUSTED": "yes"}
    assert mine("backup", "--due", folder=tmp_path, MINE_BACKUP_MIN_FREE_MB="1e9", **due).exit_code == 1
    assert mine("backup", "--due", folder=tmp_path, **due).exit_code == 0
    lines = (tmp_path / "logs" / "backup.log").read_text()
    assert " ERROR backup backup_due: No backup was made: no room" in lines
    assert f" INFO backup backup_due: {newest(tmp_path)}: " in lines and "good  mine_data.db" in lines
    shown = mine("logs", "backup", folder=tmp_path, **due)
    assert (shown.exit_code, "every sum is right" in shown.output) == (0, True), shown.output


def test_switched_off_none_is_made_by_itself(tmp_path: Path) -> None:
    site.make(tmp_path)
    assert mine("backup", "--due", folder=tmp_path, MINE_BACKUP_ENABLED="no").exit_code == 0
    assert not (tmp_path / "data" / "backups").exists()


def test_a_restore_is_tried_then_done_and_ended_by_a_person(tmp_path: Path) -> None:
    site.make(tmp_path)
    mine("backup", folder=tmp_path)
    tried = mine("restore", "--verify", newest(tmp_path), folder=tmp_path)
    assert tried.exit_code == 0 and tried.output.endswith("It can be restored.\n")
    assert json.loads(mine("restore", "--verify", "--json", newest(tmp_path), folder=tmp_path).output)["ok"]
    assert mine("arm", "--yes", folder=tmp_path).exit_code == 1
    assert mine("restore", newest(tmp_path), folder=tmp_path, answer="n\n").exit_code == 1
    done = mine("restore", "--yes", newest(tmp_path), folder=tmp_path)
    assert done.exit_code == 0 and "Now the site observes" in done.output
    assert "control = observe" in mine("config", "show", folder=tmp_path).output
    assert mine("arm", folder=tmp_path, answer="n\n").exit_code == 1
    assert mine("arm", folder=tmp_path, answer="y\n").exit_code == 0
    assert "control = armed" in mine("config", "show", folder=tmp_path).output


def test_into_a_second_folder_the_present_site_is_not_touched(tmp_path: Path) -> None:
    site.make(tmp_path)
    mine("backup", folder=tmp_path)
    done = mine("restore", "--yes", "--to", str(tmp_path / "second"), newest(tmp_path), folder=tmp_path)
    assert done.exit_code == 0
    there = sorted(str(path.relative_to(tmp_path / "second")) for path in (tmp_path / "second").rglob("*") if path.is_file())
    assert there == [
        "alerts.db", "config/config.txt", "config/loads.csv", "ledger.db", "ledger.db.observe", "mine_data.db",
    ]  # fmt: skip
    assert "control = armed" in mine("config", "show", folder=tmp_path).output


def test_a_bad_archive_ends_with_1_and_one_that_is_not_there_with_2_before_anything_is_asked(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "bad.tar.gz").write_bytes(b"no archive")
    for name, code in (("bad.tar.gz", 1), ("nowhere.tar.gz", 2)):
        assert mine("restore", "--verify", str(tmp_path / name), folder=tmp_path).exit_code == code
        assert mine("restore", "--yes", str(tmp_path / name), folder=tmp_path).exit_code == code
    asked = mine("restore", str(tmp_path / "nowhere.tar.gz"), folder=tmp_path)
    assert (asked.exit_code, "Restore nowhere" in asked.output, "found nothing" in asked.output) == (2, False, True)


def test_on_a_fresh_installation_the_sites_own_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.make(tmp_path / "old")
    mine("backup", folder=tmp_path / "old")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.example.txt").write_text("[GENERAL]\n")
    monkeypatch.chdir(tmp_path)
    env = {"MINE_CONFIG": "", "MINE_DATA_FOLDER": str(tmp_path / "data")}
    done = CliRunner().invoke(app, ["restore", "--yes", newest(tmp_path / "old")], env=env)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "config" / "config.example.txt").read_text() == "[GENERAL]\n"
    assert "site = north" in (tmp_path / "config" / "config.txt").read_text()
