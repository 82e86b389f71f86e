"""A REST client that a public generator makes from `docs/openapi.json` runs the main calls."""

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api_hosted import Hosted

FOLDER = Path(__file__).parents[2]
GENERATOR = FOLDER / ".venv" / "generator"
PACKAGE = "made_client"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Imports a module of the client that is made here. A warning of the generator is a failure."""
    folder = tmp_path_factory.mktemp("client")
    found = subprocess.run(
        (
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(FOLDER / "docs" / "openapi.json"), "--output-path", str(folder / PACKAGE)),
        ),
        env={**os.environ, "PYTHONPATH": str(GENERATOR), "PATH": f"{GENERATOR / 'bin'}:{os.environ['PATH']}"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def client(made: Any, plant: Hosted) -> Iterator[Any]:
    """A client of the debug listener, which takes it for an operator."""
    plant.asked.clear()
    with made("client").Client(base_url=plant.api.debug, raise_on_unexpected_status=True) as it:
        yield it


def test_the_made_client_reads_the_present(made: Any, client: Any) -> None:
    status = made("api.present.get_status").sync(client=client)
    assert (status.mode, status.load.measured_kw) == ("curtailed", 3.5)
    state = made("api.present.get_state").sync(client=client)
    assert state.state.reasons == ["the utility asks for control"]
    feed = made("api.present.get_dashboard").sync(client=client)
    assert feed.headline.sentence.startswith("Curtailed, unproven")


def test_the_made_client_reads_the_past(made: Any, client: Any) -> None:
    now_s = time.time()
    series = made("api.past.get_series").sync(
        client=client, sensor="roomalert-1/sensor-1", from_=str(int(now_s) - 3600), to=str(int(now_s) + 60), buckets=10
    )
    assert series.unit == "Cel"
    assert {bucket.mean for bucket in series.buckets if bucket.count} == {24.5}
    events = made("api.past.list_events").sync(client=client, limit=10)
    assert {event.who for event in events.events} == {"Ruth"}


def test_the_made_client_asks_and_watches(made: Any, client: Any, plant: Hosted) -> None:
    body = made("models").AskRelease.from_dict({"reason": "belt changed", "payload": {"id": "bf1ce76d15b5"}})
    answer = made("api.requests.ask_release").sync_detailed(client=client, body=body)
    assert answer.status_code == 202
    place = answer.headers["Location"]
    watched = made("api.requests.get_request").sync(client=client, request_id=place.rpartition("/")[2])
    assert (watched.verb, watched.state) == ("release", "done")
    assert [request.verb for request in plant.asked] == ["release"]
    lease = made("api.debug.control_fans").sync(client=client, body=made("models").Fans(stage=9, minutes=10.0))
    assert lease.to_dict()["lease"]["payload"]["stage"] == 9
    stopped = made("api.debug.emergency_shutdown").sync(client=client, body=made("models").EmergencyShutdownStop(reason="smoke"))
    assert stopped.to_dict()["stopped"] is True


def test_the_made_client_reads_an_error_as_a_problem(made: Any, client: Any) -> None:
    answer = made("api.past.get_series").sync_detailed(client=client, sensor="no/such", from_="0", to="1")
    assert (answer.status_code, type(answer.parsed).__name__) == (404, "ProblemBody")
    assert answer.parsed.type_ == "urn:mine:problem:no-such-sensor"
    wrong = made("api.past.get_series").sync(client=client, sensor="no/such", from_="yesterday", to="1")
    assert (wrong.status, "yesterday" in wrong.detail) == (422, True)
