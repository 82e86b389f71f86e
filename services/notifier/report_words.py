"""The alarms' own report in words: each figure with what it should be, after ISA-18.2 and EEMUA 191."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifier.message import Text
from services.notifier.text import one_line, plain_text
from services.shared.messages import AlarmCount, AlarmReport
from services.shared.spans import span

AVERAGE, WORST, FLOOD_PERCENT, HIGH_PERCENT = 1.0, 10, 1.0, 5.0
"""An average below one alarm in ten minutes, never more than ten, a flood in less than 1 % of the time, 5 % of high priority."""
_NAMED = 5
_ENOUGH, _JUDGED_FROM_DAYS = 20, 1.0
"""Of fewer alarms no share is judged, and nothing of a shorter time."""


def report_text(site: str, report: AlarmReport, zone: ZoneInfo) -> Text:
    """The message of the month."""
    head = f"How the alarms did: {_count(report.raised, 'alarm')} in {report.days:.0f} days, {_verdict(report)}"
    return plain_text(site, head, "\n".join(report_lines(report, zone)))


def report_lines(report: AlarmReport, zone: ZoneInfo) -> list[str]:
    """The figures, one line each, with a judgement."""
    figures = [text if _young(report) else f"{text}: {judgement}" for text, judgement, _ in _figures(report)]
    young = ["Too short a time to be judged."] if _young(report) else []
    return [_span_told(report, zone), *figures, *young, *_beside(report)]


def _figures(report: AlarmReport) -> Iterator[tuple[str, str, bool]]:
    """What was found, how that is judged, and whether it is as it should be."""
    average, worst, percent = report.per_10_minutes, report.worst_10_minutes, _flood_percent(report)
    flood = f"Floods (more than ten in ten minutes): {report.flood_minutes:.0f} min, {percent:.2g} % of the time"
    yield _judged(f"Alarms in ten minutes, on the average: {average:.2g}", "below 1", average < AVERAGE)
    yield _judged(f"The worst ten minutes: {_count(worst, 'alarm')}", "at most 10", worst <= WORST)
    yield _judged(flood, "below 1 %", percent < FLOOD_PERCENT)
    yield _judged(f"Chattering: {_keys(report.chattering, _times)}", "none", not report.chattering)
    yield _judged(f"Standing now: {_keys(report.standing, _lasting)}", "near none", len(report.standing) <= 1)
    yield _judged(f"Standing for over 24 h: {_keys(report.stale, _lasting)}", "none", not report.stale)
    never = report.never_acknowledged
    yield _judged(f"Acknowledged: {report.acknowledged}, never: {never}{_answered(report)}", "never none", never == 0)
    if report.raised >= _ENOUGH:
        share = 100.0 * sum(one.count for one in report.priorities if one.key == "high") / report.raised
        yield _judged(f"Of high priority: {share:.0f} %", "about 5 %", share <= 2 * HIGH_PERCENT)


def _beside(report: AlarmReport) -> Iterator[str]:
    """What has no target."""
    if report.raised:
        yield "By priority: " + ", ".join(f"{one.count} {one.key}" for one in report.priorities)
        yield f"Most frequent: {_keys(report.most_frequent, _times)}"


def _young(report: AlarmReport) -> bool:
    """A mean of minutes says nothing."""
    return report.days < _JUDGED_FROM_DAYS


def _judged(text: str, target: str, good: bool) -> tuple[str, str, bool]:
    return text, f"as it should be ({target})" if good else f"TOO MUCH, should be {target}", good


def _verdict(report: AlarmReport) -> str:
    bad = sum(not good for _, _, good in _figures(report))
    return "all as it should be" if not bad else f"{_count(bad, 'figure')} to look at"


def _span_told(report: AlarmReport, zone: ZoneInfo) -> str:
    return f"From {_moment(report.from_at, zone)} to {_moment(report.until_at, zone)} ({report.days:.1f} days)"


def _moment(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(min(max(at, 0.0), 4e9), zone).strftime("%Y-%m-%d %H:%M %Z")


def _flood_percent(report: AlarmReport) -> float:
    minutes = report.days * 1_440.0
    return 100.0 * report.flood_minutes / minutes if minutes > 0 else 0.0


def _answered(report: AlarmReport) -> str:
    seconds = report.acknowledged_within_s
    return "" if seconds is None else f"; half of them within {span(seconds)}"


def _keys(counts: Sequence[AlarmCount], told: Callable[[AlarmCount], str]) -> str:
    named = ", ".join(f"{one_line(one.key, 80)} ({told(one)})" for one in counts[:_NAMED])
    return (named + (f" and {len(counts) - _NAMED} more" if len(counts) > _NAMED else "")) or "none"


def _times(one: AlarmCount) -> str:
    return "once" if one.count == 1 else f"{one.count} times"


def _lasting(one: AlarmCount) -> str:
    return "for an unknown time" if one.seconds is None else f"for {span(one.seconds)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
