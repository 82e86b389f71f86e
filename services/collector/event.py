"""What stands beside a level: a target or drop in kW, and the begin, end and name of a planned event.

Nothing that cannot be read makes a signal milder: a begin counts as passed, an end never comes, and with a wrong target or drop
all load comes off. The reasons are told.
"""

import re
from dataclasses import dataclass
from datetime import tzinfo

from services.collector import extract
from services.collector.extract import NotFound, SeveralFound
from services.collector.freshness import moments_of
from services.collector.levels import collapse, text_for_people
from services.shared.clock import Moment
from services.shared.settings.sections import SignalSource

_EARLIEST_S = 1_577_836_800.0  # 2020: what tells an older begin or end means "none", such as 0
_LATEST_S = 366 * 86_400.0  # nobody plans a control event a year ahead
_NAME_LETTERS = 80
_NUMBER = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(?: ?kW)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Event:
    """`target_kw` is drop to, `drop_kw` drop by; `from_at` and `until_at` are Unix seconds; `reasons` tells what was not read."""

    target_kw: float | None = None
    drop_kw: float | None = None
    event_id: str = ""
    from_at: float | None = None
    until_at: float | None = None
    reasons: tuple[str, ...] = ()


NO_EVENT = Event()


def event_of(document: str, source: SignalSource, zone: tzinfo, now: Moment) -> Event:
    """What a document of the forms css and json tells beside its level; never raises."""
    reader = _Reader(document, source.form == "json", zone, now, [])
    target_kw, drop_kw = reader.kw("target", source.target_path), reader.kw("drop", source.drop_path)
    if reader.reasons:
        target_kw = drop_kw = None
    from_at, until_at = reader.moment("begin", source.from_path), reader.moment("end", source.until_path)
    if from_at is not None and until_at is not None and until_at <= from_at:
        reader.reasons.append("the end of the event is not after its begin: it counts as without end")
        until_at = None
    return Event(target_kw, drop_kw, reader.name(source.event_path), from_at, until_at, tuple(reader.reasons))


@dataclass(frozen=True, slots=True)
class _Reader:
    document: str
    is_json: bool
    zone: tzinfo
    now: Moment
    reasons: list[str]

    def kw(self, what: str, path: str) -> float | None:
        try:
            value = self._value(path)
            if value is None:
                return None
            kw = _kw(value) if isinstance(value, str) and not self.is_json else extract.number(value)
            if kw < 0:
                raise NotFound(f"{kw:g} kW")
            return kw
        except NotFound as error:
            self.reasons.append(f"the {what} cannot be read ({error}): all load comes off")
            return None

    def moment(self, what: str, path: str) -> float | None:
        """The begin is the earlier and the end the later of two readings of a local time, in the hour that comes twice."""
        try:
            value = self._value(path)
            if value is None:
                return None
            moments = moments_of(_text(value), "", self.zone)
            return self._believed(min(moments) if what == "begin" else max(moments))
        except NotFound as error:
            follows = "it counts as begun" if what == "begin" else "it counts as without end"
            self.reasons.append(f"the {what} of the event cannot be read ({error}): {follows}")
            return None

    def name(self, path: str) -> str:
        try:
            value = self._value(path)
            return "" if value is None else text_for_people(_text(value), _NAME_LETTERS)
        except NotFound:
            return ""

    def _value(self, path: str) -> object:
        """None where nothing stands: no path, no such element, null, an empty text."""
        if not path:
            return None
        try:
            value = extract.json_value(self.document, path) if self.is_json else collapse(extract.css(self.document, path))
        except SeveralFound:
            raise
        except NotFound:
            return None
        return None if value == "" else value

    def _believed(self, at: float) -> float:
        if at < _EARLIEST_S or (self.now.wall_trusted and at > self.now.wall_s + _LATEST_S):
            raise NotFound(f"{at:.0f} is no moment of these years")
        return at


def _kw(text: str) -> float:
    written = _NUMBER.fullmatch(text)
    if written is None:
        raise NotFound(f"{text_for_people(text, 40)!r} is no number of kW")
    return float(written[1])


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotFound(f"{str(value)[:40]!r} is neither a text nor a number")
    return str(value)
