"""From a foreign document to a signal's level. Whatever is not positively matched is unknown, with the reason; never normal."""

from dataclasses import dataclass
from datetime import tzinfo

from services.collector import extract
from services.collector.event import NO_EVENT, Event, event_of
from services.collector.extract import NotFound
from services.collector.freshness import Freshness, moment_of
from services.collector.levels import level_of, normalise, text_for_people
from services.collector.target import level_of_target
from services.shared.clock import Moment
from services.shared.messages import Signal
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level

RAW_LETTERS = 200
_HAS_MORE = ("css", "json")


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """What a document asks for. `raw_text` is what was found, at most 200 letters; `reason` tells what could not be read."""

    level: Level
    raw_text: str
    reason: str = ""
    event: Event = NO_EVENT

    def level_at(self, now: Moment) -> Level:
        """The level that is in force: only a trusted clock believes that an event has not begun, or is over."""
        event = self.event
        if not (self.level.curtails and now.wall_trusted):
            return self.level
        if event.from_at is not None and now.wall_s < event.from_at:
            return Level.ALERT
        return Level.NORMAL if event.until_at is not None and now.wall_s >= event.until_at else self.level


def unknown(raw: str, reason: str) -> LevelVerdict:
    """No level, and why."""
    return LevelVerdict(Level.UNKNOWN, text_for_people(raw, RAW_LETTERS), reason)


def as_message(name: str, verdict: LevelVerdict, started_mono_s: float, measured_at: float) -> Signal:
    """The verdict as the signal `name`, as old as `started_mono_s`."""
    event = verdict.event
    return Signal(
        subject=(name,),
        name=name,
        level=verdict.level,
        target_kw=event.target_kw,
        drop_kw=event.drop_kw,
        event_id=event.event_id,
        from_at=event.from_at,
        until_at=event.until_at,
        raw_text=verdict.raw_text,
        reason=verdict.reason,
        poll_started_mono_s=started_mono_s,
        measured_at=measured_at,
    )


class Judge:
    """Judges the documents of one source in turn. `zone` is the site's, for times without one."""

    def __init__(self, source: SignalSource, zone: tzinfo) -> None:
        self._source = source
        self._zone = zone
        self._freshness = Freshness(source.max_age_minutes * 60)

    def judge(self, document: str, now: Moment) -> LevelVerdict:
        """The verdict on a document; never raises for what a document may hold."""
        raw = document
        try:
            self._require_identity(document)
            if self._source.form == "target":
                return LevelVerdict(level_of_target(document, now), text_for_people(document, RAW_LETTERS))
            raw, told_at = self._find(document)
            judged = level_of(raw, self._source.vocabulary)
            if judged.level is Level.UNKNOWN:
                return unknown(raw, judged.reason)
            told_at = self._told_at(document, now) if self._source.as_of_path else told_at
            if told_at is not None:
                self._freshness.require(told_at, now)
            event = event_of(document, self._source, self._zone, now) if self._source.form in _HAS_MORE else NO_EVENT
            return LevelVerdict(judged.level, text_for_people(raw, RAW_LETTERS), "; ".join(event.reasons), event)
        except NotFound as reason:
            return unknown(raw, str(reason))

    def _require_identity(self, document: str) -> None:
        page = normalise(document)
        if not page:
            raise NotFound("an empty answer")
        if normalise(self._source.must_contain) not in page:
            raise NotFound(f"another page: it does not contain {self._source.must_contain!r}")
        wrong = next((word for word in self._source.must_not_contain if normalise(word) in page), None)
        if wrong is not None:
            raise NotFound(f"another page: it contains {wrong!r}")

    def _find(self, document: str) -> tuple[str, float | None]:
        source, told_at = self._source, None
        match source.form:
            case "css":
                found = extract.css(document, source.path, source.attribute)
            case "json":
                found = extract.json_text(document, source.path)
            case "regex":
                found = extract.regex(document, source.path)
            case "rss":
                found, told_at = extract.rss(document, source.path or "title")
            case _:
                found = document
        return (extract.regex(found, source.pattern) if source.pattern else found), told_at

    def _told_at(self, document: str, now: Moment) -> float:
        read = extract.json_text if self._source.form == "json" else extract.css
        return moment_of(read(document, self._source.as_of_path), self._source.as_of_format, self._zone, now.wall_s)
