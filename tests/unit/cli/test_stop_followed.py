"""After the emergency stop: what is on is told at once, followed, and called off only when a measurement has shown it."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli import until_off
from services.cli.eyes import Eyes
from services.cli.main import app
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.settings import load as settings_of
from tests.broker import LiveBroker
from tests.integration.api_running import state as controllers_state
from tests.ports import free_port
from tests.unit.cli.fake_api import CONFIG, FakeApi, fake_api
from tests.waiting import until

DONE = {"id": "r1", "verb": "stop", "state": "done", "reason": "done", "result": {"stopped": True, "by": "bus"}}
STOP, STATE = "POST /api/v1/requests/stop", "GET /api/state"
TRIP = {"key": "stop", "reason": "emergency stop by ann", "since_at": 1.0}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(until_off, "_LOOK_EACH_S", 0.01)
    monkeypatch.setattr(until_off, "_UNSEEN_S", 60.0)
    with fake_api() as found:
        found.answers = {STOP: [(202, DONE)]}
        yield found


@pytest.fixture
def impatient(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody tells anything it is soon given up, at this api."""
    monkeypatch.setattr(until_off, "_UNSEEN_S", 0.3)


def seen(kw: float | None, *, proven: bool = False, tripped: bool = True, stale: bool = False, **more: Any) -> tuple[int, Any]:
    load = {"measured_kw": kw, "target_kw": 0.0, "unknown_kw": 0.0, "nominal_kw": 1015.0, "proven": proven, "tolerance_kw": 30.5}
    state = {"control": "armed", "trips": [TRIP] if tripped else [], "load": load, **more}
    return 200, {"stale": stale, "state": state}


def stop(api: FakeApi, *options: str, minutes: float = 10, **how: bool) -> Result:
    env = api.env(**how) | {"MINE_POWER_RESPONSE_DEADLINE_MINUTES": str(minutes), "MINE_BROKER_PORT": str(free_port())}
    return CliRunner().invoke(app, ["stop", *options], env=env)


def test_it_says_at_once_what_is_still_on_and_off_only_when_a_measurement_shows_it(api: FakeApi) -> None:
    api.answers[STATE] = [seen(975.0), seen(634.0), seen(12.0), seen(12.0, proven=True)]
    result = stop(api)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[1:3] == ["ORDERED, through the api and the broker: the site is tripped.", "975.0 kW still on."]
    said = r"OFF: proven by measurement after \d+ s, 12\.0 kW still on, within the meter's tolerance of 30\.5 kW"
    assert re.match(said, lines[3])
    assert result.stderr == "", "no terminal: how far it is stands nowhere"
    assert "STOPPED" not in result.output
    assert api.asked[0].path == "/api/v1/requests/stop", "the order goes out first"


def test_a_word_from_before_the_order_proves_nothing(api: FakeApi) -> None:
    api.answers[STATE] = [seen(5.0, proven=True, tripped=False), seen(5.0, proven=True, tripped=False)]
    result = stop(api, minutes=0.005)
    assert (result.exit_code, "OFF: proven" in result.output) == (4, False), result.output


def test_what_is_not_proven_within_the_declared_time_is_said_with_what_is_on(api: FakeApi) -> None:
    api.answers[STATE] = [seen(634.0)]
    result = stop(api, minutes=0.005)
    assert result.exit_code == 4
    assert re.search(r"NOT PROVEN OFF within \d+ s: 634\.0 kW still on", result.stderr)
    assert "at the breaker" in result.stderr


@pytest.mark.parametrize(
    "answer", [(200, {"stale": False, "state": None}), seen(975.0, stale=True), (500, {"detail": "a fault"})]
)
@pytest.mark.usefixtures("impatient")
def test_where_nobody_tells_what_is_on_it_cannot_be_proven_from_here(api: FakeApi, answer: tuple[int, Any]) -> None:
    api.answers[STATE] = [answer]
    result = stop(api)
    assert result.exit_code == 4
    assert "ORDERED" in result.stdout and "How much is still on is not known from here yet." in result.stdout
    assert "It was ordered, and cannot be proven from here" in result.stderr and "975" not in result.output


