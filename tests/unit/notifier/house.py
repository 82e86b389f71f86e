"""A house full of alarms: records, people and what was said to them, driven by hand, with restarts through what is on disk."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from services.notifier import alarms, answers, pipeline, timeline
from services.notifier.budget import Budget
from services.notifier.message import Act, Draft
from services.notifier.outcome import Memory, Outcome, Plan
from services.notifier.people import People
from services.notifier.record import Phase, Record, Transition
from services.notifier.rules import Rules
from services.notifier.shelves import Shelves
from services.notifier.stages.effect import Plant
from services.notifier.text import Site
from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from tests.unit.notifier.words import at

WAYS: Mapping[str, tuple[str, ...]] = {"telegram": ("chat",), "email": ("office@site.test",), "sms": ("+15005550001",)}
_RECORD = TypeAdapter(Record)


class House:
    """`said` are the messages with a sound, `edits` those that change one silently; by channel, with what is read first.

    The host's clock is off by `skew_s`, and `trusted` or not."""

    def __init__(
        self, ways: Mapping[str, tuple[str, ...]] = WAYS, persons: Mapping[str, dict[str, Any]] | None = None,
        choices: Mapping[str, dict[str, Any]] | None = None, limit: int = 6, configured: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        self._settings = Settings(
            persons={name: s.Person.model_validate(keys) for name, keys in (persons or {}).items()},
            alarms={key: s.AlarmChoice.model_validate(keys) for key, keys in (choices or {}).items()},
        )
        self.rules = Rules(self._settings.alarms)
        self.set_up({name: names for name, names in ways.items() if configured is None or name in configured})
        self.memory = Memory(Budget(limit), Shelves())
        self.records: dict[str, Record] = {}
        self.said: list[tuple[str, str]] = []
        self.edits: list[tuple[str, str]] = []
        self.drafts: list[tuple[float, Draft]] = []
        self.steps_taken: list[Transition] = []
        self.plant: Plant | None = None
        self.trusted = True
        self.skew_s = 0.0
        self.reckoning = timeline.reckoning(self.records, self.memory, self.raw(0.0), {})

    def set_up(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """These ways, as from the next start on."""
        self.plan = Plan(Site("mine"), People(self._settings, own, self.rules), self.rules)

    def hear(self, alarm: Alarm, mono_s: float) -> None:
        now, said = self.at(mono_s), self.reckoning.heard(alarm, self.raw(mono_s))
        record = alarms.heard(self.records.get(alarm.key), said, now, self.rules, alarm.since_at)
        if record is not None:
            self.records[alarm.key] = record

    def step(self, mono_s: float) -> Outcome:
        now = self.at(mono_s)
        self.memory.shelves.expire(now)
        out = pipeline.step(self.records, self.memory, self.plan, now, self.plant)
        self.records |= out.changed
        self.memory = Memory(out.budget, self.memory.shelves, out.said)
        self.steps_taken += out.transitions
        for draft in out.drafts:
            self.drafts.append((mono_s, draft))
            (self.edits if draft.act is Act.EDIT else self.said).append((draft.channel, draft.text.subject))
        return out

    def steps(self, first_s: int, last_s: int) -> None:
        for second in range(first_s, last_s + 1):
            self.step(float(second))

    def restart(self, mono_s: float, *, same_boot: bool = False) -> None:
        """A kill and a new process, of another boot if not said otherwise: what was only in memory is gone."""
        stored = [_RECORD.validate_json(_RECORD.dump_json(one)) for one in self.records.values() if one.phase is not Phase.NEW]
        ways = self.plan.people.channels
        self.records = {one.key: alarms.resumed(one, self.raw(mono_s), ways(one.kind, one.key)) for one in stored}
        budget = Budget.load(self.memory.budget.limit, self.memory.budget.document())
        self.memory = Memory(budget, Shelves.load(self.memory.shelves.document()))
        left = replace(self.raw(mono_s), host_boot=at(mono_s).host_boot if same_boot else "another")
        facts = timeline.facts_of(self.reckoning, left)
        self.reckoning = timeline.reckoning(self.records, self.memory, self.raw(mono_s), facts)

    def acknowledge(self, key: str, who: str, mono_s: float, hours: float = 4) -> None:
        now = self.at(mono_s)
        self.records[key] = answers.acknowledged(self.records[key], who, now.wall_s + hours * 3_600, now)

    def shelve(self, pattern: str, minutes: float, mono_s: float, who: str = "anna") -> None:
        now = self.at(mono_s)
        assert self.memory.shelves.add(pattern, now.wall_s + minutes * 60, who, "", now, self.records.get(pattern)) is None

    def raw(self, mono_s: float) -> Moment:
        """As the host's clock shows it, which is off by `skew_s`."""
        return replace(at(mono_s), wall_s=at(mono_s).wall_s + self.skew_s, wall_trusted=self.trusted)

    def at(self, mono_s: float) -> Moment:
        """As reckoned; where the clock was set since the last look, what is counted by it is set first."""
        if (step := self.reckoning.look(self.raw(mono_s))) is not None:
            moved, self.memory = timeline.set_by(self.records, self.memory, step)
            self.records |= moved
        return self.reckoning.moment(self.raw(mono_s))

    def on(self, channel: str) -> list[str]:
        return [subject for name, subject in self.said if name == channel]

    def edits_on(self, channel: str) -> list[str]:
        return [subject for name, subject in self.edits if name == channel]

    def to(self, recipient: str, act: Act | None = None) -> list[str]:
        """What one address was sent, edits aside."""
        return [
            draft.text.subject
            for _, draft in self.drafts
            if recipient in draft.recipients and draft.act is not Act.EDIT and act in (None, draft.act)
        ]
