"""What is told of a moment: its state, what decided it, what came next, who had done what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.api.history import rows
from services.api.history.database import Database
from services.api.history.moments import Recorded, moment
from services.api.history.schema import TABLES
from services.shared.messages import Event

T0 = 1_800_000_000
STORY = (
    (0, "transition", "starting to normal", "normal"),
    (1_000, "audit", "lease run of eve", ""),
    (4_000, "transition", "normal to curtailing", "curtailing"),
    (4_100, "decision", "limited by signal utility", "curtailing"),
    (4_200, "audit", "source backup out of service", ""),
    (4_300, "command", "sleep miner-1 sent", ""),
    (4_400, "audit", "stop", ""),
    (5_000, "transition", "curtailing to curtailed", "curtailed"),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mine_data.db")
    yield database
    database.close()


@pytest.fixture
def told(database: Database) -> Database:
    def store(connection: sa.Connection) -> None:
        for seq, (after_s, kind, title, mode) in enumerate(STORY, 1):
            event = Event.model_validate(
                {"source": "controller", "ledger_seq": seq, "kind": kind, "happened_at": T0 + after_s, "title": title,
                 "mode": mode, "reasons": ("the utility asks", title), "detail": "utility 3 s old"}
            )  # fmt: skip
            connection.execute(sa.insert(TABLES["events"]), {**(rows.of_event(event) or {}), "ledger": 1})
        for after_s, mode in ((0, "normal"), (4_000, "curtailing"), (4_120, "curtailing"), (5_000, "curtailed")):
            state = {"timestamp": rows.timestamp((T0 + after_s) * 1000), "mode": mode, "reasons": '["x"]', "clock_trusted": 1}
            connection.execute(sa.insert(TABLES["mine_states"]), state)

    database.write(store)
    return database


def at(database: Database, after_s: float) -> Recorded:
    found = database.read(lambda c: moment(c, int((T0 + after_s) * 1000)))
    assert found is not None
    return found


def test_of_a_moment_in_the_middle_everything_is_told(told: Database) -> None:
    found = at(told, 4_350)
    assert found.state is not None
    assert (found.state["timestamp"], found.state["mode"]) == (rows.timestamp((T0 + 4_120) * 1000), "curtailing")
    assert found.state["reasons"] == ["x"]
    assert found.deciding is not None
    assert (found.deciding.title, found.deciding.at) == ("limited by signal utility", T0 + 4_100)
    assert (found.deciding.reasons[0], found.deciding.detail) == ("the utility asks", "utility 3 s old")
    assert found.transition is not None
    assert found.transition.title == "normal to curtailing"
    assert found.next_change is not None
    assert found.next_change.title == "curtailing to curtailed"
    assert [act.title for act in found.acts] == ["lease run of eve", "source backup out of service"]
    assert found.last_act is not None
    assert found.last_act.title == "source backup out of service"


def test_what_happened_at_that_very_moment_belongs_to_it(told: Database) -> None:
    found = at(told, 5_000)
    assert found.deciding is not None
    assert found.deciding.title == "curtailing to curtailed"
    assert found.state is not None
    assert found.state["mode"] == "curtailed"
    assert found.next_change is None


def test_acts_of_more_than_an_hour_before_are_not_told_but_the_last_of_all_is(told: Database) -> None:
    found = at(told, 20_000)
    assert found.acts == ()
    assert found.last_act is not None
    assert found.last_act.title == "stop"


def test_before_all_records_nothing_is_told(told: Database) -> None:
    assert told.read(lambda c: moment(c, (T0 - 1) * 1000)) is None


def test_an_answer_touches_a_few_rows_however_many_commands_lie_between(told: Database) -> None:
    newest = "ORDER BY happened_ms DESC, id DESC LIMIT 1"
    queries = (
        f"SELECT id FROM events WHERE kind IN ('transition', 'decision') AND happened_ms <= 5 {newest}",
        f"SELECT id FROM events WHERE kind = 'audit' AND happened_ms <= 5 {newest}",
        "SELECT id FROM mine_states WHERE timestamp <= 'x' ORDER BY timestamp DESC, id DESC LIMIT 1",
    )
    for query, index in zip(queries, ("ix_events_turns", "ix_events_acts", "ix_mine_states_timestamp"), strict=True):
        plan = told.read(lambda c, query=query: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())  # type: ignore[misc]
        assert index in plan[0][3]
        assert len(plan) == 1, "no sorting"