@pytest.mark.usefixtures("impatient")
def test_an_order_that_went_straight_to_the_controller_is_told_before_it_cannot_be_proven(api: FakeApi) -> None:
    api.answers = {"POST /stop": [(200, {"stopped": True, "reason": "done"})]}
    result = stop(api, debug=False, controller=True)
    assert (result.exit_code, "ORDERED, straight to the controller" in result.stdout) == (4, True), result.output
    assert "cannot be proven from here" in result.stderr


def test_a_script_need_not_wait(api: FakeApi) -> None:
    api.answers[STATE] = [seen(975.0)]
    result = stop(api, "--no-wait")
    assert (result.exit_code, result.stdout.splitlines()[-1].endswith("975.0 kW still on.")) == (0, True), result.output
    assert "OFF" not in result.output


@pytest.mark.parametrize("waiting", ["--wait", "--no-wait"])
@pytest.mark.parametrize("by", ["bus", "controller"])
def test_what_only_observes_switches_nothing_and_says_so(api: FakeApi, waiting: str, by: str) -> None:
    api.answers[STOP] = [(202, DONE | {"result": {"stopped": True, "by": by, "control": "observe"}})]
    api.answers[STATE] = [seen(975.0)]
    result = stop(api, waiting)
    assert (result.exit_code, "nothing is switched" in result.stderr) == (1, True), result.output
    told = stop(api, waiting, "--json")
    document = json.loads(told.stdout)
    assert (told.exit_code, document["ordered"], document["off"], document["measured_kw"]) == (1, True, None, 975.0)
    assert "nothing is switched" in document["words"] and "by hand, at the breaker" in document["words"]


@pytest.mark.parametrize("waiting", ["--wait", "--no-wait"])
def test_with_a_dead_api_too_what_only_observes_switches_nothing_and_says_so_at_once(api: FakeApi, waiting: str) -> None:
    api.answers = {"POST /stop": [(200, {"stopped": True, "reason": "noted", "control": "observe"})]}
    result = stop(api, waiting, debug=False, controller=True)
    words = "control = observe: the site is tripped, and nothing is switched. How much is still on is not known from here yet."
    assert (result.exit_code, result.stderr.startswith(words)) == (1, True), result.output
    assert "ORDERED, straight to the controller" in result.stdout
    document = json.loads(stop(api, waiting, "--json", debug=False, controller=True).stdout)
    told = {name: document[name] for name in ("ordered", "control", "off", "measured_kw", "exit_code")}
    assert told == {"ordered": True, "control": "observe", "off": None, "measured_kw": None, "exit_code": 1}


@pytest.mark.parametrize(
    ("answers", "minutes", "code", "off", "kw"),
    [
        ([seen(975.0), seen(12.0, proven=True)], 10, 0, True, 12.0),
        ([seen(634.0)], 0.005, 4, False, 634.0),
        ([seen(None)], 0.005, 4, None, None),
        ([(200, {"stale": False, "state": None})], 0.005, 4, None, None),
    ],
)
def test_a_program_is_told_off_only_when_it_was_measured(
    api: FakeApi, answers: list[tuple[int, Any]], minutes: float, code: int, off: bool | None, kw: float | None
) -> None:
    api.answers[STATE] = answers
    result = stop(api, "--json", minutes=minutes)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ordered"], told["by"], told["off"], told["measured_kw"]) == (code, True, "bus", off, kw)
    assert "stopped" not in told


@pytest.mark.asyncio
async def test_without_an_api_the_brokers_new_words_count_and_what_it_kept_does_not(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "broker-cli").write_text(broker.passwords["cli"])
    env = {"MINE_BROKER_PORT": str(broker.port), "MINE_DATA_FOLDER": str(tmp_path), "MINE_GENERAL_SITE": site}
    env |= {"MINE_API_PORT": str(free_port()), "MINE_API_DEBUG_PORT": str(free_port())}
    settings = settings_of(env={"MINE_CONFIG": CONFIG, **env})
    owner = Bus(broker.settings("controller"), service="controller", site=site, clock=Clock("yes"))
    await owner.start()
    owner.publish(controllers_state())
    await until(lambda: owner.connected and not owner.waiting)
    async with Eyes(settings) as looking:
        assert await looking.state() is None
        await until(lambda: looking.heard_first)
        assert await looking.state() is None, "what the broker kept may be old"
        owner.publish(controllers_state())
        found = None
        async with asyncio.timeout(20):
            while found is None:
                found = await looking.state()
    await owner.stop()
    assert found["load"]["measured_kw"] == controllers_state().load.measured_kw
