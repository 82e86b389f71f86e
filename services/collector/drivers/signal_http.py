"""A power signal on a web page. The page answered means the device is well; whether it told a level is another matter.

Everything that the reference's section 3.5 lists is unknown: other statuses, other pages, other contents, no single match.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from urllib.parse import urlsplit

from services.collector.extract import NotFound, mail_date
from services.collector.judge import Judge, LevelVerdict, as_message, unknown
from services.shared.answer import Answer
from services.shared.clock import Clock, Moment
from services.shared.device import Nonsense
from services.shared.http import HttpClient
from services.shared.messages import Message
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level

MAX_BYTES = 1_000_000
_TEXTS = ("text/", "application/json", "application/xml", "application/xhtml+xml", "application/rss+xml")
_VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


class SignalHttp:
    """One page. A page that is unchanged (304) counts as long as what it told then is a level and still fresh."""

    kind = "signal_http"

    def __init__(self, name: str, source: SignalSource, *, clock: Clock, zone: tzinfo) -> None:
        self.device = name
        self.period_s = source.poll_seconds
        self.deadline_s = source.timeout_seconds
        self._source = source
        self._clock = clock
        self._client = HttpClient(deadline_s=source.timeout_seconds)
        self._judge = Judge(source, zone)
        self._validators: dict[str, str] = {}
        self._kept = ""

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """What the page asks for, or unknown with the reason. Raises Unreachable when nothing answers in time."""
        try:
            answer = await self._client.request("GET", self._source.url, headers=self._headers(), max_bytes=MAX_BYTES)
        except Nonsense as error:
            verdict = unknown("", str(error))
        else:
            # In a thread of its own: a foreign page must not hold up the others, however long it takes to read.
            verdict = await asyncio.to_thread(self._verdict, answer, self._clock.now())
        return [as_message(self.device, verdict, started_mono_s, self._clock.now().wall_s)]

    async def close(self) -> None:
        """Give up the connection; may be called twice."""
        await self._client.close()

    def _headers(self) -> dict[str, str]:
        return {"User-Agent": self._source.user_agent, "Cache-Control": "no-cache", **self._validators}

    def _verdict(self, answer: Answer, now: Moment) -> LevelVerdict:
        unchanged = answer.status == 304 and bool(self._kept)
        text = self._kept if unchanged else _decoded(answer)
        reason = "" if unchanged else _why_no_page(answer)
        reason = reason or _why_old(answer.headers, now, self._source.max_age_minutes * 60)
        verdict = unknown(text, reason) if reason else self._judge.judge(text, now)
        self._keep(answer, text, verdict, unchanged)
        return verdict

    def _keep(self, answer: Answer, text: str, verdict: LevelVerdict, unchanged: bool) -> None:
        if verdict.level is Level.UNKNOWN:
            self._validators, self._kept = {}, ""
        elif not unchanged:
            self._validators = {ask: answer.headers[tag] for tag, ask in _VALIDATORS.items() if tag in answer.headers}
            self._kept = text if self._validators else ""


def _why_no_page(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        elsewhere = urlsplit(answer.headers.get("Location", "")).hostname or "the same host"
        return f"HTTP {answer.status}: sent elsewhere ({elsewhere})"
    if answer.status != 200:
        return f"HTTP {answer.status}"
    content = answer.headers.get("Content-Type", "").lower().strip()
    return f"no text but {content[:40]!r}" if content and not content.startswith(_TEXTS) else ""


def _why_old(headers: Mapping[str, str], now: Moment, max_age_s: float) -> str:
    age = headers.get("Age", "")
    if age.isdecimal() and float(age) > max_age_s:
        return f"a stale copy: a cache has kept it for {age[:12]} s"
    try:
        dated_at = mail_date(headers.get("Date"))
    except NotFound:
        return ""
    if now.wall_trusted and now.wall_s - dated_at > max_age_s:
        return "a stale copy: its Date is too old"
    return ""


def _decoded(answer: Answer) -> str:
    _, _, charset = answer.headers.get("Content-Type", "").lower().partition("charset=")
    try:
        return answer.body.decode(charset.split(";")[0].strip(" \"'") or "utf-8", "replace")
    except (LookupError, ValueError):
        return answer.text()
