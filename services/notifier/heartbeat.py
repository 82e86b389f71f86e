"""The sign of life: every so many minutes what the site does, silent. Its absence is the message."""

from collections.abc import Mapping, Sequence

from services.notifier.alarms import Record
from services.notifier.message import Draft
from services.notifier.routing import channels_for
from services.notifier.text import moment, plain_text, span
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind

FACT = "heartbeat_at"
WAIT_FOR_STATE_S = 30.0
"""After a start the first one waits so long for the controller's state."""
_LISTED = 10


class Heartbeat:
    """Remembers by `facts` when the last one was, so that a restart is none."""

    def __init__(self, told: Notifications, site: str, facts: Mapping[str, str], now: Moment) -> None:
        self._told = told
        self._site = site
        self._last_at = _number(facts.get(FACT, ""))
        self._started_mono_s = now.mono_s
        self._state: State | None = None

    def take_state(self, state: State) -> None:
        """The controller's state."""
        self._state = state

    def is_due(self, now: Moment) -> bool:
        """Whether it is time. A calendar that was set back does not silence it."""
        period_s = self._told.heartbeat_minutes * 60.0
        running_s = now.mono_s - self._started_mono_s
        if period_s <= 0 or (self._state is None and running_s < WAIT_FOR_STATE_S):
            return False
        if self._last_at is None:
            return running_s >= period_s
        return not 0 <= now.wall_s - self._last_at < period_s

    def drafts(self, open_alarms: Sequence[Record], configured: Sequence[str], now: Moment) -> tuple[list[Draft], dict[str, str]]:
        """The messages, and the fact to be written with them."""
        self._last_at = now.wall_s
        text = plain_text(self._site, self._head(now), "\n".join(self._lines(open_alarms, now)))
        ways = channels_for(AlarmKind.HEARTBEAT, configured, heartbeat_email=self._told.heartbeat_email)
        return [Draft(way, AlarmKind.HEARTBEAT, (), text) for way in ways], {FACT: repr(now.wall_s)}

    def _head(self, now: Moment) -> str:
        if self._state is None:
            return "Alive, but the controller was not heard"
        age = self._age(self._state.decided_mono_s, self._state.host_boot, now)
        return f"Alive: {self._state.mode.value.replace('_', ' ')}, {self._state.control.value} ({age})"

    def _lines(self, open_alarms: Sequence[Record], now: Moment) -> list[str]:
        lines = [] if self._state is None else self._plant(self._state, now)
        lines.append("No open alarms." if not open_alarms else f"Open alarms: {len(open_alarms)}")
        lines += [f"- {record.kind.value} since {moment(record.since_at)}: {record.cause}" for record in open_alarms[:_LISTED]]
        return [*lines, f"At {moment(now.wall_s)}" + ("" if now.wall_trusted else " (by a clock that is not trusted)")]

    def _plant(self, state: State, now: Moment) -> list[str]:
        load, hottest = state.load, state.temperature_max_c
        power = "unknown" if load.measured_kw is None else f"{load.measured_kw:.0f} kW"
        heat = "unknown" if hottest is None else f"{hottest:.1f} C"
        return [
            f"Load {power} of {load.nominal_kw:.0f} kW ({self._age(load.measured_mono_s, state.host_boot, now)})",
            f"Temperature {heat}, the hottest intake ({self._age(state.decided_mono_s, state.host_boot, now)})",
            *state.reasons[:3],
        ]

    @staticmethod
    def _age(mono_s: float | None, boot: str, now: Moment) -> str:
        if mono_s is None or boot != now.host_boot:
            return "age unknown"
        return f"{span(now.mono_s - mono_s)} ago"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
