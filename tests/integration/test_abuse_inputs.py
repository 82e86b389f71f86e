"""Tricks in every parameter and every body of every operation: none finds a file, a table or a fault; none reaches the plant."""

import json
import os
import time
from typing import Any

import pytest
import requests

from tests.integration.api_hosted import Hosted
from tests.integration.harm import BOMBS, FOREIGN, NUMBERS, TRICKS, WAYS_OUT
from tests.integration.openapi_cases import JSON, Operation, send, with_every_leaf, writers
from tests.integration.raw_http import head, statuses, told

pytestmark = pytest.mark.usefixtures("still_honest")
LONG = os.environ.get("MINE_PROOF") == "long"


def some(all_of_them: tuple[Any, ...], turn: int, share: int = 6) -> tuple[Any, ...]:
    """Each `share`-th, others at each turn, so that all come in turn; in the long form all, always."""
    return all_of_them if LONG else all_of_them[turn % share :: share]


def is_refused(answer: requests.Response) -> bool:
    """A problem document that says that it is the client's mistake."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.url, answer.text[:200])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    return True


def test_a_trick_in_a_parameter_finds_no_file_and_no_table(plant: Hosted, every: list[Operation]) -> None:
    for turn, operation in enumerate(every):
        for parameter in operation.spec.get("parameters", []) if not operation.streams else ():
            for trick in some(TRICKS, turn):
                path, query = operation.address(**{parameter["name"]: trick})
                answer = requests.request(
                    operation.method, plant.api.debug + path, params=query, timeout=10,
                    **({"json": operation.example} if operation.takes_a_body else {}),
                )  # fmt: skip
                assert answer.status_code < 500, (operation.name, parameter["name"], trick, answer.text[:200])
                assert "owned" not in answer.headers.get("Set-Cookie", "")
                assert "root:" not in answer.text and "CREATE TABLE" not in answer.text
    plant.asked.clear()  # a verb of the path may be a real one


def test_no_path_leads_out_of_the_page(plant: Hosted) -> None:
    for base in (plant.api.lan, plant.api.debug):
        for path in WAYS_OUT:
            answer = told(base, head(base, "GET", path, "Connection: close"))
            assert statuses(answer)[0] in range(400, 500), (path, answer[:300])
            assert b"root:" not in answer and b"SQLite format" not in answer


def test_a_trick_in_a_body_is_only_ever_a_text(plant: Hosted, every: list[Operation]) -> None:
    for turn, operation in enumerate(writers(every)):
        for trick in some(TRICKS, turn):
            for body in with_every_leaf(operation.example, trick, (str,)):
                answer = send(plant, operation, json.dumps(body))
                assert answer.status_code < 500, (operation.name, body, answer.text[:200])
                assert "owned" not in answer.headers.get("Set-Cookie", "")
    for request in plant.asked:
        assert isinstance(json.loads(request.payload), dict)
        assert request.verb != "stop"
    plant.asked.clear()


def test_half_a_character_in_a_body_is_refused_or_told_as_it_is(plant: Hosted, every: list[Operation]) -> None:
    for operation in writers(every):
        for raw in (b'{"reason": "\\ud800"}', b'{"\\ud800": 1}', b'{"reason": "\xff"}', b"\xfe\xff\x00{"):
            assert is_refused(send(plant, operation, raw)), operation.name
        for body in with_every_leaf(operation.example, "\ud800", (str,)):
            assert is_refused(send(plant, operation, json.dumps(body))), (operation.name, body)


def test_a_number_that_is_none_never_reaches_the_controller(plant: Hosted, every: list[Operation]) -> None:
    for turn, operation in enumerate(writers(every)):
        bodies = [*with_every_leaf(operation.example, 424242, (int, float)), {**operation.example, "minutes": 424242}]
        for body in bodies:
            for number in some(NUMBERS, turn, 2):
                answer = send(plant, operation, json.dumps(body).replace("424242", number.decode()))
                assert answer.status_code < 500, (operation.name, number, answer.text[:200])
    for request in plant.asked:
        json.loads(request.payload, parse_constant=_never)
    plant.asked.clear()


def _never(constant: str) -> None:
    raise AssertionError(f"{constant} reached the controller")


def test_a_body_of_another_kind_is_refused(plant: Hosted, every: list[Operation]) -> None:
    kinds = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "x", "")
    for operation in writers(every):
        for kind in kinds:
            assert is_refused(send(plant, operation, json.dumps(operation.example), {"Content-Type": kind})), (
                operation.name,
                kind,
            )


def test_a_json_bomb_is_refused_and_costs_nothing(plant: Hosted, every: list[Operation]) -> None:
    for turn, operation in enumerate(writers(every)):
        for bomb in some(BOMBS, turn, 3):
            begun_s = time.monotonic()
            assert is_refused(send(plant, operation, bomb)), (operation.name, bomb[:20])
            assert time.monotonic() - begun_s < 2, (operation.name, bomb[:20])


def test_a_method_that_is_not_offered_does_nothing(plant: Hosted, every: list[Operation]) -> None:
    offered = {(operation.method, operation.path) for operation in every}
    for path in {operation.path for operation in every}:
        where = next(operation for operation in every if operation.path == path).address()[0]
        for method in ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "POST", "DELETE", "PATCH", "PROPFIND", "BREW"):
            if (method, path) not in offered and ("GET", path) != ("GET" if method == "HEAD" else "", path):
                answer = requests.request(method, plant.api.debug + where, timeout=5)
                assert 400 <= answer.status_code < 500, (method, path, answer.status_code)


def test_a_page_of_another_site_asks_for_nothing_and_reads_nothing(plant: Hosted, every: list[Operation]) -> None:
    for operation in every:
        body = json.dumps(operation.example) if operation.takes_a_body else None
        for headers in FOREIGN:
            answer = send(plant, operation, body, {**JSON, **headers})
            assert is_refused(answer), (operation.name, headers)
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_header_that_names_another_address_is_not_believed(plant: Hosted, every: list[Operation]) -> None:
    for operation in writers(every)[:3]:
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-HTTP-Method-Override", "X-Original-URL"):
            send(plant, operation, json.dumps(operation.example), {**JSON, name: "10.9.8.7"})
    assert plant.asked
    assert not [request for request in plant.asked if "10.9.8.7" in request.who]
    plant.asked.clear()
