"""The bus without a broker: what it fills in, what it refuses, and how messages find their handlers."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from services.shared.bus import Arrival, Bus, Foreign
from services.shared.clock import Clock
from services.shared.inbox import Inbox
from services.shared.link import Received
from services.shared.messages import Event, Presence, Reading, Reply, Signal, root
from services.shared.settings.sections import Broker


def received(topic: str, payload: bytes, epoch: int = 1) -> Received:
    return Received(SimpleNamespace(), epoch, 1, 1, root("mine") + topic, payload, False)  # type: ignore[arg-type]


def presence(seq: int = 1) -> bytes:
    return Presence(seq=seq, state="online", version="1").model_dump_json(by_alias=True).encode()


def a_bus(**options: Any) -> Bus:
    return Bus(Broker(port=1), service="collector", site="mine", clock=Clock(), **options)


@pytest.mark.asyncio
async def test_publishing_before_the_start_waits() -> None:
    bus = a_bus()
    bus.publish(Event(subject=("collector",), ledger_seq=1, kind="service", happened_at=0.0, title="x"))
    assert bus.waiting == 1
    assert not bus.connected
    await bus.stop()


@pytest.mark.asyncio
async def test_a_message_that_does_not_fit_its_topic_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="subject"):
        a_bus().publish(Presence(state="online", version="1"))


@pytest.mark.asyncio
async def test_a_message_too_large_for_the_broker_is_not_sent_and_is_counted() -> None:
    bus = a_bus()
    bus.publish(Event(subject=("collector",), ledger_seq=1, kind="service", happened_at=0.0, title="x" * 300_000))
    assert (bus.waiting, bus.dropped) == (0, 1)


@pytest.mark.asyncio
async def test_every_message_is_numbered_and_signed() -> None:
    bus = a_bus()
    first, second = (bus._sealed(Presence(subject=("collector",), state="online", version="1")) for _ in range(2))
    assert (first.source, first.boot, second.seq) == ("collector", bus.boot, first.seq + 1)
    assert first.host_boot == Clock().now().host_boot


@pytest.mark.asyncio
async def test_birth_and_will_carry_this_boot_and_stand_in_order() -> None:
    bus = a_bus()
    topic, payload = bus._will()
    will = Presence.model_validate_json(payload)
    assert topic == "mine/1/mine/presence/collector"
    assert (will.state, will.boot) == ("offline", bus.boot)
    assert bus._birth is not None
    assert bus._birth[0].seq < will.seq
    later = bus._will()
    assert later is not None
    assert Presence.model_validate_json(later[1]).seq > bus._birth[0].seq > will.seq, "a late will is older than the next birth"


@pytest.mark.asyncio
async def test_a_message_goes_to_every_handler_of_its_type_and_to_no_other() -> None:
    inbox, seen = Inbox("mine"), []
    inbox.on(Presence, lambda message, arrival: seen.append(("first", message.state)))

    async def second(message: Presence, arrival: Arrival) -> None:
        await asyncio.sleep(0)
        seen.append(("second", message.state))

    inbox.on(Presence, second)
    inbox.on(Reading, lambda message, arrival: seen.append(("reading", "")))
    await inbox.handle(received("presence/api", presence()), 0.0)
    assert seen == [("first", "online"), ("second", "online")]


def test_a_level_is_not_queued_for_an_absence_and_else_arrives_for_certain() -> None:
    inbox = Inbox("mine")
    for kind in (Signal, Presence, Reading):
        inbox.on(kind, lambda message, arrival: None)
    names = ("mine/1/mine/signal/+", "mine/1/mine/presence/+", "mine/1/mine/reading/+/+")
    assert inbox.filters(queued=True) == dict(zip(names, (0, 0, 1), strict=True))
    assert inbox.filters(queued=False) == dict.fromkeys(names, 1), "the controller's signal among them"


@pytest.mark.parametrize(("persistent", "qos"), [(False, 1), (True, 0)])
@pytest.mark.asyncio
async def test_only_a_session_that_outlives_its_connection_takes_levels_unacknowledged(persistent: bool, qos: int) -> None:
    bus = a_bus(persistent=persistent)
    bus.on(Signal, lambda message, arrival: None)
    await bus.start()
    try:
        assert bus.link is not None and bus.link._filters["mine/1/mine/signal/+"] == qos
    finally:
        await bus.stop()


@pytest.mark.asyncio
async def test_the_first_of_a_topic_is_marked_once_per_connection() -> None:
    inbox, firsts = Inbox("mine"), []
    inbox.on(Presence, lambda message, arrival: firsts.append(arrival.first_since_connect))
    for topic, epoch in (("presence/api", 1), ("presence/api", 1), ("presence/cli", 1), ("presence/api", 2), ("presence/api", 2)):
        await inbox.handle(received(topic, presence(), epoch), 0.0)
    assert firsts == [True, False, True, True, False]


@pytest.mark.asyncio
async def test_a_flood_of_topics_does_not_fill_the_memory_and_counts_as_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.shared.inbox.REMEMBERED_TOPICS", 10)
    inbox, foreign = Inbox("mine"), list[Foreign]()
    inbox.on_topic("mine/#", foreign.append)
    for _ in range(2):
        for number in range(30):
            await inbox.handle(received(f"x/{number}", b""), 0.0)
    assert len(inbox._seen) == 10
    assert [message.first_since_connect for message in foreign[30:]] == [False] * 10 + [True] * 20


@pytest.mark.asyncio
async def test_garbage_is_counted_each_time_and_logged_once_per_topic(caplog: pytest.LogCaptureFixture) -> None:
    inbox, seen = Inbox("mine"), []
    inbox.on(Presence, lambda message, arrival: seen.append(message))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await inbox.handle(received("presence/api", b'{"state": "online"}'), 0.0)
        await inbox.handle(received("presence/cli", b"nonsense"), 0.0)
    assert (inbox.refused, seen) == (4, [])
    assert len(caplog.records) == 2


@pytest.mark.asyncio
async def test_a_handler_that_raises_is_counted_and_the_next_one_still_runs() -> None:
    inbox, seen = Inbox("mine"), []

    def raises(_message: Presence, _arrival: Arrival) -> None:
        raise KeyError("x")

    inbox.on(Presence, raises)
    inbox.on(Presence, lambda message, arrival: seen.append(message.state))
    await inbox.handle(received("presence/api", presence()), 0.0)
    assert (inbox.failed, seen) == (1, ["online"])


@pytest.mark.asyncio
async def test_the_answers_of_a_year_are_not_remembered_and_a_broker_full_of_topics_is_looked_through_once() -> None:
    inbox, firsts = Inbox("mine"), []
    inbox.on(Reply, lambda reply, arrival: firsts.append(arrival.first_since_connect))
    for number in range(100):
        reply = Reply(request_id=f"{number}", accepted=True, reason="done").model_dump_json(by_alias=True).encode()
        await inbox.handle(received(f"reply/{number}", reply), 0.0)
    assert firsts == [True] * 100
    assert not inbox._seen


@pytest.mark.asyncio
async def test_no_more_topics_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.shared.inbox.REMEMBERED_TOPICS", 3)
    inbox, found = Inbox("mine"), []
    inbox.on_topic("#", lambda foreign: found.append((foreign.topic[-1], foreign.first_since_connect)))
    for epoch in (1, 1, 2, 2):
        for topic in "abcde":
            await inbox.handle(received(topic, b"", epoch), 0.0)
    later, after_a_new_connect = found[5:10], found[15:]
    known = [("a", False), ("b", False), ("c", False), ("d", True), ("e", True)]
    assert (later, after_a_new_connect) == (known, known)
    assert len(inbox._seen) == 3


def test_a_broker_that_is_given_up_is_lost_since_the_last_that_came_through_it() -> None:
    bus = a_bus()
    bus._link = SimpleNamespace(connected_mono_s=40.0, heard_mono_s=75.0)  # type: ignore[assignment]
    bus._epoch = 1
    bus._down("given up")
    assert bus.lost_since_mono_s == 75.0
