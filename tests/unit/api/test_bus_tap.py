"""The live view of the bus: bounded, told as it came, and nothing while nobody looks."""

import asyncio
import json
from typing import Any

import pytest

from services.api import bus_tap
from services.api.bus_tap import MOST_CHARACTERS, MOST_CLIENTS, QUEUE, BusTap
from services.api.places import Places
from services.api.problems import Problem
from services.shared.inbox import Foreign
from tests.unit.api.builders import HandClock

pytestmark = pytest.mark.asyncio
ROOT = "mine/1/humboldt-1/"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_tap, "TOGETHER_S", 0.0)


def a_tap() -> BusTap:
    return BusTap("humboldt-1", HandClock())


def message(topic: str, payload: bytes = b"{}", *, retained: bool = False) -> Foreign:
    return Foreign(ROOT + topic, payload, HandClock().now().mono_s - 2.0, retained, first_since_connect=False)


def read(item: bytes) -> list[tuple[str, dict[str, Any]]]:
    events = [block.split("\n") for block in item.decode().split("\n\n") if block.startswith("event: ")]
    return [(head.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for head, data in events]


async def test_a_message_is_shown_as_it_came() -> None:
    tap = a_tap()
    line = tap.join("")
    tap.take(message("reading/pdu-1/watts", b'{"value":1.0,"hist":true}', retained=True))
    [(kind, told)] = read(await line.get())
    assert kind == "message"
    assert told == {
        "topic": ROOT + "reading/pdu-1/watts", "received_at": HandClock().now().wall_s - 2.0, "retained": True, "late": True,
        "bytes": 25, "cut": False, "payload": '{"value":1.0,"hist":true}',
    }  # fmt: skip


async def test_nothing_is_made_or_kept_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "dumps", lambda *_: pytest.fail("somebody looks"))
    tap = a_tap()
    tap.take(message("state"))
    line = tap.join("raw/")
    tap.take(message("state"))
    tap.leave(line)
    tap.take(message("raw/pdu-1"))
    assert line.qsize() == 1  # the sign of life of its beginning


@pytest.mark.parametrize("prefix", ["reading/pdu-1", ROOT + "reading/pdu-1"])
async def test_topics_are_chosen_by_their_beginning_with_or_without_the_root(prefix: str) -> None:
    tap = a_tap()
    line = tap.join(prefix)
    for topic in ("reading/pdu-1/watts", "reading/pdu-2/watts", "state", "reading/pdu-1/volts"):
        tap.take(message(topic))
    assert [told["topic"].removeprefix(ROOT) for _, told in read(await line.get())] == [
        "reading/pdu-1/watts",
        "reading/pdu-1/volts",
    ]


async def test_a_slow_client_loses_the_oldest_is_told_how_many_and_keeps_nobody_waiting() -> None:
    tap = a_tap()
    slow, quick = tap.join(""), tap.join("state")
    for number in range(3 * QUEUE):
        tap.take(message(f"reading/pdu-1/{number}"))
        assert slow.qsize() <= QUEUE
    tap.take(message("state"))
    told = read(await slow.get())
    assert told[-1] == ("dropped", {"dropped": 2 * QUEUE + 2})  # the sign of life too
    assert [one["topic"].rpartition("/")[2] for _, one in told[:2]] == [str(2 * QUEUE + 1), str(2 * QUEUE + 2)]
    assert len(read(await quick.get())) == 1
    tap.take(message("state"))
    assert [kind for kind, _ in read(await slow.get())] == ["message"]  # a loss is told once


async def test_what_is_no_text_or_too_long_is_shown_all_the_same() -> None:
    tap = a_tap()
    line = tap.join("")
    tap.take(message("state", b"\xff\x00\n\n"))
    tap.take(message("state", b"x" * (MOST_CHARACTERS + 1)))
    (_, broken), (_, long) = read(await line.get())
    assert (broken["payload"], broken["cut"]) == ("\ufffd\x00\n\n", False)
    assert (len(long["payload"]), long["cut"], long["bytes"]) == (MOST_CHARACTERS, True, MOST_CHARACTERS + 1)


async def test_a_quiet_bus_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_tap, "PING_S", 0.01)
    line = a_tap().join("")
    assert [await line.get(), await line.get()] == [b": ping\n\n"] * 2


async def test_closing_ends_every_stream_whatever_waits() -> None:
    tap = a_tap()
    lines = [tap.join(""), tap.join("")]
    for _ in range(2 * QUEUE):
        tap.take(message("state"))
    waiting = asyncio.create_task(lines[0].get())
    await asyncio.sleep(0)
    tap.close()
    assert await lines[1].get() == b""
    assert await waiting == b"" or await lines[0].get() == b""


async def test_a_fifth_client_is_refused() -> None:
    tap, places = a_tap(), Places(MOST_CLIENTS, MOST_CLIENTS)
    for _ in range(MOST_CLIENTS):
        places.stream("", lambda: tap.join(""), tap.leave)._join()
    with pytest.raises(Problem, match="4 clients listen already"):
        places.stream("", lambda: tap.join(""), tap.leave)
