"""The page without scripts tells of signals, loads and PDUs what the page tells, in the time of the site."""

import re
from typing import Any

from services.api import plain
from services.api.dashboard import Dashboard
from services.shared.messages import OpenAlarm
from services.shared.vocabulary import AlarmKind, Level
from tests.end_to_end import page_feed

EMPTY: dict[str, Any] = {"signals": (), "groups": (), "pdus": ()}


def fed(**more: Any) -> Dashboard:
    return page_feed.normal().model_copy(update=EMPTY | more)


def rows(feed: Dashboard, title: str) -> list[list[str]]:
    table = plain.body(feed).partition(f"<h2>{title}</h2>")[2].partition("</table>")[0]
    return [re.findall("<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]


def test_each_group_is_told_with_what_its_loads_do() -> None:
    one = page_feed.group("hall-1", 100, 60, 30, unknown=8, waking=2)
    assert rows(fed(groups=(one,)), "Loads by group") == [
        ["hall-1", "run", "100", "60", "2", "30", "8", "0", "195.9 kW"],
    ]


def test_each_pdu_is_told_with_its_outlets_and_an_old_figure_is_unknown() -> None:
    fresh = page_feed.pdu("pdu-1", 60.0, 20, 3, 1, limit_kw=80.0)
    old = page_feed.pdu("pdu-2", 60.0, 0, 0, 24, reason="no answer", **page_feed.STALE)
    assert rows(fed(pdus=(fresh, old)), "PDUs") == [
        ["pdu-1", "60.0 kW", "80.0 kW", "20", "3", "1", "3 s", ""],
        ["pdu-2", "unknown", "", "0", "0", "24", "5 min 10 s", "no answer"],
    ]


def test_each_signal_is_told_with_its_event_in_the_time_of_the_site() -> None:
    one = page_feed.signal(Level.CONTROL, event_id="EV-7", target_kw=20.0, until_at=page_feed.NOW + 3600)
    assert rows(fed(signals=(one,)), "Signals") == [
        ["utility", "control", "control", "20.0 kW", "EV-7 until 18:04 CST", "3 s"],
    ]


def test_the_data_is_of_a_moment_of_the_site() -> None:
    html = plain.body(fed())
    assert "Data of 17:04:00 CST" in html and "UTC" not in html


def test_without_loads_there_is_no_table_of_them_and_without_signals_nothing_is_known() -> None:
    html = plain.body(fed())
    assert "Loads by group" not in html and "PDUs" not in html
    assert "<h2>Signals</h2><p>nothing is known</p>" in html


def test_the_load_has_its_age_and_one_that_is_too_old_has_no_figure() -> None:
    load = page_feed.normal().load
    assert "<li>measured: 978.0 kW, 25 s ago</li>" in plain.body(fed(load=load.model_copy(update={"age_s": 25.0})))
    assert "<li>measured: unknown</li>" in plain.body(fed(load=load.model_copy(update={"age_s": 25.0, "stale": True})))


def test_what_is_over_is_told_apart_in_the_past_with_its_times_and_nothing_to_do() -> None:
    now = page_feed.NOW
    stands = OpenAlarm(
        key="smoke", kind=AlarmKind.EMERGENCY, active=True, cause="Smoke.", consequence="", action="Look.", since_at=now - 600,
        ended_at=None, acknowledged_by="", receipts=(),
    )  # fmt: skip
    done = {"key": "door", "active": False, "cause": "The door is open.", "since_at": now - 7200, "ended_at": now - 3600}
    over = stands.model_copy(update=done)
    fed_alarms = page_feed.normal().alarms.model_copy(update={"known": True, "alarms": (stands, over)})
    html = plain.body(fed(alarms=fed_alarms))
    standing, _, past = html.partition("<h2>Alarms</h2>")[2].partition("<h2>Over</h2>")
    assert "since 16:54 CST" in standing and "from" not in standing.partition("</ul>")[0]
    assert f"from 15:04 CST to 16:04 CST it was: {over.cause}</li>" in past
    assert "<h2>Over</h2>" not in plain.body(fed(alarms=fed_alarms.model_copy(update={"alarms": (stands,)})))
