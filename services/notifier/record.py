"""One alarm as the notifier keeps it: a document of `alerts.db`. A later field has a default, so that older documents load."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from services.shared.vocabulary import AlarmKind, Priority

_SEVERITY = {AlarmKind.HEARTBEAT: 0, AlarmKind.WARNING: 1, AlarmKind.EMERGENCY: 2}

Standing = Literal["unacknowledged", "acknowledged", "returned", "shelved"]
Step = Literal["raised", "acknowledged", "unacknowledged", "returned", "shelved", "unshelved", "escalated", "chattering"]


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
class Transition:
    """A step in an alarm's life, for the alarms' own report. `at` Unix seconds; `who` a person, empty when nobody did it."""

    at: float
    key: str
    kind: AlarmKind
    priority: Priority
    what: Step
    who: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """That an address of a channel was told, in this thread."""

    thread: str
    channel: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Record:
    """One alarm. `began_mono_s` and `quiet_mono_s` count the delays on this process' clock; the `_at` are Unix seconds.

    `told` is the kind that people were told, `channels` the ways by which. `boot` and `seq` number the owner's last word.
    `thread` is the incident in which it was told: alarms told in one message share it. `began_at` are the Unix seconds at which
    it began lately, by which chattering is seen. `escalated` counts the times that further people were told, `escalated_at` the
    last, `told_to` all who were told. `shelved_until_at` is set while it is shelved, over whatever phase it is in. `device` is
    what all of it is read by, `rank` the worst that its owner said in this life, `effect` what came of it, in a sentence.
    `own_since_at` is its owner's own `since_at`, which goes with no clock that is set; None: an older version did not keep it.
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
    acknowledged_at: float | None = None
    acknowledged_until_at: float | None = None
    shelved_by: str = ""
    shelved_until_at: float | None = None
    priority: Priority = Priority.MEDIUM
    thread: str = ""
    began_at: tuple[float, ...] = ()
    escalated: int = 0
    escalated_at: float | None = None
    told_to: tuple[Told, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    anew: bool = False
    device: str = ""
    rank: int = 0
    effect: str = ""
    own_since_at: float | None = None

    @property
    def is_shelved(self) -> bool:
        """A person put it aside until a moment."""
        return self.shelved_until_at is not None

    @property
    def shown(self) -> bool:
        """Open, shelved, or ended and not acknowledged: what a person should see."""
        if self.is_shelved and self.active:
            return True
        return self.told is not None and (self.phase is not Phase.RETURNED or not self.acknowledged_by)

    @property
    def is_open(self) -> bool:
        """People were told, and not yet that it ended."""
        return self.phase in (Phase.UNACKNOWLEDGED, Phase.ACKNOWLEDGED)

    @property
    def is_gone(self) -> bool:
        """Its condition is away, and not yet for so long that it has ended."""
        return not self.active and self.phase is not Phase.RETURNED

    @property
    def stands(self) -> bool:
        """Its condition holds, or held so lately that it has not ended: what follows from it is not told."""
        return self.active or self.is_open

    @property
    def standing(self) -> Standing:
        """Its state as people read it (ISA-18.2). One that nobody was told yet is unacknowledged."""
        if self.is_shelved:
            return "shelved"
        if self.phase is Phase.ACKNOWLEDGED:
            return "acknowledged"
        return "returned" if self.phase is Phase.RETURNED else "unacknowledged"


def severity(kind: AlarmKind | None) -> int:
    """To compare kinds; nothing told is below all."""
    return -1 if kind is None else _SEVERITY[kind]
