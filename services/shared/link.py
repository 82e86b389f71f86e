"""The broker client's thread, and the bridge from it into asyncio. The one importer of paho-mqtt.

Measured of paho 2.2: an exception in a callback ends its thread while it still calls itself connected; a clean session is not
subscribed again after a reconnect; its own queue is unbounded. So no callback can raise, subscriptions are made at every connect,
and nothing stays in its queue over a reconnect.
"""

import contextlib
import itertools
import logging
import secrets
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from services.shared.room import Room
from services.shared.settings.sections import Broker
from services.shared.trust import authorities
from services.shared.unreached import Unreached

log = logging.getLogger(__name__)

KEEPALIVE_S = 20
RECONNECT_S = (0.5, 15)
CONNECT_TIMEOUT_S = 5.0
ROOM, ROOM_BYTES = 10_000, 16_000_000
"""Received messages that may wait for their handlers; then the thread waits, and the broker keeps the rest."""
QOS = 1
_epochs = itertools.count(1)

matches = topic_matches_sub
"""Whether a topic filter takes a topic."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came. `epoch` numbers the connection: a message of an older one is not acknowledged on this one."""

    link: "Link"
    epoch: int
    mid: int
    qos: int
    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """What the link tells, always from its own thread."""

    up: Callable[[int], None]
    down: Callable[[str], None]
    received: Callable[[Received], None]
    acknowledged: Callable[[int, int], None]


