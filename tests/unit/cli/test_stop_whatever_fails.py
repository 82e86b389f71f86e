"""The emergency stop whatever an api answers: the order is told once it is out, and no fault behind it is called a refusal."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.api import direct_stop
from services.cli import stop as stopping
from services.cli import until_off
from services.cli.eyes import Eyes
from services.cli.main import app
from services.shared.http import HttpClient
from tests.ports import free_port
from tests.unit.cli.fake_api import FakeApi, fake_api

STOP, STATE = "POST /api/v1/requests/stop", "GET /api/state"
DONE = {"id": "r1", "verb": "stop", "state": "done", "reason": "done", "result": {"stopped": True, "by": "bus"}}
LOAD = {"measured_kw": 1.0, "target_kw": 0.0, "unknown_kw": 0.0, "nominal_kw": 9.0, "proven": True}
WHOLE = {"control": "armed", "trips": [{"key": "stop"}], "load": LOAD}
UNPROVEN = "It was ordered, and cannot be proven from here"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(until_off, "_LOOK_EACH_S", 0.01)
    monkeypatch.setattr(until_off, "_UNSEEN_S", 0.3)
    with fake_api() as found:
        found.answers = {STOP: [(202, DONE)], STATE: [(200, {"state": WHOLE})]}
        yield found


def stop(api: FakeApi, *options: str, **how: bool) -> Result:
    env = api.env(**how) | {"MINE_BROKER_PORT": str(free_port())}
    return CliRunner().invoke(app, ["stop", *options], env=env)


@pytest.mark.parametrize(
    "state",
    [
        {},
        WHOLE | {"load": {name: value for name, value in LOAD.items() if name != "target_kw"}},
        WHOLE | {"load": LOAD | {"measured_kw": "much"}},
        WHOLE | {"trips": [{}]},
        {**WHOLE, "trips": None},
        {"load": []},
    ],
)
def test_a_state_that_cannot_be_read_does_not_hide_that_the_stop_is_ordered(api: FakeApi, state: dict[str, Any]) -> None:
    api.answers[STATE] = [(200, {"stale": False, "state": state})]
    result = stop(api)
    assert (result.exit_code, UNPROVEN in result.stderr) == (4, True), result.output
    assert "ORDERED, through the api and the broker: the site is tripped." in result.stdout
    unwatched = stop(api, "--no-wait")
    assert (unwatched.exit_code, "ORDERED" in unwatched.stdout) == (0, True), unwatched.output


@pytest.mark.parametrize("made", ["done", None, ["x"], {"by": ["x"]}])
def test_an_order_is_told_whatever_stands_in_its_result(api: FakeApi, made: object) -> None:
    api.answers[STOP] = [(202, DONE | {"result": made})]
    result = stop(api)
    assert (result.exit_code, "ORDERED" in result.stdout, "OFF: proven" in result.stdout) == (0, True, True), result.output


def test_a_fault_of_the_looking_is_no_refusal(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Eyes) -> None:
        raise KeyError("target_kw")

    monkeypatch.setattr(Eyes, "state", broken)
    result = stop(api, "--json")
    assert (result.exit_code, UNPROVEN in result.stderr) == (4, True), result.output
    told = json.loads(result.stdout)
    assert (told["ordered"], told["off"], told["measured_kw"]) == (True, None, None)
    monkeypatch.setattr(Eyes, "of_api", broken)
    unwatched = stop(api, "--json", "--no-wait")
    assert (unwatched.exit_code, json.loads(unwatched.stdout)["ordered"]) == (0, True), unwatched.output


def test_a_stop_that_the_card_did_not_take_is_off_and_said_to_be_forgotten_by_a_restart(api: FakeApi) -> None:
    unstored = "done; not stored: a restart forgets it"
    api.answers[STOP] = [(202, DONE | {"reason": unstored})]
    result = stop(api)
    assert (result.exit_code, "NOT STORED" in result.stdout, "a restart forgets it" in result.stdout) == (0, True, True), (
        result.output
    )
    (note,) = json.loads(stop(api, "--json").stdout)["notes"]
    assert "a restart forgets it" in note
    api.answers[STOP] = [(500, {"detail": "a fault"})]
    api.answers["POST /stop"] = [(200, {"stopped": True, "reason": unstored})]
    direct = json.loads(stop(api, "--json", "--no-wait", controller=True).stdout)
    assert (direct["by"], [one for one in direct["notes"] if "a restart forgets it" in one]) == ("directly", [note])


def test_whatever_breaks_on_the_first_way_the_second_is_gone(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of our own")

    monkeypatch.setattr(stopping, "api_of", broken)
    api.answers["POST /stop"] = [(200, {"stopped": True, "reason": "done"})]
    result = stop(api, "--no-wait", controller=True)
    assert (result.exit_code, "ORDERED, straight to the controller" in result.stdout) == (0, True), result.output


def test_where_both_ways_break_nobody_calls_it_undone(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of our own")

    api.answers[STOP] = [(500, {"detail": "a fault"})]
    monkeypatch.setattr(HttpClient, "request", broken)
    monkeypatch.setattr(stopping, "api_of", broken)
    result = stop(api)
    assert (result.exit_code, "NOT CONFIRMED" in result.stderr) == (4, True), result.output


def test_the_command_and_the_api_mean_the_same_type_of_a_stop_that_reached_nobody() -> None:
    assert f"urn:mine:problem:{direct_stop.REACHED_NOBODY}" == stopping.REACHED_NOBODY
