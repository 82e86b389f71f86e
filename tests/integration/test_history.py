"""The history on a real disk, fed over a real broker, and read with plain sqlite3."""

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from services.api.history.schema import HEAD
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Reading, Reported, Stored
from services.shared.settings import sections
from services.shared.vocabulary import AlarmKind, CommandPhase, Mode, Quality
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{folder / 'mine_data.db'}?mode=ro", uri=True) as connection:
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.rollback()


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def found(folder: Path, query: str, count: int) -> Any:
    def look() -> bool:
        try:
            return len(rows(folder, query)) >= count
        except sqlite3.Error:
            return False

    return look


def event(seq: int, title: str = "decided", at: float = 1_800_000_000.0) -> Event:
    return Event(subject=("controller",), ledger_seq=seq, kind="decision", happened_at=at + seq, title=title, reasons=("why",))


def reading(at: float, value: float | None = 21.0, quantity: str = "sensor-1") -> Reading:
    quality = Quality.BAD if value is None else Quality.GOOD
    return Reading(
        subject=("roomalert-1", quantity), device="roomalert-1", quantity=quantity, value=value, unit="Cel", quality=quality,
        poll_started_mono_s=Clock().now().mono_s, measured_at=at,
    )  # fmt: skip


async def test_events_sent_twice_are_stored_once_and_their_owner_is_told(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    stored: list[Stored] = []
    admin = broker.settings("admin")
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(admin, "controller", site, (Stored, lambda message, _: stored.append(message))) as bus,
    ):
        await until(lambda: api.bus.connected)
        for seq in (1, 2, 3, 2, 1, 3):
            bus.publish(event(seq))
        await until(lambda: stored and stored[-1].ledger_seq == 3)
        assert [message.owner for message in stored] == ["controller"] * len(stored)
        assert rows(tmp_path, "SELECT ledger_seq, title FROM events ORDER BY id") == [(n, "decided") for n in (1, 2, 3)]
        page = (await api.get("/api/v1/events?after=1&limit=1")).body
        assert [row["ledger_seq"] for row in page["events"]] == [2]
        assert page["events"][0]["reasons"] == ["why"]
        assert page["next_after"] == page["events"][0]["id"]
        bus.publish(event(4).model_copy(update={"kind": "command", "subject": ("controller",)}))
        await until(lambda: stored[-1].ledger_seq == 4)
        assert [row["ledger_seq"] for row in (await api.get("/api/v1/events")).body["events"]] == [1, 2, 3, 4]
        assert [row["ledger_seq"] for row in (await api.get("/api/v1/events?commands=false")).body["events"]] == [1, 2, 3]


async def test_a_gap_holds_the_mark_until_it_is_filled(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    stored: list[int] = []
    admin = broker.settings("admin")
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(admin, "controller", site, (Stored, lambda message, _: stored.append(message.ledger_seq))) as bus,
    ):
        await until(lambda: api.bus.connected)
        for seq in (1, 2, 5):
            bus.publish(event(seq))
        await until(found(tmp_path, "SELECT * FROM events", 3))
        await until(lambda: bool(stored))
        assert max(stored) == 2
        bus.publish(event(4))
        bus.publish(event(3))
        await until(lambda: stored[-1] == 5)


async def test_the_owner_is_told_at_the_next_start_where_to_go_on(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    stored: list[int] = []
    admin = broker.settings("admin")
    async with voice(admin, "controller", site, (Stored, lambda message, _: stored.append(message.ledger_seq))) as bus:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected)
            bus.publish(event(1))
            await until(lambda: stored == [1])
        stored.clear()
        async with running(tmp_path, broker.settings("api"), site):
            await until(lambda: stored == [1])


