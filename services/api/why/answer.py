"""The answer to why, for the route and for whoever asks over the bus: of the present, or of a moment that was."""

from http import HTTPStatus

import sqlalchemy as sa

from services.api.door import Door
from services.api.problems import Problem
from services.api.why.commands import with_commands
from services.api.why.model import Calendar, Why, WhyAct
from services.api.why.past import acts, past
from services.api.why.present import present


async def answered(door: Door, at: str | None) -> Why:
    """What is known of `at`: `14:05`, ISO 8601 or Unix seconds; None: now. Raises Problem: 422 no such moment, 503 no records."""
    now, calendar = door.image.now(), Calendar(door.settings.general.timezone)
    if at is None:
        return await _of_now(door, calendar)
    moment = calendar.moment(at, now.wall_s)
    if moment is None:
        allowed = "14:05, ISO 8601 such as 2026-11-22T14:05:00-06:00, or Unix seconds"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found at = {at!r}; allowed: {allowed}")
    if moment > now.wall_s:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found at = {at!r}; allowed: a moment that was")

    def work(connection: sa.Connection) -> Why:
        return with_commands(connection, past(connection, int(moment * 1000), calendar, now.wall_s), calendar, now.wall_s)

    return await door.past(work)


async def _of_now(door: Door, calendar: Calendar) -> Why:
    """Without records the present is told all the same."""
    now = door.image.now()
    done, notes = await _acts(door, int(now.wall_s * 1000), calendar)
    why = present(door.image, calendar, done, notes, broker_connected=door.bus.connected)
    if notes or not why.known:
        return why
    try:
        return await door.past(lambda connection: with_commands(connection, why, calendar, now.wall_s))
    except Problem as problem:
        return why.model_copy(update={"notes": [f"what was commanded is not known: {problem.detail}"]})


async def _acts(door: Door, at_ms: int, calendar: Calendar) -> tuple[list[WhyAct], list[str]]:
    try:
        return await door.past(lambda connection: acts(connection, at_ms, calendar)), []
    except Problem as problem:
        return [], [f"who did what is not known: {problem.detail}"]
