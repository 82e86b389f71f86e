"""How commands fared, from the events that tell their life."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.api.history import commands, lives, rows
from services.api.history.database import Database
from services.api.history.schema import HEAD, TABLES
from services.controller.core.book import Book
from services.controller.core.orders import Act, Order
from services.shared.messages import Event
from services.shared.vocabulary import CommandPhase
from tests.plant import moment

NOW_MS = 1_800_000_000_000
HOUR_MS = 3_600_000


class Records:
    """A history that tests write into by the words of the controller."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self._seq = 0

    def tell(
        self, command: str, phase: str | None, ago_s: float, *, device: str = "foreman", act: str = "sleep", **more: Any
    ) -> None:
        self._seq += 1
        event = Event(
            source="controller", ledger_seq=self._seq, kind="command", happened_at=NOW_MS / 1000 - ago_s, device=device,
            title=f"{act} miner-1 {phase}", target="miner-1", act=more.pop("said", act), command_id=command,
            phase=CommandPhase(phase) if phase else None, **more,
        )  # fmt: skip
        row = rows.of_event(event)
        assert row is not None
        self.database.write(lambda c: c.execute(sa.insert(TABLES["events"]), {**row, "ledger": 1}))

    def confirmed(self, command: str, ago_s: float, seconds: float, **more: Any) -> None:
        self.tell(command, "sent", ago_s, **more)
        self.tell(command, "acknowledged", ago_s - 0.5, seconds=0.5, **more)
        self.tell(command, "confirmed", ago_s - seconds, seconds=seconds, **more)

    def truth(self, hours: int = 1, **more: Any) -> commands.CommandTruth:
        return self.database.read(lambda c: commands.truth(c, NOW_MS - hours * HOUR_MS, NOW_MS, **more))

    def row(self, **more: Any) -> commands.CommandRow:
        (row,) = self.truth(**more).rows
        return row


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = Records(tmp_path / "mine_data.db")
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [([], None, None), ([7.0], 7.0, 7.0), ([1.0, 2.0], 1.0, 2.0), ([float(n) for n in range(1, 101)], 50.0, 95.0)],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], p50: float | None, p95: float | None) -> None:
    assert (commands.nearest_rank(values, 0.50), commands.nearest_rank(values, 0.95)) == (p50, p95)


def test_every_sent_command_is_counted_once_by_its_end_or_as_open(records: Records) -> None:
    for number in range(10):
        records.confirmed(f"ok-{number}", 600 - number, 10.0 + number)
    for end in ("refused", "failed", "expired"):
        records.tell(end, "sent", 300)
        records.tell(end, end, 290, seconds=10.0, detail=f"was {end}")
    records.tell("open", "sent", 60)
    row = records.row()
    assert (row.device, row.act, row.sent, row.acknowledged, row.confirmed, row.open) == ("foreman", "sleep", 14, 10, 10, 1)
    assert (row.refused, row.failed, row.expired) == (1, 1, 1)
    assert (row.p50_s, row.p95_s, row.max_s) == (14.0, 19.0, 19.0)
    assert (row.acknowledged_p50_s, row.acknowledged_p95_s) == (0.5, 0.5)
    assert row.share_confirmed == pytest.approx(10 / 13)
    assert row.oldest_open_at == rows.timestamp(NOW_MS - 60_000)
    assert row.last_failure is not None
    assert (row.last_failure.phase, row.last_failure.words, row.last_failure.target) == ("expired", "was expired", "miner-1")
    assert (row.since, row.until) == (rows.timestamp(NOW_MS - HOUR_MS), rows.timestamp(NOW_MS))


def test_an_acknowledged_command_that_nothing_measured_is_open_and_has_no_share(records: Records) -> None:
    records.tell("a", "sent", 60)
    records.tell("a", "acknowledged", 59, seconds=1.0)
    row = records.row()
    assert (row.acknowledged, row.confirmed, row.open, row.share_confirmed, row.p50_s) == (1, 0, 1, None, None)


def test_a_command_counts_in_the_window_in_which_it_was_sent(records: Records) -> None:
    records.confirmed("before", 3605, 30.0)
    assert records.truth().rows == ()
    assert records.row(hours=2).confirmed == 1


def test_what_was_measured_outweighs_a_late_answer_which_is_still_the_last_failure(records: Records) -> None:
    records.confirmed("a", 60, 5.0, device="relay-1", act="fan_off")
    records.tell("a", "failed", 50, seconds=10.0, detail="no answer in time", device="relay-1", act="fan_off")
    row = records.row()
    assert (row.sent, row.confirmed, row.failed, row.renewals_failed) == (1, 1, 0, 0)
    assert row.last_failure is not None
    assert row.last_failure.words == "no answer in time"


def test_a_renewal_that_failed_is_no_command_and_is_told_apart(records: Records) -> None:
    records.tell("r", "failed", 30, seconds=2.0, device="relay-1", act="fan_off", detail="reset by peer")
    records.tell("old", "failed", 3590, seconds=60.0, device="relay-1", act="fan_off", detail="sent before the window")
    row = records.row()
    assert (row.sent, row.failed, row.renewals_failed, row.share_confirmed) == (0, 0, 1, None)
    assert row.last_failure is not None
    assert row.last_failure.words == "reset by peer"


def test_devices_and_acts_are_rows_of_their_own_and_one_device_can_be_asked_for(records: Records) -> None:
    records.confirmed("a", 60, 1.0)
    records.confirmed("b", 50, 1.0, act="wake")
    records.confirmed("c", 40, 1.0, device="pdu-1", act="outlet_off")
    assert [(row.device, row.act) for row in records.truth().rows] == [
        ("foreman", "sleep"), ("foreman", "wake"), ("pdu-1", "outlet_off"),
    ]  # fmt: skip
    assert [row.device for row in records.truth(device="pdu-1").rows] == ["pdu-1"]