async def test_readings_redelivered_are_stored_once_and_a_run_of_bad_ones_once(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api:
        async with voice(broker.settings("admin"), "collector", site) as bus:
            await until(lambda: api.bus.connected)
            for at, value in ((100.0, 20.0), (100.0, 20.0), (110.0, None), (120.0, None), (130.0, 22.0)):
                bus.publish(reading(1_800_000_000.0 + at, value))
            await until(lambda: _shown(api, 22.0))
        await api.stop()
        found_rows = rows(tmp_path, "SELECT ts_ms - 1800000000000, value, flags & 1 FROM readings ORDER BY ts_ms")
        assert found_rows == [(100_000, 20.0, 0), (110_000, None, 1), (130_000, 22.0, 0)]
        assert rows(tmp_path, "SELECT device, quantity, unit FROM sensors") == [("roomalert-1", "sensor-1", "Cel")]


async def _shown(api: Running, value: float) -> bool:
    sensors = (await api.get("/dashboard_data.json")).body["sensors"]
    return bool(sensors) and sensors[0]["value"] == value


async def test_a_chart_comes_in_buckets_and_a_gap_is_a_gap(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    start = 1_800_000_000
    async with voice(broker.settings("admin"), "collector", site) as bus:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected)
            for second in (*range(10), *range(90, 100)):
                bus.publish(reading(start + second, float(second)))
            await until(lambda: _shown(api, 99.0))
        async with running(tmp_path, NOBODY) as api:
            query = f"sensor=roomalert-1/sensor-1&from={start}&to={start + 100}&buckets=10"
            chart = (await api.get(f"/api/v1/series?{query}")).body
            assert [bucket["at"] - start for bucket in chart["buckets"]] == [0, 90]
            assert chart["buckets"][0].items() >= {"at": start, "mean": 4.5, "lowest": 0.0, "highest": 9.0, "count": 10}.items()
            iso = "sensor=roomalert-1/sensor-1&from=2027-01-15T08:00:00Z&to=2027-01-15T08:02:00Z"
            assert (await api.get(f"/api/v1/series?{iso}")).body["unit"] == "Cel"
            assert (await api.get("/api/v1/series?sensor=no/thing&from=1&to=2")).status == 404


async def test_state_rows_are_readable_with_plain_sqlite3_one_per_mode_and_one_per_interval(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    every = sections.General(site=site, loop_interval_minutes=0.02)
    async with (
        running(tmp_path, broker.settings("api"), site, general=every) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
    ):
        await until(lambda: api.bus.connected)
        bus.publish(Reported(subject=("a",), group="a", members=()))
        bus.publish(state(Mode.NORMAL))
        bus.publish(state(Mode.CURTAILING))
        query = "SELECT mode, measured_kw, signal_level FROM mine_states WHERE mode IS NOT NULL GROUP BY mode ORDER BY mode"
        await until(found(tmp_path, query, 2))
        assert rows(tmp_path, query) == [("curtailing", 3.5, "control"), ("normal", 3.5, "control")]
        await until(found(tmp_path, "SELECT * FROM mine_states WHERE mode = 'curtailing'", 3), deadline_s=10)
        stamps = [stamp for (stamp,) in rows(tmp_path, "SELECT timestamp FROM mine_states ORDER BY id")]
        assert stamps == sorted(stamps)
        newest = rows(tmp_path, "SELECT max(timestamp), datetime('now') FROM mine_states WHERE datetime(timestamp) IS NOT NULL")[
            0
        ]
        assert newest[0][:13].replace("T", " ") == newest[1][:13]
        page = (await api.get("/api/v1/state-rows?limit=1")).body
        assert page["rows"][0]["mode"] == "curtailing"


async def test_a_row_written_while_the_controller_is_silent_holds_nothing_known(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY, general=sections.General(loop_interval_minutes=0.01)):
        query = "SELECT mode, measured_kw, unknown_kw, miners_hashing, alarms_open, reasons FROM mine_states"
        await until(found(tmp_path, query, 1))
        assert rows(tmp_path, query)[0] == (None, None, None, None, None, '["the broker cannot be reached"]')


async def test_a_damaged_database_is_set_aside_with_an_alarm_and_a_new_one_begins(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    alarms: list[Alarm] = []
    await asyncio.to_thread((tmp_path / "mine_data.db").write_bytes, b"not a database at all " * 500)
    async with (
        voice(broker.settings("admin"), "notifier", site, (Alarm, lambda message, _: alarms.append(message))),
        running(tmp_path, broker.settings("api"), site) as api,
    ):
        await until(lambda: any(alarm.active and alarm.key == "database" for alarm in alarms))
        await until(lambda: _stored_again(api), deadline_s=10)
        aside = [path for path in files(tmp_path) if ".damaged-" in path.name]
        assert len(aside) == 1
        assert aside[0].read_bytes().startswith(b"not a database")
        assert rows(tmp_path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
        assert alarms[-1].active, "a person has to take the damaged file away"
        assert aside[0].name in alarms[-1].cause


async def _stored_again(api: Running) -> bool:
    return bool((await api.get("/dashboard_data.json")).body["history"]["ok"])


async def test_a_database_that_is_deleted_while_it_runs_is_begun_anew(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        await until(lambda: api.bus.connected)
        bus.publish(event(1))
        await until(found(tmp_path, "SELECT * FROM events", 1))
        for path in files(tmp_path):
            path.unlink()
        bus.publish(event(2))
        await until(found(tmp_path, "SELECT * FROM events WHERE ledger_seq = 2", 1))


async def test_a_locked_database_holds_nothing_up_and_is_caught_up_later(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        await until(lambda: _stored_again(api))
        await until(lambda: api.bus.connected)
        holder = sqlite3.connect(tmp_path / "mine_data.db", isolation_level=None)
        try:
            holder.execute("BEGIN IMMEDIATE")
            bus.publish(event(1))
            bus.publish(state())

            async def shown() -> bool:
                started_s = time.monotonic()
                known = (await api.get("/api/status")).body["mode"] == "curtailed"
                assert time.monotonic() - started_s < 2
                return known

            await until(shown)

            async def told() -> bool:
                return "locked" in (await api.get("/dashboard_data.json")).body["history"]["reason"]

            await until(told, deadline_s=15)
        finally:
            holder.close()
        await until(found(tmp_path, "SELECT * FROM events", 1), deadline_s=15)
        await until(lambda: _stored_again(api), deadline_s=15)


async def test_a_folder_that_cannot_be_written_leaves_the_page_working(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    await asyncio.to_thread(blocked.write_text, "")
    async with running(blocked, NOBODY) as api:
        assert (await api.get("/api/status")).status == 200
        assert (await api.get("/dashboard_data.json")).body["history"]["ok"] is False
        answer = await api.get("/api/v1/events")
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_an_alarm_is_recorded_at_its_rise_and_its_fall(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "collector", site) as bus:
        await until(lambda: api.bus.connected)
        for active in (True, True, False):
            bus.publish(
                Alarm(
                    subject=("hot",),
                    key="hot",
                    active=active,
                    kind=AlarmKind.WARNING,
                    cause="it is hot",
                    since_at=1_800_000_000.0,
                )
            )
        query = "SELECT active, kind, cause FROM alarms WHERE key = 'hot' ORDER BY id"
        await until(found(tmp_path, query, 2))
        assert rows(tmp_path, query) == [(1, "warning", "it is hot"), (0, "warning", "it is hot")]


def told(seq: int, phase: CommandPhase, at: float, command: str = "b-1", **more: Any) -> Event:
    fields = {"device": "foreman", "target": "miner-1", "act": "sleep", "command_id": command} | more
    title = f"sleep miner-1 {phase.value}"
    return Event(subject=("controller",), ledger_seq=seq, kind="command", happened_at=at, title=title, phase=phase, **fields)


async def test_what_a_command_did_is_told_by_device_and_act_and_its_life_step_by_step(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    at = time.time() - 600
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        await until(lambda: api.bus.connected)
        bus.publish(told(1, CommandPhase.SENT, at))
        bus.publish(told(2, CommandPhase.ACKNOWLEDGED, at + 1, seconds=1.0))
        bus.publish(told(3, CommandPhase.CONFIRMED, at + 30, seconds=30.0))
        bus.publish(told(4, CommandPhase.SENT, at + 2, "b-2"))
        bus.publish(told(5, CommandPhase.REFUSED, at + 3, "b-2", seconds=1.0, detail="HTTP 429"))
        await until(found(tmp_path, "SELECT * FROM events", 5))
        (row,) = (await api.get("/api/commands?hours=1")).body["rows"]
        counts = {key: row[key] for key in ("device", "act", "sent", "confirmed", "refused", "open", "p95_s", "share_confirmed")}
        assert counts == {
            "device": "foreman", "act": "sleep", "sent": 2, "confirmed": 1, "refused": 1, "open": 0, "p95_s": 30.0,
            "share_confirmed": 0.5,
        }  # fmt: skip
        assert row["last_failure"]["words"] == "HTTP 429"
        assert (await api.get("/api/commands?device=pdu-1")).body["rows"] == []
        newest = (await api.get("/api/commands/recent?limit=1")).body["commands"]
        assert [(one["command_id"], one["state"]) for one in newest] == [("b-1", "confirmed")]
        assert [step["phase"] for step in newest[0]["life"]] == ["sent", "acknowledged", "confirmed"]


async def test_a_window_or_a_number_that_is_not_allowed_is_a_problem_and_no_history_another(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for query in ("?hours=0", "?hours=721", "?hours=day", "?hours=nan", "/recent?limit=0", "/recent?limit=201"):
            answer = await api.get(f"/api/commands{query}")
            assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json"), query
    blocked = tmp_path / "a-file"
    await asyncio.to_thread(blocked.write_text, "")
    async with running(blocked, NOBODY) as api:
        assert (await api.get("/api/commands")).status == 503
        assert (await api.get("/api/commands/recent")).status == 503
