"""Who did what, each row bound to all before it by a hash: a row that was changed, left out or put in shows.

`hash` is SHA-256 over the previous row's hash, a line feed, and the row as JSON: an array of seq, happened_ms, timestamp, who,
what, reason, detail and event_id without spaces, not escaped, UTF-8. The first row follows 64 zeros. That rows were cut off at
the end shows against a hash that was written down elsewhere; the log has one of each day.
"""

import hashlib
import json
from typing import Any, NamedTuple

import sqlalchemy as sa

from services.api.history.rows import Row, timestamp
from services.api.history.schema import TABLES

BEGINNING = "0" * 64
_BOUND = ("seq", "happened_ms", "timestamp", "who", "what", "reason", "detail", "event_id")
_AUDIT = TABLES["audit"]
_LAST = sa.text("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
_LAST_EVENT = sa.text("SELECT event_id FROM audit WHERE event_id IS NOT NULL ORDER BY seq DESC LIMIT 1")
_NEW = sa.text("SELECT * FROM events WHERE id > :last AND kind = 'audit' ORDER BY id")
_LOST = sa.text(
    "SELECT happened_ms, who, what, reason, detail FROM audit WHERE event_id IS NOT NULL AND happened_ms BETWEEN :first AND :last"
    " AND NOT EXISTS (SELECT 1 FROM events WHERE id = event_id)"
)
SLICE = 20_000
"""Rows: their hashes take a tenth of a second on a PC and one on a small board."""


class Slice(NamedTuple):
    """How far the audit stands as it was written: seq and hash of the last row that was looked at, the number of the first that
    does not stand, and whether there are more."""

    last: tuple[int, str]
    wrong: int | None
    more: bool


def follow(connection: sa.Connection) -> int:
    """Take over the stored events of kind `audit` that are not in it yet; in the transaction that stores them. How many.

    An event has a higher id than any that is in the audit, also after a repair that lost some (`rescue.copy`).
    """
    found = connection.execute(_NEW, {"last": connection.execute(_LAST_EVENT).scalar() or 0})
    acts = [_act(row) for row in found.mappings()]
    if acts:
        again = _lost(connection, acts)
        acts = [act for act in acts if _sign(act) not in again]
    append(connection, acts)
    return len(acts)


def _lost(connection: sa.Connection, acts: list[Row]) -> set[tuple[Any, ...]]:
    """Acts of that time whose events were lost: their owner may send them again."""
    moments = [act["happened_ms"] for act in acts]
    found = connection.execute(_LOST, {"first": min(moments), "last": max(moments)})
    return {_sign(row) for row in found.mappings()}


def _sign(act: Any) -> tuple[Any, ...]:
    return tuple(act[name] for name in ("happened_ms", "who", "what", "reason", "detail"))


def append(connection: sa.Connection, acts: list[Row]) -> None:
    """Add rows with `happened_ms`, `who`, `what`, and, where there are any, `reason`, `detail` and `event_id`."""
    last = connection.execute(_LAST).one_or_none()
    seq, held = (last.seq, last.hash) if last else (0, BEGINNING)
    for act in acts:
        seq += 1
        row = {
            "seq": seq, "happened_ms": act["happened_ms"], "timestamp": timestamp(act["happened_ms"]), "who": act["who"],
            "what": act["what"], "reason": act.get("reason", ""), "detail": act.get("detail", ""),
            "event_id": act.get("event_id"),
        }  # fmt: skip
        row |= {"prev_hash": held, "hash": chained(held, row)}
        connection.execute(sa.insert(_AUDIT), row)
        held = row["hash"]


def chained(before: str, row: Any) -> str:
    """The hash of a row that follows one with the hash `before`."""
    text = json.dumps([row[name] for name in _BOUND], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def verify(connection: sa.Connection, after: tuple[int, str] = (0, BEGINNING), limit: int = SLICE) -> Slice:
    """Look at the rows that follow one with this seq and hash: a slice, because a query has a deadline."""
    seq, held = after
    rows = connection.execute(sa.select(_AUDIT).where(_AUDIT.c.seq > seq).order_by(_AUDIT.c.seq).limit(limit)).mappings().all()
    for row in rows:
        if row["seq"] != seq + 1 or row["prev_hash"] != held or row["hash"] != chained(held, row):
            return Slice((seq, held), seq + 1, False)
        seq, held = row["seq"], row["hash"]
    return Slice((seq, held), None, len(rows) == limit)


def first_wrong(connection: sa.Connection) -> int | None:
    """The number of the first row that does not stand as it was written, of all of them; None when all do."""
    part = verify(connection)
    while part.more:
        part = verify(connection, part.last)
    return part.wrong


def has(connection: sa.Connection, seq: int, last_hash: str) -> bool:
    """Whether the row with this number has this hash."""
    return connection.execute(sa.select(_AUDIT.c.hash).where(_AUDIT.c.seq == seq)).scalar() == last_hash


def head(connection: sa.Connection) -> tuple[int, str]:
    """The number and the hash of the last row: written down elsewhere, they show whether rows were cut off later."""
    last = connection.execute(_LAST).one_or_none()
    return (last.seq, last.hash) if last else (0, BEGINNING)


def _act(event: Any) -> Row:
    what = (
        f"{event['title']} ({event['target']})" if event["target"] and event["target"] not in event["title"] else event["title"]
    )
    return {
        "happened_ms": event["happened_ms"], "who": event["who"], "what": what, "reason": "; ".join(json.loads(event["reasons"])),
        "detail": event["detail"], "event_id": event["id"],
    }  # fmt: skip
