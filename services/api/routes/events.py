"""What happened: events and decisions by cursor, as they come, and as CSV."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.api import csv_rows
from services.api.door import ByDoor, ByPlaces, Door
from services.api.history import happened
from services.api.history.happened import Choice, Decisions, EventKind, EventRow, Events
from services.api.login.gate import Viewer, address_of, stranger, viewer
from services.api.login.person import FREE_VIEW
from services.api.login.rates import household
from services.api.moments import LARGEST_PAGE, After, Before, MaybeMoment, Page, one_way, seconds
from services.api.problems import responses

router = APIRouter(prefix="/api/v1", tags=["past"], dependencies=[Depends(viewer)], responses=responses(401, 422, 429, 503))
Kinds = Annotated[list[EventKind] | None, Query(max_length=5, description="several times for several kinds")]
Commands = Annotated[bool, Query(description="false leaves out the life of commands, some thousand rows a curtailment")]
Device = Annotated[str, Query(max_length=100, description="one device alone, such as pdu-1")]
Source = Annotated[str, Query(max_length=100, description="one service alone, such as controller")]
Who = Annotated[str, Query(max_length=100, description="a part of the name of who did it")]
Start = Annotated[MaybeMoment, Query(alias="from")]
End = Annotated[MaybeMoment, Query(alias="to")]
Rows = Annotated[int, Query(ge=1, le=csv_rows.MOST_ROWS, description="at most so many rows")]
LastId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=20, pattern=r"^[0-9]*$", description="a browser sends it by itself")
]
_TURNS: tuple[EventKind, ...] = ("decision", "transition")


_NAMELESS: tuple[EventKind, ...] = ("decision", "transition", "command", "service")
"""What who looks without a login is shown: the audit, and whose it is, are for who is known."""


def _kinds(person: Viewer, kind: Kinds = None, who: Who = "") -> tuple[EventKind, ...]:
    """Raises Problem 401 for a stranger who asks for acts of people."""
    if person.how != FREE_VIEW:
        return tuple(kind or ())
    if who or "audit" in (kind or ()):
        raise stranger("this names people: log in, or send a token")
    return tuple(kind or _NAMELESS)


ByKinds = Annotated[tuple[EventKind, ...], Depends(_kinds)]


def _choice(
    kinds: ByKinds, device: Device = "", source: Source = "", who: Who = "", start: Start = None, end: End = None
) -> Choice:
    start_ms = None if start is None else int(seconds(start, "from") * 1000)
    end_ms = None if end is None else int(seconds(end, "to") * 1000)
    return Choice(kinds, device, source, who, start_ms, end_ms)


Chosen = Annotated[Choice, Depends(_choice)]


@router.get("/events", operation_id="listEvents")
async def list_events(
    door: ByDoor, chosen: Chosen, after: After = None, before: Before = None, limit: Page = 100, commands: Commands = True
) -> Events:
    """Decisions, transitions, the life of commands, acts of people, by cursor in both directions."""
    rows = await _page(door, replace(chosen, commands=commands), after, before, limit)
    return Events(events=tuple(rows), next_after=rows[-1].id if rows else after or 0, next_before=rows[0].id if rows else None)


@router.get("/decisions", operation_id="listDecisions")
async def list_decisions(
    door: ByDoor, start: Start = None, end: End = None, after: After = None, before: Before = None, limit: Page = 50
) -> Decisions:
    """What was decided, why, and what it went by: each input with its age."""
    rows = await _page(door, _choice(_TURNS, start=start, end=end), after, before, limit)
    return Decisions(
        decisions=tuple(happened.decision(row) for row in rows),
        next_after=rows[-1].id if rows else after or 0,
        next_before=rows[0].id if rows else None,
    )


@router.get(
    "/events/stream",
    operation_id="streamEvents",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(
    request: Request, door: ByDoor, places: ByPlaces, person: Viewer, last: LastId = None, after: After = None
) -> Response:
    """Server-sent events `event`, each a stored event with its cursor as `id`; from `Last-Event-ID` or `after` on, else from now.

    A sign of life every 15 s. `records-replaced` tells that the records were replaced, and that it goes on at their end.
    """
    cursor = min(int(last), 2**53) if last else after
    chosen = Choice(_NAMELESS) if person.how == FREE_VIEW else Choice()
    return places.stream(household(address_of(request)), lambda: door.news.join(cursor, chosen), door.news.leave)


@router.get("/events.csv", operation_id="exportEvents", response_class=StreamingResponse, responses=csv_rows.DESCRIBED)
async def export_events(
    door: ByDoor, chosen: Chosen, after: After = None, rows: Rows = 10_000, commands: Commands = True
) -> Response:
    """Events as CSV from the cursor `after` on, the oldest first; the first column is the cursor to go on with."""
    choice = replace(chosen, commands=commands)

    async def following(at: Any) -> tuple[csv_rows.Rows, Any]:
        cursor, left = at
        page = await _page(door, choice, cursor, None, min(left, LARGEST_PAGE))
        left -= len(page)
        return [_cells(row) for row in page], (page[-1].id, left) if page and left > 0 else None

    return await csv_rows.answer("events", list(EventRow.model_fields), following, (after or 0, rows))


async def _page(door: Door, choice: Choice, after: int | None, before: int | None, limit: int) -> list[EventRow]:
    one_way(after, before)
    return await door.past(partial(happened.events, choice=choice, after=after, before=before, limit=limit))


def _cells(row: EventRow) -> tuple[Any, ...]:
    return tuple("; ".join(row.reasons) if name == "reasons" else getattr(row, name) for name in EventRow.model_fields)
