"""Bytes written today: over restarts of each service, and over midnight."""

from pathlib import Path

from services.api import tally
from services.api.tally import Tally


def test_a_counter_that_grows_is_added_and_one_that_begins_anew_counts_whole() -> None:
    today = Tally()
    today.turn("2026-11-22", 1.0)
    today.see("api", "boot 1", 1000, began_today=True)
    today.see("api", "boot 1", 1500, began_today=True)
    today.see("api", "boot 2", 70, began_today=True)
    assert today.counts["api"].today == 1570


def test_a_process_of_yesterday_that_is_seen_for_the_first_time_counts_from_now_on() -> None:
    today = Tally()
    today.turn("2026-11-22", 1.0)
    today.see("api", "boot 1", 9_000_000, began_today=False)
    today.see("api", "boot 1", 9_000_100, began_today=False)
    assert today.counts["api"].today == 100


def test_at_midnight_the_day_is_put_by_and_the_counters_go_on() -> None:
    one = Tally()
    one.turn("2026-11-22", 1.0)
    one.see("api", "boot 1", 1000, began_today=True)
    one.turn("2026-11-23", 2.0)
    one.see("api", "boot 1", 1200, began_today=False)
    assert (one.yesterday, one.counts["api"].today, one.since_at) == (1000, 200, 2.0)


def test_a_restart_of_the_api_loses_nothing_that_others_wrote_meanwhile(tmp_path: Path) -> None:
    before = Tally()
    before.turn("2026-11-22", 1.0)
    before.see("controller", "boot 1", 1000, began_today=True)
    tally.save(tmp_path / "cost.json", before)
    after = tally.load(tmp_path / "cost.json")
    assert after == before
    after.turn("2026-11-22", 5.0)
    after.see("controller", "boot 1", 4000, began_today=True)
    assert (after.counts["controller"].today, after.since_at) == (4000, 1.0)


def test_a_tally_that_cannot_be_read_or_stored_stops_nobody(tmp_path: Path) -> None:
    for text in ("", "{", "[]", '{"day": 1}', '{"day": "x", "since_at": 1, "counts": {"api": 7}, "yesterday": null}'):
        (tmp_path / "cost.json").write_text(text)
        assert tally.load(tmp_path / "cost.json") == Tally()
    tally.save(tmp_path / "nowhere" / "cost.json", Tally())
