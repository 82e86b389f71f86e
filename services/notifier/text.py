"""What people read: subject, body and SMS. Times are UTC, as in the records; every text names the site."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from services.notifier.alarms import Record
from services.notifier.message import Text
from services.shared.vocabulary import AlarmKind

SMS_LENGTH = 160
"""One segment of the GSM alphabet (3GPP TS 23.038)."""
REPEATED = "(repeated) "
_DAY_S = 86_400.0


def alarm_text(site: str, records: Sequence[Record]) -> Text:
    """One alarm, or several warnings that began together."""
    kind = "EMERGENCY" if records[0].kind is AlarmKind.EMERGENCY else "Warning"
    head = f"{kind}: {records[0].cause}" if len(records) == 1 else f"{len(records)} warnings: {_list(records)}"
    return _text(site, head, "\n\n".join(_paragraph(record) for record in records))


def recovery_text(site: str, records: Sequence[Record]) -> Text:
    """That alarms ended, and how long they lasted."""
    if len(records) == 1:
        head = f"Ended after {lasted(records[0])}: {records[0].cause}"
    else:
        head = f"{len(records)} alarms ended: {_list(records)}"
    lines = [f"{record.cause}\nFrom {moment(record.since_at)}, {lasted(record)}." for record in records]
    return _text(site, head, "\n\n".join(lines))


def test_text(site: str, now_at: float) -> Text:
    """A message that a person asked for."""
    return _text(site, "Test: this way to you works", f"Sent at {moment(now_at)} because somebody asked for it.")


test_text.__test__ = False  # type: ignore[attr-defined]


def plain_text(site: str, head: str, body: str) -> Text:
    """Any other text."""
    return _text(site, head, body)


def as_repeated(text: Text) -> Text:
    """Marked as one that may have come before."""
    return Text(REPEATED + text.subject, text.body, (REPEATED + text.short)[:SMS_LENGTH])


def moment(at: float) -> str:
    """Unix seconds as 2026-11-22T09:00:00Z."""
    return datetime.fromtimestamp(min(max(at, 0.0), 4e9), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = int(max(seconds, 0.0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{whole // 60} min"
    if whole < _DAY_S:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def lasted(record: Record) -> str:
    """How long an alarm stood, by the calendar; a clock that was set meanwhile tells no duration."""
    seconds = (record.ended_at or 0.0) - record.since_at
    return span(seconds) if 0 <= seconds < 366 * _DAY_S else "an unknown time"


def _paragraph(record: Record) -> str:
    action = f"To do: {record.action}" if record.action else ""
    lines = [record.cause, record.consequence, action, f"Since {moment(record.since_at)}."]
    return "\n".join(line for line in lines if line)


def _list(records: Sequence[Record]) -> str:
    return "; ".join(record.cause for record in records)


def _text(site: str, head: str, body: str) -> Text:
    line = " ".join(f"[{site}] {head}".split())
    return Text(_cut(line, 200), _cut(body, 3_500), _cut(_ascii(line), SMS_LENGTH))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3].rstrip() + "..."


def _ascii(text: str) -> str:
    """One character outside the GSM alphabet would more than halve what an SMS holds. Braces and the like count double there."""
    swapped = text.translate(str.maketrans("–—·[]{}~", "---()()-"))
    return unicodedata.normalize("NFKD", swapped.replace("°", "")).encode("ascii", "ignore").decode()
