"""Rows as CSV for a spreadsheet: RFC 4180, in pages, and without a cell that a spreadsheet would carry out."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from fastapi.responses import StreamingResponse

MOST_ROWS = 100_000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "RFC 4180, UTF-8, a head and rows"}
}
Rows = list[tuple[Any, ...]]
Next = Callable[[Any], Awaitable[tuple[Rows, Any]]]
"""The rows from a cursor on, and the cursor of the next page, None after the last."""


async def answer(name: str, head: Sequence[str], following: Next, first: Any) -> StreamingResponse:
    """The pages as they come. The first is read before anything is answered, so that what cannot be read is a problem."""
    rows, cursor = await following(first)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_pages(head, rows, following, cursor), media_type="text/csv; charset=utf-8", headers=headers)


async def _pages(head: Sequence[str], rows: Rows, following: Next, cursor: Any) -> AsyncIterator[str]:
    yield text([head])
    while rows:
        yield text(rows)
        rows, cursor = await following(cursor) if cursor is not None else ([], None)


def text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as lines. Null is an empty cell; numbers stay numbers."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return lines.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_DANGEROUS) else value
