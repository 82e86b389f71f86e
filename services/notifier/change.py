"""What is to be written to `alerts.db`, all or nothing."""

from dataclasses import dataclass, field

from services.notifier.message import Row
from services.notifier.record import Record, Transition

Place = tuple[str, str, str]
"""A thread where it is read: thread, channel, recipient."""


@dataclass(frozen=True, slots=True)
class Done:
    """A message that waits no more: taken, or given up with the reason."""

    row: Row
    at: float
    text: str


@dataclass
class Change:
    """`refs` are providers' references of posts that were delivered, empty where a provider gives none; None: it was given up."""

    records: dict[str, Record] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    done: list[Done] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    refs: dict[Place, str | None] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)

    def then(self, later: "Change") -> None:
        """Add a later change to this one."""
        gone = later.dropped | {done.row.id for done in later.done}
        self.records |= later.records
        self.rows = {number: row for number, row in self.rows.items() if number not in gone} | later.rows
        self.dropped = (self.dropped - later.rows.keys()) | later.dropped
        self.done += later.done
        self.facts |= later.facts
        self.refs |= later.refs
        self.transitions += later.transitions

    def stands_with(self, later: "Change") -> None:
        """Keep what stands after a later change, and nothing of what is over; `refs` are not looked at."""
        for number in later.dropped | {done.row.id for done in later.done}:
            self.rows.pop(number, None)
        self.records.update(later.records)
        self.rows.update(later.rows)
        self.facts.update(later.facts)
