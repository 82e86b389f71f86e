"""Every operation with positive and negative data, as operator and as nobody: no fault, and every answer as the OpenAPI says."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from tests.integration.api_hosted import TOKEN, Hosted, assert_answers
from tests.integration.openapi_cases import STOPS, operations

LONG = os.environ.get("MINE_PROOF") == "long"
EXAMPLES = 400 if LONG else 8
SEED = random.SystemRandom().randrange(2**32) if LONG else 20_261_122
PARTS = 4
"""Of the operations, so that they run beside each other."""
SHOWN = 20


@dataclass
class Found:
    """What is wrong, each kind once, with the request that shows it; and how many requests were sent."""

    wrong: dict[tuple[str, str, str], str] = field(default_factory=dict)
    sent: int = 0

    def take(self, event: Any) -> None:
        if isinstance(event, events.ScenarioFinished):
            self.sent += len(event.recorder.interactions)
            for case, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        self._wrong(event, case, check)
        elif isinstance(event, events.NonFatalError):
            self.wrong[event.label, "error", str(event.value)[:200]] = ""
        elif isinstance(event, events.FatalError):
            raise event.exception

    def _wrong(self, event: events.ScenarioFinished, case: str, check: Any) -> None:
        failure, answer = check.failure_info.failure, event.recorder.find_response(case_id=case)
        body = answer.content[:300] if answer is not None else b""
        told = f"{failure.message[:300]}\n{check.failure_info.code_sample[:600]}\n{body!r}"
        self.wrong.setdefault((str(event.label), check.name, failure.title), told)


@dataclass(frozen=True)
class Caller:
    """Who asks where. With `changes_alone` only what changes something is asked."""

    base: str
    headers: dict[str, str]
    is_operator: bool
    changes_alone: bool = False


def document(base: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(base + "/api/openapi.json", timeout=10).json()
    return found


def schema(caller: Caller, part: int) -> BaseSchema:
    """One part of what a listener says of itself."""
    described = document(caller.base)
    taken = [one for one in operations(described) if one.changes or not caller.changes_alone][part::PARTS]
    paths = {one.path for one in taken}
    described["paths"] = {path: {one.method.lower(): one.spec for one in taken if one.path == path} for path in sorted(paths)}
    config = SchemathesisConfig.from_dict(_config(caller, [one.path for one in taken if one.streams]))
    return schemathesis.openapi.from_dict(described, config=config)


def _config(caller: Caller, streams: list[str]) -> dict[str, Any]:
    return {
        "seed": SEED,
        "base-url": caller.base,
        "headers": caller.headers,
        "request-timeout": 10,
        "max-stream-events": 1,
        "continue-on-failure": True,
        "generation": {"max-examples": EXAMPLES, "no-shrink": not LONG, "database": "none"},
        "phases": {"stateful": {"enabled": False}},
        "checks": {
            # No broker, no answer, and no record are documented answers, which the status check knows; 500 is none.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "502", "503", "504"]},
            # A method that another path takes up too: GET /requests/{request_id} beside POST /requests/stop.
            "unsupported_method": {"enabled": False},
            "allow_header_conformance": {"enabled": False},
            # What no schema can say: `to` lies after `from`, and the stop is refused for nothing.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422", "429", "503", "504"]},
        },
        "operations": [
            *({"include-path": path, "checks": {"negative_data_rejection": {"enabled": False}}} for path in STOPS),
            # A stream is described as the text that it is; the check would have each event described, which is not yet OpenAPI.
            *({"include-path": path, "checks": {"response_schema_conformance": {"enabled": False}}} for path in streams),
        ],
    }


@pytest.fixture(params=["the debug listener", "nobody", "an operator's token"])
def caller(request: pytest.FixtureRequest, plant: Hosted) -> Iterator[Caller]:
    """The debug listener takes everybody for an operator; the page's asks who comes."""
    plant.asked.clear()
    yield {
        "the debug listener": Caller(plant.api.debug, {}, True),
        "nobody": Caller(plant.api.lan, {}, False),
        "an operator's token": Caller(plant.api.lan, {"Authorization": f"Bearer {TOKEN}"}, True, True),
    }[request.param]
    assert_answers(plant)


@pytest.mark.timeout(3600 if LONG else 120)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_answers_as_it_says_whatever_is_sent(plant: Hosted, caller: Caller, part: int) -> None:
    found = Found()
    for event in from_schema(schema(caller, part)).execute():
        found.take(event)
    told = "\n\n".join(f"{' | '.join(what)}\n{how}" for what, how in list(found.wrong.items())[:SHOWN])
    assert not found.wrong, f"seed {SEED}, {len(found.wrong)} kinds of wrong answers:\n{told}"
    assert found.sent > 50
    assert caller.is_operator or plant.asked == []