class Link:
    """One paho client with its thread. It connects, and reconnects, by itself until it is closed."""

    def __init__(
        self,
        broker: Broker,
        *,
        service: str,
        client_id: str,
        filters: dict[str, int],
        ping_topic: str,
        will: Callable[[], tuple[str, bytes] | None],
        listener: Listener,
    ) -> None:
        self._broker = broker
        self._filters = filters
        self._ping_topic = ping_topic
        self._will = will
        self._listener = listener
        self._room = Room(ROOM, ROOM_BYTES)
        self._closed = threading.Event()
        self._epoch = 0
        self._unreached = Unreached(broker)
        self._answered = False
        self.connected_mono_s = self.heard_mono_s = time.monotonic()
        self._client = self._make(service, client_id)

    def start(self) -> None:
        """Begin to connect; returns at once, whether or not there is a broker."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; paho's own word on being connected is not asked."""
        thread = getattr(self._client, "_thread", None)
        return thread is not None and thread.is_alive()

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> int:
        """Hand a message to the client; returns the number that its acknowledgement will name. Never blocks."""
        return self._client.publish(topic, payload, QOS, retain).mid

    def ping(self) -> None:
        """Send a message that must come back to us."""
        self._client.publish(self._ping_topic, b"{}", 0)

    def handled(self, size: int) -> None:
        """A message of so many bytes has been through its handlers: there is room for another. Held ones take none."""
        self._room.give(size)

    def acknowledge(self, epoch: int, mid: int, qos: int) -> None:
        """The broker may forget a message, if the connection on which it came still stands; else it comes again."""
        if qos and epoch == self._epoch:
            self._client.ack(mid, qos)

    def disconnect(self) -> None:
        """Say goodbye, so that the last will is not sent."""
        self._client.disconnect()

    def close(self) -> None:
        """Let the thread end without waiting for it: it may hang. The socket is shut so that it notices."""
        self._closed.set()
        self._epoch = -1
        with contextlib.suppress(Exception):
            self._client._thread_terminate = True  # loop_stop() would wait for the thread
            self._client.disconnect()
            connection = self._client.socket()
            if connection is not None:
                connection.close()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread to end, at most so long."""
        thread = getattr(self._client, "_thread", None)
        if thread is not None:
            thread.join(timeout_s)

    def _make(self, service: str, client_id: str) -> Client:
        persistent = bool(client_id)
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or f"mine-{service}-{secrets.token_hex(6)}",
            clean_session=not persistent,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        password = self._broker.password.get_secret_value()
        if password or self._broker.user:
            client.username_pw_set(self._broker.user or service, password or None)
        if self._broker.tls:
            client.tls_set_context(_trusting(self._broker.ca_file))
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.reconnect_delay_set(*RECONNECT_S)  # type: ignore[arg-type]  # seconds; a part of one is fine
        client.max_inflight_messages_set(0)  # the window of Outgoing bounds them
        client.manual_ack_set(True)
        client.suppress_exceptions = True
        client.on_pre_connect = self._guard(self._on_pre_connect)
        client.on_socket_open = _send_at_once
        client.on_connect_fail = self._guard(self._on_connect_fail)
        client.on_connect = self._guard(self._on_connect)
        client.on_disconnect = self._guard(self._on_disconnect)
        client.on_subscribe = self._guard(self._on_subscribe)
        client.on_message = self._guard(self._on_message)
        client.on_publish = self._guard(self._on_publish)
        return client

    def _guard(self, callback: Callable[..., None]) -> Any:
        def guarded(*arguments: Any) -> None:
            try:
                if not self._closed.is_set():
                    callback(*arguments)
            except Exception:
                log.exception("a fault of our own in the broker client's thread")

        return guarded

    def _on_pre_connect(self, client: Client, _userdata: object) -> None:
        self._answered = False
        if (will := self._will()) is not None:
            client.will_set(will[0], will[1], QOS, retain=True)

    def _on_connect(self, client: Client, _userdata: object, _flags: object, reason: Any, _properties: object) -> None:
        self._answered = True
        if reason.is_failure:
            self._unreached.refused(str(reason))
            return
        self._unreached.over()
        client.drop_out_messages()  # the backlog sends again what was not acknowledged, and knows what has become late
        client.subscribe([*self._filters.items(), (self._ping_topic, 0)])
        self.connected_mono_s = time.monotonic()
        self._epoch = next(_epochs)
        self._listener.up(self._epoch)

    def _on_connect_fail(self, _client: Client, _userdata: object) -> None:
        self._unreached.failed(sys.exc_info()[1])  # paho calls this while it handles what was raised, and tells it to nobody

    def _on_disconnect(self, _client: Client, _userdata: object, _flags: object, reason: Any, _properties: object) -> None:
        if not self._answered and reason.is_failure:
            self._unreached.ended()
        self._epoch = 0
        self._listener.down(str(reason))

    def _on_subscribe(self, _client: Client, _userdata: object, _mid: int, reasons: list[Any], _properties: object) -> None:
        for topic_filter, reason in zip((*self._filters, self._ping_topic), reasons, strict=False):
            if reason.is_failure:
                log.error("the broker does not let us read %s", topic_filter)

    def _on_message(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard_mono_s = time.monotonic()
        try:
            topic = message.topic
        except UnicodeDecodeError:
            client.ack(message.mid, message.qos)
            return
        if topic == self._ping_topic:
            return
        while not self._room.take(len(message.payload), 1.0):
            if self._closed.is_set():
                return
        retained, payload = bool(message.retain), bytes(message.payload)
        self._listener.received(Received(self, self._epoch, message.mid, message.qos, topic, payload, retained))

    def _on_publish(self, _client: Client, _userdata: object, mid: int, _reason: object, _properties: object) -> None:
        self._listener.acknowledged(self._epoch, mid)


def _send_at_once(_client: Client, _userdata: Any, connection: Any) -> None:
    # Else a request waits 40 ms for the acknowledgement of what was sent before it.
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _trusting(ca_file: str) -> ssl.SSLContext:
    """Whom we take for the broker. With a file that cannot be used nobody: the service goes on without a broker, and says why."""
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else authorities()
    except (OSError, ValueError) as error:
        log.error("no broker is trusted: ca_file %s: %s", ca_file, getattr(error, "strerror", None) or error)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
