"""`mine once` where a controller has the ledger: the controller is asked, and without an answer nothing is done."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import noted
from services.cli.main import app
from services.controller.ledger_file import taken
from tests.ports import free_port
from tests.unit.cli.fake_api import CONFIG, FakeApi, fake_api

ROOT = Path(__file__).parents[3]


def rows(verdict: str, words: str = "level normal") -> dict[str, object]:
    """What the api answers to a check of a site that has the utility's page alone."""
    row = {"part": "device", "name": "utility", "kind": "signal", "what": "", "verdict": verdict, "words": words}
    return {"time": 1.0, "version": "1", "rows": [row]}


DONE = {"id": "r1", "verb": "cycle", "state": "done", "reason": "done", "result": None, "who": "", "because": ""}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose ledger a controller has."""
    (tmp_path / "ledger.db").touch()
    with taken(tmp_path / "ledger.db"):
        yield tmp_path


def once(folder: Path, env: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["once", *arguments], env=env | {"MINE_DATA_FOLDER": str(folder)})


def test_the_controller_that_has_the_ledger_is_asked_for_one_cycle(held: Path) -> None:
    with fake_api() as api:
        api.answers = {"POST /api/v1/requests/cycle": [(200, DONE)], "GET /api/v1/check": [(200, rows("ok"))]}
        result = once(held, api.env())
        assert (result.exit_code, result.output.splitlines()[-1]) == (0, "One full cycle was done.")
        assert api.asked[0].body == {"reason": "one cycle asked for", "payload": {}}


def test_a_cycle_without_a_collector_is_done_and_not_all_is_as_it_must_be(held: Path) -> None:
    with fake_api() as api:
        found = rows("fault", "it does not answer")
        api.answers = {"POST /api/v1/requests/cycle": [(200, DONE)], "GET /api/v1/check": [(200, found)]}
        result = once(held, api.env())
        assert result.exit_code == 1
        assert result.output.splitlines()[-2:] == [
            "One full cycle was done.",
            "Not as it must be: utility: it does not answer",
        ]
        wrong = ["utility: it does not answer"]
        error = {"error": f"Not as it must be: {wrong[0]}", "found": None, "allowed": None, "exit_code": 1}
        assert json.loads(once(held, api.env(), "--json").stdout) == {**error, **DONE, "wrong": wrong}


def test_a_cycle_after_which_nobody_tells_how_it_is_counts_for_no_success(held: Path) -> None:
    with fake_api() as api:
        api.answers = {"POST /api/v1/requests/cycle": [(200, DONE)], "GET /api/v1/check": [(503, {"detail": "it starts"})]}
        result = once(held, api.env())
    assert (result.exit_code, "is unknown: it starts" in result.output) == (4, True)


@pytest.mark.parametrize(("status", "code"), [(409, 1), (503, 3), (504, 4)])
def test_what_it_answers_is_the_exit_code(held: Path, status: int, code: int) -> None:
    with fake_api() as api:
        api.answers = {"POST /api/v1/requests/cycle": [(status, {"detail": "the broker is away"})]}
        result = once(held, api.env())
    assert (result.exit_code, "the broker is away" in result.output) == (code, True)


def test_where_nobody_can_ask_it_that_is_said_and_the_ledger_is_as_it_was(held: Path) -> None:
    result = once(held, _nobody())
    assert (result.exit_code, "nothing was done" in result.output) == (3, True)
    assert (held / "ledger.db").read_bytes() == b""


def test_where_a_run_is_alive_its_controller_is_waited_for_and_not_replaced(tmp_path: Path) -> None:
    noted.write(tmp_path, Path(CONFIG), {}, {})
    result = once(tmp_path, _nobody())
    assert (result.exit_code, (tmp_path / "ledger.db").exists()) == (3, False)


def test_in_the_container_of_another_service_no_ledger_is_made(tmp_path: Path) -> None:
    result = once(tmp_path, _nobody() | {"MINE_OPS_CONTROLLER_HOST": "controller"})
    assert (result.exit_code, "lies elsewhere" in result.output) == (3, True)
    assert not (tmp_path / "ledger.db").exists()


def test_the_example_is_no_sites_and_a_ledger_that_remembers_one_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite3.connect(tmp_path / "ledger.db").executescript("CREATE TABLE state (document TEXT)")
    before = (tmp_path / "ledger.db").read_bytes()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.example.txt").write_text((ROOT / "config" / "config.example.txt").read_text())
    result = once(tmp_path, _nobody() | {"MINE_CONFIG": ""})
    assert (result.exit_code, "MINE_CONFIG=config/demo.txt" in result.output) == (2, True), result.output
    assert (tmp_path / "ledger.db").read_bytes() == before


def _nobody() -> dict[str, str]:
    return FakeApi(free_port()).env()
