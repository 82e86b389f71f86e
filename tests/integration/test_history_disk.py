"""A full and a read-only disk under the records: they wait in memory, one alarm says so, and all of them are there afterwards."""

import asyncio
import shutil
import sqlite3
import tempfile
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from services.shared.bus import Bus
from services.shared.messages import Alarm, Event, Stored
from services.shared.vocabulary import Mode
from tests.broker import LiveBroker
from tests.integration.api_running import state, voice
from tests.integration.small_disk import SmallDisk, api_on_small_disk, can_mount
from tests.proof.history_source import reading
from tests.waiting import until

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(150),
    pytest.mark.skipif(not can_mount(), reason="only root may mount a small disk"),
]
AT = 1_800_000_000.0
READINGS = 3_000


def held(folder: Path, query: str) -> set[Any]:
    """Of a copy: SQLite would follow the path out of the other process's file system."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("mine_data.db", "mine_data.db-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(folder / name, Path(copy) / name)
        try:
            with closing(sqlite3.connect(Path(copy) / "mine_data.db")) as db:
                return {row[0] for row in db.execute(query)}
        except sqlite3.Error:
            return set()


class Listener:
    """What the notifier and the controller hear of the records."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []
        self.stored = 0

    def take_alarm(self, alarm: Alarm, _: object) -> None:
        if alarm.key == "database":
            self.alarms.append(alarm)

    def take_stored(self, stored: Stored, _: object) -> None:
        self.stored = stored.ledger_seq

    def is_up(self) -> bool:
        return bool(self.alarms) and self.alarms[-1].active

    def rises(self) -> int:
        levels = [alarm.active for alarm in self.alarms]
        return sum(now and not before for before, now in zip([False, *levels], levels, strict=False))


def publish(bus: Bus, numbers: range) -> None:
    for number in numbers:
        bus.publish(reading(f"sensor-{number % 60}", AT + number))
        if number % 100 == 0:
            seq = number // 100 + 1
            bus.publish(
                Event(subject=("controller",), ledger_seq=seq, kind="decision", happened_at=AT + number, title=f"decision {seq}")
            )


async def mode_shown(disk: SmallDisk, mode: Mode) -> bool:
    def ask() -> bytes:
        with urllib.request.urlopen(f"{disk.url}/api/status", timeout=2) as answer:
            return bytes(answer.read())

    return f'"mode":"{mode.value}"'.encode() in (await asyncio.to_thread(ask)).replace(b": ", b":")


async def trouble_and_recovery(disk: SmallDisk, broker: LiveBroker, site: str, *, read_only: bool = False) -> None:
    heard = Listener()
    async with voice(broker.settings("admin"), "controller", site, (Alarm, heard.take_alarm), (Stored, heard.take_stored)) as bus:
        await until(lambda: heard.alarms and not heard.is_up(), 30, "the api records")
        publish(bus, range(READINGS // 2))
        await until(lambda: heard.stored == READINGS // 200, 20)
        await asyncio.to_thread(disk.fill)
        publish(bus, range(READINGS // 2, READINGS))
        await until(heard.is_up, 30, "the alarm")
        assert heard.alarms[-1].consequence.startswith("records wait in memory")
        if read_only:
            await asyncio.to_thread(disk.make_read_only)
            await until(lambda: "full" not in heard.alarms[-1].cause, 40, "the alarm says what it is now")
        bus.publish(state(Mode.NORMAL))
        await until(lambda: mode_shown(disk, Mode.NORMAL), 10, "the page goes on")
        assert heard.stored < READINGS // 100
        if read_only:
            await asyncio.to_thread(disk.make_writable)
        await asyncio.to_thread(disk.empty)
        await until(lambda: not heard.is_up(), 70, "it recovers by itself")
        await until(lambda: heard.stored == READINGS // 100, 30)
        expected = {round((AT + number) * 1000) for number in range(READINGS)}
        await until(lambda: held(disk.folder, "SELECT ts_ms FROM readings") == expected, 40, "every reading")
        assert held(disk.folder, "SELECT ledger_seq FROM events") == set(range(1, READINGS // 100 + 1))
        assert held(disk.folder, "SELECT count(*) FROM readings") == {READINGS}
        assert heard.rises() == 1


async def test_a_full_disk_costs_no_record_once_there_is_room_again(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    with api_on_small_disk(tmp_path, broker, site) as disk:
        await trouble_and_recovery(disk, broker, site)


async def test_a_disk_that_turns_read_only_costs_no_record_once_it_is_writable(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    with api_on_small_disk(tmp_path, broker, site) as disk:
        await trouble_and_recovery(disk, broker, site, read_only=True)


async def test_an_api_that_is_killed_on_a_full_disk_is_given_again_what_waited_in_its_memory(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    heard = Listener()
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    async with voice(broker.settings("admin"), "controller", site, (Alarm, heard.take_alarm)) as bus:
        with api_on_small_disk(first, broker, site) as disk:
            await until(lambda: heard.alarms and not heard.is_up(), 30, "the api records")
            await asyncio.to_thread(disk.fill)
            publish(bus, range(READINGS))
            await until(heard.is_up, 30, "the alarm")
            await until(lambda: bus.waiting == 0, 20)
            disk.kill()
        with api_on_small_disk(second, broker, site) as disk:
            expected = {round((AT + number) * 1000) for number in range(READINGS)}
            await until(lambda: held(disk.folder, "SELECT ts_ms FROM readings") >= expected, 40, "every reading")
