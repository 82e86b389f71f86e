"""When the alarms' report is published, and that people get it once a month, whatever the notifier went through."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notifier.desk import Desk
from services.notifier.message import Draft, Row
from services.notifier.reporting import GAP_S, HOURLY_S, SETTLE_S, Reporting
from services.notifier.store import Store
from services.shared.messages import AlarmReport, Message
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.providers import Provider
from tests.unit.notifier.test_trial import SetClock
from tests.unit.notifier.words import Owner

pytestmark = pytest.mark.asyncio
HOUR_S, DAY_S = 3_600.0, 86_400.0
FIRST_EIGHT = datetime(2026, 11, 1, 8, tzinfo=UTC).timestamp()
WAYS = ("telegram", "email", "sms")


class Site:
    """A desk with its reporting; one that comes later in the same folder reads what was stored."""

    def __init__(self, folder: Path, now_at: float, *, day: int = 1, ways: tuple[str, ...] = WAYS) -> None:
        settings = Settings(general=s.General(site="mine", timezone="UTC"), notifications=s.Notifications(report_day=day))
        self.clock = SetClock(now_at)
        self.store = Store(folder / "alerts.db")
        self.said: list[AlarmReport] = []
        self.desk = Desk(settings, self.store, self.clock, lambda _: None, {name: Provider(name) for name in ways})
        self.reporting = Reporting(settings, self.desk, self.store, self.clock, self.take)

    def take(self, message: Message) -> None:
        assert isinstance(message, AlarmReport)
        self.said.append(message)

    async def look(self, now_at: float, *, trusted: bool = True) -> None:
        self.clock.wall_s, self.clock.trusted = now_at, trusted
        await self.reporting.look()

    @property
    def sent(self) -> dict[str, list[Row]]:
        found = {name: list(worker.rows.values()) for name, worker in self.desk.outbox.workers.items()}
        return {name: rows for name, rows in found.items() if rows}


async def test_the_report_comes_at_the_start_each_hour_and_soon_after_a_change_but_a_flood_is_one(tmp_path: Path) -> None:
    now_at = FIRST_EIGHT + 9 * DAY_S
    site = Site(tmp_path, now_at)
    await site.look(now_at)
    assert [one.raised for one in site.said] == [0]
    owner = Owner()
    site.desk.hear(owner.says("door"))
    site.clock.wall_s = now_at + 30
    await site.desk._passing.take(site.clock.now())
    for second in range(30, 30 + int(SETTLE_S)):
        await site.look(now_at + second)
    assert len(site.said) == 1
    await site.look(now_at + 30 + SETTLE_S)
    assert [one.raised for one in site.said] == [0, 1]
    await site.look(now_at + 31 + SETTLE_S)
    assert await site.desk.acknowledge("door", "anna") is None
    await site.look(now_at + 30 + GAP_S)
    assert len(site.said) == 2, "not so soon after another"
    await site.look(now_at + 30 + SETTLE_S + GAP_S)
    assert [one.acknowledged for one in site.said] == [0, 0, 1]
    await site.look(now_at + HOUR_S)
    assert len(site.said) == 3
    await site.look(now_at + 30 + SETTLE_S + GAP_S + HOURLY_S)
    assert len(site.said) == 4
    site.store.close()


async def test_the_days_are_those_since_somebody_counted_and_thirty_at_most(tmp_path: Path) -> None:
    now_at = FIRST_EIGHT + 9 * DAY_S
    site = Site(tmp_path, now_at)
    await site.look(now_at)
    await site.look(now_at + 2 * DAY_S)
    await site.look(now_at + 90 * DAY_S)
    assert [one.days for one in site.said] == [0.0, 2.0, 30.0]
    site.store.close()


async def test_a_clock_that_ran_ahead_is_not_believed_for_ever(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT + 4_000 * DAY_S)
    await site.look(FIRST_EIGHT + 4_000 * DAY_S)
    site.store.close()
    later = Site(tmp_path, FIRST_EIGHT)
    await later.look(FIRST_EIGHT)
    await later.look(FIRST_EIGHT + DAY_S)
    assert later.said[-1].days == 1.0
    later.store.close()


async def test_people_get_the_month_once_by_telegram_and_mail_and_no_sms(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT - 40 * DAY_S)
    await site.look(FIRST_EIGHT - 9 * DAY_S)
    assert [one.days for one in site.said] == [30.0]
    await site.look(FIRST_EIGHT - 1)
    assert site.sent == {}
    await site.look(FIRST_EIGHT)
    await site.look(FIRST_EIGHT + 1)
    assert set(site.sent) == {"telegram", "email"}
    (row,) = site.sent["telegram"]
    assert row.kind is AlarmKind.HEARTBEAT, "it makes no sound"
    assert row.text.subject == "[mine] How the alarms did: 0 alarms in 31 days, all as it should be"
    assert row.text.body.startswith("From 2026-10-01 00:00 UTC to 2026-11-01 00:00 UTC (31.0 days)\n")
    site.store.close()
    later = Site(tmp_path, FIRST_EIGHT + HOUR_S)
    await later.look(FIRST_EIGHT + HOUR_S)
    assert [len(rows) for rows in later.sent.values()] == [1, 1], "what waited before the restart, and no other"
    await later.look(FIRST_EIGHT + 30 * DAY_S)
    assert [len(rows) for rows in later.sent.values()] == [2, 2]
    later.store.close()


@pytest.mark.parametrize(("down_days", "messages"), [(2.99, 1), (3.0, 0)])
async def test_one_that_was_missed_is_made_up_for_within_three_days(tmp_path: Path, down_days: float, messages: int) -> None:
    site = Site(tmp_path, FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT - DAY_S)
    site.store.close()
    later = Site(tmp_path, FIRST_EIGHT + down_days * DAY_S)
    await later.look(FIRST_EIGHT + down_days * DAY_S)
    assert len(later.sent.get("telegram", [])) == messages
    later.store.close()


async def test_a_clock_that_is_not_trusted_postpones_it(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT + 60, trusted=False)
    assert site.sent == {}
    await site.look(FIRST_EIGHT + 120)
    assert "telegram" in site.sent
    site.store.close()


@pytest.mark.parametrize("day", [0, 15])
async def test_on_no_other_day_and_never_on_day_0(tmp_path: Path, day: int) -> None:
    site = Site(tmp_path, FIRST_EIGHT - 2 * DAY_S, day=day)
    for hour in range(5 * 24):
        await site.look(FIRST_EIGHT - 2 * DAY_S + hour * HOUR_S)
    assert site.sent == {}
    site.store.close()


async def test_who_began_after_the_month_had_ended_is_told_nothing_of_it(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT - HOUR_S)
    await site.look(FIRST_EIGHT - HOUR_S)
    await site.look(FIRST_EIGHT + HOUR_S)
    assert site.sent == {}
    site.store.close()


async def test_without_a_way_it_waits_for_one(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT - DAY_S, ways=())
    await site.look(FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT)
    site.store.close()
    later = Site(tmp_path, FIRST_EIGHT + HOUR_S)
    await later.look(FIRST_EIGHT + HOUR_S)
    assert set(later.sent) == {"telegram", "email"}
    later.store.close()


async def test_a_heartbeat_does_not_take_the_place_of_a_report_that_waits(tmp_path: Path) -> None:
    site = Site(tmp_path, FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT - DAY_S)
    await site.look(FIRST_EIGHT)
    beat = site.sent["telegram"][0].text
    for _ in range(2):
        await site.desk.post([Draft("telegram", AlarmKind.HEARTBEAT, (), beat)])
    assert [bool(row.thread) for row in site.sent["telegram"]] == [True, False]
    site.store.close()


async def test_a_contact_that_flaps_is_chattering_once_and_over_a_restart_too(tmp_path: Path) -> None:
    now_at = FIRST_EIGHT + 9 * DAY_S
    site, owner = Site(tmp_path, now_at), Owner()
    await site.look(now_at)
    for second in range(120):
        site.clock.wall_s = now_at + second
        site.desk.hear(owner.says("door", active=second < 10 or second % 2 == 0))
        await site.desk._passing.take(site.clock.now())
    site.store.close()
    later = Site(tmp_path, now_at + 121)
    for second in range(120, 180):
        later.clock.wall_s = now_at + second
        later.desk.hear(owner.says("door", active=second % 2 == 0))
        await later.desk._passing.take(later.clock.now())
    await later.look(now_at + 181)
    assert [(one.key, one.count) for one in later.said[-1].chattering] == [("door", 1)]
    assert later.said[-1].raised == 1
    later.store.close()
