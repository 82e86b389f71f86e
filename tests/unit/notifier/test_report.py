"""The figures of the alarms' own report, and its words, of steps and alarms made by hand."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from services.notifier.record import Phase, Record
from services.notifier.report import DAY_S, Window, report_of
from services.notifier.report_words import report_lines, report_text
from services.shared.messages import AlarmCount, AlarmReport
from services.shared.vocabulary import Priority
from tests.unit.notifier.test_report_figures import step
from tests.unit.notifier.words import EMERGENCY, WALL_S, WARNING

UTC = ZoneInfo("UTC")
MONTH = Window(WALL_S - 30 * DAY_S, WALL_S)
FROM = MONTH.from_at


def record(key: str, stood_s: float, phase: Phase = Phase.UNACKNOWLEDGED, *, active: bool = True) -> Record:
    return Record(
        key=key, source="controller", boot="b", seq=1, kind=WARNING, active=active, cause="", consequence="", action="",
        since_at=WALL_S - stood_s, began_mono_s=0.0, phase=phase, told=WARNING,
    )  # fmt: skip


def calm() -> AlarmReport:
    """Twelve alarms in a month: door ten times, smoke twice, each acknowledged after 10 min, 20 min and so on, but for two."""
    steps = []
    for number in range(10):
        at = FROM + number * DAY_S
        steps += [step(at, "raised"), step(at + 30, "returned")]
        steps += [step(at + 600 * (number + 1), "acknowledged")] if number < 8 else []
    for at in (FROM + 20 * DAY_S, FROM + 21 * DAY_S):
        steps += [step(at, "raised", "smoke", EMERGENCY, Priority.HIGH), step(at + 60, "acknowledged", "smoke")]
        steps += [step(at + 90, "returned", "smoke")]
    return report_of(steps, [], MONTH, WALL_S)


def test_a_calm_month_has_the_figures_that_were_laid_down() -> None:
    report = calm()
    assert (report.from_at, report.until_at, report.days) == (MONTH.from_at, MONTH.until_at, 30.0)
    assert report.raised == 12
    assert report.per_10_minutes == 12 / (30 * 144)
    assert (report.worst_10_minutes, report.flood_minutes) == (1, 0.0)
    assert (report.acknowledged, report.never_acknowledged) == (10, 2)
    assert report.acknowledged_within_s == 2_100.0  # between 1,800 and 2,400
    assert report.most_frequent == (AlarmCount(key="door", count=10), AlarmCount(key="smoke", count=2))
    assert {one.key: one.count for one in report.priorities} == {"high": 2, "medium": 0, "low": 10}
    assert report.chattering == report.standing == report.stale == ()


def test_only_the_window_counts_and_what_stood_before_is_not_counted_again() -> None:
    steps = [
        step(FROM - 100, "raised"), step(FROM + 5, "raised"), step(FROM + 6, "returned"), step(FROM, "raised", "edge"),
        step(MONTH.until_at, "raised", "next"), step(FROM - 50, "chattering"), step(FROM + 1, "chattering"),
    ]  # fmt: skip
    report = report_of(steps, [], MONTH, WALL_S)
    assert [one.key for one in report.most_frequent] == ["edge"]
    assert report.chattering == (AlarmCount(key="door", count=1),)


def test_who_answered_after_the_month_had_ended_answered() -> None:
    steps = [step(MONTH.until_at - 60, "raised"), step(MONTH.until_at + 60, "acknowledged")]
    report = report_of(steps, [], MONTH, WALL_S + DAY_S)
    assert (report.acknowledged, report.acknowledged_within_s) == (1, 120.0)


def test_what_stands_is_told_by_its_age_and_over_a_day_it_is_stale() -> None:
    shelved = replace(record("aside", 9 * DAY_S), shelved_until_at=WALL_S + 60)
    records = [
        record("young", 60.0), record("old", DAY_S + 1), record("a day", DAY_S), shelved, record("of 1970", WALL_S),
        record("new", 5.0, Phase.NEW), record("over", 9 * DAY_S, Phase.RETURNED, active=False), record("away", 5.0, active=False),
        record("seen", 30.0, Phase.ACKNOWLEDGED),
    ]  # fmt: skip
    report = report_of([], records, MONTH, WALL_S)
    assert [(one.key, one.seconds) for one in report.standing] == [
        ("old", DAY_S + 1), ("a day", DAY_S), ("young", 60.0), ("seen", 30.0), ("of 1970", None),
    ]  # fmt: skip
    assert [one.key for one in report.stale] == ["old"]


def test_a_site_that_is_a_minute_old_has_had_one_alarm_in_ten_minutes_and_not_ten() -> None:
    report = report_of([step(WALL_S - 5, "raised")], [], Window(WALL_S - 60, WALL_S), WALL_S)
    assert report.per_10_minutes == 1.0


def test_nothing_ever_raised_is_a_report_too() -> None:
    report = report_of([], [], Window(WALL_S, WALL_S), WALL_S)
    assert (report.raised, report.per_10_minutes, report.acknowledged_within_s) == (0, 0.0, None)
    assert "all as it should be" in report_text("mine", report, UTC).subject


def test_a_flood_of_thousands_with_long_keys_fits_into_a_message() -> None:
    steps = [step(FROM + one, "raised", f"{'k' * 100}{one}") for one in range(3_000)]
    steps += [step(FROM + one, "chattering", f"{'k' * 100}{one}") for one in range(3_000)]
    report = report_of(steps, [record(f"{'k' * 100}{one}", 2 * DAY_S) for one in range(3_000)], MONTH, WALL_S)
    assert report.worst_10_minutes == 600
    assert len(report.model_dump_json()) < 100_000
    assert len(report_text("mine", report, UTC).body) < 3_500


def test_a_calm_month_in_words() -> None:
    lines = report_lines(calm(), UTC)
    assert lines[0] == "From 2026-12-16 08:00 UTC to 2027-01-15 08:00 UTC (30.0 days)"
    for line in (
        "Alarms in ten minutes, on the average: 0.0028: as it should be (below 1)",
        "The worst ten minutes: 1 alarm: as it should be (at most 10)",
        "Floods (more than ten in ten minutes): 0 min, 0 % of the time: as it should be (below 1 %)",
        "Chattering: none: as it should be (none)",
        "Acknowledged: 10, never: 2; half of them within 35 min: TOO MUCH, should be never none",
        "By priority: 2 high, 0 medium, 10 low",
        "Most frequent: door (10 times), smoke (2 times)",
    ):
        assert line in lines
    assert report_text("mine", calm(), UTC).subject == "[mine] How the alarms did: 12 alarms in 30 days, 1 figure to look at"


def test_every_figure_that_is_too_much_says_so() -> None:
    window = Window(WALL_S - DAY_S, WALL_S)
    steps = [step(window.from_at + 10 * one, "raised", f"k{one}", EMERGENCY, Priority.HIGH) for one in range(200)]
    steps += [step(window.from_at + 5, "chattering", "k0")]
    report = report_of(steps, [record("k1", DAY_S + 60), record("k2", 60.0)], window, WALL_S)
    assert sum("TOO MUCH" in line for line in report_lines(report, UTC)) == 8
