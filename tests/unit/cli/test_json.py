"""Every command that answers has an answer for programs: one JSON document on stdout, and nothing else there."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.shared import restored
from tests.unit.backup import site

NO_ANSWER_OF_ITS_OWN = {"run", "update"}
"""They go on until they are told to stop."""


def commands(group: Any, *names: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)
        else:
            yield " ".join([*names, name]), command


def test_every_command_that_answers_takes_json() -> None:
    root = typer.main.get_command(app)
    without = {
        name
        for name, command in commands(root)
        if not any("--json" in parameter.opts for parameter in command.params) and name not in NO_ANSWER_OF_ITS_OWN
    }
    assert without <= {"logs"}


def mine(folder: Path, *words: str, answer: str | None = None) -> Result:
    env = {"MINE_CONFIG": str(folder / "config.txt"), "MINE_API_ACCESS_FILE": str(folder / "secrets" / "access.json")}
    return CliRunner().invoke(app, list(words), env=env, input=answer)


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_the_records_are_cared_for_by_a_program(tmp_path: Path) -> None:
    site.make(tmp_path)
    assert document(mine(tmp_path, "db", "init", "--json"))["made"] is False
    assert document(mine(tmp_path, "db", "check", "--json")) | {"file": "", "version": ""} == {
        "file": "", "ok": True, "version": "", "faults": [],
    }  # fmt: skip
    assert document(mine(tmp_path, "db", "repair", "--json", "--yes"))["rows"]["events"] == 3
    assert document(mine(tmp_path, "db", "reset", "--json", "--yes"))["aside"].startswith("mine_data.db.before-reset")
    (tmp_path / "data" / "mine_data.db").write_bytes(b"no database" * 1_000)
    bad = mine(tmp_path, "db", "check", "--json")
    assert bad.exit_code == 1
    assert document(bad)["faults"]


def test_people_tokens_and_secrets_are_made_by_a_program(tmp_path: Path) -> None:
    site.make(tmp_path)
    made = document(mine(tmp_path, "setup", str(tmp_path / "secrets"), "--json"))
    assert "access.json" in made["made"]
    added = document(mine(tmp_path, "access", "add", "ann", "--role", "viewer", "--generate", "--json"))
    assert len(added["password"]) > 12
    again = document(mine(tmp_path, "access", "password", "ann", "--json", answer="four words in a row\n"))
    assert again == {"name": "ann", "role": "viewer"}
    assert document(mine(tmp_path, "access", "token", "hass", "--role", "viewer", "--json"))["token"]
    listed = document(mine(tmp_path, "access", "list", "--json"))["access"]
    assert {(row["kind"], row["name"]) for row in listed} >= {("person", "ann"), ("token", "hass")}
    assert document(mine(tmp_path, "access", "remove", "ann", "--json")) == {"name": "ann", "removed": True}
    assert document(mine(tmp_path, "access", "revoke", "hass", "--json")) == {"name": "hass", "revoked": True}


def test_a_site_that_was_restored_is_armed_by_a_program(tmp_path: Path) -> None:
    site.make(tmp_path)
    restored.observe(tmp_path / "data", "restored from a backup of yesterday")
    env = {**os.environ, "MINE_CONFIG": str(tmp_path / "config.txt")}
    argv = [sys.executable, "-m", "services.cli.main", "arm", "--json"]
    armed = subprocess.run(argv, capture_output=True, text=True, check=True, env=env, input="y\n")
    assert json.loads(armed.stdout) == {"armed": True, "was": "restored from a backup of yesterday", "control": "armed"}
    assert "count again?" in armed.stderr


def test_a_rehearsal_for_a_program(tmp_path: Path) -> None:
    site.make(tmp_path)
    assert document(mine(tmp_path, "rehearse", "--list", "--json"))["faults"]
    rows = "".join(f"m-{i},foreman,a,main,3.5,5,{i},,\n" for i in range(1, 4))
    (tmp_path / "loads.csv").write_text("name,kind,group,zone,kw,priority,foreman_id,pdu,outlet\n" + rows)
    text = (tmp_path / "config.txt").read_text()
    plant = (
        "[APIS]\ncornbelt_url = http://127.0.0.1:1/\nforeman_api = http://127.0.0.1:4\n[FOREMAN]\napi_key = k\nclient_id = 1\n"
    )
    (tmp_path / "config.txt").write_text(f"{text}\n{plant}")
    result = mine(tmp_path, "rehearse", "--json", "--hours", "1", "--event", "control 14:00-14:30")
    assert result.stdout, result.output
    found = document(result)
    assert found["ok"] is (result.exit_code == 0)
    assert found["events"][0]["target_kw"] is not None
    assert found["verdict"]


def test_a_second_machine_answers_a_program_once(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text(
        f"[GENERAL]\nsite = a\n[WATCH]\nurl = http://127.0.0.1:9/\n[DATA]\nfolder = {tmp_path}\n"
    )
    assert mine(tmp_path, "watch", "--json").exit_code == 2


def read(terminal: int) -> str:
    """All that was drawn on it, when nobody has its other end."""
    drawn = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            return drawn.decode()
        drawn += part


def test_nothing_is_drawn_where_nobody_watches_and_a_bar_on_a_terminal(tmp_path: Path) -> None:
    program = (
        "from services.cli.progress import bar, working\n"
        "import time\n"
        "with working('looking'): time.sleep(1.2)\n"
        "show = bar('of the day')\n"
        "for part in range(101): show(part / 100)\n"
        "print('done')\n"
    )
    piped = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("done\n", "")
    ours, theirs = os.openpty()
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    drawn = read(ours)
    os.close(ours)
    out, _ = process.communicate(timeout=30)
    assert out == b"done\n"
    assert "looking ... 1 s" in drawn
    assert "] 50 % of the day" in drawn
    assert drawn.endswith("\r\x1b[K")
