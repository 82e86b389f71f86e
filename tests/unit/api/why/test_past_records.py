"""The last word on record is told as of when it was said, and is no word of a time when nothing was."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.api.history.database import Database
from services.api.history.rows import of_event, timestamp
from services.api.history.schema import TABLES
from services.api.why.model import Calendar, Why
from services.api.why.past import past
from services.shared.messages import Event

T0 = 1_800_000_000.0  # 08:00:00 UTC, a full minute
EVERY_30_S = tuple(range(0, 600, 30))
UTILITY = {"signals": [{"name": "utility", "level": "control", "target_kw": 125.13000000000001, "age_s": 0.0}],
           "meters": [{"name": "pdu-1", "kw": 125.13000000000001, "age_s": 3.0}]}  # fmt: skip


def turn(after_s: float, mode: str, *reasons: str, kind: str = "transition", title: str = "") -> dict[str, Any]:
    told = {"title": title or f"to {mode}", "mode": mode, "reasons": reasons, "detail": json.dumps(UTILITY)}
    return {"happened_at": T0 + after_s, "kind": kind, **told}


def row(after_s: float, mode: str | None = "normal", **more: Any) -> dict[str, Any]:
    said = "the controller is silent" if mode is None else "as the row says"
    plain = {"timestamp": timestamp(int((T0 + after_s) * 1000)), "mode": mode, "reasons": json.dumps([said]), "clock_trusted": 1}
    return plain | {"limited_by": None, "measured_kw": None, "target_kw": None, "unknown_kw": None} | more


@contextmanager
def records(folder: Path, turns: list[dict[str, Any]], states: list[dict[str, Any]]) -> Iterator[Database]:
    database = Database(folder / "mine_data.db")
    events = [Event.model_validate({"subject": ("controller",), "ledger_seq": n, "source": "controller", **one})
              for n, one in enumerate(turns, 1)]  # fmt: skip
    rows = [{**(of_event(event) or {}), "ledger": 1} for event in events]
    database.write(lambda c: (c.execute(sa.insert(TABLES["events"]), rows), c.execute(sa.insert(TABLES["mine_states"]), states)))
    try:
        yield database
    finally:
        database.close()


def why(folder: Path, after_s: float, turns: list[dict[str, Any]], states: list[dict[str, Any]], now_s: float = 600) -> Why:
    with records(folder, turns, states) as database:
        return asked(database, after_s, now_s)


def asked(database: Database, after_s: float, now_s: float = 600) -> Why:
    at_ms = int((T0 + after_s) * 1000)
    return database.read(lambda c: past(c, at_ms, Calendar("UTC"), T0 + now_s))


def test_while_nothing_was_recorded_the_last_word_is_not_told_as_the_present(tmp_path: Path) -> None:
    states = [row(s, "restoring", measured_kw=2.2) for s in EVERY_30_S if not 300 < s < 420]
    told = why(tmp_path, 360, [turn(10, "restoring", "ramp")], states)
    gap = "nothing was recorded between 08:05:00 UTC and 08:07:00 UTC, so what ran then is unknown; before that restoring"
    assert (told.known, told.mode, told.load, told.signal, told.inputs) == (False, None, None, None, [])
    assert gap in told.sentence and gap in told.notes


def test_while_nothing_was_read_inputs_are_told_as_not_read_then(tmp_path: Path) -> None:
    turns, states = [turn(100, "normal", "x")], [row(s) for s in EVERY_30_S]
    with records(tmp_path, turns, states) as database:
        ms = [int((T0 + s) * 1000) for s in (*range(90, 170, 5), *range(300, 320, 5))]
        rows = [{"key": one << 14, "value": 1.0, "flags": 0} for one in ms]
        database.write(lambda c: c.execute(sa.insert(TABLES["readings"]), rows))
        read, frozen = (asked(database, after_s) for after_s in (160, 265))
    assert [one.last_read_s for one in read.inputs] == [None, None]
    assert [(one.name, one.last_read_s) for one in frozen.inputs] == [("utility", 100.0), ("pdu-1", 103.0)]
    assert any("nothing was read between 08:02:45 UTC and 08:05:00 UTC" in note for note in frozen.notes)


def test_a_gap_that_lasts_is_told_and_one_lost_row_is_none(tmp_path: Path) -> None:
    turns, states = [turn(10, "normal", "x")], [row(s) for s in EVERY_30_S if s != 300]
    assert why(tmp_path / "lost", 310, turns, states).known
    lasts = why(tmp_path / "lasts", 700, turns, states, now_s=800)
    assert not lasts.known and "between 08:09:30 UTC and now" in lasts.sentence


def test_where_rows_come_each_ten_minutes_ten_minutes_are_no_gap(tmp_path: Path) -> None:
    told = why(tmp_path, 3000 + 500, [turn(10, "normal", "x")], [row(s) for s in range(0, 6000, 600)], now_s=6000)
    assert told.known and told.mode == "normal"


def test_a_silent_controller_is_told_from_when_until_when(tmp_path: Path) -> None:
    states = [row(s, None if 300 <= s < 420 else "normal") for s in EVERY_30_S]
    told = why(tmp_path, 350, [turn(10, "normal", "x")], states)
    assert not told.known and told.mode is None
    assert "the controller is silent between 08:04:30 UTC and 08:07:00 UTC" in told.sentence and told.notes


def read_at(folder: Path, after_s: float, pauses: tuple[float, float], turns: list[dict[str, Any]]) -> Why:
    """Rows each ten minutes, a reading each five seconds but in the pause."""
    states = [row(s) for s in range(-3000, 1800, 600)]
    read = [s for s in range(0, 1500, 5) if not pauses[0] < s < pauses[1]]
    keys = [{"key": int((T0 + s) * 1000) << 14 | 1, "value": 20.0, "flags": 0} for s in read]
    with records(folder, turns, states) as database:
        database.write(lambda c: c.execute(sa.insert(TABLES["readings"]), keys))
        return database.read(lambda c: past(c, int((T0 + after_s) * 1000), Calendar("UTC"), T0 + 1500))


def test_an_outage_of_two_minutes_between_two_rows_of_ten_is_unknown_and_not_what_ran_before(tmp_path: Path) -> None:
    turns = [turn(10, "normal", "x"), turn(430, "starting", "starting"), turn(520, "normal", "x")]
    within = read_at(tmp_path / "within", 380, (300.0, 425.0), turns)
    assert not within.known and within.mode is None
    assert "nothing was recorded between 08:05:00 UTC and 08:07:10 UTC" in within.sentence
    before = read_at(tmp_path / "before", 200, (300.0, 425.0), turns)
    assert (before.known, before.mode) == (True, "normal")
    assert read_at(tmp_path / "after", 450, (300.0, 425.0), turns).mode == "starting"


def test_a_controller_that_was_away_for_less_than_anything_tells_is_noted(tmp_path: Path) -> None:
    turns = [turn(10, "normal", "x"), turn(430, "starting", "starting"), turn(520, "normal", "x")]
    told = read_at(tmp_path / "restart", 380, (0.0, 0.0), turns)
    assert (told.known, told.mode) == (True, "normal")
    note = (
        "the controller started at 08:07:10 UTC; its last word before that is of 08:00:10 UTC: in between it was away for a while"
    )
    assert note in told.notes
    assert not any("started" in one for one in read_at(tmp_path / "none", 380, (0.0, 0.0), turns[:1]).notes)


def test_each_value_is_told_with_its_age_at_the_decision_and_at_the_moment_that_was_asked_for(tmp_path: Path) -> None:
    told = why(tmp_path, 310, [turn(260, "curtailed", "utility")], [row(s, "curtailed") for s in EVERY_30_S])
    assert told.decided_at == "2027-01-15T08:04:20+00:00"
    assert [(one.age_s, one.age_then_s) for one in told.inputs] == [(0.0, 50.0), (3.0, 53.0)]
    assert told.signal is not None and (told.signal.age_s, told.signal.age_then_s) == (0.0, 50.0)
    assert any("at the decision at 08:04:20 UTC, 50 s before the moment" in note for note in told.notes)


def test_mode_rule_and_target_are_of_one_source_and_an_older_load_says_of_when(tmp_path: Path) -> None:
    states = [row(s, limited_by="nothing", measured_kw=12.0, target_kw=360.0) for s in EVERY_30_S if s <= 300]
    states += [row(s, "curtailing", limited_by="signal utility", measured_kw=9.0, target_kw=0.0) for s in EVERY_30_S if s > 300]
    turns = [turn(0, "normal", "x"), turn(314, "curtailing", "utility asks", "18 kW of 40 kW still on, 0 kW unknown")]
    between = why(tmp_path / "between", 320, turns, states)
    assert (between.mode, between.limited_by) == ("curtailing", None)
    assert between.load is not None and (between.load.measured_kw, between.load.target_kw) == (12.0, None)
    assert between.sentence == "curtailing since 08:05 UTC, 12.0 kW on at 08:05:00 UTC: utility asks"
    assert between.reasons[1] == "18 kW of 40 kW still on, 0 kW unknown (at 08:05:14 UTC)"
    after = why(tmp_path / "after", 340, turns, states)
    assert after.load is not None and (after.limited_by, after.load.target_kw) == ("signal utility", 0.0)
    assert after.sentence == "curtailing since 08:05 UTC, 9.0 kW on: as the row says"


def test_a_change_within_the_minute_that_was_named_is_noted(tmp_path: Path) -> None:
    turns, states = [turn(0, "normal", "x"), turn(314, "curtailing", "utility asks")], [row(s) for s in EVERY_30_S]
    told = why(tmp_path / "minute", 300, turns, states)
    assert (told.mode, told.notes[0]) == ("normal", "changed at 08:05:14 UTC to curtailing")
    assert not any("changed" in note for note in why(tmp_path / "second", 301, turns, states).notes)
    assert not any("changed" in note for note in why(tmp_path / "earlier", 240, turns, states).notes)


def test_figures_are_told_to_a_tenth_and_a_reason_without_words_has_no_colon(tmp_path: Path) -> None:
    states = [row(s, "curtailed", measured_kw=125.13000000000001) for s in EVERY_30_S if s < 300]
    told = why(tmp_path, 301, [turn(300, "curtailed", "forced signal control by bob: ")], states, now_s=310)
    assert told.load is not None and told.load.measured_kw == 125.1
    assert {one.value for one in told.inputs} == {"control", 125.1}
    assert told.signal is not None and told.signal.target_kw == 125.1
    assert told.reasons == [told.caused_by] == ["forced signal control by bob"]
