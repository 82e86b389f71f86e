"""A chat that nobody hears any more is told by the other ways."""

from dataclasses import dataclass

from services.notifier.alarms import Record
from services.notifier.chat_watch import CHAT_DEAF
from services.notifier.watch import Circumstances, Watch
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.words import at


@dataclass
class Ears:
    is_deaf: bool | None = True
    reason: str = "does not listen: another program asks for this bot's messages (409)"
    deaf_since_mono_s: float | None = 100.0


def look(watch: Watch, ears: Ears | None, mono_s: float) -> dict[str, Alarm]:
    found = watch.levels(at(mono_s), Circumstances(None, {}, None, None, ears))
    return {one.key: one for one in found if one.key == CHAT_DEAF}


def test_a_chat_that_hears_nobody_for_ten_minutes_is_a_warning_and_its_first_good_poll_ends_it() -> None:
    watch, ears = Watch("own", ()), Ears()
    assert look(watch, ears, 699) == {}
    alarm = look(watch, ears, 700)[CHAT_DEAF]
    assert alarm.active and alarm.kind is AlarmKind.WARNING
    assert alarm.cause.startswith("Nobody is heard by Telegram") and "another program asks" in alarm.cause
    ears.reason = "does not listen: no exchange with Telegram was possible: no answer within 58 s"
    assert look(watch, ears, 800) == {}
    ears.is_deaf, ears.deaf_since_mono_s = False, None
    assert not look(watch, ears, 801)[CHAT_DEAF].active


def test_telegram_that_cannot_be_reached_and_a_chat_with_nobody_to_hear_are_no_deaf_chat() -> None:
    watch = Watch("own", ())
    assert look(watch, Ears(deaf_since_mono_s=None), 10_000) == look(watch, Ears(is_deaf=False), 10_000) == {}
    assert look(watch, None, 10_000) == {}


def test_one_that_stood_at_the_end_stands_after_the_restart_until_the_chat_hears() -> None:
    record = Record(
        key=CHAT_DEAF, source="notifier", boot="old", seq=1, kind=AlarmKind.WARNING, active=True, cause="c", consequence="",
        action="", since_at=0.0, began_mono_s=0.0,
    )  # fmt: skip
    watch, ears = Watch("own", (record,)), Ears(is_deaf=None, reason="", deaf_since_mono_s=None)
    assert look(watch, ears, 1)[CHAT_DEAF].active
    ears.is_deaf = False
    assert not look(watch, ears, 2)[CHAT_DEAF].active
