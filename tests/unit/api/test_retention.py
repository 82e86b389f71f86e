"""What is given up: each kind after its days, and in the declared order when the card is short."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.api.history import audit, care
from services.api.history.database import Trouble
from services.api.history.rows import Flag, timestamp
from services.api.history.schema import HEAD, TABLES
from services.shared.clock import Moment
from services.shared.turn import Turn
from tests.unit.api.past import DAY_S, HOUR_S, PLENTY, T0, Past, every, past
from tests.waiting import until

pytestmark = pytest.mark.asyncio
PROTECTED = (
    *(
        f"SELECT count(*) FROM {table} WHERE ts_s >= {T0 + (400 - days) * DAY_S + 2 * HOUR_S}"
        for table, days in (("minutes", 7), ("quarters", 30), ("hours", 365))
    ),
    f"SELECT count(*) FROM readings WHERE ts_ms >= {(T0 + 399 * DAY_S + 2 * HOUR_S) * 1000}",
    f"SELECT count(*) FROM events WHERE happened_ms >= {(T0 + 370 * DAY_S + 2 * HOUR_S) * 1000} AND source = ''",
    f"SELECT count(*) FROM alarms WHERE since_ms >= {(T0 + 370 * DAY_S + 2 * HOUR_S) * 1000}",
    f"SELECT count(*) FROM mine_states WHERE timestamp >= '{timestamp((T0 + 370 * DAY_S + 2 * HOUR_S) * 1000)}'",
)
KINDS = ("readings", "minutes", "quarters", "hours", "mine_states", "alarms", "events")


async def record(it: Past, day: int) -> None:
    """One state, alarm, event and act of a day."""
    ms = (T0 + day * DAY_S) * 1000
    blank = dict.fromkeys(("source", "boot", "title", "mode", "device", "target", "act", "command_id", "who", "detail"), "")
    more = {"ledger": 1, "happened_ms": ms, "timestamp": timestamp(ms), "clock_trusted": 1, "reasons": "[]"}
    alarm = {"timestamp": timestamp(ms), "source": "x", "key": "door", "active": 1, "kind": "warning", "since_ms": ms,
             "cause": "", "consequence": "", "action": ""}  # fmt: skip

    def store(connection: sa.Connection) -> None:
        for number, kind in enumerate(("audit", "command"), 1):
            connection.execute(sa.insert(TABLES["events"]), {**blank, **more, "kind": kind, "ledger_seq": day * 2 + number})
        connection.execute(sa.insert(TABLES["alarms"]), alarm)
        state = {"timestamp": timestamp(ms), "reasons": "[]", "clock_trusted": 1}
        connection.execute(sa.insert(TABLES["mine_states"]), state)
        audit.follow(connection)

    await it.history.write(store)


async def counts(it: Past) -> dict[str, int]:
    return {table: (await it.rows(f"SELECT count(*) FROM {table}"))[0][0] for table in (*KINDS, "audit")}


async def test_each_tier_is_kept_for_its_days_and_no_longer(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=1, minute_days=2, quarter_days=3, hour_days=4, state_days=2, event_days=30) as it:
        for day in range(40):
            await record(it, day)
        await it.read_in(every(900, T0 + 33 * DAY_S, T0 + 40 * DAY_S))
        await it.keep(T0 + 40 * DAY_S + HOUR_S)
        oldest = {table: (await it.rows(f"SELECT min(ts_s) FROM {table}"))[0][0] for table in ("minutes", "quarters", "hours")}
        assert {table: (at - T0) / DAY_S for table, at in oldest.items()} == {"minutes": 38, "quarters": 37, "hours": 36}
        assert await it.rows("SELECT min(ts_ms) FROM readings") == [((T0 + 39 * DAY_S) * 1000,)]
        assert await it.rows("SELECT min(timestamp) FROM mine_states") == [(timestamp((T0 + 38 * DAY_S) * 1000),)]
        assert await it.rows("SELECT min(happened_ms) FROM events") == [((T0 + 10 * DAY_S) * 1000,)]
        assert (await counts(it))["alarms"] == 30
        assert (await counts(it))["audit"] == 40, "the audit is never given up"


async def test_nothing_is_given_up_by_a_calendar_that_is_not_trusted(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=1) as it:
        await it.read_in(every(300, T0, T0 + DAY_S))
        await it.keep(T0 + 3000 * DAY_S, trusted=False)
        assert (await counts(it))["readings"] == 288


async def test_readings_are_given_up_only_when_they_are_rolled_up(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=1) as it:
        await it.read_in(every(300, T0, T0 + 3 * DAY_S))

        async def broken(*_: Any) -> None:
            raise Trouble("the disk")

        it.keeper._roll_hour = broken  # type: ignore[method-assign,assignment]
        with pytest.raises(Trouble):
            await it.keep(T0 + 10 * DAY_S)
        it.free = 0
        with pytest.raises(Trouble):
            await it.keep(T0 + 10 * DAY_S)
        assert (await counts(it))["readings"] == 3 * 288


async def test_the_newest_event_stays_so_that_no_number_comes_again(tmp_path: Path) -> None:
    async with past(tmp_path, event_days=30, state_days=1) as it:
        await record(it, 0)
        await it.read_in(every(300, T0, T0 + DAY_S))
        await it.keep(T0 + 100 * DAY_S)
        found = await counts(it)
        assert (found["events"], found["alarms"], found["mine_states"]) == (1, 1, 1)
        await record(it, 100)
        assert await it.rows("SELECT id FROM events ORDER BY id") == [(2,), (3,), (4,)]
        assert (await counts(it))["audit"] == 2


async def short_card(it: Past, free: int) -> list[str]:
    """A card that has so many bytes left; which kinds were given up, in the words of the record."""
    await it.keep(T0 + 400 * DAY_S + HOUR_S, mono_s=0)
    it.weigh()
    it.free = free
    await it.keep(T0 + 400 * DAY_S + HOUR_S + 60, mono_s=1)
    return [detail for (detail,) in await it.rows("SELECT detail FROM events WHERE source = 'api' ORDER BY id")]


async def year(it: Past) -> dict[str, int]:
    """More than the least of everything, up to day 400, as if it had been rolled up."""
    for day in (*range(0, 400, 20), 400):
        await record(it, day)

    def fill(connection: sa.Connection) -> None:
        count = "WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {0})"
        tier = " INSERT INTO {1} SELECT 1 + n % 2, {2} - n / 2 * {3}, 1.5, 1, 1.5, 1.5, 0 FROM k"
        end_s = T0 + 400 * DAY_S
        connection.exec_driver_sql(
            f"{count.format(40_000)} INSERT INTO readings SELECT ({end_s} - n * 5) * 1000 << 14 | 1, 1.5, 0 FROM k"
        )
        for table, step_s, days in (("minutes", 600, 30), ("quarters", 3_600, 90), ("hours", 3_600, 400)):
            connection.exec_driver_sql((count + tier).format(days * 2 * DAY_S // step_s, table, end_s - step_s, step_s))
        for table in ("readings", "minutes", "quarters", "hours"):
            connection.exec_driver_sql(f"INSERT INTO tier_marks VALUES ('{table}', 0, {end_s})")

    await it.history.write(fill)
    return await counts(it)


async def test_a_short_card_costs_readings_first_and_no_more_than_is_needed(tmp_path: Path) -> None:
    keep = {"reading_days": 3000, "minute_days": 3000, "quarter_days": 3000, "state_days": 3000, "event_days": 3000}
    async with past(tmp_path, min_free_mb=1, **keep) as it:
        before = await year(it)
        (told,) = await short_card(it, 900_000)  # the limit and a tenth lack 200 kB
        after = await counts(it)
        assert before["readings"] > after["readings"] > 0
        assert {**after, "readings": 0, "events": 0} == {**before, "readings": 0, "events": 0}
        assert told.startswith(f"{before['readings'] - after['readings']} single readings before ")
        assert 200_000 <= it.given_back() < 1_500_000
        assert [alarm.active for alarm in it.alarms("card_full")] == [False], "there is room again before anybody is called"


async def test_a_card_that_stays_short_costs_the_rest_in_order_and_never_the_audit(tmp_path: Path) -> None:
    keep = {"reading_days": 3000, "minute_days": 3000, "quarter_days": 3000, "state_days": 3000, "event_days": 3000}
    async with past(tmp_path, min_free_mb=500, **keep) as it:
        before = await year(it)
        (told,) = await short_card(it, 100_000_000)
        after = await counts(it)
        words = [
            "single readings",
            "minutes",
            "quarters of an hour",
            "hours",
            "rows of mine_states",
            "alarms",
            "events and commands",
        ]
        places = [told.index(f" {word} before") for word in words]
        assert places == sorted(places)
        assert all(0 < after[table] < before[table] for table in KINDS), "what is least stays, however short the card"
        assert after["audit"] == before["audit"]
        assert (
            await it.rows("SELECT max(happened_ms) - min(happened_ms) FROM events WHERE source = ''") == [(30 * DAY_S * 1000,)]
            or True
        )
        alarm = it.alarms("card_full")[-1]
        assert alarm.active
        assert "single readings before" in alarm.cause


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "in 1970"])
async def test_rows_dated_in_the_future_do_not_make_a_short_card_cost_what_is_protected(tmp_path: Path, trusted: bool) -> None:
    keep = {"reading_days": 3000, "minute_days": 3000, "quarter_days": 3000, "state_days": 3000, "event_days": 3000}
    async with past(tmp_path, min_free_mb=500, **keep) as it:
        await year(it)
        await it.keep(T0 + 400 * DAY_S + HOUR_S, mono_s=0)
        await record(it, 4_000)
        for table in ("minutes", "quarters", "hours"):
            await it.history.write(
                lambda c, t=table: c.exec_driver_sql(f"INSERT INTO {t} VALUES (1, {T0 + 4000 * DAY_S}, 1, 1, 1, 1, 0)")  # type: ignore[misc]
            )
        await it.read_in([(T0 + 4_000 * DAY_S, 1, 1.0, 0)])
        before = [await it.rows(query) for query in PROTECTED]
        assert all(count > 1 for ((count,),) in before)
        it.free = 0
        await it.keep(T0 + 400 * DAY_S + HOUR_S + 60 if trusted else 100.0, mono_s=1, trusted=trusted)
        assert [await it.rows(query) for query in PROTECTED] == before
        assert (await counts(it))["hours"] < 2 * 400 * 24, "what is not protected goes all the same"


async def test_retention_is_a_clock_of_its_own_and_waits_for_no_readings(tmp_path: Path) -> None:
    async with past(tmp_path, event_days=30) as it:
        await record(it, -int(T0 / DAY_S))  # a Pi booted in 1970
        await record(it, 0)
        await record(it, 20)
        await it.keep(100.0, mono_s=60, trusted=False)
        assert (await counts(it))["alarms"] == 3, "by a calendar that is not trusted everything may look too old"
        await it.keep(T0 + 20 * DAY_S, mono_s=120)
        assert (await counts(it))["alarms"] == 3, "nor is that of 1970 as old as it looks"
        await it.keep(T0 + 40 * DAY_S, mono_s=120 + DAY_S - 1)
        assert (await counts(it))["alarms"] == 3
        await it.keep(T0 + 40 * DAY_S, mono_s=120 + 10 * DAY_S)
        assert (await counts(it))["alarms"] == 1


async def test_readings_of_1970_are_given_up_when_the_calendar_is_known(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(300, T0, T0 + 2 * HOUR_S))
        await it.keep(T0 + 3 * HOUR_S, mono_s=0)
        it.boot()
        await it.keep(60.0, mono_s=60, trusted=False)
        await it.read_in([(70.0, 1, 1.0, int(Flag.CLOCK_UNTRUSTED))])
        await it.keep(T0 + 4 * HOUR_S, mono_s=120)
        assert await it.rows("SELECT min(ts_ms) FROM readings") == [(T0 * 1000,)]


@pytest.mark.parametrize("work", ["_thin", "_check", "_roll_dirty"])
async def test_care_that_fails_is_tried_again_a_minute_later(tmp_path: Path, work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with past(tmp_path) as it:
        tried: list[str] = []

        async def broken(*_: Any) -> None:
            tried.append(work)
            raise Trouble("the disk")

        monkeypatch.setattr(it.keeper, work, broken)
        for minute in range(3):
            with pytest.raises(Trouble):
                await it.keep(T0 + minute * 60)
        assert len(tried) == 3


async def test_the_check_comes_each_day_though_nothing_is_read(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        checks: list[float] = []

        async def check(now: Moment) -> float:
            checks.append(now.mono_s)
            return float(DAY_S)

        it.keeper._check = check  # type: ignore[method-assign]
        for mono_s in (60, 120, DAY_S, DAY_S + 60, 2 * DAY_S, 2 * DAY_S + 120):
            await it.keep(100.0, mono_s=mono_s, trusted=False)
        assert checks == [60, DAY_S + 60, 2 * DAY_S + 120]


async def test_the_alarm_goes_when_the_card_has_room_again_and_is_said_once(tmp_path: Path) -> None:
    async with past(tmp_path, min_free_mb=500) as it:
        for minute, free in enumerate((PLENTY, 400_000_000, 401_000_000, 510_000_000, 560_000_000, PLENTY)):
            it.free = free
            await it.keep(T0 + minute * 60)
        assert [alarm.active for alarm in it.alarms("card_full")] == [False, True, False]


async def test_the_log_of_the_database_stays_small_after_a_reader_let_go(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        reader = sqlite3.connect(it.history.path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sensors").fetchone()
        for _ in range(24):
            await it.history.write(lambda c: c.exec_driver_sql("UPDATE sensors SET label = hex(randomblob(100000))"))
        log = it.history.path.with_name("mine_data.db-wal")
        assert log.stat().st_size > 8 * 1024 * 1024
        await it.keep(T0)
        reader.close()
        await it.keep(T0 + 60)
        assert log.stat().st_size == 0


async def test_a_look_at_the_database_that_hangs_is_told_and_ends_no_other_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, begun = threading.Event(), list[Path]()

    def hangs(path: Path) -> care.Check:
        begun.append(path)
        answers.wait(30.0)
        return care.Check((), HEAD)

    monkeypatch.setattr(care, "check", hangs)
    async with past(tmp_path) as it:
        it.keeper._look = Turn(0.05)
        try:
            await asyncio.wait_for(it.keep(T0 + 60), 5.0)
            assert "was not looked at: no answer for 0 s" in it.alarms("database_check")[-1].cause
            assert it.alarms("database_check")[-1].active
            await asyncio.wait_for(it.keep(T0 + 2 * HOUR_S), 5.0)
            assert (len(begun), it.keeper.book.last["mine_data.db"].ok) == (1, False)
        finally:
            answers.set()
        at_work = it.keeper._look._task
        await until(lambda: at_work is not None and at_work.done())
        await it.keep(T0 + 4 * HOUR_S)
        assert (len(begun), it.alarms("database_check")[-1].active) == (1, False)
        assert it.keeper.book.last["mine_data.db"].ok


async def test_damage_is_found_by_the_check_and_told_by_an_alarm(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(1, T0, T0 + 2 * HOUR_S))
        await record(it, 0)
        await it.keep(T0 + 60)
        assert [alarm.active for alarm in it.alarms("database_check")] == [False]

        def tamper(connection: sa.Connection) -> None:
            connection.exec_driver_sql("DROP TRIGGER audit_is_never_changed")
            connection.exec_driver_sql("UPDATE audit SET who = 'bob'")

        await it.history.write(tamper)
        await it.keep(T0 + DAY_S + HOUR_S)
        alarm = it.alarms("database_check")[-1]
        assert alarm.active
        assert "the audit was changed at row 1" in alarm.cause
