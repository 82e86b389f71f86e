"""What people ask of the notifier, and the one reply that each request gets."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.notifier.requests import Requests
from services.notifier.store import Store
from services.notifier.trial.trial import Trial
from services.shared.bus import Arrival
from services.shared.messages import Message, Reply, Request
from tests.unit.notifier.test_trial import Asked, Site
from tests.waiting import until

pytestmark = pytest.mark.asyncio


class Book:
    """Keeps what is asked of the alarms; `refusal` is what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refusal: str | None = None

    async def acknowledge(self, key: str, who: str) -> str | None:
        self.asked.append(("acknowledge", key, who))
        return self.refusal

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str) -> str | None:
        self.asked.append(("shelve", pattern, minutes, who, reason))
        return self.refusal

    async def unshelve(self, pattern: str, who: str) -> str | None:
        self.asked.append(("unshelve", pattern, who))
        return self.refusal


class Counter:
    """Requests over the counter, and their replies."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder, Asked("telegram"), Asked("email"))
        self.book, self.replies = Book(), list[Reply]()
        self.requests = Requests(self.book, self.trial, self.site.clock, self._publish)

    @property
    def trial(self) -> Trial:
        return self.site.trial

    @property
    def store(self) -> Store:
        return self.site.store

    def _publish(self, message: Message) -> None:
        assert isinstance(message, Reply)
        self.replies.append(message)

    def take(self, verb: Any, payload: str, number: str = "1", expires_s: float = 10.0, retained: bool = False) -> None:
        asked = Request(
            subject=(verb,), id=number, verb=verb, who="anna", reason="works on it", payload=payload,
            expires_at=self.site.clock.wall_s + expires_s,
        )  # fmt: skip
        self.requests.take(asked, Arrival(0.0, retained, False))

    async def ask(self, verb: Any, payload: str, **more: Any) -> Reply:
        before = len(self.replies)
        self.take(verb, payload, number=f"{verb}-{before}", **more)
        await until(lambda: len(self.replies) > before)
        return self.replies[-1]


async def test_each_verb_reaches_who_carries_it_out(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    assert (await counter.ask("acknowledge", '{"key": "door"}')).accepted
    assert (await counter.ask("shelve", '{"key": "device_lost_*", "minutes": 30}')).accepted
    assert (await counter.ask("unshelve", '{"key": "device_lost_*"}')).accepted
    assert counter.book.asked == [
        ("acknowledge", "door", "anna"), ("shelve", "device_lost_*", 30.0, "anna", "works on it"),
        ("unshelve", "device_lost_*", "anna"),
    ]  # fmt: skip
    tested = await counter.ask("test", '{"channel": "telegram"}')
    assert (tested.accepted, json.loads(tested.result)) == (True, {"receipt": "taken"})
    checked = await counter.ask("check", '{"channel": "email"}')
    assert (checked.accepted, json.loads(checked.result)) == (True, {"answer": "knows us"})
    counter.store.close()


async def test_a_refusal_is_the_reason_of_the_reply(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.book.refusal = "an emergency is shelved by its own key"
    refused = await counter.ask("shelve", '{"key": "trip_*", "minutes": 30}')
    assert (refused.accepted, refused.reason) == (False, "an emergency is shelved by its own key")
    refused = await counter.ask("test", '{"channel": "pigeon"}')
    assert (refused.accepted, refused.reason) == (False, "no bird")
    counter.store.close()


@pytest.mark.parametrize(
    ("verb", "payload", "reason"),
    [
        ("acknowledge", "{}", "the request needs a key"),
        ("acknowledge", '{"key": 7}', "the request needs a key"),
        ("acknowledge", "[" * 100_000, "no JSON object"),
        ("test", "null", "no JSON object"),
        ("check", '{"channel": ""}', "the request needs a channel"),
        ("shelve", '{"key": "door"}', "needs minutes"),
        ("shelve", '{"key": "door", "minutes": true}', "needs minutes"),
        ("shelve", '{"key": "door", "minutes": NaN}', "needs minutes"),
        ("shelve", '{"key": "door", "minutes": -1}', "needs minutes"),
        ("shelve", '{"key": "door", "minutes": 1' + "0" * 400 + "}", "needs minutes"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_with_the_reason(
    tmp_path: Path, verb: str, payload: str, reason: str
) -> None:
    counter = Counter(tmp_path)
    refused = await counter.ask(verb, payload)
    assert not refused.accepted and reason in refused.reason
    assert counter.book.asked == []
    counter.store.close()


async def test_a_request_is_carried_out_once_and_never_when_late_or_left_in_the_broker(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    expired = await counter.ask("acknowledge", '{"key": "door"}', expires_s=-1.0)
    assert (expired.accepted, expired.reason) == (False, "the request had expired")
    counter.take("acknowledge", '{"key": "door"}', "again")
    counter.take("acknowledge", '{"key": "door"}', "again")
    counter.take("acknowledge", '{"key": "door"}', "left", retained=True)
    counter.take("lease", "{}", "not ours")
    await until(lambda: len(counter.replies) == 2)
    await asyncio.sleep(0)
    assert counter.book.asked == [("acknowledge", "door", "anna")]
    counter.store.close()


async def test_who_asked_before_the_end_hears_what_came_of_it_or_that_nobody_knows(tmp_path: Path) -> None:
    counter, hangs = Counter(tmp_path), asyncio.Event()

    async def shelve(*_asked: object) -> str | None:
        await asyncio.sleep(0.1)
        return None

    async def unshelve(*_asked: object) -> str | None:
        await hangs.wait()
        return None

    counter.book.shelve, counter.book.unshelve = shelve, unshelve  # type: ignore[method-assign,assignment]
    work = asyncio.create_task(counter.requests.run())
    await asyncio.sleep(0)
    counter.take("shelve", json.dumps({"key": "door", "minutes": 5}), "slow")
    counter.take("unshelve", json.dumps({"key": "door"}), "stuck")
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait({work}, timeout=5)
    assert work.done()
    counter.take("acknowledge", json.dumps({"key": "door"}), "late")
    await until(lambda: len(counter.replies) == 3)
    assert {one.request_id: (one.accepted, one.reason) for one in counter.replies} == {
        "slow": (True, "done"),
        "stuck": (False, "the notifier ended before it was known what came of it"),
        "late": (False, "the notifier ends; ask again"),
    }
    counter.store.close()
