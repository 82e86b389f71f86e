"""`mine db`: it cares for the records alone, and never while something runs."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import noted
from services.cli.main import app


def mine(*arguments: str, folder: Path, **options: str) -> Result:
    env = {"MINE_CONFIG": "tests/data/old_config.txt", "MINE_DATA_FOLDER": str(folder)}
    return CliRunner().invoke(app, ["db", *arguments], env=env, **options)


def test_the_records_are_made_looked_at_and_counted(tmp_path: Path) -> None:
    assert mine("check", folder=tmp_path).exit_code == 1
    assert mine("init", folder=tmp_path).output.endswith(": made\n")
    assert "was there" in mine("init", folder=tmp_path).output
    assert ": well, version 0" in mine("check", folder=tmp_path).output
    found = json.loads(mine("stats", "--json", folder=tmp_path).output)
    assert {"mine_states", "events", "readings"} <= {table["name"] for table in found["tables"]}
    assert "mine_states: 0 rows" in mine("stats", folder=tmp_path).output


@pytest.mark.parametrize("command", ["init --json", "repair --yes", "reset --yes"])
def test_nothing_is_touched_while_a_run_is_alive_or_the_file_is_in_use(tmp_path: Path, command: str) -> None:
    mine("init", folder=tmp_path)
    note = noted.write(tmp_path, Path("tests/data/old_config.txt").resolve(), {}, {})
    alive = mine(*command.split(), folder=tmp_path)
    assert alive.exit_code == 1 and "Refused: a run is alive" in alive.output
    note.unlink()
    with sqlite3.connect(tmp_path / "mine_data.db") as other:
        other.execute("BEGIN IMMEDIATE")
        used = mine(*command.split(), folder=tmp_path)
    other.close()
    assert used.exit_code == 1 and "in use" in used.output
    assert [path.name for path in tmp_path.glob("mine_data.db.*")] == []


@pytest.mark.parametrize("command", ["repair", "reset"])
def test_the_old_file_is_kept_and_the_ledger_is_not_touched(tmp_path: Path, command: str) -> None:
    (tmp_path / "ledger.db").write_bytes(b"not to be touched")
    mine("init", folder=tmp_path)
    assert mine(command, folder=tmp_path, input="n\n").exit_code == 1
    done = mine(command, "--yes", folder=tmp_path)
    assert done.exit_code == 0, done.output
    assert len([path for path in tmp_path.glob("mine_data.db.before-*") if path.suffix != "-wal"]) == 1
    assert mine("check", folder=tmp_path).exit_code == 0
    assert (tmp_path / "ledger.db").read_bytes() == b"not to be touched"


def test_tables_of_a_later_version_are_no_good_ones_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    mine("init", folder=tmp_path)
    with sqlite3.connect(tmp_path / "mine_data.db") as later:
        later.execute("UPDATE alembic_version SET version_num = '9004'")
    later.close()
    checked, begun = mine("check", folder=tmp_path), mine("init", folder=tmp_path)
    for told in (checked, begun):
        assert (told.exit_code, "of a later version of this product (9004" in told.output) == (1, True), told.output
        assert "Install that version" in told.output and "locate" not in told.output
    document = json.loads(mine("check", "--json", folder=tmp_path).stdout)
    assert (document["ok"], document["version"], len(document["faults"])) == (False, "9004", 1)
    assert mine("reset", "--yes", folder=tmp_path).exit_code == 0 and mine("check", folder=tmp_path).exit_code == 0


def test_a_damaged_file_is_told_and_repaired(tmp_path: Path) -> None:
    (tmp_path / "mine_data.db").write_bytes(b"no database at all" * 500)
    assert mine("check", folder=tmp_path).exit_code == 1
    begun = mine("init", folder=tmp_path)
    assert begun.exit_code == 1 and "repair" in begun.output
    in_vain = mine("repair", "--yes", folder=tmp_path)
    assert in_vain.exit_code == 1 and "Nothing could be saved" in in_vain.output
    assert mine("check", folder=tmp_path).exit_code == 0
