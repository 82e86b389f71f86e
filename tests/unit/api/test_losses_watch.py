"""What is lost reaches the records once, also over a restart of the api, and the answer to why tells it of that moment."""

from pathlib import Path
from typing import Any

import pytest

from services.api.history import happened
from services.api.history.happened import Choice, EventRow
from services.api.history.writer import History
from services.api.image import Image
from services.api.losses.watch import SETTLE_S, LossesWatch
from services.api.why.model import Calendar
from services.api.why.notes import of_losses
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
        self.controller_at: dict[int, float] = {}

    def hears(self, *lost: str) -> None:
        self.seq += 1
        told: dict[str, Any] = {"seq": self.seq, "host_boot": "this-boot", "source": "collector", "boot": "b-1"}
        self.image.signs.take_presence(Presence(state="online", version="1.0.0", sent_at=self.began_at, **told))
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

    def hears_controller(self, boot: int, *, online: bool) -> None:
        words = {"source": "controller", "boot": f"c-{boot}", "seq": 1 if online else 2, "host_boot": "this-boot"}
        sent_at = self.controller_at.setdefault(boot, self.clock.now().wall_s + 1)  # it is seen when that second is lived
        self.image.signs.take_presence(
            Presence(state="online" if online else "offline", version="1.0.0", sent_at=sent_at, **words)  # type: ignore[arg-type]
        )

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
async def test_a_device_that_is_up_298_of_300_seconds_is_called_away_only_while_it_was(tmp_path: Path) -> None:
    api = Api(tmp_path, HandClock())
    await api.lives(SETTLE_S + 30)
    for _ in range(16):
        await api.lives(2, "pdu-1")
        await api.lives(298)
    rows = await api.rows()
    assert len(rows) == 8 and rows[-1].reasons == ("was away 12 times, 24 s in all",)
    away = [ago_s for ago_s in range(5 * 300) if await api.why(ago_s + 3 * 300 + 0.5)]
    assert len(away) == 5 * 2
    await api.history.close()


@pytest.mark.asyncio
async def test_a_controller_that_begins_anew_each_5_minutes_is_called_away_only_while_it_was(tmp_path: Path) -> None:
    api = Api(tmp_path, HandClock())
    for second in range(16 * 300):
        api.hears_controller(second // 300, online=second % 300 < 298)
        await api.lives(1)
    rows = [row for row in await api.rows() if "controller" in row.title]
    assert {row.act for row in rows} == {"began"} and len(rows) == 4
    assert rows[-1].title == "controller began anew 12 times"
    away = [ago_s for ago_s in range(5 * 300) if await api.why(ago_s + 900 + 0.5)]
    assert len(away) == 5 * 2
    await api.history.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("garbled", ["{", "[]", '{"boots": 7}', '{"away": {"x": [1]}}', "[" * 90_000, "NaN", b"\xff\xfe"])
async def test_a_row_that_nobody_can_read_is_skipped_and_told_once(
    tmp_path: Path, garbled: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    clock = HandClock()
    before = Api(tmp_path, clock)
    await before.lives(SETTLE_S + 30)
    await before.lives(30, "pdu-2")
    await before.history.write(
        lambda c: c.exec_driver_sql("UPDATE events SET detail = CAST(? AS TEXT) WHERE act = 'began'", (garbled,))
    )
    await before.history.close()
    after = Api(tmp_path, clock, "api-2")
    await after.lives(SETTLE_S + 20, "pdu-2")
    await after.lives(20)
    acts = await after.history.read(lambda c: c.exec_driver_sql("SELECT act FROM events ORDER BY id").scalars().all())
    assert acts[-1] == "back" and acts.count("lost") == 1
    assert (await after.why(30))[0].startswith("pdu-2 did not answer")
    assert [one.getMessage() for one in caplog.records if "cannot be read" in one.message] == [
        "1 rows of losses and returns cannot be read: skipped"
    ]
    await after.history.close()


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