def test_more_events_than_are_read_are_cut_off_and_that_is_said_with_the_window(records: Records) -> None:
    for number in range(4):
        records.confirmed(str(number), 600 - 100 * number, 10.0)
    found = records.truth(most=7)
    assert found.truncated
    assert found.since == rows.timestamp(NOW_MS - 490_000)
    assert [(row.sent, row.confirmed, row.since) for row in found.rows] == [(2, 2, found.since)]
    assert not records.truth().truncated


def test_an_owner_that_does_not_name_the_act_tells_it_by_the_first_word_of_the_title(records: Records) -> None:
    records.confirmed("a", 60, 1.0, act="outlet_on", said="")
    assert records.row().act == "outlet_on"


def test_the_statistics_touch_the_index_alone(records: Records) -> None:
    asked = {"start": 0, "end": NOW_MS, "device": "", "most": commands.MOST_EVENTS}
    plan = records.database.read(lambda c: c.execute(sa.text(f"EXPLAIN QUERY PLAN {commands.COUNTS.text}"), asked).all())
    told = [row.detail for row in plan]
    assert any("SEARCH events USING COVERING INDEX ix_events_commands (happened_ms>? AND happened_ms<?)" in one for one in told)
    assert not any("SCAN events" in one for one in told)


def test_the_newest_commands_come_first_with_their_life_and_what_their_device_said_later(records: Records) -> None:
    records.confirmed("a", 60, 5.0)
    records.tell("b", "sent", 40)
    records.tell("b", "expired", 10, seconds=30.0)
    records.tell("b", None, 5, detail="queued for an hour")
    records.tell("c", "sent", 1)
    found = records.database.read(lambda c: lives.newest(c, 10)).commands
    assert [(one.command_id, one.state, one.seconds) for one in found] == [
        ("c", "open", None), ("b", "expired", 30.0), ("a", "confirmed", 5.0),
    ]  # fmt: skip
    assert [(step.phase, step.detail) for step in found[1].life] == [("sent", ""), ("expired", ""), (None, "queued for an hour")]
    assert [one.command_id for one in records.database.read(lambda c: lives.newest(c, 1)).commands] == ["c"]
    assert records.database.read(lambda c: lives.newest(c, 10, "pdu-9")).commands == ()


def test_commands_recorded_before_there_was_a_column_for_it_get_their_act_from_the_title(tmp_path: Path) -> None:
    records = Records(tmp_path / "mine_data.db")
    records.confirmed("a", 60, 5.0, act="fan_on")
    records.database.close()
    with sqlite3.connect(records.database.path) as plain:
        for table in ("minutes", "quarters", "hours", "tier_marks", "dirty_hours", "audit"):
            plain.execute(f"DROP TABLE {table}")
        for index in ("commands", "command_id", "turns", "acts"):
            plain.execute(f"DROP INDEX ix_events_{index}")
        plain.execute("ALTER TABLE events DROP COLUMN act")
        plain.execute("CREATE TEMP TABLE one AS SELECT * FROM events WHERE id = 1")
        plain.execute("UPDATE one SET id = 99, ledger_seq = 99, kind = 'decision', title = 'Mode normal'")
        plain.execute("INSERT INTO events SELECT * FROM one")
        plain.execute("UPDATE alembic_version SET version_num = '0001'")
    plain.close()
    assert records.row().act == "fan_on"
    acts = records.database.read(lambda c: c.exec_driver_sql("SELECT DISTINCT kind, act FROM events ORDER BY kind").all())
    assert [tuple(row) for row in acts] == [("command", "fan_on"), ("decision", "")]
    assert records.database.read(lambda c: c.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()) == HEAD
    records.database.close()


def superseding(first: Act, then: Act) -> str:
    """The words of the controller's book for an order that another takes the place of while it is under way."""
    book = Book(iter(("first", "then")))
    book.intend([Order("foreman", first, "miner-1", 100.0)], moment(1.0))
    ended, _ = book.intend([Order("foreman", then, "miner-1", 100.0)], moment(2.0))
    assert ended.phase is CommandPhase.EXPIRED
    return ended.detail


def test_a_command_whose_opposite_was_ordered_meanwhile_is_no_failure(records: Records) -> None:
    records.confirmed("ok", 100, 5.0, act="wake")
    records.tell("w", "sent", 60, act="wake")
    records.tell("w", "expired", 50, seconds=10.0, act="wake", detail=superseding(Act.WAKE, Act.SLEEP))
    row = records.row()
    assert (row.sent, row.confirmed, row.expired, row.superseded, row.open) == (2, 1, 0, 1, 0)
    assert (row.share_confirmed, row.last_failure) == (1.0, None)


def test_a_command_that_had_to_be_repeated_has_failed(records: Records) -> None:
    records.tell("w", "sent", 60, act="wake")
    records.tell("w", "expired", 50, seconds=10.0, act="wake", detail=superseding(Act.WAKE, Act.WAKE))
    row = records.row()
    assert (row.expired, row.superseded, row.share_confirmed) == (1, 0, 0.0)
    assert row.last_failure is not None


def test_the_last_failure_is_not_hidden_by_what_was_superseded_later(records: Records) -> None:
    records.tell("a", "sent", 90, act="wake")
    records.tell("a", "failed", 80, seconds=10.0, act="wake", detail="no answer")
    records.tell("w", "sent", 60, act="wake")
    records.tell("w", "expired", 50, seconds=10.0, act="wake", detail=superseding(Act.WAKE, Act.SLEEP))
    row = records.row()
    assert (row.failed, row.superseded) == (1, 1)
    assert row.last_failure is not None and row.last_failure.words == "no answer"
