"""The life of an alarm: new, unacknowledged, acknowledged, returned. Pure: what an owner said and the time come as arguments.

The states are those of ISA-18.2. A warning is raised when its condition stood for 5 s, an emergency at once; either has ended
when its condition stayed away for 30 s. So a contact that flaps is one alarm, and one that bounced once is none.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind

WARNING_AFTER_S = 5.0
ENDED_AFTER_S = 30.0
_SEVERITY = {AlarmKind.HEARTBEAT: 0, AlarmKind.WARNING: 1, AlarmKind.EMERGENCY: 2}


class Phase(StrEnum):
    """Where an alarm is in its life. `NEW` waits for its delay, or for what inhibits it; nobody was told."""

    NEW = "new"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider said of a message of this alarm. `delivered`: it took the message."""

    channel: str
    text: str
    delivered: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One alarm. `began_mono_s` and `quiet_mono_s` count the delays on this process' clock; the `_at` are Unix seconds.

    `told` is the kind that people were told, `channels` the ways by which. `boot` and `seq` number the owner's last word.
    """

    key: str
    source: str
    boot: str
    seq: int
    kind: AlarmKind
    active: bool
    cause: str
    consequence: str
    action: str
    since_at: float
    began_mono_s: float
    quiet_mono_s: float | None = None
    phase: Phase = Phase.NEW
    told: AlarmKind | None = None
    told_at: float | None = None
    channels: tuple[str, ...] = ()
    ended_at: float | None = None
    acknowledged_by: str = ""
    receipts: tuple[Receipt, ...] = ()

    @property
    def shown(self) -> bool:
        """Open, or ended and not acknowledged: what a person should see."""
        return self.told is not None and (self.phase is not Phase.RETURNED or not self.acknowledged_by)

    @property
    def is_open(self) -> bool:
        """People were told, and not yet that it ended."""
        return self.phase in (Phase.UNACKNOWLEDGED, Phase.ACKNOWLEDGED)


def severity(kind: AlarmKind | None) -> int:
    """To compare kinds; nothing told is below all."""
    return -1 if kind is None else _SEVERITY[kind]


def heard(record: Record | None, alarm: Alarm, now: Moment) -> Record | None:
    """The alarm after its owner's word, which may be a repetition. None: there is none and there was none."""
    if record is None:
        return _begun(alarm, now) if alarm.active else None
    if (alarm.source, alarm.boot) == (record.source, record.boot) and alarm.seq <= record.seq:
        return record
    if not alarm.active:
        return _quiet(replace(record, source=alarm.source, boot=alarm.boot, seq=alarm.seq), now)
    if record.phase is Phase.RETURNED:
        return _begun(alarm, now)
    return replace(
        record, source=alarm.source, boot=alarm.boot, seq=alarm.seq, kind=alarm.kind, active=True, cause=alarm.cause,
        consequence=alarm.consequence, action=alarm.action, quiet_mono_s=None, ended_at=None,
    )  # fmt: skip


def forsaken(record: Record, now: Moment) -> Record:
    """Its owner began anew and does not know it any more: it has ended, without further delay."""
    return replace(_quiet(record, now), quiet_mono_s=now.mono_s - ENDED_AFTER_S)


def resumed(record: Record, now: Moment) -> Record:
    """As stored by an earlier process: the delays begin anew on this one's clock."""
    return replace(record, began_mono_s=now.mono_s, quiet_mono_s=None if record.active else now.mono_s)


def is_ripe(record: Record, now: Moment) -> bool:
    """Whether people should know: its delay is over, or it is more severe than what they were told."""
    if severity(record.kind) <= severity(record.told) or record.phase is Phase.RETURNED:
        return False
    if record.kind is AlarmKind.EMERGENCY:
        return record.active or record.phase is Phase.NEW
    return record.active and now.mono_s - record.began_mono_s >= WARNING_AFTER_S


def was_a_bounce(record: Record, now: Moment) -> bool:
    """A new warning whose condition went away for longer than the delay: it never was one."""
    quiet_s = now.mono_s - record.quiet_mono_s if record.quiet_mono_s is not None else 0.0
    return record.phase is Phase.NEW and not record.active and quiet_s >= WARNING_AFTER_S


def has_ended(record: Record, now: Moment) -> bool:
    """Its condition stayed away for the delay."""
    return record.is_open and record.quiet_mono_s is not None and now.mono_s - record.quiet_mono_s >= ENDED_AFTER_S


def raised(record: Record, channels: tuple[str, ...], now: Moment) -> Record:
    """People are being told, by these channels."""
    return replace(
        record, phase=Phase.UNACKNOWLEDGED, told=record.kind, told_at=now.wall_s, acknowledged_by="",
        channels=tuple(dict.fromkeys((*record.channels, *channels))),
    )  # fmt: skip


def held(record: Record, now: Moment) -> Record:
    """Inhibited: its delay begins when nothing inhibits it any more."""
    return replace(record, began_mono_s=now.mono_s) if record.phase is Phase.NEW else record


def returned(record: Record) -> Record:
    """It is over."""
    return replace(record, phase=Phase.RETURNED)


def acknowledged(record: Record, who: str) -> Record:
    """A person has seen it."""
    phase = Phase.ACKNOWLEDGED if record.phase is Phase.UNACKNOWLEDGED else record.phase
    return replace(record, phase=phase, acknowledged_by=who or "somebody")


def with_receipt(record: Record, receipt: Receipt) -> Record:
    """With what a provider said; the newest 20 are kept."""
    return replace(record, receipts=(*record.receipts, receipt)[-20:])


def _begun(alarm: Alarm, now: Moment) -> Record:
    return Record(
        key=alarm.key, source=alarm.source, boot=alarm.boot, seq=alarm.seq, kind=alarm.kind, active=True, cause=alarm.cause,
        consequence=alarm.consequence, action=alarm.action, since_at=alarm.since_at, began_mono_s=now.mono_s,
    )  # fmt: skip


def _quiet(record: Record, now: Moment) -> Record:
    if not record.active:
        return record
    return replace(record, active=False, quiet_mono_s=now.mono_s, ended_at=now.wall_s)
