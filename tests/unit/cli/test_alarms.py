"""`mine alarms`, `mine shelve`, `mine unshelve`: what is said of the alarms, and what the exit code is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.shared.messages import AlarmReport
from tests.unit.cli.fake_api import FakeApi, fake_api

ALARMS, REPORT = "GET /api/v1/alarms", "GET /api/v1/alarms/report"
AT = 1_790_000_000.0


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as found:
        yield found


def mine(api: FakeApi, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=api.env())


def said(result: Result) -> list[str]:
    """The lines, without the first, which names the configuration."""
    return [line for line in result.output.splitlines() if not line.startswith("Configuration: ")]


def alarm(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key, "kind": "warning", "priority": "low", "state": "unacknowledged", "active": True, "cause": f"{key} is bad",
        "consequence": "", "action": "", "since_at": AT, "ended_at": None, "acknowledged_by": "", "acknowledged_until_at": None,
        "shelved_by": "", "shelved_until_at": None, "escalated": 0, "receipts": [], **changes,
    }  # fmt: skip


def figures(**changes: Any) -> dict[str, Any]:
    report = AlarmReport(
        from_at=AT - 30 * 86_400, until_at=AT, days=30.0, raised=12, per_10_minutes=0.0028, worst_10_minutes=11,
        flood_minutes=10.0, chattering=(), most_frequent=(), standing=(), stale=(), acknowledged=12, never_acknowledged=0,
        acknowledged_within_s=95.0, priorities=(),
    )  # fmt: skip
    envelope = {"schema", "source", "boot", "seq", "sent_at", "host_boot"}
    document = {name: value for name, value in report.model_dump(mode="json", by_alias=True).items() if name not in envelope}
    return {**document, "known": True, "clock_trusted": True, **changes}


def test_the_gravest_comes_first_and_each_line_tells_state_age_person_and_priority(api: FakeApi) -> None:
    seen = {"state": "acknowledged", "acknowledged_by": "ann", "acknowledged_until_at": AT + 60}
    shelved = {"state": "shelved", "shelved_by": "ben", "shelved_until_at": AT + 120}
    listed = [
        alarm("over", active=False, state="returned", ended_at=AT + 60), alarm("door", **seen), alarm("aside", **shelved),
        alarm("smoke", kind="emergency", priority="high", escalated=2, since_at=AT - 60),
    ]  # fmt: skip
    api.answers = {ALARMS: [(200, {"known": True, "open": 3, "unacknowledged": 1, "alarms": listed, "channels": []})]}
    result = mine(api, "alarms")
    lines = said(result)
    assert result.exit_code == 0
    assert [line.split()[0] for line in lines] == ["smoke", "door", "aside", "over"]
    assert lines[0].startswith(
        "smoke  emergency, to do with high priority, not acknowledged, escalated 2 times, since 2026-09-21 09:12 CDT (for "
    )
    assert "door  warning, to do with low priority, acknowledged by ann until 2026-09-21 09:14 CDT, since " in lines[1]
    assert "shelved by ben until 2026-09-21 09:15 CDT" in lines[2]
    assert lines[3].endswith("(over since 2026-09-21 09:14 CDT): over is bad")
    assert [one["key"] for one in json.loads(mine(api, "alarms", "--json").stdout)] == ["smoke", "door", "aside", "over"]
    assert said(mine(api, "unshelve"))[0].split()[0] == "aside"


def test_no_open_alarm_is_said_and_a_silent_notifier_is_not_taken_for_it(api: FakeApi) -> None:
    api.answers = {ALARMS: [(200, {"known": True, "alarms": []})]}
    assert said(mine(api, "alarms")) == ["There is no open alarm."]
    api.answers = {ALARMS: [(200, {"known": False, "alarms": []})]}
    result = mine(api, "alarms")
    assert (result.exit_code, said(result)[-1]) == (4, "the notifier is silent: which alarms there are is unknown")


def test_the_report_tells_each_figure_and_what_it_should_be(api: FakeApi) -> None:
    api.answers = {REPORT: [(200, figures())]}
    result = mine(api, "alarms", "--report")
    assert result.exit_code == 0, result.stdout
    assert said(result)[0] == "From 2026-08-22 09:13 CDT to 2026-09-21 09:13 CDT (30.0 days)"
    assert "The worst ten minutes: 11 alarms: TOO MUCH, should be at most 10\n" in result.stdout
    assert json.loads(mine(api, "alarms", "--report", "--json").stdout)["raised"] == 12


def test_a_report_that_is_not_of_now_or_by_a_doubtful_clock_says_so(api: FakeApi) -> None:
    api.answers = {REPORT: [(200, figures(known=False, clock_trusted=False))]}
    assert said(mine(api, "alarms", "--report"))[:2] == [
        "The notifier is silent; this is what it said last.", "The clock was not trusted by which this was counted.",
    ]  # fmt: skip
    api.answers = {REPORT: [(200, dict.fromkeys(figures()) | {"known": False})]}
    assert mine(api, "alarms", "--report").exit_code == 4


def test_a_shelf_is_told_with_its_end_and_the_reason_goes_along(api: FakeApi) -> None:
    done = (202, {"id": "r1", "verb": "shelve", "state": "done", "reason": "done", "result": {}, "who": "", "because": ""})
    api.answers = {"POST /api/v1/requests/shelve": [done]}
    result = mine(api, "shelve", "device_lost_*", "--minutes", "120", "--reason", "maintenance")
    only = "(warnings only; emergencies are shelved by their exact key)"
    shelved = f"Alarm device_lost_* is shelved for 2 h 0 min {only}. `mine unshelve device_lost_*` ends it before."
    assert said(result) == [shelved]
    api.answers[ALARMS] = [(200, {"known": True, "alarms": [alarm("device_lost_pdu-1")]})]
    assert said(mine(api, "shelve", "device_lost_*", "--minutes", "120")) == [shelved]
    coming = said(mine(api, "shelve", "device_lost_roomalert-1"))
    assert coming[1:] == ["No open alarm is named device_lost_roomalert-1 now: it counts for one that comes."]
    assert api.asked[0].body == {"reason": "maintenance", "payload": {"key": "device_lost_*", "minutes": 120.0}}
    assert mine(api, "shelve", "door", "--minutes", "1441").exit_code == 2
    api.answers = {"POST /api/v1/requests/shelve": [(409, {"detail": "an emergency is shelved for 60 min at most"})]}
    result = mine(api, "shelve", "trip_smoke", "-m", "120")
    assert (result.exit_code, said(result)[-1]) == (1, "an emergency is shelved for 60 min at most")


@pytest.mark.parametrize("typed", ["devcie_lost_pdu-1", "device_lots_*", "DEVCIE_lost_*", "doorr", "x" * 200])
def test_what_no_alarm_is_named_is_not_put_aside(api: FakeApi, typed: str) -> None:
    api.answers = {ALARMS: [(200, {"known": True, "alarms": [alarm("device_lost_pdu-1")]})]}
    result = mine(api, "shelve", typed)
    assert (result.exit_code, [one for one in api.asked if one.method == "POST"]) == (2, []), result.output
    assert f"found {typed[:60]!r}; allowed: " in result.stderr and "docs/manual/alarm-list.md" in result.stderr
    if typed.startswith("dev"):
        assert "device_lost_" in result.stderr


@pytest.mark.parametrize("typed", ["*", "**", "*_*", "d*"])
def test_a_pattern_of_nearly_everything_is_refused(api: FakeApi, typed: str) -> None:
    result = mine(api, "shelve", typed)
    assert (result.exit_code, api.asked) == (2, []), result.output
    assert f"found {typed!r}; allowed: a narrower pattern" in result.stderr


def test_an_alarm_that_stands_is_put_aside_though_no_list_names_it(api: FakeApi) -> None:
    done = (202, {"id": "r1", "verb": "shelve", "state": "done", "reason": "done", "result": {}, "who": "", "because": ""})
    listed = {"known": True, "alarms": [alarm("of_a_newer_version")]}
    api.answers = {"POST /api/v1/requests/shelve": [done], ALARMS: [(200, listed)]}
    assert mine(api, "shelve", "of_a_newer_version").exit_code == 0


def test_a_shelf_that_hides_no_open_alarm_is_listed_by_its_pattern(api: FakeApi) -> None:
    shelves = [{"pattern": name, "by": "ann", "until_at": AT} for name in ("nosuch", "device_lost_*", "door")]
    aside = [alarm(name, state="shelved", shelved_by="ann", shelved_until_at=AT) for name in ("door", "device_lost_pdu-1")]
    api.answers = {ALARMS: [(200, {"known": True, "alarms": aside, "shelves": shelves})]}
    lines = said(mine(api, "unshelve"))
    assert sorted(line.split()[0] for line in lines) == ["device_lost_*", "device_lost_pdu-1", "door", "nosuch"]
    assert lines[2].startswith("nosuch  hides no open alarm now, shelved by ann until 20")
    assert lines[3].startswith("device_lost_*  hides 1 of the open alarms, shelved by ann until 20")
    api.answers = {ALARMS: [(200, {"known": True, "alarms": [], "shelves": []})]}
    assert said(mine(api, "unshelve")) == ["Nothing is shelved."]
