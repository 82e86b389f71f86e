"""Which kind goes by which way."""

import pytest

from services.notifier.routing import ALL, channels_for
from services.shared.vocabulary import AlarmKind


@pytest.mark.parametrize(
    ("kind", "by_mail", "ways"),
    [
        (AlarmKind.HEARTBEAT, False, ("telegram",)),
        (AlarmKind.HEARTBEAT, True, ("telegram", "email")),
        (AlarmKind.WARNING, False, ("telegram", "email")),
        (AlarmKind.EMERGENCY, False, ("telegram", "email", "sms")),
    ],
)
def test_the_table(kind: AlarmKind, by_mail: bool, ways: tuple[str, ...]) -> None:
    assert channels_for(kind, ALL, heartbeat_email=by_mail) == ways
    assert channels_for(kind, ("email",), heartbeat_email=by_mail) == tuple(way for way in ways if way == "email")
