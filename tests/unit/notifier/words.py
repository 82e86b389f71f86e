"""What the tests of the notifier share: a moment, an owner's word."""

from services.notifier.rules import Rules
from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind

WARNING, EMERGENCY, HEARTBEAT = AlarmKind.WARNING, AlarmKind.EMERGENCY, AlarmKind.HEARTBEAT
WALL_S = 1_800_000_000.0
RULES = Rules()


def at(mono_s: float) -> Moment:
    return Moment(mono_s, WALL_S + mono_s, True, "this-boot")


class Owner:
    """Says alarms with rising numbers."""

    def __init__(self, source: str = "controller", boot: str = "boot-1") -> None:
        self.source, self.boot, self.seq = source, boot, 0

    def says(
        self,
        key: str,
        active: bool = True,
        kind: AlarmKind = WARNING,
        cause: str = "",
        since_at: float = WALL_S,
        device: str = "",
        rank: int = 0,
    ) -> Alarm:
        self.seq += 1
        return Alarm(
            key=key, active=active, kind=kind, cause=cause or f"{key} is bad", since_at=since_at, source=self.source,
            boot=self.boot, seq=self.seq, device=device, rank=rank,
        )  # fmt: skip
