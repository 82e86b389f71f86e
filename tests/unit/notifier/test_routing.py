"""Which kind goes by which way."""

import pytest

from services.notifier.routing import ALL, channels_for, channels_of_alarm
from services.shared.vocabulary import AlarmKind


@pytest.mark.parametrize(
    ("kind", "by_mail", "ways"),
    [
        (AlarmKind.HEARTBEAT, False, ("telegram", "webhook")),
        (AlarmKind.HEARTBEAT, True, ("telegram", "email", "webhook")),
        (AlarmKind.WARNING, False, ("telegram", "email", "webhook")),
        (AlarmKind.EMERGENCY, False, ("telegram", "email", "sms", "webhook")),
    ],
)
def test_the_table(kind: AlarmKind, by_mail: bool, ways: tuple[str, ...]) -> None:
    assert channels_for(kind, ALL, heartbeat_email=by_mail) == ways
    assert channels_for(kind, ("email",), heartbeat_email=by_mail) == tuple(way for way in ways if way == "email")


@pytest.mark.parametrize(
    ("kind", "key", "chosen", "ways"),
    [
        (AlarmKind.WARNING, "hot", ("sms",), ("sms",)),
        (AlarmKind.WARNING, "hot", ("pigeon",), ("telegram", "email")),
        (AlarmKind.EMERGENCY, "hot", ("email",), ("telegram", "email", "sms")),
        (AlarmKind.WARNING, "channel_lost_email", (), ("telegram",)),
        (AlarmKind.WARNING, "channel_lost_sms", ("sms",), ("telegram", "email")),
    ],
)
def test_what_the_operator_chose(kind: AlarmKind, key: str, chosen: tuple[str, ...], ways: tuple[str, ...]) -> None:
    assert channels_of_alarm(kind, key, chosen, ("telegram", "email", "sms")) == ways
