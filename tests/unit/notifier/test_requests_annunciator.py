"""`mine notify test annunciator`: the notifier sounds the lamp on the site, where there is one."""

import json
from typing import Any

import pytest

from services.notifier.channels.base import Failed
from services.notifier.requests import Requests
from services.shared.bus import Arrival
from services.shared.clock import Clock
from services.shared.messages import Message, Reply, Request
from tests.waiting import until


class NoSuchChannel:
    async def test(self, name: str) -> str:
        raise Failed(f"there is no channel {name}")


async def asked(sound: Any) -> Reply:
    said: list[Message] = []
    requests = Requests(None, NoSuchChannel(), Clock("yes"), said.append, sound)  # type: ignore[arg-type]
    payload = json.dumps({"channel": "annunciator"})
    requests.take(
        Request(subject=("test",), id="1", verb="test", who="anna", reason="", expires_at=9e9, payload=payload),
        Arrival(0.0, False, False),
    )
    await until(lambda: said)
    assert isinstance(said[0], Reply)
    return said[0]


@pytest.mark.asyncio
async def test_a_person_tests_the_annunciator_and_is_told_what_it_did() -> None:
    heard: list[str] = []
    reply = await asked(lambda who: heard.append(who) or "calls for 10 s")
    assert (reply.accepted, json.loads(reply.result), heard) == (True, {"receipt": "calls for 10 s"}, ["anna"])


@pytest.mark.asyncio
async def test_without_one_it_is_no_channel() -> None:
    reply = await asked(None)
    assert (reply.accepted, reply.reason) == (False, "there is no channel annunciator")
