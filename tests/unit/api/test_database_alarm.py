"""The alarm of the records names what a person can do: for tables of a later version that is not the card."""

import pytest

from services.api.history import later
from services.api.history.alarm import DatabaseAlarm
from services.shared.clock import Clock
from services.shared.messages import Alarm, Message

LATER = later.told("9004")


@pytest.mark.parametrize(
    ("reason", "cause", "action"),
    [
        ("disk full", "history: disk full", "Look at the disk."),
        (LATER, f"history: {LATER.partition('. ')[0]}", f"{later.TO_DO}."),
    ],
)
def test_what_to_do_fits_what_is_wrong(reason: str, cause: str, action: str) -> None:
    said: list[Message] = []
    DatabaseAlarm(Clock("yes"), said.append).tell(reason, [], "mine_data.db", losing=False)
    (alarm,) = said
    assert isinstance(alarm, Alarm)
    assert (alarm.active, alarm.cause, alarm.action) == (True, cause, action)
    assert alarm.consequence.startswith("records wait in memory")
