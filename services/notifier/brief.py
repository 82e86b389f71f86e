"""An owner's words, cut to what a record and a message can hold, whatever the owner said."""

from services.shared.messages import Alarm

KEY, WORDS = 200, 2_000


def brief(alarm: Alarm) -> Alarm:
    """The alarm, with its key and its words cut."""
    words = (alarm.cause, alarm.consequence, alarm.action)
    if len(alarm.key) <= KEY and all(len(word) <= WORDS for word in words):
        return alarm
    cause, consequence, action = (word[:WORDS] for word in words)
    return alarm.model_copy(update={"key": alarm.key[:KEY], "cause": cause, "consequence": consequence, "action": action})
