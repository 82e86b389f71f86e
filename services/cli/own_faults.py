"""What a second machine finds wrong with itself: a way to people that takes nothing, a chat that hears nobody, a file that is not
written, its own outside watcher out of reach. It is told by the ways that are left, and in a line on stdout.

What is found, and after how long, is the notifier's; the words are those of a machine that has no page and no services.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.notifier.chat_watch import CHAT_DEAF, Ears
from services.notifier.record import Phase, Record
from services.notifier.routing import CHANNEL_LOST, CHANNEL_TEST, channels_for
from services.notifier.self_test import EMERGENCY_STUCK_S
from services.notifier.text import moment
from services.notifier.watch import WATCHER_LOST, Circumstances, Watch
from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.settings.sections import AlarmChoice
from services.shared.spans import span
from services.shared.vocabulary import AlarmKind

WHERE = "On the second machine: "
_WAY = "Look at [NOTIFICATIONS] of the second machine and at its link; it goes on trying."
_WORDS = {
    CHANNEL_LOST: ("Whoever relies on this way alone is not told when the site falls silent.", _WAY),
    CHANNEL_TEST: ("Perhaps nobody is reached by this way when the site falls silent.", _WAY),
    CHAT_DEAF: (
        "Nobody can acknowledge in its chat; perhaps its messages do not go out either.",
        "Give it a bot of its own, if another program uses its bot's token; else look at its link.",
    ),
    WATCHER_LOST: (
        "It may call that the second machine is silent; when that falls silent, nobody can tell the difference.",
        "Look at the second machine's link and at heartbeat_url of its [NOTIFICATIONS].",
    ),
    "alerts_database": ("Messages go out; what could not be written is forgotten when it starts again.", "Look at its disk."),
}


@dataclass(slots=True)
class Listening:
    """A chat by which a channel is proven while nothing is sent: deaf too when Telegram cannot be reached, as long as the site
    can, for then the fault is not our own link."""

    chat: Ears
    is_deaf: bool | None = None
    reason: str = ""
    deaf_since_mono_s: float | None = None

    def look(self, now: Moment, *, linked: bool) -> "Listening":
        """As of now."""
        self.is_deaf, self.reason = self.chat.is_deaf, self.chat.reason
        if not self.is_deaf or not linked:
            self.deaf_since_mono_s = None
        elif self.deaf_since_mono_s is None:
            self.deaf_since_mono_s = now.mono_s
        return self


class OwnFaults:
    """`standing` is what is wrong now, by key, in words; `untold` the emergencies that no channel took for ten minutes and that
    nobody has seen. `say` is given a line at each change."""

    def __init__(self, records: Iterable[Record], say: Callable[[str], None]) -> None:
        self._watch = Watch(str(uuid.uuid4()), records, services=())
        self._say = say
        self._untold_since: dict[str, float] = {}
        self.standing: dict[str, str] = {}
        self.untold: tuple[str, ...] = ()

    def levels(self, now: Moment, seen: Circumstances) -> Iterator[Alarm]:
        """The alarms that changed."""
        for alarm in map(_worded, self._watch.levels(now, seen)):
            self._say(f"{moment(now.wall_s)} {'' if alarm.active else 'Ended: '}{alarm.cause}")
            self.standing.pop(alarm.key, None)
            if alarm.active:
                self.standing[alarm.key] = alarm.cause
            yield alarm

    def look_at(self, records: Iterable[Record], now: Moment) -> None:
        """Whether somebody was told of each emergency."""
        waiting = {record.key for record in records if _is_untold(record)}
        self._untold_since = {key: self._untold_since.get(key, now.mono_s) for key in sorted(waiting)}
        stuck = (key for key, since_s in self._untold_since.items() if now.mono_s - since_s >= EMERGENCY_STUCK_S)
        found = tuple(f"NOBODY WAS TOLD of {key}: for {span(EMERGENCY_STUCK_S)} no channel has taken it" for key in stuck)
        for words in found:
            if words not in self.untold:
                self._say(f"{moment(now.wall_s)} {words}")
        self.untold = found


def told_by_what_is_left(channels: Collection[str], chosen: Mapping[str, AlarmChoice]) -> dict[str, AlarmChoice]:
    """A lost way is a warning, which is no SMS; where SMS is all that is left it is. What the operator chose goes before."""
    if any(key.startswith(CHANNEL_LOST) for key in chosen):
        return dict(chosen)
    left = {name: tuple(one for one in channels if one != name) for name in channels}
    by_sms = {name: ways for name, ways in left.items() if ways and not channels_for(AlarmKind.WARNING, ways)}
    return {CHANNEL_LOST + name: AlarmChoice(channels=ways) for name, ways in by_sms.items()} | dict(chosen)


def _worded(alarm: Alarm) -> Alarm:
    consequence, action = next((words for key, words in _WORDS.items() if alarm.key.startswith(key)), ("", ""))
    cause = WHERE + alarm.cause.replace("The notifier's own record", "its own record").replace("alerts.db", "watch.db")
    return alarm.model_copy(update={"cause": cause, "consequence": consequence, "action": action})


def _is_untold(record: Record) -> bool:
    unseen = record.told is AlarmKind.EMERGENCY and record.phase is Phase.UNACKNOWLEDGED
    return unseen and not any(receipt.delivered for receipt in record.receipts)
