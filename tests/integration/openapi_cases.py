"""What the OpenAPI document offers to somebody who means harm: every operation, parameter and leaf of a body."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from tests.integration.api_hosted import Hosted

JSON = {"Content-Type": "application/json"}
STOPS = ("/api/debug/emergency-shutdown", "/api/v1/requests/stop")
"""Never refused for their bodies: test_api.py proves it."""
METHODS = ("get", "put", "post", "delete", "patch")
STREAMS = "text/event-stream"


@dataclass(frozen=True)
class Operation:
    """One operation: `example` is a body that it takes, None without one."""

    method: str
    path: str
    spec: dict[str, Any]
    example: Any = None

    @property
    def name(self) -> str:
        return str(self.spec["operationId"])

    @property
    def streams(self) -> bool:
        return STREAMS in self.spec["responses"].get("200", {}).get("content", {})

    @property
    def takes_a_body(self) -> bool:
        return "requestBody" in self.spec

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    def address(self, **instead: str) -> tuple[str, dict[str, str]]:
        """The path and the query with fitting values, but for those named."""
        path, query = self.path, {}
        for parameter in self.spec.get("parameters", []):
            value = instead.get(parameter["name"], _fitting(parameter))
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", value)
            elif parameter["in"] == "query" and (parameter.get("required") or parameter["name"] in instead):
                query[parameter["name"]] = value
        return path, query


def operations(document: dict[str, Any]) -> list[Operation]:
    """All operations of the document, as they stand in it."""
    return [
        Operation(method.upper(), path, spec, _example(document, spec))
        for path, item in document["paths"].items()
        for method, spec in item.items()
        if method in METHODS
    ]


def writers(every: list[Operation]) -> list[Operation]:
    """What takes a body, but the stops."""
    return [operation for operation in every if operation.takes_a_body and operation.path not in STOPS]


def send(plant: Hosted, operation: Operation, data: Any, headers: dict[str, str] = JSON) -> requests.Response:
    """The operation with this body, on the listener that has them all."""
    path, query = operation.address()
    return requests.request(operation.method, plant.api.debug + path, params=query, data=data, headers=headers, timeout=10)


def with_every_leaf(body: Any, value: Any, of: tuple[type, ...]) -> Iterator[Any]:
    """The body once for each of its leaves of a type, with that leaf replaced."""
    for way in _leaves(body, of):
        changed = copy.deepcopy(body)
        part = changed
        for step in way[:-1]:
            part = part[step]
        part[way[-1]] = value
        yield changed


def _leaves(part: Any, of: tuple[type, ...], way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, value in steps:
        if isinstance(value, of) and not isinstance(value, bool):
            yield (*way, step)
        yield from _leaves(value, of, (*way, step))


def _fitting(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    found = parameter.get("example", next(iter(schema.get("examples", schema.get("enum", ()))), schema.get("default")))
    return str(found if found is not None else 1)


def _example(document: dict[str, Any], spec: dict[str, Any]) -> Any:
    content = spec.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    if "example" in content:
        return content["example"]
    if content.get("examples"):
        return next(iter(content["examples"].values()))["value"]
    schema = content["schema"]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return next(iter(schema.get("examples", ())), {})
