"""The bus as a service sees it: typed messages in, typed messages out, and no care about whether there is a broker just now.

Delivery is at least once: the same (source, boot, seq) may come twice. What is published without a broker waits in memory; of
readings that waited the newest of each topic goes out live at once, the others as history 20 s after the connect. Every retained
message is published again at each connect, because a broker may come back empty. A received message is acknowledged after its
handlers returned and let it go (`Arrival.hold`); a handler that raises has had its chance.
"""

import asyncio
import functools
import itertools
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from services.shared.clock import Clock
from services.shared.inbox import Arrival, Foreign, Inbox
from services.shared.lifeline import Lifeline
from services.shared.link import Link, Listener, Received
from services.shared.messages import Message, Presence, ping_topic, topic_of
from services.shared.outgoing import Item, Outgoing
from services.shared.receipt import Receipt
from services.shared.settings.sections import Broker
from services.shared.version import VERSION

__all__ = ["Arrival", "Bus", "Foreign"]

log = logging.getLogger(__name__)
M = TypeVar("M", bound=Message)

MAX_PAYLOAD_BYTES = 250_000
"""A larger message is not sent: the broker drops it or cuts the connection (its message_size_limit is 262144)."""
HISTORY_AFTER_S = 20.0
"""After a connect history waits so long: longer than the others' longest pause between two attempts to connect."""
FLUSH_S = 2.0
"""What `stop` waits at most for the backlog to go out."""
HANDLED_IN_A_ROW = 100
"""After so many messages of a burst everybody else on the loop has a turn."""


