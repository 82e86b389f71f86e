"""The leases of the kind raw that are in force, by our own clock, and the way of an answer to the bus while one is."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from services.shared.answer import loads_strict
from services.shared.clock import Clock, Moment
from services.shared.device import DeviceError
from services.shared.messages import Lease, Message, Raw
from services.shared.raw_text import Plain
from services.shared.settings.tree import Settings
from services.shared.vocabulary import LeaseKind

log = logging.getLogger(__name__)

LONGEST_S = 3600.0
PER_SECOND = 5
"""Of one device; what comes oftener is counted and left out."""


class Publishes(Protocol):
    """The bus, as far as this needs it."""

    @property
    def connected(self) -> bool:
        """Whether there is a broker."""
        ...

    def publish(self, message: Message) -> None:
        """Send without blocking."""
        ...


@dataclass(slots=True)
class _Held:
    """One lease by our own clock, and the moments of the last messages under it."""

    device: str
    until_mono_s: float
    told: deque[float] = field(default_factory=lambda: deque(maxlen=PER_SECOND))
    left_out: int = 0


class Tap:
    """The leases in force, and the way out. One for a service."""

    def __init__(self, bus: Publishes, clock: Clock, settings: Settings) -> None:
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._held: dict[str, _Held] = {}

    def hold(self, leases: Iterable[Lease]) -> None:
        """All leases in force now. One that was known keeps the end it had: no later word of the calendar moves it."""
        raw = {lease.id: lease for lease in leases if lease.kind is LeaseKind.RAW}
        if raw.keys() != self._held.keys():
            now = self._clock.now()
            self._held = {id_: self._held.get(id_) or _held(lease, now) for id_, lease in raw.items()}

    def is_held(self, device: str) -> bool:
        """Whether anybody asked for the answers of a device, and the time is not over."""
        return self._find(device) is not None

    def now_s(self) -> float:
        """Monotonic seconds."""
        return self._clock.now().mono_s

    def tell(self, device: str, sent: Callable[[], str], came: Callable[[], str], seconds: float | None) -> None:
        """Publish one exchange, if anybody wants it. Never raises: it must not harm the exchange that it tells of."""
        held = self._find(device)
        if held is None or not self._bus.connected:
            return
        now = self._clock.now()
        if len(held.told) == PER_SECOND and now.mono_s - held.told[0] < 1.0:
            held.left_out += 1
            return
        held.told.append(now.mono_s)
        try:
            took = "" if seconds is None else f", {seconds:.3f} s"
            missing = f" ({held.left_out} before it left out)" if held.left_out else ""
            text = self._plain(f"{sent()}{took}{missing}\n{came()}")
            held.left_out = 0
            self._bus.publish(Raw(subject=(device,), device=device, received_at=now.wall_s, text=text))
        except Exception:
            log.exception("%s: its answer could not be shown", device)

    @cached_property
    def _plain(self) -> Plain:
        return Plain(self._settings)

    def _find(self, device: str) -> _Held | None:
        ours = [one for one in self._held.values() if one.device == device]
        return next((one for one in ours if self.now_s() < one.until_mono_s), None)


def _held(lease: Lease, now: Moment) -> _Held:
    """A lease as it is heard first. An end on the calendar counts only where our calendar does."""
    try:
        device = str(loads_strict(lease.payload)["device"])
    except (DeviceError, KeyError, TypeError):
        return _Held("", now.mono_s)
    left_s = min(lease.until_at - lease.from_at, LONGEST_S)
    if now.wall_trusted:
        left_s = min(left_s, lease.until_at - now.wall_s)
    return _Held(device, now.mono_s + left_s)
