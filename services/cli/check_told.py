"""The rows of the check for people: aligned, what does not work marked and last, its hint below it."""

import textwrap
from collections.abc import Iterator, Sequence

from services.api.check.rows import CheckVerdict, Row
from services.api.unread import is_unread
from services.shared.settings import counted

WIDTH = 98
_MARKS = {
    CheckVerdict.ABSENT: "-",
    CheckVerdict.OK: "ok",
    CheckVerdict.WARNING: "WARNING",
    CheckVerdict.UNKNOWN: "UNKNOWN",
    CheckVerdict.FAULT: "FAULT",
}
"""From well to worst."""
_RANK = {verdict: number for number, verdict in enumerate(_MARKS)}
_TITLES = {"device": "Devices", "channel": "Ways to people", "site": "Our own"}
_INDENT = " " * 11
_ROOM = 30
_BAD = (CheckVerdict.FAULT, CheckVerdict.UNKNOWN)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The three tables, and one sentence."""
    for part, title in _TITLES.items():
        own = sorted((row for row in rows if row.part == part), key=lambda row: _RANK[row.verdict])
        if own:
            yield title
            yield from _table(own)
    yield _sentence(rows)


def is_bad(rows: Sequence[Row]) -> bool:
    """Whether something that is set up does not work, or nobody can say whether it does."""
    return bool(bad(rows))


def bad(rows: Sequence[Row]) -> list[Row]:
    """What does not work, or of which nobody can say it. Of a service that is silent the service alone, not what it reads."""
    found = [row for row in rows if row.verdict in _BAD]
    return [row for row in found if not (row.part == "device" and is_unread(row.words))] or found


def summary(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows have each verdict."""
    return {verdict.value: sum(row.verdict is verdict for row in rows) for verdict in CheckVerdict}


def _table(rows: Sequence[Row]) -> Iterator[str]:
    columns = [[row.name, row.what if row.part == "device" else "", row.address] for row in rows]
    widths = [max(len(column[place]) for column in columns) for place in range(3)]
    for row, column in zip(rows, columns, strict=True):
        cells = "  ".join(text.ljust(width) for text, width in zip(column, widths, strict=True) if width)
        yield from _wrapped(f"  {_MARKS[row.verdict]:<7}  {cells}  ", f"{row.words}{_took(row)}")
        if row.hint:
            yield from _wrapped(f"{_INDENT}-> ", row.hint)


def _wrapped(head: str, words: str) -> list[str]:
    """Beside what stands before them where there is room, else below it."""
    if WIDTH - len(head) >= _ROOM or len(head) + len(words) <= WIDTH:
        return textwrap.wrap(words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]
    return [head.rstrip(), *textwrap.wrap(words, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)]


def _took(row: Row) -> str:
    if row.took_s is None or row.due_s is None or row.verdict in _BAD:
        return ""
    return f" ({row.took_s * 1000:.0f} ms)" if row.took_s < 1 else f" ({row.took_s:.1f} s)"


def _sentence(rows: Sequence[Row]) -> str:
    names = [row.name for row in bad(rows)]
    warned = sum(row.verdict is CheckVerdict.WARNING for row in rows)
    also = f"; {counted(warned, 'warning')}" if warned else ""
    if not names:
        return f"All that is set up works{also}."
    return "\n".join(textwrap.wrap(f"NOT WELL: {', '.join(names)}{also}.", WIDTH, subsequent_indent="  "))
