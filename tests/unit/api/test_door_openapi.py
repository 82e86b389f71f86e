"""What the description of the API says about its door."""

import re
from collections.abc import Iterator
from typing import Any

from services.api.app import build
from services.api.openapi import document

ADDRESS = re.compile(
    r"(^|_)(url|uri|href|host|hostname|address|ip|endpoint|callback|webhook|target_url|proxy|server|port|path|file)(_|$)"
)
ASKS = ("post", "put", "patch", "delete")


def fields(part: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a schema and all within it, by name."""
    if isinstance(part, dict):
        for name, schema in part.get("properties", {}).items():
            yield f"{where}.{name}", schema
        for name, inner in part.items():
            yield from fields(inner, f"{where}.{name}")
    elif isinstance(part, list):
        for inner in part:
            yield from fields(inner, where)


def taken(api: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Everything that a client may send: the parameters, and the fields of every body with all that it refers to."""
    schemas = api["components"]["schemas"]
    for path, item in api["paths"].items():
        for method, one in item.items():
            for parameter in one.get("parameters", []):
                yield f"{method} {path}", parameter["name"], parameter.get("schema", {})
            todo, seen = [one.get("requestBody", {})], set()
            while todo:
                part = todo.pop()
                for name, schema in fields(part):
                    yield f"{method} {path}", name.rpartition(".")[2], schema
                for name in set(re.findall(r"#/components/schemas/(\w+)", str(part))) - seen:
                    seen.add(name)
                    todo.append(schemas[name])


def test_no_operation_takes_an_address_so_nobody_can_make_us_ask_elsewhere() -> None:
    sent = list(taken(document()))
    assert {"reason", "device", "level", "X-CSRF-Token"} <= {name for _, name, _ in sent}
    assert [(where, name) for where, name, _ in sent if ADDRESS.search(name.lower())] == []
    assert [
        (where, name) for where, name, schema in sent if "uri" in str(schema.get("format", "")) or "http" in str(schema)
    ] == []


def test_every_operation_that_asks_for_something_names_how_to_show_who_one_is() -> None:
    api = build(with_debug=False).openapi()
    assert set(api["components"]["securitySchemes"]) == {"token", "session"}
    for path, item in api["paths"].items():
        for method, one in item.items():
            if path in ("/api/v1/login", "/api/v1/logout"):
                continue
            ways = [way for way in one["security"] if way or method in ASKS]  # who looks may be anybody
            assert ways == [{"token": []}, {"session": []}], (method, path)
            assert {"401", "403", "429"} <= set(one["responses"]), (method, path)
            names = {parameter["name"] for parameter in one.get("parameters", [])}
            assert ("X-CSRF-Token" in names) == (method in ASKS), (method, path)
