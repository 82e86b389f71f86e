"""Which services are heard, since when one is not, and which began anew.

Every service sends itself a message through the broker every few seconds (the bus' lifeline); those are what is listened for, for
they are the only ones that each service sends whatever the plant does.
"""

from collections.abc import Collection, Iterator

from services.shared.bus import Arrival, Foreign
from services.shared.clock import Moment
from services.shared.messages import Alarm, Presence, service_of_ping

SERVICES = ("collector", "controller", "api")
SILENT_S = 60.0
OFFLINE_S = 10.0
"""A service that ended is started again by its supervisor within so long; that is nobody's night."""
SAID_NOW_S = 10.0
"""An older word has waited in the broker, and is no sign of life."""
_NEVER = float("-inf")


class RollCall:
    """`services` are those that are listened for: none where there is no bus. `lost` were silent when an earlier process ended:
    they are until they are heard."""

    def __init__(self, services: Collection[str] = SERVICES, lost: Collection[str] = ()) -> None:
        self._services = services
        self._heard: dict[str, float] = {}
        self._offline: dict[str, float] = {}
        self._boots: dict[str, tuple[str, float]] = {}
        self._connected_mono_s: float | None = None
        self._lost = {service: _NEVER for service in services if service in lost}

    def take_presence(self, presence: Presence, arrival: Arrival) -> None:
        """A service came, or went without a word."""
        service, now_s = presence.source, arrival.received_mono_s
        if presence.state == "offline":
            self._offline.setdefault(service, now_s)
            return
        self._offline.pop(service, None)
        if presence.state == "online" and self._boots.get(service, ("", 0.0))[0] != presence.boot:
            self._boots[service] = (presence.boot, now_s)
        if not arrival.retained:
            self._heard[service] = now_s

    def take_ping(self, foreign: Foreign) -> None:
        """A service lives."""
        service = service_of_ping(foreign.topic)
        if service in SERVICES and not foreign.retained:
            self._heard[service] = foreign.received_mono_s
            self._offline.pop(service, None)

    def take_word(self, alarm: Alarm, now: Moment) -> None:
        """What a service says of the plant shows that it lives, if it says so now."""
        if alarm.source in SERVICES and alarm.host_boot == now.host_boot and 0 <= now.wall_s - alarm.sent_at < SAID_NOW_S:
            self._heard[alarm.source] = now.mono_s

    @property
    def lost(self) -> tuple[str, ...]:
        """The services that fell silent, as of the last look."""
        return tuple(self._lost)

    def heard_ago_s(self, now: Moment) -> dict[str, float | None]:
        """Seconds since each service was heard; None never."""
        return {name: now.mono_s - self._heard[name] if name in self._heard else None for name in SERVICES}

    def began_anew_s(self, service: str, boot: str, now: Moment) -> float | None:
        """How long ago, in seconds, a service began as another process than the one that said something; None: it is that one."""
        latest, since_s = self._boots.get(service, (boot, now.mono_s))
        return now.mono_s - since_s if latest != boot else None

    def silent(self, now: Moment, *, connected: bool) -> Iterator[tuple[str, float | None]]:
        """The services that are lost, and when each was heard last (monotonic seconds); else since when it could have been."""
        if not connected:
            self._connected_mono_s = None
        elif self._connected_mono_s is None:
            self._connected_mono_s = now.mono_s
        for service in self._services:
            if self._is_lost(service, now):
                yield service, self._heard.get(service, self._connected_mono_s)

    def _is_lost(self, service: str, now: Moment) -> bool:
        heard_s = self._heard.get(service, _NEVER)
        if service in self._lost:
            if heard_s > self._lost[service]:
                del self._lost[service]
            return service in self._lost
        if self._connected_mono_s is None:
            return False
        silent = now.mono_s - max(heard_s, self._connected_mono_s) >= SILENT_S
        if silent or now.mono_s - self._offline.get(service, now.mono_s) >= OFFLINE_S:
            self._lost[service] = now.mono_s
        return service in self._lost
