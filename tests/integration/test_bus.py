"""The bus against a real broker, which is killed, comes back empty, repeats itself and is fed with garbage."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.shared.bus import Arrival, Bus, Foreign
from services.shared.clock import Clock
from services.shared.link import ROOM
from services.shared.messages import Event, Presence, Reading, Signal
from services.shared.settings.sections import Broker
from services.shared.vocabulary import Level, Quality
from tests.broker import LiveBroker
from tests.waiting import until as until_

pytestmark = pytest.mark.asyncio

PATIENCE_S = 20.0  # of a busy machine; what is awaited comes in a fraction of it


async def until(condition: Callable[[], Any], deadline_s: float = PATIENCE_S, what: str = "") -> Any:
    return await until_(condition, max(deadline_s, PATIENCE_S), what)


def reading(value: float, quantity: str = "sensor-1", device: str = "roomalert-1") -> Reading:
    now = Clock().now()
    return Reading(
        subject=(device, quantity),
        device=device,
        quantity=quantity,
        value=value,
        unit="Cel",
        quality=Quality.GOOD,
        poll_started_mono_s=now.mono_s,
        measured_at=now.wall_s,
    )


def signal(level: Level) -> Signal:
    now = Clock().now()
    return Signal(subject=("utility",), name="utility", level=level, poll_started_mono_s=now.mono_s, measured_at=now.wall_s)


def event(number: int) -> Event:
    return Event(subject=("controller",), ledger_seq=number, kind="service", happened_at=0.0, title=f"event {number}")


def a_bus(live: LiveBroker, service: str, site: str, **options: object) -> Bus:
    user = service if service in live.passwords else "admin"
    return Bus(live.settings(user), service=service, site=site, clock=Clock(), **options)  # type: ignore[arg-type]


@asynccontextmanager
async def started(*buses: Bus, connected: bool = True) -> AsyncIterator[None]:
    try:
        for bus in buses:
            await bus.start()
            if connected:
                await until(lambda bus=bus: bus.connected, what="connected")  # type: ignore[misc]
        yield
    finally:
        for bus in buses:
            await bus.stop()


class Kept(list[tuple[Reading, Arrival]]):
    """Readings as a subscriber got them."""

    def take(self, message: Reading, arrival: Arrival) -> None:
        self.append((message, arrival))

    def values(self) -> list[float | None]:
        return [message.value for message, _ in self]


async def all_out(bus: Bus) -> None:
    await until(lambda: bus.waiting == 0, 10, "everything acknowledged by the broker")


async def test_a_message_arrives_with_its_envelope_filled(broker: LiveBroker, site: str) -> None:
    kept, sender, receiver = Kept(), a_bus(broker, "collector", site), a_bus(broker, "api", site)
    receiver.on(Reading, kept.take)
    async with started(receiver, sender):
        sender.publish(reading(21.5))
        await until(lambda: kept)
    message, arrival = kept[0]
    now = Clock().now()
    assert (message.value, message.source, message.boot) == (21.5, "collector", sender.boot)
    assert message.seq > 0
    assert message.host_boot == now.host_boot
    assert arrival.first_since_connect
    assert not message.hist
    assert 0 <= now.mono_s - arrival.received_mono_s < 10


async def test_a_service_starts_and_idles_without_a_broker(own_broker: LiveBroker, site: str) -> None:
    own_broker.stop()
    kept, sender, receiver = Kept(), a_bus(own_broker, "collector", site), a_bus(own_broker, "api", site)
    receiver.on(Reading, kept.take)
    async with started(sender, receiver, connected=False):
        sender.publish(reading(1.0))
        assert not sender.connected
        assert sender.lost_since_mono_s is not None
        assert sender.waiting == 1
        own_broker.start()
        await until(lambda: kept, 10, "the reading of before the broker came")
        assert sender.lost_since_mono_s is None


async def test_an_outage_that_ends_in_an_empty_broker_loses_no_reading_and_brings_back_all_that_is_retained(
    own_broker: LiveBroker, site: str
) -> None:
    kept, sender = Kept(), a_bus(own_broker, "collector", site, backlog=1000, history_after_s=2.0)
    receiver = a_bus(own_broker, "api", site, persistent=True)
    receiver.on(Reading, kept.take)
    async with started(receiver, sender):
        sender.publish(signal(Level.CONTROL))
        sender.publish(reading(-1.0, "sensor-2"))
        sender.publish(reading(0.0))
        await all_out(sender)
        own_broker.stop()
        await until(lambda: not sender.connected and not receiver.connected)
        for number in range(1, 301):
            sender.publish(reading(float(number)))
        own_broker.start()
        await until(lambda: receiver.connected and sender.connected, 15)
        await until(lambda: {float(n) for n in range(301)} <= set(kept.values()), 15, "every reading of the outage")
        await all_out(sender)
        late = [message for message, _ in kept if message.hist and message.quantity == "sensor-1"]
        live = [message for message, _ in kept if not message.hist and message.quantity == "sensor-1"]
        assert [message.value for message in late] == sorted(message.value or 0.0 for message in late)
        assert live[-1].value == 300.0, "the newest came live, history never does"
        assert max(Counter((message.boot, message.seq) for message in late).values()) == 1
        assert len({(message.boot, message.seq) for message, _ in kept}) == 302, "a duplicate shows by its boot and seq"
        assert sender.dropped == 0
        await _retained_is_back(own_broker, site)


async def _retained_is_back(live: LiveBroker, site: str) -> None:
    newcomer, kept, levels, present = a_bus(live, "cli", site), Kept(), [], []
    newcomer.on(Reading, kept.take)
    newcomer.on(Signal, lambda message, _: levels.append(message.level))
    newcomer.on(Presence, lambda message, _: present.append((message.source, message.state)))
    async with started(newcomer):
        await until(lambda: len(kept) >= 2 and levels and ("collector", "online") in present)
    assert {(message.quantity, message.value) for message, _ in kept} == {("sensor-1", 300.0), ("sensor-2", -1.0)}
    assert all(arrival.first_since_connect for _, arrival in kept)
    assert not any(message.hist for message, _ in kept)
    assert levels == [Level.CONTROL]


async def test_a_clean_session_is_subscribed_again_after_a_reconnect(own_broker: LiveBroker, site: str) -> None:
    kept, sender, receiver = Kept(), a_bus(own_broker, "collector", site), a_bus(own_broker, "controller", site)
    receiver.on(Reading, kept.take)
    async with started(receiver, sender):
        own_broker.restart_empty()
        await until(lambda: not receiver.connected)
        await until(lambda: receiver.connected and sender.connected, 15)
        sender.publish(reading(7.0))
        await until(lambda: 7.0 in kept.values())


async def test_the_first_message_of_a_topic_after_a_reconnect_is_marked(own_broker: LiveBroker, site: str) -> None:
    kept, sender, receiver = Kept(), a_bus(own_broker, "collector", site), a_bus(own_broker, "controller", site)
    receiver.on(Reading, kept.take)
    async with started(receiver, sender):
        for value in (1.0, 2.0):
            sender.publish(reading(value))
        await until(lambda: kept.values() == [1.0, 2.0])
        assert [arrival.first_since_connect for _, arrival in kept] == [True, False]
        own_broker.restart_empty()
        await until(lambda: not receiver.connected)
        await until(lambda: receiver.connected and sender.connected, 15)
        await until(lambda: len(kept) > 2, what="the retained reading again")
        sender.publish(reading(3.0))
        await until(lambda: 3.0 in kept.values())
    again = [(message.value, arrival.first_since_connect) for message, arrival in kept[2:]]
    assert again[0] == (2.0, True)
    assert again[-1] == (3.0, False)


async def test_a_handler_that_raises_does_not_stop_the_next_message(broker: LiveBroker, site: str) -> None:
    kept, sender, receiver = Kept(), a_bus(broker, "collector", site), a_bus(broker, "api", site)

    def raises_once(message: Reading, arrival: Arrival) -> None:
        if message.value == 1.0:
            raise RuntimeError("the disk is gone")
        kept.take(message, arrival)

    receiver.on(Reading, raises_once)
    async with started(receiver, sender):
        for value in (1.0, 2.0, 3.0):
            sender.publish(reading(value))
        await until(lambda: kept.values() == [2.0, 3.0])
        assert receiver.failed == 1
        assert receiver.connected


@pytest.mark.parametrize(
    "garbage", [b"", b"not json", b"\xff\xfe", b"[" * 5000, b'{"value": NaN}', b'{"device": "x", "surprise": 1}', b"1" * 200_000]
)
async def test_a_message_that_is_not_ours_is_counted_and_dropped(broker: LiveBroker, site: str, garbage: bytes) -> None:
    kept, sender, receiver = Kept(), a_bus(broker, "collector", site), a_bus(broker, "api", site)
    receiver.on(Reading, kept.take)
    vandal = _raw_client(broker)
    async with started(receiver, sender):
        for _ in range(3):
            vandal(f"mine/1/{site}/reading/roomalert-1/sensor-1", garbage)
        await until(lambda: receiver.refused == 3)
        sender.publish(reading(4.0))
        await until(lambda: kept.values() == [4.0])
    vandal("", b"")


def _raw_client(live: LiveBroker) -> Callable[[str, bytes], None]:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("admin", live.passwords["admin"])
    welcome = threading.Event()
    client.on_connect = lambda *_: welcome.set()
    client.connect(live.host, live.port)
    client.loop_start()
    assert welcome.wait(PATIENCE_S)

    def send(topic: str, payload: bytes) -> None:
        if topic:
            client.publish(topic, payload, qos=1)
        else:
            client.disconnect()
            client.loop_stop()

    return send


async def test_a_foreign_topic_arrives_as_it_was_sent(broker: LiveBroker, site: str) -> None:
    got: list[Foreign] = []
    receiver = a_bus(broker, "collector", site)
    receiver.on_topic(f"{site}/+/temperature", got.append)
    foreign = _raw_client(broker)
    async with started(receiver):
        for payload in (b"21.5", b"\xff garbage"):
            foreign(f"{site}/hall/temperature", payload)
        await until(lambda: len(got) == 2)
    foreign("", b"")
    assert [(message.topic, message.payload) for message in got] == [
        (f"{site}/hall/temperature", b"21.5"),
        (f"{site}/hall/temperature", b"\xff garbage"),
    ]
    assert [message.first_since_connect for message in got] == [True, False]


async def test_what_a_persistent_consumer_had_not_handled_when_it_died_comes_back(broker: LiveBroker, site: str) -> None:
    began, handled, sender = asyncio.Event(), [], a_bus(broker, "controller", site)

    async def never_finishes(message: Event, _arrival: Arrival) -> None:
        began.set()
        await asyncio.Event().wait()

    first = a_bus(broker, "api", site, persistent=True)
    first.on(Event, never_finishes)
    async with started(first, sender):
        for number in (1, 2, 3):
            sender.publish(event(number))
        await all_out(sender)
        await asyncio.wait_for(began.wait(), 5)
        await first.stop()
        second = a_bus(broker, "api", site, persistent=True)
        second.on(Event, lambda message, _: handled.append(message.ledger_seq))
        async with started(second):
            await until(lambda: handled == [1, 2, 3])


async def test_what_was_handled_does_not_come_back(broker: LiveBroker, site: str) -> None:
    handled: list[int] = []
    sender = a_bus(broker, "controller", site)
    async with started(sender):
        for numbers in ((1, 2), (3, 4)):
            consumer = a_bus(broker, "api", site, persistent=True)
            consumer.on(Event, lambda message, _: handled.append(message.ledger_seq))
            async with started(consumer):
                for number in numbers:
                    sender.publish(event(number))
                await until(lambda numbers=numbers: handled[-2:] == list(numbers))  # type: ignore[misc]
    assert handled == [1, 2, 3, 4]


async def test_what_a_handler_holds_comes_again_until_it_lets_go_and_holds_up_nothing_else(broker: LiveBroker, site: str) -> None:
    held: list[Callable[[], None]] = []
    others, again = [], []
    sender = a_bus(broker, "controller", site)
    first = a_bus(broker, "api", site, persistent=True)
    first.on(Event, lambda _, arrival: held.append(arrival.hold()))
    first.on(Reading, lambda message, _: others.append(message.value))
    async with started(first, sender):
        for number in (1, 2, 3):
            sender.publish(event(number))
        sender.publish(reading(1.0))
        await until(lambda: len(held) == 3 and others == [1.0])
        held[1]()
        await first.stop()
        second = a_bus(broker, "api", site, persistent=True)
        second.on(Event, lambda message, _: again.append(message.ledger_seq))
        async with started(second):
            await until(lambda: again == [1, 3])
        third = a_bus(broker, "api", site, persistent=True)
        third.on(Event, lambda message, _: again.append(message.ledger_seq))
        async with started(third):
            sender.publish(event(4))
            await until(lambda: again == [1, 3, 4])


async def test_more_messages_may_be_held_than_may_wait_for_their_handlers(broker: LiveBroker, site: str) -> None:
    count = ROOM + 2_000
    held: list[Callable[[], None]] = []
    sender = a_bus(broker, "controller", site, backlog=2 * count)
    receiver = a_bus(broker, "api", site, persistent=True)
    receiver.on(Event, lambda _, arrival: held.append(arrival.hold()))
    async with started(receiver, sender):
        for number in range(count):
            sender.publish(event(number))
        await until(lambda: len(held) == count, 60)
        for release in held:
            release()


async def test_a_message_held_over_a_reconnect_comes_again_and_its_old_release_does_nothing(
    own_broker: LiveBroker, site: str
) -> None:
    held: list[tuple[int, Callable[[], None]]] = []
    sender = a_bus(own_broker, "controller", site)
    receiver = a_bus(own_broker, "api", site, persistent=True)
    receiver.on(Event, lambda message, arrival: held.append((message.ledger_seq, arrival.hold())))
    async with started(receiver, sender):
        sender.publish(event(1))
        await until(lambda: len(held) == 1)
        receiver.reconnect()
        await until(lambda: len(held) == 2)
        assert [seq for seq, _ in held] == [1, 1]
        held[0][1]()
        receiver.reconnect()
        await until(lambda: len(held) == 3)
        held[2][1]()
        sender.publish(event(2))
        await until(lambda: held[-1][0] == 2)


async def test_for_an_absent_api_readings_wait_in_the_broker_and_of_what_is_retained_the_newest(
    broker: LiveBroker, site: str
) -> None:
    kept, levels = Kept(), []
    sender = a_bus(broker, "collector", site)
    for absent in (True, False):
        receiver = a_bus(broker, "api", site, persistent=True)
        receiver.on(Reading, kept.take)
        receiver.on(Signal, lambda message, _: levels.append(message.level))
        async with started(receiver):
            if not absent:
                await until(lambda: kept.values()[:3] == [1.0, 2.0, 3.0] and levels == [Level.CONTROL])
        if absent:
            async with started(sender):
                for number in (1.0, 2.0, 3.0):
                    sender.publish(reading(number))
                for level in (Level.NORMAL, Level.ALERT, Level.CONTROL):
                    sender.publish(signal(level))
                await all_out(sender)


async def test_a_backlog_over_its_bound_drops_the_oldest_and_counts_it(own_broker: LiveBroker, site: str) -> None:
    kept: list[int] = []
    sender, receiver = a_bus(own_broker, "controller", site, backlog=50), a_bus(own_broker, "api", site)
    receiver.on(Event, lambda message, _: kept.append(message.ledger_seq))
    own_broker.stop()
    async with started(sender, receiver, connected=False):
        for number in range(80):
            sender.publish(event(number))
        assert sender.dropped == 30
        own_broker.start()
        await all_out(sender)
        await until(lambda: receiver.connected, 15)
        sender.publish(event(99))
        await until(lambda: kept and kept[-1] == 99)
        assert 0 not in kept
        assert 29 not in kept


async def test_a_service_that_is_killed_is_offline_and_one_that_stops_says_so(broker: LiveBroker, site: str) -> None:
    seen: list[tuple[str, str, str, int]] = []
    watcher = a_bus(broker, "api", site)
    watcher.on(Presence, lambda message, _: seen.append((message.source, message.state, message.boot, message.seq)))
    victim, orderly = a_bus(broker, "collector", site), a_bus(broker, "controller", site)
    async with started(watcher, victim, orderly):
        assert victim.link is not None
        connection = victim.link._client.socket()  # type: ignore[attr-defined]
        connection.shutdown(2)
        await until(lambda: [state for source, state, *_ in seen if source == "collector"] == ["online", "offline", "online"])
        await orderly.stop()
        await until(lambda: ("controller", "stopping") in [(source, state) for source, state, *_ in seen])
    assert ("controller", "offline") not in [(source, state) for source, state, *_ in seen]
    mine = [(boot, seq) for source, _, boot, seq in seen if source == "collector"]
    assert {boot for boot, _ in mine} == {victim.boot}
    assert [seq for _, seq in mine] == sorted({seq for _, seq in mine}), (
        "birth, will and the next birth are in order and distinct"
    )


async def test_a_dead_client_thread_is_replaced(broker: LiveBroker, site: str) -> None:
    from services.shared.lifeline import Lifeline

    ended: list[str] = []
    bus = a_bus(broker, "collector", site, lifeline=Lifeline(ping_s=0.05, silence_s=0.5, last_chance_s=5, end=ended.append))
    async with started(bus):
        first = bus.link
        assert first is not None
        first._client._thread_terminate = True  # type: ignore[attr-defined]
        first._client._sock_close()  # type: ignore[attr-defined]
        await until(lambda: bus.link is not first and bus.connected, 10)
        await until(lambda: not ended)


async def test_a_connection_on_which_nothing_comes_back_is_given_up(broker: LiveBroker, site: str) -> None:
    from services.shared.lifeline import Lifeline

    ended: list[str] = []
    hole = await _black_hole(broker)
    settings = Broker(host="127.0.0.1", port=hole.port, user="collector", password=broker.settings("collector").password)
    lifeline = Lifeline(ping_s=0.05, silence_s=0.3, last_chance_s=0.6, end=ended.append)
    bus = Bus(settings, service="collector", site=site, clock=Clock(), lifeline=lifeline)
    async with started(bus):
        first = bus.link
        assert first is not None
        connected_at = first.connected_mono_s
        await until(lambda: first.heard_mono_s > connected_at + 0.5, what="pings come back")
        assert bus.link is first
        hole.swallow = True
        await until(lambda: bus.link is not first, 10, "a new client")
        await until(lambda: ended, 10, "the end of the process, because the new one hears nothing either")
    await hole.close()


class _Hole:
    """A forwarder that can swallow what the broker says after its CONNACK."""

    def __init__(self) -> None:
        self.swallow = False
        self.port = 0
        self.server: asyncio.Server | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        assert self.server is not None
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _black_hole(live: LiveBroker) -> _Hole:
    hole = _Hole()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_broker: bool) -> None:
        try:
            while data := await reader.read(65536):
                connack = data[:1] == b"\x20"
                if from_broker and hole.swallow:
                    data = data[:4] if connack else b""
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker_reader, broker_writer = await asyncio.open_connection(live.host, live.port)
        for task in (
            asyncio.create_task(copy(reader, broker_writer, from_broker=False)),
            asyncio.create_task(copy(broker_reader, writer, from_broker=True)),
        ):
            hole.tasks.add(task)

    hole.server = await asyncio.start_server(forward, "127.0.0.1", 0)
    hole.port = hole.server.sockets[0].getsockname()[1]
    return hole


async def test_a_stopped_bus_leaves_no_thread(broker: LiveBroker, site: str) -> None:
    before = set(threading.enumerate())
    bus = a_bus(broker, "collector", site)
    async with started(bus):
        pass
    await until(lambda: not [thread for thread in set(threading.enumerate()) - before if "paho" in thread.name])


async def test_a_wrong_password_is_no_crash_and_is_said_once(
    broker: LiveBroker, site: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = broker.settings("collector").model_copy(update={"password": broker.settings("api").password})
    bus = Bus(settings, service="collector", site=site, clock=Clock())
    async with started(bus, connected=False):
        await until(lambda: "refuses us" in caplog.text)
        assert not bus.connected
    assert settings.password.get_secret_value() not in caplog.text


async def test_who_only_listens_has_no_presence_and_takes_back_one_that_an_older_version_left(
    broker: LiveBroker, site: str
) -> None:
    seen: list[Foreign] = []
    api, topic = a_bus(broker, "api", site), f"mine/1/{site}/presence/cli"
    api.on(Presence, lambda *_: None)
    api.on_topic(topic, seen.append)
    async with started(api):
        async with started(a_bus(broker, "cli", site)):
            await until(lambda: seen)
        await until(lambda: b"stopping" in seen[-1].payload)
        left = len(seen)
        listener = a_bus(broker, "cli", site)
        listener.only_listen()
        async with started(listener):
            await until(lambda: len(seen) > left)
        assert [one.payload for one in seen[left:]] == [b""]
        kept: list[Foreign] = []
        late = a_bus(broker, "controller", site)
        late.on_topic(f"mine/1/{site}/presence/+", kept.append)
        async with started(late):
            await until(lambda: any(one.topic.endswith("presence/controller") for one in kept))
            assert [one.topic for one in kept if one.topic == topic] == []
        assert (api.refused, api.failed) == (0, 0)


async def test_a_will_that_a_stopped_broker_sends_late_does_not_leave_a_living_service_offline(
    broker: LiveBroker, site: str
) -> None:
    collector, admin = a_bus(broker, "collector", site), a_bus(broker, "admin", site)
    heard: list[Presence] = []
    admin.on(Presence, lambda one, _arrival: heard.append(one) if one.source == "collector" else None)
    async with started(admin, collector):
        await until(lambda: heard and heard[-1].state == "online")
        late = heard[-1].model_copy(update={"subject": ("collector",), "state": "offline"})
        admin._link.publish(f"mine/1/{site}/presence/collector", _as_sent(late), retain=True)  # type: ignore[union-attr]
        await until(lambda: [one.state for one in heard[-2:]] == ["offline", "online"], what="it says that it is here")
        assert heard[-1].seq > late.seq


def _as_sent(message: Presence) -> bytes:
    return message.model_dump_json(by_alias=True).encode()


async def test_birth_and_will_of_each_attempt_are_later_than_those_of_the_one_before(broker: LiveBroker, site: str) -> None:
    bus = a_bus(broker, "collector", site)
    numbers = []
    for _ in range(3):
        found = bus._will()
        assert found is not None
        assert bus._birth is not None
        numbers += [one.seq for one in bus._birth]
    assert numbers == sorted(set(numbers))
