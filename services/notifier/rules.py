"""How each alarm is told: the catalogue's rows, with what the operator chose in [ALARM key] laid over them."""

import glob
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from services.shared.catalogue import class_of, is_known
from services.shared.messages import Alarm
from services.shared.settings.telling import AlarmChoice
from services.shared.vocabulary import AlarmKind, Priority

log = logging.getLogger(__name__)

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one key. `channels` empty: those of its kind. `emergency_delay_s` is 0 unless the operator chose one for
    this alarm; a wider pattern delays no emergency.

    `follows` are the patterns of what it follows from, with its own name filled in. `anew`: told again when its words change.
    `chatters`: a longer off-delay when it comes again and again. `latched`: what comes after a reset is told as new.
    """

    priority: Priority
    on_delay_s: float
    off_delay_s: float
    emergency_delay_s: float = 0.0
    channels: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    shelvable: bool = True
    anew: bool = False
    chatters: bool = True
    latched: bool = False

    def delay_s(self, kind: AlarmKind) -> float:
        """How long its condition stands before it is an alarm."""
        return self.emergency_delay_s if kind is AlarmKind.EMERGENCY else self.on_delay_s


class Rules:
    """`choices` are the sections [ALARM key], a key of which may end in *; the longest that matches holds."""

    def __init__(self, choices: Mapping[str, AlarmChoice] | None = None) -> None:
        longest_first = sorted((choices or {}).items(), key=lambda choice: -len(choice[0]))
        self._choices = {pattern.lower(): choice for pattern, choice in longest_first}
        self._known: dict[str, Rule] = {}

    def of(self, key: str) -> Rule:
        """The rule of a key. One that has no row in the catalogue is told all the same, and the log says so once."""
        if key not in self._known:
            if not is_known(key):
                log.warning("the alarm %s is in no row of the catalogue; its delays are the usual ones", key)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._made(key)
        return self._known[key]

    def completed(self, alarm: Alarm) -> Alarm:
        """With what its row says of consequence and action where its owner says nothing."""
        if alarm.consequence and alarm.action:
            return alarm
        row = class_of(alarm.key)
        said = {"consequence": alarm.consequence or _sentence(row.consequence), "action": alarm.action or _sentence(row.action)}
        return alarm.model_copy(update=said)

    def _made(self, key: str) -> Rule:
        row = class_of(key)
        matching = (pattern for pattern in self._choices if fnmatchcase(key.lower(), pattern))
        chosen = next(matching, "")
        choice = self._choices.get(chosen, AlarmChoice())
        name = key.removeprefix(row.key.removesuffix("*"))
        return Rule(
            priority=choice.priority or row.priority,
            on_delay_s=row.on_delay_s if choice.on_delay_seconds is None else choice.on_delay_seconds,
            off_delay_s=row.off_delay_s if choice.off_delay_seconds is None else choice.off_delay_seconds,
            emergency_delay_s=choice.on_delay_seconds or 0.0 if chosen in (key.lower(), row.key) else 0.0,
            channels=choice.channels,
            follows=tuple(pattern.replace("{}", glob.escape(name)) for pattern in row.follows),
            shelvable=row.shelvable,
            anew=row.anew,
            chatters=row.chatters and not row.latched,
            latched=row.latched,
        )


def _sentence(words: str) -> str:
    """A cell of the catalogue as people are told it."""
    plain = words.replace("`", "")
    return f"{plain[:1].upper()}{plain[1:]}." if plain else ""
