"""What the keeper makes known: the card short of room, damage found by the daily check, what was given up."""

import logging
from collections.abc import Callable

import sqlalchemy as sa

from services.api.history.care import Check
from services.api.history.own_events import OwnEvent, store
from services.shared.clock import Moment
from services.shared.messages import Alarm, Message
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)
GAVE_UP = "old records given up: the card is short of room"


class Outcry:
    """Publishes an alarm when what it says has changed."""

    def __init__(self, publish: Callable[[Message], None]) -> None:
        self._publish = publish
        self._said: dict[str, tuple[bool, str]] = {}
        self._since_at: dict[str, float] = {}

    def card(self, short: bool, nearly: bool, given_up: str, now: Moment) -> None:
        """The card is short of room; no more only when it is not even nearly so."""
        standing, cause_before = self._said.get("card_full", (False, ""))
        active = short or (standing and nearly)
        cause = "the card is short of room" if active else "the card has room"
        cause = f"{cause}: {given_up}" if active and given_up else cause_before if active and standing else cause
        self._say(
            Alarm(
                subject=("card_full",), key="card_full", active=active, kind=AlarmKind.WARNING, cause=cause,
                consequence="old records are given up, readings first; at last nothing new is stored; control is not affected",
                action="make room on the card", since_at=now.wall_s,
            )
        )  # fmt: skip

    def damage(self, found: Check, now: Moment) -> None:
        """What the daily check found."""
        cause = "mine_data.db is whole" if found.ok else f"mine_data.db is damaged: {'; '.join(found.faults)[:300]}"
        (log.info if found.ok else log.error)(cause)
        consequence = "some of the past cannot be read; control is not affected"
        self._check(not found.ok, cause, consequence, "stop the api, repair the database, look at the card", now)

    def unlooked(self, why: str, now: Moment) -> None:
        """The daily check came to no end."""
        cause = f"mine_data.db was not looked at: {why}"
        self._check(True, cause, "nobody knows whether it is whole; control is not affected", "look at the card", now)

    def _check(self, active: bool, cause: str, consequence: str, action: str, now: Moment) -> None:
        self._say(
            Alarm(
                subject=("database_check",), key="database_check", active=active, kind=AlarmKind.WARNING, cause=cause,
                consequence=consequence, since_at=now.wall_s, action=action,
            )
        )  # fmt: skip

    def _say(self, alarm: Alarm) -> None:
        said = self._said.get(alarm.key)
        if said == (alarm.active, alarm.cause):
            return
        if said is None or said[0] != alarm.active:
            self._since_at[alarm.key] = alarm.since_at
        self._said[alarm.key] = (alarm.active, alarm.cause)
        self._publish(alarm.model_copy(update={"since_at": self._since_at[alarm.key]}))


def record(connection: sa.Connection, now: Moment, words: str, title: str = GAVE_UP) -> None:
    """An event of the api itself, such as what it gave up."""
    store(connection, OwnEvent(now, title, detail=words))
