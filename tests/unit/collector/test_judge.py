"""A document to a verdict: identity, value, age, target; in doubt unknown and never normal."""

from zoneinfo import ZoneInfo

import pytest

from services.collector.judge import Judge
from services.shared.clock import Moment
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level

ZONE = ZoneInfo("America/Chicago")
NOW = Moment(1000.0, 1_793_520_000.0, True, "boot")  # 2026-11-01 02:00 CST: the hour from 1 to 2 came twice
JSON = SignalSource(form="json", path="level", target_path="target_kw", as_of_path="at")


def json_verdict(target: str = "null", at: str = str(NOW.wall_s), now: Moment = NOW) -> tuple[Level, float | None]:
    verdict = Judge(JSON, ZONE).judge(f'{{"level":"control","target_kw":{target},"at":{at}}}', now)
    return verdict.level, verdict.event.target_kw


def test_a_target_is_a_number_of_kw_and_null_names_none() -> None:
    assert json_verdict("200") == (Level.CONTROL, 200.0)
    assert json_verdict("0") == (Level.CONTROL, 0.0)
    assert json_verdict("null") == (Level.CONTROL, None)


@pytest.mark.parametrize("target", ["-1", "true", '"200"', "[]", "9" * 400, "1e999", "NaN"])
def test_a_target_that_is_no_number_of_kw_never_leaves_load_on(target: str) -> None:
    assert json_verdict(target) in ((Level.CONTROL, None), (Level.UNKNOWN, None))


@pytest.mark.parametrize("seconds", [901, 7200, -301, -1e9])
def test_a_page_whose_own_time_is_old_or_in_the_future_is_unknown(seconds: float) -> None:
    assert json_verdict(at=str(NOW.wall_s - seconds))[0] is Level.UNKNOWN


@pytest.mark.parametrize("at", ["null", '"yesterday"', '""', "1e300", "[]"])
def test_a_page_whose_own_time_cannot_be_read_is_unknown(at: str) -> None:
    assert json_verdict(at=at)[0] is Level.UNKNOWN


def test_without_a_trusted_clock_a_page_that_tells_the_same_time_for_too_long_is_stale() -> None:
    judge, page = Judge(JSON, ZONE), '{"level":"normal","at":"2026-11-01T01:59:00-06:00"}'
    assert judge.judge(page, Moment(10.0, 5.0, False, "boot")).level is Level.NORMAL
    assert judge.judge(page, Moment(905.0, 900.0, False, "boot")).level is Level.NORMAL
    assert judge.judge(page, Moment(911.0, 906.0, False, "boot")).level is Level.UNKNOWN


def test_in_the_autumn_hour_that_comes_twice_a_fresh_page_is_fresh_both_times() -> None:
    source = SignalSource(form="css", path="b", as_of_path="i", as_of_format="Updated: %m/%d/%Y %I:%M %p CPT")
    page = "<b>Normal</b><i>Updated: 11/01/2026 01:30 AM CPT</i>"
    for minutes_ago in (30 - 5, 90 - 5):
        now = Moment(0.0, NOW.wall_s - minutes_ago * 60, True, "boot")
        assert Judge(source, ZONE).judge(page, now).level is Level.NORMAL
    assert Judge(source, ZONE).judge(page, NOW).level is Level.UNKNOWN


@pytest.mark.parametrize(
    "document",
    ["", " ", '{"target":50,"timestamp":%s}', '{"target":true,"timestamp":%s}', '{"target":"0","timestamp":%s}',
     '{"target":0}', '{"target":100.0,"timestamp":%s}', '{"target":0,"timestamp":null}', '{"target":0,"timestamp":"%s"}',
     '{"target":0,"timestamp":1766000000}', '{"target":0,"timestamp":%s000}',
     '{"target":100,"timestamp":%s,"x":"' + "x" * 1024 + '"}',
     "[]", "100"],
)  # fmt: skip
def test_a_target_document_with_anything_unusual_is_unknown(document: str) -> None:
    text = document.replace("%s", str(int(NOW.wall_s)))
    verdict = Judge(SignalSource(form="target"), ZONE).judge(text, NOW)
    assert verdict.level is Level.UNKNOWN
    assert verdict.reason


@pytest.mark.parametrize(("target", "level"), [(0, Level.CONTROL), (100, Level.NORMAL)])
def test_a_target_of_0_is_control_and_of_100_is_normal(target: int, level: Level) -> None:
    document = f'{{"target":{target},"timestamp":{NOW.wall_s - 80_000}}}'
    assert Judge(SignalSource(form="target"), ZONE).judge(document, NOW).level is level


def test_a_page_that_lacks_its_name_or_says_maintenance_is_another_page() -> None:
    judge = Judge(SignalSource(form="css", path="b", must_contain="Corn Belt"), ZONE)
    assert judge.judge("corn\u00a0belt <b>normal</b>", NOW).level is Level.NORMAL
    assert judge.judge("<b>normal</b>", NOW).level is Level.UNKNOWN
    assert "maintenance" in judge.judge("Corn Belt: Maintenance <b>normal</b>", NOW).reason


def test_a_gauge_image_tells_a_level_by_its_file_name() -> None:
    source = SignalSource(form="css", path="img", attribute="src", pattern=r"gauge(\d)\.jpg", vocabulary=(("3", "control"),))
    assert Judge(source, ZONE).judge("<img src='images/gauge3.jpg'>", NOW).level is Level.CONTROL
    assert Judge(source, ZONE).judge("<img src='images/gauge4.jpg'>", NOW).level is Level.UNKNOWN


def test_the_raw_text_is_short_and_what_was_found() -> None:
    verdict = Judge(SignalSource(), ZONE).judge("x" * 5000, NOW)
    assert verdict.raw_text == "x" * 200
