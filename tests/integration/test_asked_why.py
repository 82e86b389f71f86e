"""Why, asked over the bus as the chat asks it, of the real api: signal, rule, command and confirmation as recorded."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.notifier.chat.asking import Asking, result_of
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Event, Reply, Request
from services.shared.vocabulary import CommandPhase
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.integration.test_why import tell
from tests.waiting import until

pytestmark = pytest.mark.asyncio
SENT, ACKNOWLEDGED, CONFIRMED, FAILED = (
    CommandPhase.SENT, CommandPhase.ACKNOWLEDGED, CommandPhase.CONFIRMED, CommandPhase.FAILED,
)  # fmt: skip
LIVES = ((SENT, 602, "a"), (SENT, 602, "b"), (ACKNOWLEDGED, 603, "a"), (CONFIRMED, 610.5, "a"), (FAILED, 640, "b"))


def command(bus: Bus, begun_at: float) -> None:
    """Two miners are sent to sleep: one is seen to sleep, the other does not."""
    for number, (phase, after_s, name) in enumerate(LIVES, 11):
        bus.publish(
            Event(
                subject=("controller",), ledger_seq=number, kind="command", happened_at=begun_at + after_s, device="foreman",
                act="sleep", target=f"m-{name}", title=f"m-{name} {phase.value}", phase=phase, command_id=name,
                seconds=8.5 if phase is CONFIRMED else None, detail="no answer" if phase is FAILED else "",
            )
        )  # fmt: skip


@asynccontextmanager
async def chat(broker: LiveBroker, site: str) -> AsyncIterator[Asking]:
    """The notifier's side of it, with the notifier's own rights at the broker."""
    clock = Clock("yes")
    bus = Bus(broker.settings("notifier"), service="notifier", site=site, clock=clock)
    asking = Asking(bus.publish, clock, lambda: bus.connected)
    bus.on(Reply, asking.take_reply)
    await bus.start()
    try:
        await until(lambda: bus.connected)
        yield asking
    finally:
        await bus.stop()


async def text(asking: Asking, **payload: Any) -> str:
    reply = await asking.ask("why", payload, "anna (telegram)", of="api")
    assert reply.accepted, reply.reason
    return str(result_of(reply)["text"])


async def test_a_moment_of_the_past_is_told_from_signal_to_confirmation(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    begun_at = float(int(time.time()) - 7200)
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        tell(bus, begun_at)
        command(bus, begun_at)

        async def stored() -> bool:
            return len((await api.get("/api/v1/events", base=api.debug)).body["events"]) == 15

        await until(stored, 15.0, "all events are stored")
        async with chat(broker, site) as asking:
            told = await text(asking, at=begun_at + 800)
        lines = told.splitlines()
        chain = [next(number for number, line in enumerate(lines) if line.startswith(part)) for part in (
            "Signal: utility: control, at most 200 kW, event EV-7", "Rule: signal utility (decided ",
            "Command: sleep by foreman, 2 sent from ",
            "Confirmed: 1 of 2, the slowest 8.5 s after it was sent; 1 failed, the last: ",
        )]  # fmt: skip
        assert chain == sorted(chain)
        assert "m-b failed: no answer" in told and "Ended " in told and "America/Chicago" in lines[0]
        await same_as_the_route(api, begun_at + 800)


async def test_four_who_ask_at_once_each_get_the_answer_to_their_own_question(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    begun_at = float(int(time.time()) - 7200)
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        tell(bus, begun_at)
        command(bus, begun_at)

        async def stored() -> bool:
            return len((await api.get("/api/v1/events", base=api.debug)).body["events"]) == 15

        await until(stored, 15.0, "all events are stored")
        async with chat(broker, site) as asking:
            moments = [begun_at + after_s for after_s in (30, 605, 700, 3_600)]
            alone = [await text(asking, at=at) for at in moments]
            assert len(set(alone)) == 4
            for _ in range(5):
                together = await asyncio.gather(*(text(asking, at=at) for at in moments))
                assert together == alone


async def same_as_the_route(api: Running, at: float) -> None:
    iso = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    (one,) = (await api.get(f"/api/v1/why?at={iso}", base=api.debug)).body["commands"]
    assert (one["device"], one["act"], one["sent"], one["acknowledged"], one["confirmed"], one["failed"]) == (
        "foreman", "sleep", 2, 1, 1, 1,
    )  # fmt: skip
    assert one["confirmed_within_s"] == 8.5


async def test_the_present_is_told_and_wrong_moments_are_refused_with_what_is_allowed(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with running(tmp_path, broker.settings("api"), site), voice(broker.settings("admin"), "controller", site) as bus:
        bus.publish(state())
        async with chat(broker, site) as asking:

            async def known() -> str | None:
                told = await text(asking)
                return told if "Rule: signal utility" in told else None

            told = await until(known, 10.0)
            assert "Measured: 3.5 kW on, 0.0 kW target, 12.0 kW unknown" in told and "Commands: none on record" in told
            refusals = (
                ("noon", "allowed: 14:05"), ("2050-01-01T00:00:00Z", "a moment that was"), (True, "allowed is 14:05"),
                ({}, "allowed is 14:05"), ("x" * 41, "allowed is 14:05"),
            )  # fmt: skip
            for at, part in refusals:
                reply = await asking.ask("why", {"at": at}, "anna (telegram)")
                assert not reply.accepted and part in reply.reason


async def test_a_request_that_comes_twice_late_or_broken_is_answered_once_or_refused(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    replies: list[Reply] = []
    now_at = time.time()
    async with running(tmp_path, broker.settings("api"), site), voice(
        broker.settings("admin"), "notifier", site, (Reply, lambda reply, _: replies.append(reply))
    ) as bus:  # fmt: skip

        def ask(name: str, expires_at: float = now_at + 60, payload: str = "{}") -> None:
            bus.publish(
                Request(subject=("why",), id=name, verb="why", who="w", reason="", expires_at=expires_at, payload=payload)
            )

        ask("one-and-the-same")
        ask("one-and-the-same")
        ask("too-late", expires_at=now_at - 1)
        ask("broken", payload="[" * 500)
        ask("a-list", payload=json.dumps([1]))
        await until(lambda: len({one.request_id for one in replies}) == 4)
        await asyncio.sleep(0)
        said = {one.request_id: (one.accepted, one.reason) for one in replies}
        assert len(replies) == 4
        assert said == {
            "one-and-the-same": (True, "done"), "too-late": (False, "the request had expired"),
            "broken": (False, "the payload must be a JSON object"), "a-list": (False, "the payload must be a JSON object"),
        }  # fmt: skip
