"""Which kind goes by which way. The one table."""

from collections.abc import Collection

from services.shared.vocabulary import AlarmKind

TELEGRAM, EMAIL, SMS, WEBHOOK = "telegram", "email", "sms", "webhook"
ALL = (TELEGRAM, EMAIL, SMS, WEBHOOK)
_TABLE = {
    AlarmKind.HEARTBEAT: (TELEGRAM, WEBHOOK),
    AlarmKind.WARNING: (TELEGRAM, EMAIL, WEBHOOK),
    AlarmKind.EMERGENCY: ALL,
}
CHANNEL_LOST = "channel_lost_"
CHANNEL_TEST = "channel_test_"
"""The keys of the alarms that a channel is lost, or failed its test, begin so; they do not go by that channel."""


def is_of_a_channel(key: str) -> bool:
    """Whether it says that a channel is lost, or failed its test."""
    return key.startswith((CHANNEL_LOST, CHANNEL_TEST))


def channels_for(kind: AlarmKind, configured: Collection[str], *, heartbeat_email: bool = False) -> tuple[str, ...]:
    """The ways of a kind, as far as they are set up. A heartbeat is never an SMS."""
    by_mail = (EMAIL,) if kind is AlarmKind.HEARTBEAT and heartbeat_email else ()
    return tuple(name for name in ALL if name in configured and name in (*_TABLE[kind], *by_mail))


def channels_of_alarm(kind: AlarmKind, key: str, chosen: Collection[str], configured: Collection[str]) -> tuple[str, ...]:
    """The ways of an alarm: an emergency goes by all whatever was `chosen` by the operator instead of those of its kind.

    A warning does not go by the one that it says is lost, and by those of its kind when none that was chosen is set up.
    """
    if kind is AlarmKind.EMERGENCY:
        return channels_for(kind, configured)
    sound = [name for name in configured if key not in (CHANNEL_LOST + name, CHANNEL_TEST + name)]
    return tuple(name for name in ALL if name in sound and name in chosen) or channels_for(kind, sound)
