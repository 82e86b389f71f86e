"""A program that asks with --json gets one document also where it is refused, with what was found and what is allowed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.shared import restored
from tests.ports import free_port
from tests.unit.backup import site
from tests.unit.cli.fake_api import FakeApi, fake_api


def mine(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, list(words), env=FakeApi(free_port()).env() if env is None else env)


def refused(*words: str) -> dict[str, Any]:
    """The document of a command that ends with 2 and says the same on stderr."""
    result = mine(*words)
    document: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"], bool(result.stderr)) == (2, 2, True)
    return document


@pytest.mark.parametrize(
    ("words", "found", "allowed"),
    [
        (["curtail", "--kw", "abc"], "abc", "a valid number"),
        (["curtail", "--kw=abc"], "abc", "a valid number"),
        (["shelve", "door", "-m", "99999"], "99999", "a number from 0.1 to 1440"),
        (["curtail", "-m", "0"], "0", "a number from 0.1 to 1440"),
        (["curtail", "-m", "nan"], "nan", "a number from 0.1 to 1440"),
        (["curtail", "--kw", "inf"], "inf", "a number from 0 to 100000"),
        (["once", "--seconds", "1"], "1", "a number from 5 to 3600"),
        (["logs", "-n", "-1"], "-1", "a number from 0 to 100000"),
        (["release", ""], "''", "a name, or no word at all for the list"),
        (["reset", " "], "' '", "a name, or no word at all for the list"),
        (["unlock", ""], "''", "a name, or no word at all for the list"),
        (["ack", ""], "''", "a name, or no word at all for the list"),
        (["unshelve", ""], "''", "a name, or no word at all for the list"),
        (["why", "--at", ""], "''", "14:05 or ISO 8601"),
        (["why", "--at", "2999-01-01T00:00:00Z"], "'2999-01-01T00:00:00Z'", "a moment that was: this one lies in the future"),
        (["why", "--at", "0001-01-01T00:00:00+14:00"], "'0001-01-01T00:00:00+14:00'", "a moment from 1970 on"),
        (["drill", ""], "''", "a name, or no word at all for the list"),
        (["curtail", "--nope"], "--nope", "--kw, --minutes"),
        (["notify", "--nope"], "--nope", "none"),
        (["statis"], "statis", "run, watch, check, status"),
        (["hold"], None, None),
        (["logs", "--level", "loud"], "'loud'", "debug, info, warn, error"),
        (["logs", "nosuch"], "the service 'nosuch'", "collector, controller, notifier, api, backup, simulator"),
        (["access", "add", "bob"], "nothing", "viewer, operator"),
        (["access", "add", "bob", "--role", "king"], "king", "viewer, operator"),
        (["backup", "--kind", "weekly"], "weekly", "hourly, daily, monthly"),
        (["restore", "nosuch.tar.gz"], "nothing", "a backup, a file .tar.gz or .tar.gz.enc"),
    ],
)
def test_what_is_wrong_with_what_was_typed_is_a_document(words: list[str], found: str | None, allowed: str | None) -> None:
    document = refused(*words, "--json")
    assert document["error"]
    assert document["found"] == found
    assert (document["allowed"] or "").startswith(allowed or "")


def test_a_refusal_of_the_running_site_is_a_document_with_its_reason_and_its_exit_code() -> None:
    with fake_api() as api:
        api.answers = {"POST /api/v1/requests/acknowledge": [(409, {"detail": "there is no open alarm nosuch"})]}
        result = mine("ack", "nosuch", "--json", env=api.env())
    expected = {"error": "there is no open alarm nosuch", "found": None, "allowed": None, "exit_code": 1}
    assert (result.exit_code, json.loads(result.stdout)) == (1, expected)


def test_a_device_that_the_site_has_not_is_named_with_those_that_it_has() -> None:
    with fake_api() as api:
        state = {"state": {"drills": [{"device": "pdu-1", "at": None}, {"device": "relay-1", "at": None}]}}
        api.answers = {"GET /api/state": [(200, state)]}
        result = mine("drill", "pdu-99", "--json", env=api.env())
    document = json.loads(result.stdout)
    assert (result.exit_code, document["found"], document["allowed"]) == (2, "the device 'pdu-99'", "pdu-1, relay-1")


def test_nobody_to_ask_is_a_document() -> None:
    result = mine("status", "--json")
    assert (result.exit_code, "Nobody is there to ask" in json.loads(result.stdout)["error"]) == (3, True)


def test_a_question_that_nobody_answers_is_a_document(tmp_path: Path) -> None:
    site.make(tmp_path)
    restored.observe(tmp_path / "data", "restored from a backup of yesterday")
    result = CliRunner().invoke(app, ["arm", "--json"], env={"MINE_CONFIG": str(tmp_path / "config.txt")}, input="")
    assert (result.exit_code, json.loads(result.stdout)["error"]) == (1, "The question was not answered: nothing was done.")


def test_without_the_option_and_after_two_dashes_nothing_stands_on_stdout() -> None:
    assert mine("curtail", "--kw", "abc").stdout == ""
    assert mine("curtail", "--nope", "--", "--json").stdout == ""


def test_a_command_that_has_answered_says_nothing_more() -> None:
    result = mine("check", "--json", env={"MINE_CONFIG": "config/wrong/duplicate-key.txt"})
    assert (result.exit_code, json.loads(result.stdout)["configuration"]["mistakes"] != []) == (2, True)


STATE, FATE = "GET /api/state", {"id": "r1", "state": "done", "reason": "done", "result": None}


def seen(**more: Any) -> tuple[int, Any]:
    load = {"measured_kw": 12.0, "target_kw": 0.0, "unknown_kw": 0.0, "proven": False, "nominal_kw": 9.0}
    return 200, {"state": {"load": load, "control": "observe", "trips": [{"key": "stop"}], "leases": [{"id": "l1"}], **more}}


@pytest.mark.parametrize(
    ("words", "answers", "code", "error"),
    [
        (["notify", "test", "sms"], {"POST /api/v1/requests/test": [(504, {"detail": "late"})]}, 4, "sms: FAILED: late"),
        (
            ["check"],
            {"GET /api/v1/check": [(503, {"detail": "it starts"})]},
            3,
            "Devices and channels were not asked: it starts.",
        ),
        (
            ["stop"],
            {"POST /api/v1/requests/stop": [(202, FATE | {"result": {"control": "observe"}})], STATE: [seen()]},
            1,
            "control = observe: the site is tripped",
        ),
        (
            ["curtail", "--wait"],
            {"POST /api/v1/requests/curtail": [(202, FATE | {"result": {"id": "l1", "until_at": 1.0}})], STATE: [seen()]},
            1,
            "control = observe: nothing is switched",
        ),
    ],
)
def test_what_was_found_and_is_not_well_has_its_reason_in_the_document(
    words: list[str], answers: dict[str, Any], code: int, error: str
) -> None:
    with fake_api() as api:
        api.answers = answers
        result = mine(*words, "--json", env=api.env())
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"]) == (code, code)
    assert document["error"].startswith(error)
    assert (document["found"], document["allowed"]) == (None, None)


def test_damaged_records_are_a_document_with_its_reason(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "data" / "mine_data.db").write_bytes(b"no database" * 1_000)
    result = mine("db", "check", "--json", env={"MINE_CONFIG": str(tmp_path / "config.txt")})
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"], document["ok"]) == (1, 1, False)
    assert document["error"]
