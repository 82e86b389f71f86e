"""The form of what people read: subject, body and SMS, cut to what they hold. Times are UTC, as in the records."""

import unicodedata
from datetime import UTC, datetime

from services.notifier.message import Text

SMS_LENGTH = 160
"""One segment of the GSM alphabet (3GPP TS 23.038)."""
REPEATED = "(repeated) "
SUBJECT_LENGTH, BODY_LENGTH = 200, 3_500


def test_text(site: str, now_at: float) -> Text:
    """A message that a person asked for."""
    return plain_text(site, "Test: this way to you works", f"Sent at {moment(now_at)} because somebody asked for it.")


test_text.__test__ = False  # type: ignore[attr-defined]


def plain_text(site: str, head: str, body: str) -> Text:
    """Any text: `head` becomes one line that names the site."""
    line = one_line(f"[{site}] {head}", 2 * SUBJECT_LENGTH)
    return Text(cut(line, SUBJECT_LENGTH), cut(body, BODY_LENGTH), cut(_ascii(line), SMS_LENGTH))


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
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def cut(text: str, length: int) -> str:
    """At most so long, with dots where something is missing."""
    return text if len(text) <= length else text[: length - 3].rstrip() + "..."


def one_line(text: str, length: int) -> str:
    """Without line breaks and other signs that nobody sees, at most so long: an owner's words may be of any length."""
    return cut(" ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * length]).split()), length)


def _ascii(text: str) -> str:
    """One character outside the GSM alphabet would more than halve what an SMS holds. Braces and the like count double there."""
    swapped = text.translate(str.maketrans("–—·[]{}~", "---()()-"))
    return unicodedata.normalize("NFKD", swapped.replace("°", "")).encode("ascii", "ignore").decode()
