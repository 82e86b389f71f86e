"""The description of the API."""

import json
from typing import Any

from services.api.app import build
from services.api.openapi import document

WRITING = ("post", "put", "patch", "delete")
NAMES_PEOPLE = {"listAudit", "verifyAudit", "listRequests", "getRequest", "getConfig", "getCheck", "getMaintenance"}


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, item in found["paths"].items() for method, one in item.items()]


def test_the_document_of_the_api_needs_no_settings_and_describes_every_error() -> None:
    found = document()
    assert "/api/debug/emergency-shutdown" in found["paths"]
    ids = [operation["operationId"] for _, _, operation in operations(found)]
    assert len(ids) == len(set(ids))
    assert "ProblemBody" in found["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(found)


def test_every_operation_has_a_name_words_and_a_good_answer() -> None:
    for path, method, operation in operations(document()):
        assert operation["summary"] and operation["description"], (method, path)
        assert any(status.startswith("2") for status in operation["responses"]), path
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_body_has_an_example_and_takes_nothing_unknown() -> None:
    found = document()
    for path, method, operation in operations(found):
        body = operation.get("requestBody")
        if body is None:
            continue
        schema = body["content"]["application/json"]["schema"]
        if "$ref" in schema:
            schema = found["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert schema["examples"], (method, path)
        if "/simulated/" in path:  # the simulated site judges it
            continue
        assert schema.get("additionalProperties") is False or path.endswith("emergency-shutdown"), path


def test_what_asks_for_something_needs_a_login_on_the_lan_and_none_on_the_debug_listener() -> None:
    for with_debug in (False, True):
        found = build(with_debug=with_debug).openapi()
        for path, method, operation in operations(found):
            if path in ("/api/v1/login", "/api/v1/logout"):
                continue
            anybody = method not in WRITING and operation["operationId"] not in NAMES_PEOPLE
            assert ({} in operation["security"]) is (with_debug or anybody), path
            assert {"token": []} in operation["security"] and {"session": []} in operation["security"]


def test_it_is_the_same_however_often_it_is_asked_for() -> None:
    app = build(with_debug=True)
    first = json.dumps(app.openapi())
    assert json.dumps(app.openapi()) == first


def test_the_description_is_not_kept_for_months_for_who_asked_once() -> None:
    app = build(with_debug=True)
    assert app.openapi()["paths"] and app.openapi_schema is None