class Bus:
    """Publishes and receives for one service. All but the broker client's thread happens on the loop that called `start`."""

    def __init__(
        self,
        broker: Broker,
        *,
        service: str,
        site: str,
        clock: Clock,
        persistent: bool = False,
        backlog: int = 10_000,
        lifeline: Lifeline | None = None,
        history_after_s: float = HISTORY_AFTER_S,
    ) -> None:
        self.boot = str(uuid.uuid4())
        self.lost_since_mono_s: float | None = None
        self.published = 0
        self.received = 0
        self._broker = broker
        self._service = service
        self._site = site
        self._clock = clock
        self._client_id = f"mine-{service}-{site}" if persistent else ""
        self._lifeline = lifeline or Lifeline()
        self._history_after_s = history_after_s
        self._history_timer: asyncio.TimerHandle | None = None
        self._outgoing = Outgoing(backlog)
        self._inbox = Inbox(site)
        self._received: asyncio.Queue[tuple[Received, float]] = asyncio.Queue()
        self._announced = True
        self._numbers = itertools.count(1)
        self._too_large = 0
        self._birth: tuple[Message, Message] | None = None
        self._all_out = asyncio.Event()
        self._epoch: int | None = None
        self._link: Link | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        """Whether the broker has taken us, as far as we know."""
        return self._epoch is not None

    @property
    def refused(self) -> int:
        """Received messages that could not be understood, since the start."""
        return self._inbox.refused

    @property
    def failed(self) -> int:
        """Handlers that raised, since the start."""
        return self._inbox.failed

    @property
    def dropped(self) -> int:
        """Messages lost to a full backlog, or too large to send, since the start."""
        return self._outgoing.dropped + self._too_large

    @property
    def waiting(self) -> int:
        """Messages that the broker has not acknowledged yet."""
        return len(self._outgoing)

    def on(self, kind: type[M], handler: Callable[[M, Arrival], Awaitable[None] | None]) -> None:
        """Hand every message of a type to the handler. Before `start`."""
        self._inbox.on(kind, handler)

    def on_topic(self, topic_filter: str, handler: Callable[[Foreign], Awaitable[None] | None]) -> None:
        """Hand whatever other programs publish under a topic filter to the handler. Before `start`."""
        self._inbox.on_topic(topic_filter, handler)

    def watch(self, watcher: Callable[[Foreign], None]) -> None:
        """Show the watcher every message of ours as it came, of all types. Before `start`. It must be quick."""
        self._inbox.watch(watcher)

    def only_listen(self) -> None:
        """Be no service: no presence, and one that an earlier version left in our name is taken back. Before `start`."""
        self._announced = False
        self._inbox.on_topic(topic_of(self._presence("offline"), self._site), self._take_back)

    def publish(self, message: Message) -> None:
        """Send a message, now or when there is a broker. Never blocks. Raises ValueError if its subject does not fit."""
        item = _item(topic_of(message, self._site), self._sealed(message))
        if len(item.payload) > MAX_PAYLOAD_BYTES:
            self._too_large += 1
            log.error("a message of %d bytes on %s is not sent: too large", len(item.payload), item.topic)
            return
        self._outgoing.put(item)
        self._pump()

    async def start(self) -> None:
        """Begin to connect; returns at once, and keeps at it for ever."""
        self._loop = asyncio.get_running_loop()
        self.lost_since_mono_s = self._clock.now().mono_s
        if self._announced:
            self._inbox.on_topic(topic_of(self._presence("online"), self._site), self._still_here)
        self._connect_anew()
        self._tasks = [
            asyncio.create_task(self._consume(), name="bus-consumer"),
            asyncio.create_task(self._lifeline.watch(self), name="bus-lifeline"),
        ]

    async def stop(self) -> None:
        """Say that we stop, let the backlog out for at most 2 s, disconnect."""
        if self._link is None:
            return
        if self._announced:
            self.publish(self._presence("stopping"))
        if self._history_timer is not None:
            self._history_timer.cancel()
        if self.connected:
            self._send_history()
            if self._outgoing:
                await self._drained()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        link, self._link, self._epoch = self._link, None, None
        link.disconnect()
        await asyncio.to_thread(link.join, 1.0)
        link.close()

    @property
    def link(self) -> Link | None:
        """The present client; for the lifeline."""
        return self._link

    def reconnect(self) -> None:
        """Give the present client up and make a new one; for the lifeline."""
        if self._link is not None:
            self._link.close()
        self._down("given up")
        self._connect_anew()

    def _connect_anew(self) -> None:
        self._link = Link(
            self._broker,
            service=self._service,
            client_id=self._client_id,
            filters=self._inbox.filters(queued=bool(self._client_id)),
            ping_topic=ping_topic(self._site, f"{self._service}-{self.boot}"),
            will=self._will,
            listener=Listener(
                up=lambda epoch: self._on_loop(self._up, epoch),
                down=lambda reason: self._on_loop(self._down, reason),
                received=lambda message: self._on_loop(self._received.put_nowait, (message, self._clock.now().mono_s)),
                acknowledged=lambda epoch, mid: self._on_loop(self._acknowledged, epoch, mid),
            ),
        )
        self._link.start()

    def _on_loop(self, call: Callable[..., object], *arguments: object) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _up(self, epoch: int) -> None:
        log.info("connected to the broker at %s:%d", self._broker.host, self._broker.port)
        self._epoch = epoch
        self.lost_since_mono_s = None
        self._outgoing.reconnected()
        self._hold_history()
        if self._birth is not None:
            online, self._birth = self._birth[0], None
            self._outgoing.put(_item(topic_of(online, self._site), online))
        self._pump()

    def _hold_history(self) -> None:
        if self._history_timer is not None:
            self._history_timer.cancel()
        self._history_timer = asyncio.get_running_loop().call_later(self._history_after_s, self._send_history)

    def _send_history(self) -> None:
        if self.connected:
            self._outgoing.release()
            self._pump()

    def _down(self, reason: str) -> None:
        if self._epoch is None:
            return
        self._epoch = None
        link = self._link
        self.lost_since_mono_s = self._clock.now().mono_s if link is None else max(link.connected_mono_s, link.heard_mono_s)
        log.warning("the broker is lost: %s", reason)

    def _acknowledged(self, epoch: int, mid: int) -> None:
        if epoch == self._epoch:
            self._outgoing.acknowledged(mid)
            self._pump()
            if not self._outgoing:
                self._all_out.set()

    def _pump(self) -> None:
        while self._link is not None and self._epoch is not None and (item := self._outgoing.next()) is not None:
            payload, retain = item.on_the_wire()
            self._outgoing.sent(self._link.publish(item.topic, payload, retain=retain), item)

    async def _consume(self) -> None:
        while True:
            message, received_mono_s = await self._received.get()
            self.received += 1
            receipt = Receipt(functools.partial(message.link.acknowledge, message.epoch, message.mid, message.qos))
            await self._inbox.handle(message, received_mono_s, receipt.hold)
            message.link.handled(len(message.payload))
            receipt.release()
            if self.received % HANDLED_IN_A_ROW == 0:
                await asyncio.sleep(0)

    async def _drained(self) -> None:
        self._all_out.clear()
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._all_out.wait()
        except TimeoutError:
            log.warning("%d messages did not get out before the end", len(self._outgoing))

    def _sealed(self, message: Message) -> Message:
        now = self._clock.now()
        self.published += 1
        return message.model_copy(
            update={
                "source": self._service,
                "boot": self.boot,
                "seq": next(self._numbers),
                "sent_at": now.wall_s,
                "clock_trusted": now.wall_trusted,
                "host_boot": now.host_boot,
            }
        )

    def _presence(self, state: Literal["online", "stopping", "offline"]) -> Presence:
        return Presence(subject=(self._service,), state=state, version=VERSION)

    def _will(self) -> tuple[str, bytes] | None:
        # Birth and will of one attempt are numbered together, in that order: a receiver can tell the will of this attempt from
        # that of an earlier one, which a broker that was stopped may send late. Called in the client's thread, before each.
        if not self._announced:
            return None
        self._birth = (self._sealed(self._presence("online")), self._sealed(self._presence("offline")))
        offline = self._birth[1]
        return topic_of(offline, self._site), _encoded(offline)

    def _still_here(self, found: Foreign) -> None:
        """The will of a connection that is gone came after our birth, which overwrites what was retained before: say it again."""
        is_will = self.boot.encode() in found.payload and b'"offline"' in found.payload
        if is_will and self.connected and not found.retained:
            self.publish(self._presence("online"))

    def _take_back(self, presence: Foreign) -> None:
        """An empty payload takes a retained message back (MQTT 3.1.1, 3.3.1.3)."""
        if presence.payload and self._link is not None and self._epoch is not None:
            self._link.publish(presence.topic, b"", retain=True)


def _encoded(message: Message) -> bytes:
    return message.model_dump_json(by_alias=True).encode()


def _item(topic: str, message: Message) -> Item:
    return Item(message.seq, topic, _encoded(message), message.RETAIN, type(message))
