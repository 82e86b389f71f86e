"""The form of what people read: subject, body and SMS, cut to what they hold, with times by the site's calendar."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from services.notifier.message import Text
from services.shared.settings.sections import General

SMS_LENGTH = 160
"""One segment of the GSM alphabet (3GPP TS 23.038)."""
REPEATED = "(repeated) "
SUBJECT_LENGTH, BODY_LENGTH = 200, 3_500


@dataclass(frozen=True, slots=True)
class Site:
    """Who speaks, and by which calendar."""

    name: str
    zone: tzinfo = UTC

    @classmethod
    def of(cls, general: General) -> "Site":
        """As configured."""
        return cls(general.site, ZoneInfo(general.timezone))

    def moment(self, at: float) -> str:
        """Unix seconds as 2026-11-22 12:39 CST."""
        return datetime.fromtimestamp(_sane(at), self.zone).strftime("%Y-%m-%d %H:%M %Z")


def trial_text(site: Site, now_at: float) -> Text:
    """A message that a person asked for."""
    return plain_text(site.name, "Test: this way to you works", f"Sent at {site.moment(now_at)} because somebody asked for it.")


def plain_text(site: str, head: str, body: str, title: str = "", since: str = "") -> Text:
    """Any text: `head` becomes one line that names the site, and so does `title`, a shorter one for where the body follows it.

    `since` ends an SMS, which has no body to say it, whole however long the line is and repeated or not.
    """
    line, above = _headline(site, head), _headline(site, title) if title else ""
    tail = _ascii(since)
    short = cut(_ascii(line), SMS_LENGTH - (len(REPEATED) + len(tail) if tail else 0)) + tail
    return Text(cut(line, SUBJECT_LENGTH), cut(body, BODY_LENGTH), short, cut(above, SUBJECT_LENGTH))


def fits(site: str, head: str) -> bool:
    """Whether a subject holds all of it."""
    return len(_headline(site, head)) <= SUBJECT_LENGTH


def _headline(site: str, head: str) -> str:
    return one_line(f"[{site}] {head}", 2 * SUBJECT_LENGTH)


def as_repeated(text: Text) -> Text:
    """Marked as one that may have come before."""
    title = REPEATED + text.title if text.title else ""
    return Text(REPEATED + text.subject, text.body, (REPEATED + text.short)[:SMS_LENGTH], title)


def moment(at: float) -> str:
    """Unix seconds as 2026-11-22T09:00:00Z, as in the records."""
    return datetime.fromtimestamp(_sane(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sane(at: float) -> float:
    return min(max(at, 0.0), 4e9)


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
