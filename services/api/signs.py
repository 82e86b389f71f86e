"""Signs of life of the services, as the bus brings them: presence, what each sends itself, what the collector tells."""

from services.api.latest import Latest
from services.shared.bus import Foreign
from services.shared.clock import Clock, Moment
from services.shared.messages import Message, Presence, State, service_of_ping

COLLECTOR_SILENT_S = 12.0
"""The collector tells how its devices do at least every 10 s, whatever they answer; 2 s for the way and a busy machine."""
SERVICE_SILENT_S = 12.0
"""Every service sends itself a message through the broker every 5 s: two of them, and 2 s for the way and a busy machine."""
SILENT = "the controller is silent"


class Signs:
    """Filled by the image and the bus's handlers. `pinged_mono_s`: when a service that came online was heard of last."""

    def __init__(self, clock: Clock) -> None:
        self.presence: Latest[Presence] = Latest()
        self.pinged_mono_s: dict[str, float] = {}
        self._clock = clock
        self._collector_mono_s: float | None = None
        self._overtaken_mono_s = float("-inf")

    def take_presence(self, presence: Presence) -> None:
        """A service's presence. The will of an earlier process or connection may come late: it says nothing now."""
        held = self.presence.get(presence.source)
        if presence.state == "offline" and held is not None and held.boot != presence.boot:
            return
        if self.presence.take((presence.source,), presence) and presence.state == "online":
            self.pinged_mono_s[presence.source] = self._clock.now().mono_s

    def take_ping(self, ping: Foreign) -> None:
        """What a service sends itself through the broker, whatever the plant does: its loop runs."""
        service = service_of_ping(ping.topic)
        if service in self.pinged_mono_s and not ping.retained:
            self.pinged_mono_s[service] = ping.received_mono_s

    def hear(self, message: Message) -> None:
        """Whatever a service tells of the plant."""
        if message.source == "collector":
            self._collector_mono_s = self._clock.now().mono_s

    def overtake(self, mono_s: float) -> None:
        """Something was done to the site that no state can tell that was decided before this moment of the monotonic clock."""
        self._overtaken_mono_s = max(self._overtaken_mono_s, mono_s)

    def is_hung(self, service: str, now: Moment) -> bool:
        """Whether a service that came online sends itself nothing any more. It need not have ended."""
        pinged_s = self.pinged_mono_s.get(service)
        return pinged_s is not None and now.mono_s - pinged_s > SERVICE_SILENT_S

    def is_collector_silent(self, now: Moment) -> bool:
        """Whether it is known to be offline, or hangs, or has said nothing for longer than it ever should."""
        presence, heard_s = self.presence.get("collector"), self._collector_mono_s
        is_gone = (presence is not None and presence.state == "offline") or self.is_hung("collector", now)
        return is_gone or (heard_s is not None and now.mono_s - heard_s > COLLECTOR_SILENT_S)

    def silence(self, state: State) -> str:
        """Why nothing of the controller's newest state may be shown as the present, however young; empty when it may."""
        controller = self.presence.get("controller")
        if controller is not None and controller.state == "offline" and controller.boot == state.boot:
            return SILENT
        if state.decided_mono_s < self._overtaken_mono_s:
            return "the controller was stopped directly, and has said nothing since"
        return ""
