"""What holds whatever is said, done and killed: no emergency unsaid, no flood of warnings, nothing said twice."""

from collections import Counter

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifier.message import Act
from services.notifier.shelves import EMERGENCY_AT_MOST_S
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.house import WAYS, House
from tests.unit.notifier.words import EMERGENCY, Owner

KEYS = (
    "broker_lost", "service_lost_controller", "service_lost_collector", "cannot_act", "device_lost_pdu-1", "trip_smoke",
    "temperature_high_east", "door", "channel_lost_telegram", "unheard-of",
)  # fmt: skip
LIMIT = 3
WITHIN_S = 32


class Site(RuleBasedStateMachine):
    """Owners say what they like, people do what they may, and the process is killed at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(limit=LIMIT, persons={"bob": {"phone": "+15005550002", "on_call": "mon-fri 07:00-19:00"}})
        self.owners = {source: Owner(source) for source in ("controller", "collector", "notifier")}
        self.said: dict[str, tuple[str, bool, AlarmKind]] = {}
        self.begun: dict[str, int] = {}
        self.owed: dict[str, int] = {}
        self.second = 0

    @rule(
        key=st.sampled_from(KEYS), source=st.sampled_from(("controller", "collector", "notifier")), active=st.booleans(),
        kind=st.sampled_from((AlarmKind.WARNING, AlarmKind.EMERGENCY)),
    )  # fmt: skip
    def says(self, key: str, source: str, active: bool, kind: AlarmKind) -> None:
        source = self.said.get(key, (source,))[0]
        self.said[key] = (source, active, kind)
        self.house.hear(self.owners[source].says(key, active, kind), self.second)

    @rule(seconds=st.sampled_from((1, 1, 4, 15, 40, 700)))
    def goes_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.second += 1
            out = self.house.step(self.second)
            self._look(out.reasons)

    @rule(key=st.sampled_from(KEYS))
    def somebody_acknowledges(self, key: str) -> None:
        record = self.house.records.get(key)
        if record is not None and record.shown and not record.acknowledged_by:
            self.house.acknowledge(key, "anna", self.second, hours=0.1)

    @rule(key=st.sampled_from(KEYS), minutes=st.sampled_from((1, 10)))
    def somebody_shelves(self, key: str, minutes: int) -> None:
        now = self.house.at(self.second)
        self.house.memory.shelves.add(key, now.wall_s + minutes * 60, "anna", "", now)

    @rule(pattern=st.sampled_from(("*", "*_lost_*")))
    def somebody_shelves_many(self, pattern: str) -> None:
        now = self.house.at(self.second)
        self.house.memory.shelves.add(pattern, now.wall_s + 120, "anna", "", now)

    @rule()
    def the_process_is_killed(self) -> None:
        self.house.restart(self.second)
        for key, (source, active, kind) in self.said.items():  # what the broker kept of each owner
            self.house.hear(self.owners[source].says(key, active, kind), self.second)

    @precondition(lambda self: self.second)
    @invariant()
    def nothing_is_posted_twice(self) -> None:
        posts = Counter(
            (draft.thread, draft.channel, name)
            for _, draft in self.house.drafts
            if draft.act is Act.POST
            for name in draft.recipients
        )
        assert all(count == 1 for count in posts.values())

    @invariant()
    def warnings_keep_to_their_budget(self) -> None:
        for channel in WAYS:
            for ends in (False, True):
                sent = [
                    second
                    for second, draft in self.house.drafts
                    if draft.channel == channel and draft.kind is not EMERGENCY and draft.act is not Act.EDIT
                    and ("nded" in draft.text.subject) is ends and "Still on it" not in draft.text.subject
                ]  # fmt: skip
                assert all(late - early >= 600 for early, late in zip(sent, sent[LIMIT:], strict=False))

    @invariant()
    def an_answer_goes_to_whom_was_told(self) -> None:
        told: set[tuple[str, str, str]] = set()
        for _, draft in self.house.drafts:
            where = {(draft.thread, draft.channel, name) for name in draft.recipients}
            assert draft.act is Act.POST or draft.ask or where <= told
            told |= where

    def _look(self, reasons: dict[str, str]) -> None:
        """An emergency that stands, explained by no other and put aside by nobody, is told by every way within half a minute."""
        for key, record in self.house.records.items():
            explained = reasons.get(key, "").startswith("follows from")
            if record.kind is not EMERGENCY or not record.active or record.is_shelved or explained:
                self.owed.pop(key, None)
                continue
            if self.second - self.owed.setdefault(key, self.second) < WITHIN_S:
                continue
            for channel in WAYS:
                assert any(
                    key in draft.keys and draft.channel == channel and draft.kind is EMERGENCY for _, draft in self.house.drafts
                ), f"{key} is not told by {channel}"
            assert record.told is EMERGENCY


assert EMERGENCY_AT_MOST_S >= 600  # both shelves may be of an emergency

TestSite = Site.TestCase
TestSite.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
