"""Clients that are slow, many, rude or endless: the api goes on answering, and an emergency stop goes through."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from services.shared import connections
from tests.integration.api_hosted import Hosted, assert_answers, assert_stops
from tests.integration.harm import WRONG_HEADS
from tests.integration.openapi_cases import Operation, send, writers
from tests.integration.raw_http import dial, head, rest, statuses, told
from tests.waiting import wait

pytestmark = pytest.mark.usefixtures("still_honest")
MEGABYTE = 1_000_000


def pieces() -> Iterator[bytes]:
    for _ in range(MEGABYTE // 50_000):
        yield b" " * 50_000


def test_a_megabyte_is_refused_by_every_operation_with_and_without_its_length(plant: Hosted, every: list[Operation]) -> None:
    for operation in writers(every):
        for data in (b'{"reason": "' + b"x" * MEGABYTE + b'"}', pieces()):
            assert send(plant, operation, data).status_code == 413, operation.name


def test_a_megabyte_on_the_emergency_stop_stops_and_is_not_kept(plant: Hosted) -> None:
    answer = requests.post(plant.api.debug + "/api/debug/emergency-shutdown", data=pieces(), timeout=5)
    assert (answer.status_code, [request.verb for request in plant.asked]) == (200, ["stop"])
    assert len(plant.asked[0].reason) <= 500
    plant.asked.clear()


def test_slow_heads_and_slow_bodies_hold_no_place(plant: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    monkeypatch.setattr(connections, "BODY_S", 0.5)
    started = (
        head(plant.api.lan)[:-4],
        b"G",
        b"",
        head(plant.api.debug, "POST", "/api/debug/fans", "Content-Length: 50", *("Content-Type: application/json",)) + b'{"sta',
    )
    for sent, base in zip(started, (plant.api.lan, plant.api.lan, plant.api.lan, plant.api.debug), strict=True):
        with dial(base) as line:
            line.sendall(sent)
            begun_s = time.monotonic()
            rest(line)
            assert 0.3 < time.monotonic() - begun_s < 3, sent


def test_a_byte_at_a_time_is_not_a_sign_of_life(plant: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    with dial(plant.api.lan) as line:
        line.sendall(head(plant.api.lan)[:-2])
        wait(lambda: _is_cut(line), 5, "the connection of a head without end is closed")


def _is_cut(line: socket.socket) -> bool:
    try:
        line.sendall(b"X: 1\r\n")
    except ConnectionError:
        return True
    return False


def test_who_does_not_read_is_let_go(plant: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_S", 0.3)
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(0.2)
        line.connect(dial_address(plant.api.lan))

        def let_go() -> bool:
            try:
                line.send(head(plant.api.lan, "GET", "/api/openapi.json") * 50)
            except TimeoutError:
                return False
            except ConnectionError:
                return True
            return False

        wait(let_go, 10, "the connection of who does not read is closed")


def dial_address(base: str) -> tuple[str, int]:
    with dial(base) as line:
        found = line.getpeername()
    return found[0], found[1]


@pytest.mark.parametrize("where", ["lan", "debug"])
def test_200_open_streams_keep_nobody_out_and_stop_no_stop(plant: Hosted, where: str) -> None:
    base = getattr(plant.api, where)
    with ExitStack() as lines:
        opened = [lines.enter_context(dial(base)) for _ in range(200)]
        for line in opened:
            with_reset_allowed(line, head(base, "GET", "/api/v1/stream", "Accept: text/event-stream"))
        begun_s = time.monotonic()
        assert_answers(plant)
        assert_stops(plant)
        assert time.monotonic() - begun_s < 3
        found = [status for line in opened if (status := first_status(line))]
        assert set(found) <= {200, 429, 503}
        assert 1 <= found.count(200) <= 64


def test_200_connections_that_say_nothing_keep_nobody_out(plant: Hosted) -> None:
    with ExitStack() as lines:
        for base in (plant.api.lan, plant.api.debug):
            for number in range(200):
                line = lines.enter_context(dial(base))
                with_reset_allowed(line, (b"", head(base)[:-2], b"GET /")[number % 3])
        assert_answers(plant)
        assert_stops(plant)


def with_reset_allowed(line: socket.socket, sent: bytes) -> None:
    try:
        line.sendall(sent)
    except ConnectionError:
        return


def first_status(line: socket.socket) -> int | None:
    line.settimeout(1)
    try:
        return next(iter(statuses(line.recv(200))), None)
    except (ConnectionError, TimeoutError):
        return None


def test_a_wrong_head_is_a_mistake_of_the_client(plant: Hosted) -> None:
    for sent in WRONG_HEADS:
        answer = told(plant.api.debug, sent)
        found = statuses(answer)
        assert found and all(400 <= status < 500 for status in found), (sent[:60], answer[:200])
        assert b"application/problem+json" in answer, sent[:60]


def test_garbage_behind_an_honest_request_is_garbage(plant: Hosted) -> None:
    for seed in range(40):
        chance = random.Random(seed)
        answer = told(plant.api.lan, head(plant.api.lan) + b"\x00" + chance.randbytes(chance.randrange(1, 3000)) + b"\r\n\r\n")
        assert statuses(answer) == [200, 400], (seed, answer[-300:])


def test_a_thousand_requests_in_a_row_on_one_connection_are_answered_in_order(plant: Hosted) -> None:
    last = head(plant.api.lan, "GET", "/api/nothing", "Connection: close")
    with dial(plant.api.lan) as line:
        line.sendall(head(plant.api.lan, "GET", "/plain.css") * 1000 + last)
        assert statuses(rest(line)) == [200] * 1000 + [404]
