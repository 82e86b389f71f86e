"""A watcher of the bus: it sees all that comes, as it came, and stands in nobody's way."""

import pytest

from services.shared.inbox import Foreign, Inbox
from services.shared.link import QOS, Received
from services.shared.messages import ALL, Event, Reading, State, filter_of
from services.shared.receipt import no_hold
from services.shared.vocabulary import Quality

SITE = "humboldt-1"


def received(topic: str, payload: bytes) -> Received:
    return Received(None, 1, 1, QOS, f"mine/1/{SITE}/{topic}", payload, True)  # type: ignore[arg-type]


def test_types_that_are_only_watched_are_not_queued_and_those_that_are_handled_are_taken_as_before() -> None:
    inbox = Inbox(SITE)
    for kind in (Event, State):
        inbox.on(kind, lambda _message, _arrival: None)
    before = inbox.filters(queued=True)
    inbox.watch(lambda _message: None)
    after = inbox.filters(queued=True)
    assert set(after) == {filter_of(kind, SITE) for kind in ALL}
    assert {name: after[name] for name in before} == before
    assert {qos for name, qos in after.items() if name not in before} == {0}


@pytest.mark.asyncio
async def test_a_watcher_sees_what_nobody_understands_and_one_that_fails_keeps_nothing_from_the_handlers() -> None:
    inbox = Inbox(SITE)
    seen: list[Foreign] = []
    handled: list[Reading] = []

    def fails(message: Foreign) -> None:
        seen.append(message)
        raise RuntimeError("a fault of the watcher")

    inbox.watch(fails)
    inbox.on(Reading, lambda reading, _arrival: handled.append(reading))
    await inbox.handle(received("reading/pdu-1/watts", b"garbage"), 5.0, no_hold)
    good = Reading(
        device="pdu-1", quantity="watts", value=1.0, unit="W", quality=Quality.GOOD, poll_started_mono_s=1.0, measured_at=1.0,
    )  # fmt: skip
    await inbox.handle(received("reading/pdu-1/watts", good.model_dump_json(by_alias=True).encode()), 6.0, no_hold)
    assert [(one.payload[:7], one.received_mono_s, one.retained) for one in seen] == [
        (b"garbage", 5.0, True),
        (b'{"schem', 6.0, True),
    ]
    assert (len(handled), inbox.refused, inbox.failed) == (1, 1, 2)
