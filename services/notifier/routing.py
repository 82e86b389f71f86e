"""Which kind goes by which way. The one table."""

from collections.abc import Collection

from services.notifier.alarms import Record
from services.shared.vocabulary import AlarmKind

TELEGRAM, EMAIL, SMS = "telegram", "email", "sms"
ALL = (TELEGRAM, EMAIL, SMS)
_TABLE = {AlarmKind.HEARTBEAT: (TELEGRAM,), AlarmKind.WARNING: (TELEGRAM, EMAIL), AlarmKind.EMERGENCY: ALL}
CHANNEL_LOST = "channel_lost_"
"""The key of the alarm that a channel is lost begins so; it does not go by that channel."""


def channels_for(kind: AlarmKind, configured: Collection[str], *, heartbeat_email: bool = False) -> tuple[str, ...]:
    """The ways of a kind, as far as they are set up. A heartbeat is never an SMS."""
    wanted = (TELEGRAM, EMAIL) if kind is AlarmKind.HEARTBEAT and heartbeat_email else _TABLE[kind]
    return tuple(name for name in wanted if name in configured)


def channels_of_alarm(record: Record, configured: Collection[str]) -> tuple[str, ...]:
    """The ways of an alarm: those of its kind, without the one that it says is lost."""
    return tuple(name for name in channels_for(record.kind, configured) if record.key != CHANNEL_LOST + name)


def channels_of_recovery(record: Record) -> tuple[str, ...]:
    """Who got the alarm hears that it ended; by SMS only when an SMS of it was delivered."""
    texted = any(receipt.channel == SMS and receipt.delivered for receipt in record.receipts)
    return tuple(name for name in record.channels if name != SMS or texted)
