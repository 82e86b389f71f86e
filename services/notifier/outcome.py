"""What one pass over the alarms found, gathered stage by stage. It is written in one piece before anything is sent."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.notifier import alarms
from services.notifier.budget import Budget
from services.notifier.message import Act, Draft, Text
from services.notifier.people import People, Ways
from services.notifier.record import Record, Step, Told, Transition, severity
from services.notifier.rules import Rules
from services.notifier.shelves import Shelves
from services.notifier.text import Site
from services.shared.clock import Moment


@dataclass(frozen=True, slots=True)
class Plan:
    """What does not change from pass to pass. `answers`: somebody may acknowledge in the chat, so a message offers it."""

    site: Site
    people: People
    rules: Rules
    escalate_s: float = 300.0
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """As what a living incident was last told: hashes of what people did with it, and of the rest; when (monotonic seconds)."""

    deeds: int
    words: int
    mono_s: float


@dataclass(frozen=True)
class Memory:
    """What is known from pass to pass beside the alarms. `said` alone is not stored and begins anew with the process."""

    budget: Budget
    shelves: Shelves = field(default_factory=Shelves)
    said: Mapping[str, Said] = field(default_factory=dict)


@dataclass
class Outcome:
    """`view` holds all alarms as after this pass, `changed` those that changed; `reasons` say why an alarm is not told now."""

    plan: Plan
    now: Moment
    view: dict[str, Record]
    budget: Budget
    changed: dict[str, Record] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)

    def remember(self, record: Record, step: Step | None = None, who: str = "") -> None:
        """The alarm as it is after this pass, and the step that it took."""
        if record is self.view.get(record.key):
            return
        self.view[record.key] = self.changed[record.key] = record
        if step is not None:
            self.transitions.append(alarms.transition(record, step, self.now, who))

    def hold(self, key: str) -> None:
        """The delay of an alarm that nobody was told begins anew."""
        self.view[key] = self.changed[key] = alarms.held(self.view[key], self.now)

    def say(
        self, thread: str, records: Sequence[Record], ways: Ways, act: Act, text: Text, whole: Text | None = None, *,
        ask: bool = False,
    ) -> None:  # fmt: skip
        """One message per channel to these addresses."""
        kind = max((one.told or one.kind for one in records), key=severity)
        keys = tuple(one.key for one in records)
        for channel, recipients in ways.items():
            if recipients:
                self.drafts.append(Draft(channel, kind, keys, text, recipients, thread, act, whole, ask and self.plan.answers))

    def were_told(self, keys: Iterable[str], thread: str, ways: Ways) -> None:
        """Remember of these alarms who was told, where."""
        told = tuple(Told(thread, channel, recipient) for channel, names in ways.items() for recipient in names)
        for key in keys:
            record = self.view[key]
            self.remember(replace(record, thread=thread, told_to=tuple(dict.fromkeys((*record.told_to, *told)))))

    def new_thread(self, keys: Collection[str]) -> str:
        """A name for an incident that begins: no other has it, and it may stand in a mail's Message-ID."""
        seed = f"{self.now.wall_s!r} {self.now.host_boot} {self.now.mono_s!r} {len(self.drafts)} {next(iter(keys))}"
        return hashlib.blake2s(seed.encode("utf-8", "replace"), digest_size=10).hexdigest()
