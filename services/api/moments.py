"""Moments and cursors as they stand in addresses."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from services.api.problems import Problem

_LATEST_S = 4_102_444_800  # 2100-01-01
LARGEST_PAGE = 1_000
Moment = Annotated[
    str, Query(max_length=40, description="Unix seconds, or ISO 8601 with its offset", examples=["2026-11-22T08:00:00Z"])
]
MaybeMoment = Annotated[
    str | None, Query(max_length=40, description="Unix seconds, or ISO 8601 with its offset", examples=["2026-11-22T08:00:00Z"])
]
After = Annotated[int | None, Query(ge=0, le=2**53, description="the cursor after which to go on; without one the latest rows")]
Before = Annotated[int | None, Query(ge=0, le=2**53, description="the cursor before which to go back")]
Page = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


def seconds(text: str, name: str) -> float:
    """A moment of an address in Unix seconds. Raises Problem (422) for what is none, or lies outside 1970 to 2100."""
    try:
        at = float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else _with_offset(text)
    except (ValueError, OverflowError):
        at = -1.0
    if not 0 <= at < _LATEST_S:
        detail = f"found {name} = {text[:40]!r}; allowed: Unix seconds, or ISO 8601 such as 2026-11-22T08:00:00Z"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", detail)
    return at


def _with_offset(text: str) -> float:
    found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that nobody escaped arrives as a space
    return found.timestamp() if found.tzinfo is not None else -1.0


def span(start: str, end: str) -> tuple[float, float]:
    """`from` and `to` in Unix seconds. Raises Problem (422) also when they are not in this order."""
    start_at, end_at = seconds(start, "from"), seconds(end, "to")
    if end_at <= start_at:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found to = {end}; it must lie after from = {start}")
    return start_at, end_at


def one_way(after: int | None, before: int | None) -> None:
    """Raises Problem (422) for a page that shall lie on both sides."""
    if after is not None and before is not None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", "found after and before; allowed: one of them")
