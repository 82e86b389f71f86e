"""What is lost reaches the records once, also over a restart of the api, and the answer to why tells it of that moment."""

from pathlib import Path
from typing import Any

import pytest

from services.api.history import happened
from services.api.history.happened import Choice, EventRow
from services.api.history.writer import History
from services.api.image import Image
from services.api.losses.watch import SETTLE_S, LossesWatch
from services.api.why import Calendar
from services.api.why_notes import of_losses
from services.shared.messages import DeviceHealth, Devices, Presence
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState
from tests.unit.api.builders import HandClock


class Api:
    """One process of it on a real file. The collector lives and reads two devices."""

    def __init__(self, folder: Path, clock: HandClock, boot: str = "api-1") -> None:
        self.clock = clock
        self.image = Image(Settings(), clock)
        self.history = History(folder, clock=clock, publish=lambda _: None)
        self.connected = True
        self.watch = LossesWatch(self.image, self.history, boot, broker=lambda: self.connected)
        self.seq = 0
        self.began_at = clock.now().wall_s

    def hears(self, *lost: str) -> None:
        self.seq += 1
        told: dict[str, Any] = {"seq": self.seq, "host_boot": "this-boot", "source": "collector", "boot": "b-1"}
        self.image.take_presence(Presence(state="online", version="1.0.0", sent_at=self.began_at, **told))
        states = {name: HealthState.LOST if name in lost else HealthState.OK for name in ("pdu-1", "pdu-2")}
        now_at = self.clock.now().wall_s
        healths = (
            DeviceHealth(
                device=name, kind="snmp_pdu", state=one, reason="no answer" if name in lost else "", last_ok_mono_s=None,
                lost_since_at=now_at if name in lost else None,
            )
            for name, one in states.items()
        )  # fmt: skip
        self.image.take_devices(Devices(devices=tuple(healths), **told))

    async def lives(self, seconds: float, *lost: str) -> None:
        for _ in range(int(seconds)):
            self.clock.leap(1.0)
            self.hears(*lost)
            await self.watch.once()

    async def rows(self) -> list[EventRow]:
        return await self.history.read(lambda c: happened.events(c, Choice(kinds=("service",)), limit=100))

    async def why(self, ago_s: float) -> list[str]:
        now_at = self.clock.now().wall_s
        return await self.history.read(lambda c: of_losses(c, int((now_at - ago_s) * 1000), Calendar("UTC"), now_at))


@pytest.mark.asyncio
async def test_a_device_that_is_lost_over_a_restart_of_the_api_is_one_loss_and_one_return(tmp_path: Path) -> None:
    clock = HandClock()
    before = Api(tmp_path, clock)
    await before.lives(SETTLE_S + 30)
    await before.lives(60, "pdu-1")
    assert [(row.title, row.device, row.act) for row in await before.rows()] == [
        ("api and collector began anew", "", "began"),
        ("pdu-1 does not answer", "pdu-1", "lost"),
    ]
    await before.history.close()
    after = Api(tmp_path, clock, "api-2")
    await after.lives(SETTLE_S + 40, "pdu-1")
    assert [row.title for row in await after.rows()][2:] == ["api began anew"]
    assert [note.split(" from ")[0] for note in await after.why(30)] == ["pdu-1 did not answer"]
    await after.lives(60)
    last = (await after.rows())[-1]
    assert (last.title, last.device) == ("pdu-1 answers again", "pdu-1")
    assert last.seconds == pytest.approx(121, abs=3)
    (note,) = await after.why(100)
    assert "until now" not in note and note.endswith(": no answer")
    assert await after.why(20) == []
    await after.history.close()


@pytest.mark.asyncio
async def test_a_service_that_hangs_is_a_loss_dated_when_it_was_heard_last_and_its_devices_are_none(tmp_path: Path) -> None:
    api = Api(tmp_path, HandClock())
    await api.lives(SETTLE_S + 30)
    for _ in range(60):
        api.clock.leap(1.0)
        await api.watch.once()
    (row,) = (await api.rows())[1:]
    assert (row.title, row.reasons) == ("collector lost", ("it says nothing: it hangs, or is cut off",))
    (note,) = await api.why(50)
    assert note.startswith("the collector was lost from ") and " until now: it says nothing" in note
    await api.history.close()


@pytest.mark.asyncio
async def test_while_the_broker_is_away_nobody_else_is_lost(tmp_path: Path) -> None:
    api = Api(tmp_path, HandClock())
    await api.lives(SETTLE_S + 30)
    api.connected = False
    for _ in range(120):
        api.clock.leap(1.0)
        await api.watch.once()
    api.connected = True
    await api.lives(SETTLE_S + 60)
    assert [row.title for row in await api.rows()][1:] == ["broker lost", "broker back"]
    await api.history.close()


@pytest.mark.asyncio
async def test_what_a_full_disk_does_not_take_is_recorded_when_it_does(tmp_path: Path) -> None:
    api = Api(tmp_path, HandClock())
    await api.lives(SETTLE_S + 30)
    tables = await api.history.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM events").scalar())
    await api.history.write(lambda c: c.exec_driver_sql("ALTER TABLE events RENAME TO events_away"))
    await api.lives(20, "pdu-1")
    await api.history.write(lambda c: c.exec_driver_sql("ALTER TABLE events_away RENAME TO events"))
    await api.lives(5, "pdu-1")
    assert tables == 1 and [row.title for row in await api.rows()][1:] == ["pdu-1 does not answer"]
    await api.history.close()
