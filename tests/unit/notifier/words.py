"""What the tests of the notifier share: a moment, an owner's word, a record's way through the pipeline."""

from collections.abc import Iterable

from services.notifier import alarms, pipeline
from services.notifier.alarms import Record
from services.notifier.pipeline import Outcome
from services.notifier.routing import ALL
from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind

WARNING, EMERGENCY, HEARTBEAT = AlarmKind.WARNING, AlarmKind.EMERGENCY, AlarmKind.HEARTBEAT
WALL_S = 1_800_000_000.0


def at(mono_s: float) -> Moment:
    return Moment(mono_s, WALL_S + mono_s, True, "this-boot")


class Owner:
    """Says alarms with rising numbers."""

    def __init__(self, source: str = "controller", boot: str = "boot-1") -> None:
        self.source, self.boot, self.seq = source, boot, 0

    def says(self, key: str, active: bool = True, kind: AlarmKind = WARNING, cause: str = "", since_at: float = WALL_S) -> Alarm:
        self.seq += 1
        return Alarm(
            key=key, active=active, kind=kind, cause=cause or f"{key} is bad", since_at=since_at, source=self.source,
            boot=self.boot, seq=self.seq,
        )  # fmt: skip


class House:
    """Records and what was said of them, driven by hand."""

    def __init__(self, configured: Iterable[str] = ALL) -> None:
        self.records: dict[str, Record] = {}
        self.said: list[tuple[str, str]] = []
        self.configured = tuple(configured)

    def hear(self, alarm: Alarm, mono_s: float) -> None:
        record = alarms.heard(self.records.get(alarm.key), alarm, at(mono_s))
        if record is not None:
            self.records[alarm.key] = record

    def step(self, mono_s: float) -> Outcome:
        outcome = pipeline.step(self.records, self.configured, "mine", at(mono_s))
        self.records |= outcome.changed
        self.said += [(draft.channel, draft.text.subject) for draft in outcome.drafts]
        return outcome

    def steps(self, first_s: int, last_s: int) -> None:
        for second in range(first_s, last_s + 1):
            self.step(float(second))

    def on(self, channel: str) -> list[str]:
        return [subject for name, subject in self.said if name == channel]
