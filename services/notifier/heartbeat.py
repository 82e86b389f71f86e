"""The sign of life: every so many minutes what the site does, silent. Its absence is the message."""

from collections.abc import Mapping

from services.notifier.account import Around, account, headline
from services.notifier.message import Draft
from services.notifier.text import plain_text
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.numbers import finite
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind

FACT = "heartbeat_at"
WAIT_FOR_STATE_S = 30.0
"""After a start the first one waits so long for the controller's state."""


class Heartbeat:
    """Remembers by `facts` when the last one was, so that a restart is none."""

    def __init__(self, told: Notifications, site: str, facts: Mapping[str, str], now: Moment) -> None:
        self._told = told
        self._site = site
        self._stored_at = finite(facts.get(FACT, ""))
        self._last_mono_s: float | None = None
        self._started_mono_s = now.mono_s

    def is_due(self, now: Moment, *, heard: bool) -> bool:
        """Whether it is time. `heard`: the controller has said its state. A calendar that is set neither silences nor hurries it;
        that of an earlier process is asked for the first one alone."""
        period_s = self._told.heartbeat_minutes * 60.0
        running_s = now.mono_s - self._started_mono_s
        if period_s <= 0 or (not heard and running_s < WAIT_FOR_STATE_S):
            return False
        if self._last_mono_s is not None:
            return now.mono_s - self._last_mono_s >= period_s
        if self._stored_at is None:
            return running_s >= period_s
        return running_s >= period_s or not 0 <= now.wall_s - self._stored_at < period_s

    def drafts(
        self, state: State | None, ways: Mapping[str, tuple[str, ...]], around: Around, now: Moment
    ) -> tuple[list[Draft], dict[str, str]]:
        """The messages, and the fact to be written with them. `ways` are the recipients by channel; none: the channel's own."""
        self._last_mono_s = now.mono_s
        text = plain_text(self._site, headline(state, now), "\n".join(account(state, around, now)))
        drafts = [Draft(way, AlarmKind.HEARTBEAT, (), text, recipients) for way, recipients in ways.items()]
        return drafts, {FACT: repr(now.wall_s)}
