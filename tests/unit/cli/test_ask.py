"""How the commands ask: by which door, with which key, until whose word, and what the exit code says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.cli.stop import REACHED_NOBODY
from tests.unit.cli.fake_api import FakeApi, fake_api

LEASE = {
    "id": "l1",
    "kind": "miners",
    "owner": "ann",
    "reason": "dust",
    "from_at": 1.0,
    "until_at": 1_790_000_000.0,
    "payload": "{}",
}


def mine(*arguments: str, env: dict[str, str]) -> Result:
    return CliRunner().invoke(app, list(arguments), env=env)


def fate(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "r1", "verb": "x", "state": state, "reason": state, "result": None, "who": "", "because": "", **more}


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as found:
        yield found


ASKING: tuple[tuple[tuple[str, ...], str, dict[str, Any]], ...] = (
    (("hold", "row-a", "m-1", "--minutes", "10"), "hold", {"members": ["row-a", "m-1"], "minutes": 10.0}),
    (("curtail", "--kw", "200", "--minutes", "60"), "curtail", {"target_kw": 200.0, "minutes": 60.0}),
    (("curtail",), "curtail", {"all": True, "minutes": 30.0}),
    (("release", "l1"), "release", {"id": "l1"}),
    (("reset", "stop"), "reset", {"trip": "stop"}),
    (("ack", "door"), "acknowledge", {"key": "door"}),
    (("shelve", "device_lost_*", "-m", "120"), "shelve", {"key": "device_lost_*", "minutes": 120.0}),
    (("unshelve", "device_lost_*"), "unshelve", {"key": "device_lost_*"}),
    (("lockout", "fan-3"), "lockout", {"target": "fan-3"}),
    (("unlock", "fan-3"), "unlock", {"target": "fan-3"}),
)


@pytest.mark.parametrize(("arguments", "verb", "payload"), ASKING, ids=lambda value: value if isinstance(value, str) else "")
def test_each_command_asks_its_verb_once_with_a_key_and_waits_for_the_word(
    api: FakeApi, arguments: tuple[str, ...], verb: str, payload: dict[str, Any]
) -> None:
    done = fate("done", result=LEASE)
    api.answers = {
        f"POST /api/v1/requests/{verb}": [(202, fate("waiting"))],
        "GET /api/v1/requests/r1": [(200, fate("waiting")), (200, done)],
    }
    result = mine(*arguments, "--reason", "belt", "--json", env=api.env())
    assert (result.exit_code, json.loads(result.output)) == (0, done)
    (asked,) = [one for one in api.asked if one.method == "POST"]
    assert asked.body == {"reason": "belt", "payload": payload}
    assert len(asked.headers["Idempotency-Key"]) >= 8


@pytest.mark.parametrize(("status", "code"), [(409, 1), (403, 1), (401, 1), (429, 1), (422, 2), (503, 3), (502, 4), (504, 4)])
def test_the_exit_code_says_how_it_went(api: FakeApi, status: int, code: int) -> None:
    api.answers = {"POST /api/v1/requests/reset": [(status, {"detail": "its cause stands"})]}
    result = mine("reset", "thermal", env=api.env())
    assert (result.exit_code, result.output.splitlines()[-1]) == (code, "its cause stands")


@pytest.mark.parametrize(("state", "code"), [("refused", 1), ("expired", 4)])
def test_a_request_that_is_refused_or_expires_while_it_is_watched_is_told(api: FakeApi, state: str, code: int) -> None:
    api.answers = {
        "POST /api/v1/requests/reset": [(202, fate("waiting"))],
        "GET /api/v1/requests/r1": [(200, fate(state))],
    }
    assert mine("reset", "thermal", env=api.env()).exit_code == code


def test_where_the_loopback_listener_is_not_there_the_token_opens_the_pages(api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "operator-token").write_text("t0ken\n")
    api.answers = {"POST /api/v1/requests/lockout": [(202, fate("done"))]}
    env = api.env(debug=False, page=True) | {"MINE_API_ACCESS_FILE": str(tmp_path / "access.json")}
    result = mine("lockout", "fan-3", env=env)
    assert (result.exit_code, "t0ken" in result.output) == (0, False)
    assert api.asked[-1].headers["Authorization"] == "Bearer t0ken"
    assert mine("lockout", "fan-3", env=env | api.env()).exit_code == 0
    assert "Authorization" not in api.asked[-1].headers  # the loopback listener needs none


def test_without_a_name_the_commands_list_what_there_is(api: FakeApi) -> None:
    alarm = {
        "key": "door", "kind": "warning", "priority": "low", "state": "unacknowledged", "active": True, "cause": "open",
        "since_at": 1.0, "acknowledged_by": "", "escalated": 0,
    }  # fmt: skip
    state = {
        "leases": [LEASE],
        "trips": [{"key": "stop", "reason": "smoke seen", "since_at": 1.0}],
        "lockouts": [{"target": "fan-3", "owner": "ann", "reason": "belt", "since_at": 1.0}],
    }
    seen = {**alarm, "key": "flood", "acknowledged_by": "ann"}
    aside = {**alarm, "key": "flood-2", "state": "shelved"}
    api.answers = {
        "GET /api/state": [(200, {"state": state})],
        "GET /api/v1/alarms": [(200, {"known": True, "alarms": [alarm, seen, aside]})],
    }
    for command, words in (
        ("release", "l1  miners  until 2026-09-21 09:13 CDT  by ann: dust"),
        ("reset", "smoke seen"),
        ("unlock", "by ann: belt"),
        ("ack", "door  warning"),
    ):
        result = mine(command, env=api.env())
        assert result.exit_code == 0 and words in result.output, result.output
        assert "flood" not in result.output
    api.answers = {"GET /api/state": [(200, {"state": None})], "GET /api/v1/alarms": [(200, {"known": False, "alarms": []})]}
    for command in ("release", "reset", "unlock", "ack"):
        assert mine(command, env=api.env()).exit_code == 4


def curtailment(name: str, kw: float, owner: str) -> dict[str, Any]:
    payload = json.dumps({"level": "control", "target_kw": kw, "duration_minutes": 60})
    return LEASE | {"id": name, "kind": "power_signal", "owner": owner, "payload": payload}


def test_curtailments_are_told_apart_by_their_kw_and_a_second_one_says_what_it_replaces(api: FakeApi) -> None:
    old, other = curtailment("l1", 600.0, "ann (session, 10.0.0.7)"), curtailment("l2", 0.0, "bob (token, 10.0.0.8)")
    api.answers = {
        "GET /api/state": [(200, {"state": {"leases": [old, other]}})],
        "POST /api/v1/requests/curtail": [(202, fate("done", result=curtailment("l3", 300.0, "ann (cli, 127.0.0.1)")))],
    }
    listed = mine("release", env=api.env()).output
    assert "l1  power_signal: at most 600 kW  until 2026-09-21 09:13 CDT  by ann" in listed
    assert "l2  power_signal: all load off  until" in listed
    said = mine("curtail", "--kw", "300", env=api.env()).output
    assert "It replaces your curtailment: at most 600 kW until 2026-09-21 09:13 CDT." in said
    assert "bob also has all load off until 2026-09-21 09:13 CDT: the lowest counts." in said


@pytest.mark.parametrize("state", [None, {"leases": [3]}, {"leases": [{"kind": "power_signal"}]}, []])
def test_an_order_is_told_whatever_is_told_of_the_leases_before(api: FakeApi, state: Any) -> None:
    made = curtailment("l3", 300.0, "ann")
    api.answers = {
        "GET /api/state": [(200, {"state": state})],
        "POST /api/v1/requests/curtail": [(202, fate("done", result=made))],
    }
    result = mine("curtail", "--kw", "300", env=api.env())
    assert (result.exit_code, "Ordered: lease l3 until" in result.output) == (0, True), result.output


def load(measured_kw: float | None, *, proven: bool) -> dict[str, Any]:
    load = {"measured_kw": measured_kw, "target_kw": 0.0, "unknown_kw": 0.0, "proven": proven}
    return {"state": {"control": "armed", "leases": [LEASE], "load": load}}


def test_a_curtailment_is_watched_until_a_measurement_proves_it(api: FakeApi) -> None:
    api.answers = {
        "POST /api/v1/requests/curtail": [(202, fate("done", result=LEASE))],
        "GET /api/state": [(200, load(kw, proven=kw < 1)) for kw in (100.0, 100.0, 40.0, 0.5)],
    }
    result = mine("curtail", "--wait", env=api.env())
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == ["Proven: 0.5 kW on, of at most 0 kW."], "no terminal: how far it is stands nowhere"
    assert "Proven: 0.5 kW on, of at most 0 kW." in result.output


def test_what_only_observes_is_not_waited_for(api: FakeApi) -> None:
    state = load(100.0, proven=False)
    state["state"]["control"] = "observe"
    api.answers = {
        "POST /api/v1/requests/curtail": [(202, fate("done", result=LEASE))],
        "GET /api/state": [(200, state)],
    }
    result = mine("curtail", "--wait", env=api.env())
    assert result.exit_code == 1
    assert "nothing is switched" in result.output


def test_a_stop_goes_through_the_api_while_it_answers(api: FakeApi) -> None:
    api.answers = {"POST /api/v1/requests/stop": [(202, fate("done", result={"stopped": True, "by": "bus"}))]}
    result = mine("stop", "--no-wait", env=api.env())
    assert (result.exit_code, "ORDERED, through the api and the broker: the site is tripped." in result.output) == (0, True)


def test_words_after_a_stop_are_its_reason_and_keep_nobody_from_it(api: FakeApi) -> None:
    api.answers = {"POST /api/v1/requests/stop": [(202, fate("done", result={"stopped": True, "by": "bus"}))]}
    result = mine("stop", "--no-wait", "now", "smoke in row a", env=api.env())
    assert result.exit_code == 0, result.output
    assert "now smoke in row a" in repr(api.asked)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        (503, {"detail": "no broker"}),
        (500, {"detail": "a fault"}),
        (520, {"detail": "a proxy's fault"}),
        (401, {"detail": "login"}),
        (200, {"of": "another program"}),
        (202, b"no JSON"),
    ],
)
def test_a_stop_goes_straight_to_the_controller_where_the_api_does_not_do_it(
    api: FakeApi, broken: tuple[int, Any] | None, tmp_path: Path
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ops-token").write_text("0ps\n")
    api.answers = {"POST /stop": [(200, {"stopped": True, "reason": "done"})]}
    if broken:
        api.answers["POST /api/v1/requests/stop"] = [broken]
    env = api.env(debug=broken is not None, controller=True) | {"MINE_DATA_FOLDER": str(tmp_path)}
    result = mine("stop", "--no-wait", "--reason", "smoke", env=env)
    assert result.exit_code == 0, result.output
    assert "ORDERED, straight to the controller" in result.output
    ordered = next(one for one in api.asked if one.path == "/stop")
    assert ordered.body["reason"] == "smoke"
    assert ordered.headers["Authorization"] == "Bearer 0ps"


def test_a_stop_that_nobody_could_take_says_that_nothing_was_carried_out_and_nothing_will_be(api: FakeApi) -> None:
    result = mine("stop", env=api.env(debug=False))
    assert result.exit_code == 3
    assert "NOT STOPPED" in result.output and "open the breaker by hand" in result.output
    assert "nothing waits to be carried out later" in result.output
    assert "may" not in result.output.partition("NOT STOPPED")[2], "nobody was asked, so nobody may do it"


def test_a_stop_through_an_api_with_neither_broker_nor_controller_was_asked_of_nobody(api: FakeApi) -> None:
    detail = "the stop reached nobody: the broker cannot be reached; the controller directly: connection refused"
    api.answers = {"POST /api/v1/requests/stop": [(504, {"detail": detail, "type": REACHED_NOBODY})]}
    result = mine("stop", env=api.env())
    assert result.exit_code == 3
    assert "nothing waits to be carried out later" in result.output


@pytest.mark.parametrize(
    "detail",
    [
        "the stop reached nobody: no answer over the bus within 2 s; the controller directly: connection refused",
        "the stop reached nobody: the broker cannot be reached; the controller directly: connection refused",
    ],
)
def test_a_stop_that_somebody_may_have_got_is_not_called_undone(api: FakeApi, detail: str) -> None:
    api.answers = {"POST /api/v1/requests/stop": [(504, {"detail": detail, "type": "urn:mine:problem:no-answer"})]}
    result = mine("stop", env=api.env())
    assert result.exit_code == 4
    assert "NOT CONFIRMED, SO NOT STOPPED" in result.output and "may still be carried out" in result.output


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((200, {"stopped": False, "reason": "no"}), 1, "It is not carried out"),
        ((200, {}), 4, "may still be carried out"),
        ((503, {"detail": "the loop does not answer"}), 4, "may still be carried out"),
    ],
)
def test_what_the_controller_itself_says_of_a_stop_is_told(api: FakeApi, answer: Any, code: int, words: str) -> None:
    api.answers = {"POST /stop": [answer]}
    result = mine("stop", env=api.env(debug=False, controller=True))
    assert result.exit_code == code
    assert "NOT STOPPED" in result.output and words in result.output and "by hand" in result.output
