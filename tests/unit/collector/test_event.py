"""What stands beside a level: targets and planned events, and nothing unreadable that makes a signal milder."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.event import Event, event_of
from services.collector.judge import Judge
from services.shared.clock import Moment
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level

ZONE = ZoneInfo("America/Chicago")
NOW = Moment(1000.0, datetime(2026, 7, 14, 15, 0, tzinfo=UTC).timestamp(), True, "boot")
PATHS = {"target_path": "to", "drop_path": "by", "from_path": "from", "until_path": "until", "event_path": "id"}
JSON = SignalSource.model_validate({"form": "json", "path": "level", **PATHS})
CSS = SignalSource.model_validate({"form": "css", "path": "b", **{key: f".{path}" for key, path in PATHS.items()}})


def told(**values: object) -> Event:
    return event_of(json.dumps({"level": "control", **values}), JSON, ZONE, NOW)


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_planned_event_with_its_target_is_read_whole() -> None:
    event = told(to=400, **{"from": "2026-07-14T16:00:00-05:00"}, until="2026-07-14T23:30:00Z", id="evt-7")
    assert event == Event(400.0, None, "evt-7", at("2026-07-14T21:00:00+00:00"), at("2026-07-14T23:30:00+00:00"))


@pytest.mark.parametrize("when", ["2026-07-14T16:00", "2026-07-14 16:00:00", 1784062800, 1784062800.0, "1784062800"])
def test_a_time_is_iso_8601_or_unix_seconds_and_the_sites_own_where_it_names_no_zone(when: object) -> None:
    assert told(**{"from": when}).from_at == 1784062800.0 == at("2026-07-14T16:00:00-05:00")


def test_in_the_hour_that_comes_twice_an_event_begins_at_the_first_and_ends_at_the_second() -> None:
    event = told(**{"from": "2026-11-01T01:15", "until": "2026-11-01T01:45"})
    assert event.from_at == at("2026-11-01T01:15-05:00")
    assert event.until_at == at("2026-11-01T01:45-06:00")


def test_null_an_empty_text_and_an_absent_key_name_nothing_and_are_no_fault() -> None:
    assert told(to=None, until="", **{"from": None}) == Event()


@pytest.mark.parametrize("value", ["tomorrow", "14:00", True, [], {}, 0, -1, 1e300, 1784062800000, "9999-12-31T00:00Z", "nan"])
def test_an_event_time_that_cannot_be_read_counts_as_begun_and_without_end(value: object) -> None:
    event = told(to=300, until=value, **{"from": value})
    assert (event.from_at, event.until_at, event.target_kw) == (None, None, 300.0)
    assert len(event.reasons) == 2
    assert "counts as begun" in event.reasons[0] and "without end" in event.reasons[1]


def test_an_event_that_ends_before_it_begins_has_no_end() -> None:
    event = told(until="2026-07-14T14:00Z", **{"from": "2026-07-14T15:00Z"})
    assert event.from_at is not None and event.until_at is None and event.reasons


@pytest.mark.parametrize("value", [-1, True, "400", [400], {"kw": 400}])
@pytest.mark.parametrize("key", ["to", "by"])
def test_with_a_target_or_a_drop_that_is_no_number_all_load_comes_off_and_the_reason_is_told(key: str, value: object) -> None:
    event = told(**{"to": 100, "by": 100, key: value})
    assert (event.target_kw, event.drop_kw) == (None, None)
    assert "all load comes off" in event.reasons[0]


def test_the_level_stands_when_what_is_beside_it_cannot_be_read_and_the_reason_goes_with_it() -> None:
    verdict = Judge(JSON, ZONE).judge('{"level":"control","to":"much","from":"soon"}', NOW)
    assert verdict.level is Level.CONTROL
    assert "'much'" in verdict.reason and "counts as begun" in verdict.reason


@pytest.mark.parametrize(
    ("page", "target"),
    [("400", 400.0), ("400.5 kW", 400.5), ("400kW", 400.0), ("", None), ("1,000 kW", None), ("400 MW", None), ("-3", None)],
)
def test_an_html_page_tells_a_target_in_kw(page: str, target: float | None) -> None:
    event = event_of(f'<b>control</b><i class="to">{page}</i>', CSS, ZONE, NOW)
    assert event.target_kw == target
    assert bool(event.reasons) == (target is None and page != "")


def test_a_selector_that_finds_two_targets_or_two_begins_believes_neither() -> None:
    page = '<b>control</b><i class="to">400</i><i class="to">900</i><i class="from">2026-07-14T16:00</i><i class="from">x</i>'
    event = event_of(page, CSS, ZONE, NOW)
    assert (event.target_kw, event.from_at, len(event.reasons)) == (None, None, 2)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("to", "by", "from", "until", "id"),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False)
            | st.text(max_size=30)
            | st.lists(st.integers()),
        ),
    )
)
def test_whatever_stands_beside_it_a_level_of_control_stays_control(values: dict[str, object]) -> None:
    document = json.dumps({"level": "control", **values})
    if "Infinity" in document:
        return
    verdict = Judge(JSON, ZONE).judge(document, NOW)
    assert verdict.level is Level.CONTROL
    event = verdict.event
    assert event.target_kw is None or event.target_kw >= 0
    assert event.from_at is None or abs(event.from_at - NOW.wall_s) < 7 * 366 * 86_400
