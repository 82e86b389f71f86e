"""What happened while nobody wrote: an alarm's end while the notifier was away, and an end at which something else fails."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.cli.calling import Calling
from services.cli.watchman import Watchman
from services.notifier import alarms
from services.notifier.change import Change
from services.notifier.record import Record
from services.notifier.store import Store
from services.shared.clock import Clock
from services.shared.settings import Settings
from services.shared.settings import sections as s
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, Owner, at


async def after_a_restart(path: Path, owner: Owner) -> Record:
    begun = alarms.heard(None, owner.says("trip_stop", kind=EMERGENCY), at(0), RULES)
    assert begun is not None
    store = Store(path)
    await store.save(Change(records={begun.key: alarms.raised(begun, ("sms",), at(0))}))
    store.close()
    again = Store(path)
    again.close()
    return alarms.resumed(again.records["trip_stop"], at(100))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sent_s", "theirs", "ours", "ended_s"),
    [(40, True, True, 40), (40, False, True, 100), (40, True, False, 100), (-1, True, True, 100), (101, True, True, 100)],
)
async def test_what_ended_while_we_were_away_ended_when_its_owner_said_so(
    tmp_path: Path, sent_s: float, theirs: bool, ours: bool, ended_s: float
) -> None:
    owner = Owner()
    record = await after_a_restart(tmp_path / "alerts.db", owner)
    word = owner.says("trip_stop", active=False, since_at=WALL_S + 90).model_copy(
        update={"sent_at": WALL_S + sent_s, "clock_trusted": theirs}
    )
    gone = alarms.heard(record, word, replace(at(100), wall_trusted=ours), RULES)
    assert gone is not None
    assert (gone.ended_at, gone.quiet_mono_s) == (WALL_S + ended_s, 100), "the off-delay begins when it is heard"


class Stuck(Watchman):
    async def close(self) -> None:
        raise OSError("the broker's socket is gone")


@pytest.mark.asyncio
async def test_at_the_second_machine_the_file_is_closed_though_a_connection_cannot_be(tmp_path: Path) -> None:
    settings = Settings(data=s.Data(folder=str(tmp_path)))
    site = Calling(Stuck(settings, Clock("yes"), lambda _: None), settings)
    running = asyncio.create_task(site.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises((OSError, asyncio.CancelledError)):
        await running
    await site._store.save(Change(facts={"too": "late"}))
    assert site._store.fault == "alerts.db is closed"
