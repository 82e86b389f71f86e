"""`mine once` with no controller, no collector and no broker: one pass of the product's own decision over real sockets."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.api.history import care
from services.controller.core.memory import Phase, State, Trip
from services.controller.core.moments import Stamp
from services.controller.ledger import Ledger
from services.controller.ledger_file import taken
from services.shared import restored
from services.shared.clock import Clock, host_boot
from tests.integration.lone_site import MINERS, Lone, killed, lone
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_observe_shows_what_it_would_do_and_sends_nothing(tmp_path: Path) -> None:
    async with lone(tmp_path, GENERAL_CONTROL="observe") as it:
        await it.signal("control")
        code, said = await it.once()
        assert (code, said["mode"], said["orders"]) == (0, "curtailing", [])
        assert said["would_do"] == [f"sleep {MINERS} by foreman"]
        assert it.states == {"hashing": MINERS}


async def test_a_site_that_was_restored_from_a_backup_observes_however_it_is_configured(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    restored.observe(tmp_path / "data", "restored from a backup")
    async with lone(tmp_path) as it:
        await it.signal("control")
        code, said = await it.once()
        assert (code, said["control"], said["orders"]) == (0, "observe", [])
        assert it.states == {"hashing": MINERS}


async def test_control_takes_the_load_off_until_the_meters_prove_it_and_normal_wakes_nothing(tmp_path: Path) -> None:
    care.init(tmp_path / "data" / "mine_data.db")
    async with lone(tmp_path) as it:
        await it.signal("control")
        code, said = await it.once()
        assert (code, said["wrong"], said["mode"]) == (0, [], "curtailed")
        assert said["load"]["proven"]
        assert {(one["act"], one["phase"]) for one in said["orders"]} >= {("sleep", "confirmed")}
        assert it.states == {"asleep": MINERS}
        await it.signal("normal")
        code, said = await it.once()
        assert (code, it.states) == (0, {"asleep": MINERS})
        assert not {one["act"] for one in said["orders"]} & {"wake", "outlet_on"}
        assert _recorded(it)["mine_states"] == 2


async def test_what_it_does_is_in_the_ledger_and_the_audit_and_the_records_get_it_all(tmp_path: Path) -> None:
    async with lone(tmp_path) as it:
        await it.signal("control")
        code, said = await it.once()
        assert (code, said["recorded"]) == (0, False)
        events = _ledger(it, "SELECT document FROM events")
        assert [text for text in events if '"once, alone"' in text and '"audit"' in text]
        assert sum('"confirmed"' in text for text in events) == MINERS
        care.init(tmp_path / "data" / "mine_data.db")
        assert (await it.once())[1]["recorded"]
        stored = _recorded(it)
        assert stored["events"] >= len(events)
        assert stored["mine_states"] == 1


async def test_load_stays_on_and_fans_that_stand_are_switched_on(tmp_path: Path) -> None:
    async with lone(tmp_path) as it:
        for channel in (2, 5):
            it.site.plant.set_coil("relay-1", channel, True)
        code, said = await it.once()
        assert (code, it.states) == (0, {"hashing": MINERS})
        assert sorted((one["act"], one["target"]) for one in said["orders"]) == [("fan_on", "fan-3"), ("fan_on", "fan-6")]
        assert [fan["running"] for fan in said["fans"]] == ["on"] * 9


async def test_a_trip_of_the_ledger_stays_and_takes_the_load_off(tmp_path: Path) -> None:
    await _tripped(tmp_path / "data", "stop")
    async with lone(tmp_path) as it:
        code, said = await it.once()
        assert (code, said["mode"], [trip["key"] for trip in said["trips"]]) == (0, "emergency", ["stop"])
        assert "hashing" not in it.states
        assert '"key":"stop"' in _ledger(it, "SELECT document FROM state")[0]


async def test_smoke_stops_the_load_and_no_fan_is_switched_where_smoke_stops_them(tmp_path: Path) -> None:
    async with lone(tmp_path) as it:
        it.site.plant.set_switch("smoke", True)
        it.site.plant.set_coil("relay-1", 4, True)
        _, said = await it.once()
        assert [trip["key"] for trip in said["trips"]] == ["smoke"]
        assert "hashing" not in it.states
        assert not [one for one in said["orders"] if one["act"].startswith("fan")]
        assert it.site.plant.coil("relay-1", 4)


async def test_devices_that_are_silent_are_named_with_the_reason_and_end_it_with_1(tmp_path: Path) -> None:
    async with lone(tmp_path) as it:
        it.site.faults.set("roomalert-1", "garbage")
        it.site.faults.set("relay-1", "hang")
        process = await it.begin("once")
        out, _ = await process.communicate()
        lines = out.decode().splitlines()
        assert process.returncode == 1
        assert [line for line in lines if line.startswith("  roomalert-1: silent, ")]
        assert [line for line in lines if line.startswith("  relay-1: silent, ")]
        assert "  foreman: answers" in lines
        assert "Not as it must be: no answer of roomalert-1, relay-1" in lines
        assert it.states == {"hashing": MINERS}


async def test_load_that_does_not_come_off_in_the_time_given_is_told_as_unproven(tmp_path: Path) -> None:
    async with lone(tmp_path) as it:
        it.site.faults.set("foreman", "lie")
        await it.signal("control")
        code, said = await it.once("--seconds", "8")
        assert (code, said["mode"], said["load"]["proven"], said["in_time"]) == (1, "curtailing", False, False)
        assert [one for one in said["wrong"] if one.startswith("load is asked off and not proven off: ")]


async def test_where_a_controller_holds_the_ledger_and_nobody_can_be_asked_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with lone(tmp_path) as it:
        await it.signal("control")
        lock = taken(tmp_path / "data" / "ledger.db")
        (tmp_path / "data" / "ledger.db").touch()
        try:
            code, said = await it.once()
        finally:
            lock.close()
        assert (code, "nothing was done" in said["error"]) == (3, True)
        assert it.states == {"hashing": MINERS}


async def test_killed_in_the_middle_the_next_pass_ends_it(tmp_path: Path) -> None:
    async with lone(tmp_path, FOREMAN_CALLS_PER_SECOND="3") as it:
        await it.signal("control")
        process = await it.begin("once")
        await until(lambda: it.states.get("asleep", 0) >= 2, 30)
        await killed(process)
        assert it.states["hashing"] > 0
        code, said = await it.once(MINE_FOREMAN_CALLS_PER_SECOND="15")
        assert (code, said["mode"], it.states) == (0, "curtailed", {"asleep": MINERS})
        runs = {name[:8] for name in _ledger(it, "SELECT json_extract(document, '$.command_id') FROM events") if name}
        assert len(runs) == 2


async def _tripped(folder: Path, key: str) -> None:
    """A ledger as a controller left it that was tripped."""
    now = Clock("yes").now()
    stamp = Stamp(now.mono_s, now.wall_s, True, host_boot())
    ledger = Ledger(folder / "ledger.db")
    await ledger.commit(State(Phase.SHED, started=stamp, trips=(Trip(key, "a person pressed it", stamp),)), {}, ())
    ledger.close()


def _ledger(it: Lone, query: str) -> list[Any]:
    with closing(sqlite3.connect(it.folder / "data" / "ledger.db")) as db:
        return [row[0] for row in db.execute(query)]


def _recorded(it: Lone) -> dict[str, int]:
    with closing(sqlite3.connect(it.folder / "data" / "mine_data.db")) as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("events", "mine_states")}
