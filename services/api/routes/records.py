"""The other records: state rows, the history of alarms, who did what."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.api import csv_rows
from services.api.door import ByDoor
from services.api.history import audit, reader, records
from services.api.history.schema import TABLES
from services.api.login.gate import known, viewer
from services.api.moments import LARGEST_PAGE, After, Before, Page, one_way
from services.api.problems import responses

router = APIRouter(prefix="/api/v1", tags=["past"], dependencies=[Depends(viewer)], responses=responses(401, 422, 429, 503))
AlarmKey = Annotated[str, Query(max_length=100, description="one alarm alone, such as door")]
Rows = Annotated[int, Query(ge=1, le=csv_rows.MOST_ROWS, description="at most so many rows")]
_COLUMNS = [column.name for column in TABLES["mine_states"].columns]


class StateRows(BaseModel):
    """A page of `mine_states`, and the cursor of the next page."""

    rows: list[dict[str, Any]]
    next_after: int


class Verdict(BaseModel):
    """Whether the audit is as it was written. `last_hash`, written down elsewhere, shows later whether its end was cut off."""

    intact: bool
    first_wrong_seq: int | None = Field(description="the first entry that was changed, left out or put in")
    last_seq: int
    last_hash: str


@router.get("/state-rows", operation_id="listStateRows")
async def list_state_rows(door: ByDoor, after: After = None, limit: Page = 100) -> StateRows:
    """The rows of `mine_states`, by cursor."""
    rows = await door.past(lambda connection: reader.states(connection, after, limit))
    return StateRows(rows=rows, next_after=rows[-1]["id"] if rows else after or 0)


@router.get("/state-rows.csv", operation_id="exportStateRows", response_class=StreamingResponse, responses=csv_rows.DESCRIBED)
async def export_state_rows(door: ByDoor, after: After = None, rows: Rows = 10_000) -> Response:
    """The rows of `mine_states` as CSV from the cursor `after` on, the oldest first."""

    async def following(at: Any) -> tuple[csv_rows.Rows, Any]:
        cursor, left = at
        page = await door.past(partial(reader.states, after=cursor, limit=min(left, LARGEST_PAGE)))
        left -= len(page)
        return [_cells(row) for row in page], (page[-1]["id"], left) if page and left > 0 else None

    return await csv_rows.answer("state-rows", _COLUMNS, following, (after or 0, rows))


@router.get("/alarms/history", operation_id="listAlarmHistory")
async def list_alarm_history(
    door: ByDoor, key: AlarmKey = "", after: After = None, before: Before = None, limit: Page = 100
) -> records.Alarms:
    """Every rise and fall of an alarm as its owner said it, by cursor in both directions."""
    one_way(after, before)
    return await door.past(partial(records.alarms, key=key, after=after, before=before, limit=limit))


@router.get("/audit", operation_id="listAudit", dependencies=[Depends(known)])
async def list_audit(door: ByDoor, after: After = None, before: Before = None, limit: Page = 100) -> records.Audit:
    """Who did what, by cursor in both directions."""
    one_way(after, before)
    return await door.past(partial(records.audit, after=after, before=before, limit=limit))


@router.get("/audit/verify", operation_id="verifyAudit", dependencies=[Depends(known)])
async def verify_audit(door: ByDoor) -> Verdict:
    """Whether every entry of the audit stands as it was written."""
    part = await door.past(audit.verify)
    while part.more:
        part = await door.past(partial(audit.verify, after=part.last))
    seq, last = part.last if part.wrong is None else await door.past(audit.head)
    return Verdict(intact=part.wrong is None, first_wrong_seq=part.wrong, last_seq=seq, last_hash=last)


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple("; ".join(row[name]) if name == "reasons" else row[name] for name in _COLUMNS)
