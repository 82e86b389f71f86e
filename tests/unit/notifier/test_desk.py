"""The desk: what it does for people, writes before it sends, and still knows after a kill."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.notifier.board import SHOWN_BYTES, board
from services.notifier.channels.base import Failed
from services.notifier.desk import Desk
from services.notifier.message import Act
from services.notifier.record import Phase
from services.notifier.store import Store
from services.shared.bus import MAX_PAYLOAD_BYTES
from services.shared.clock import Clock, Moment
from services.shared.messages import AlarmState, Message, OpenAlarm
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from tests.unit.notifier.providers import Provider
from tests.unit.notifier.test_store import SILENT, hanging
from tests.unit.notifier.test_store_damage import overwrite
from tests.unit.notifier.words import EMERGENCY, Owner
from tests.waiting import until


class Forward(Clock):
    """The real clock, and as much later as the test says; or off by `skew_s`, and then not to be trusted."""

    def __init__(self) -> None:
        super().__init__("yes")
        self.later_s = self.skew_s = 0.0

    def now(self) -> Moment:
        now = super().now()
        return Moment(now.mono_s + self.later_s, now.wall_s + self.later_s + self.skew_s, not self.skew_s, now.host_boot)


class Ahead(Forward):
    """Off by `off_s`, and trusted or not."""

    def __init__(self, off_s: float, *, trusted: bool) -> None:
        super().__init__()
        self.off_s, self.trusted = off_s, trusted

    def now(self) -> Moment:
        now = super().now()
        return Moment(now.mono_s, now.wall_s + self.off_s, self.trusted, now.host_boot)


class Office:
    """A desk at work, with three providers and what it published."""

    def __init__(self, folder: Path, clock: Forward, **keys: Any) -> None:
        self.providers = {
            "telegram": Provider("telegram", ("chat",)), "email": Provider("email", ("office",), edits=False),
            "sms": Provider("sms", ("+15005550001",), edits=False),
        }  # fmt: skip
        self.clock = clock
        self.states: list[AlarmState] = []
        self.store = Store(folder / "alerts.db")
        settings = Settings(notifications=s.Notifications.model_validate({"retry_seconds": 0.01, **keys}))
        self.desk = Desk(settings, self.store, clock, self._publish, self.providers)

    def _publish(self, message: Message) -> None:
        assert isinstance(message, AlarmState)
        self.states.append(message)

    def told(self, channel: str) -> list[tuple[str, str]]:
        return self.providers[channel].told

    def shown(self, key: str) -> OpenAlarm | None:
        return next((one for one in self.states[-1].alarms if one.key == key), None) if self.states else None


@asynccontextmanager
async def at_work(folder: Path, clock: Forward | None = None, prepare: Callable[[Office], None] = lambda _: None,
                  **keys: Any) -> AsyncIterator[Office]:  # fmt: skip
    office = Office(folder, clock or Forward(), **keys)
    prepare(office)
    tasks = [asyncio.create_task(worker.run()) for worker in office.desk.outbox.workers.values()]
    tasks.append(asyncio.create_task(office.desk.run(lambda _: (), lambda _, __: False)))
    try:
        yield office
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        office.store.close()


SMOKE = ("post", "[mine] EMERGENCY: smoke is bad")


@pytest.mark.asyncio
async def test_an_emergency_goes_to_all_and_is_shown_with_its_receipts(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        office.desk.hear(Owner().says("smoke", kind=EMERGENCY))
        await until(lambda: (alarm := office.shown("smoke")) and len(alarm.receipts) == 3)
        assert [office.told(name) for name in office.providers] == [[SMOKE]] * 3
        alarm = office.shown("smoke")
        assert alarm is not None and alarm.state == "unacknowledged"
        assert [step.what for step in await office.store.transitions(0.0)] == ["raised"]


@pytest.mark.asyncio
@pytest.mark.parametrize("users", [[], ["8"]])
async def test_the_button_is_shown_only_where_somebody_may_answer_it(tmp_path: Path, users: list[str]) -> None:
    async with at_work(tmp_path, telegram_users=users) as office:
        office.desk.hear(Owner().says("smoke", kind=EMERGENCY))
        await until(lambda: office.told("telegram"))
        assert [one.ask for one in office.providers["telegram"].asked] == [bool(users)]


@pytest.mark.asyncio
async def test_who_acknowledges_has_it_for_the_hours_of_the_file_and_the_message_shows_it(tmp_path: Path) -> None:
    async with at_work(tmp_path, acknowledged_hours=2) as office:
        office.desk.hear(Owner().says("smoke", kind=EMERGENCY))
        await until(lambda: len(office.told("telegram")) == 1)
        assert await office.desk.acknowledge("door", "anna") == "there is no open alarm door"
        assert await office.desk.acknowledge("smoke", "anna") is None
        assert await office.desk.acknowledge("smoke", "bob") == "smoke was acknowledged by anna before"
        alarm = office.shown("smoke")
        assert alarm is not None and (alarm.state, alarm.acknowledged_by) == ("acknowledged", "anna")
        assert alarm.acknowledged_until_at is not None
        assert abs(alarm.acknowledged_until_at - office.clock.now().wall_s - 7_200) < 60
        await until(lambda: ("edit", "[mine] EMERGENCY (acknowledged by anna): smoke is bad") in office.told("telegram"))
        assert office.told("email") == [SMOKE], "what cannot be changed is not said again"
        assert [step.who for step in await office.store.transitions(0.0)] == ["", "anna"]


@pytest.mark.asyncio
async def test_an_acknowledgement_and_its_end_outlive_a_kill(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(owner.says("smoke", kind=EMERGENCY))
        await until(lambda: all(office.told(name) for name in office.providers))
        await until(lambda: not any(worker.rows for worker in office.desk.outbox.workers.values()))
        await office.desk.acknowledge("smoke", "anna")
    clock.later_s = 5 * 3_600.0
    async with at_work(tmp_path, clock) as office:
        await until(lambda: office.told("sms"))
        assert office.told("sms") == [("reply", "[mine] Still on it? anna acknowledged, and it still stands: smoke is bad")]
        assert office.desk.records["smoke"].acknowledged_by == ""


@pytest.mark.asyncio
async def test_a_shelf_is_refused_or_kept_and_ends_after_a_kill_as_before(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock) as office:
        assert await office.desk.shelve("trip_smoke", 600, "anna", "work") is not None
        assert await office.desk.shelve("door", float("nan"), "anna", "work") is not None
        assert await office.desk.shelve("door", 30, "anna", "painters") is None
        assert await office.desk.unshelve("window", "anna") == "window is not shelved"
        office.desk.hear(owner.says("door"))
        clock.later_s += 6.0
        await until(lambda: (alarm := office.shown("door")) and alarm.state == "shelved" and alarm.shelved_by == "anna")
    async with at_work(tmp_path, clock) as office:
        assert [shelf.pattern for shelf in office.desk.shelves.standing] == ["door"]
        office.desk.hear(owner.says("door"))
        clock.later_s += 6.0
        await until(lambda: office.shown("door"))
        assert await office.desk.unshelve("door", "bob") is None
        assert not office.desk.records["door"].is_shelved
        assert ("unshelved", "bob") in [(step.what, step.who) for step in await office.store.transitions(0.0)]
        assert office.told("telegram") == []


@pytest.mark.asyncio
async def test_a_provider_that_was_away_gets_one_message_as_the_incident_stands(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock) as office:
        office.providers["telegram"].down = Failed("no route")
        office.desk.hear(owner.says("smoke", kind=EMERGENCY))
        await until(lambda: office.told("sms"))
        clock.later_s = 1_900.0
        await until(lambda: len(office.told("sms")) == 2)
        office.providers["telegram"].down = None
        await until(lambda: office.told("telegram"))
        assert [message.act for _, message in office.providers["telegram"].taken] == [Act.POST]
        assert office.told("telegram") == [("post", "[mine] EMERGENCY (not acknowledged): smoke is bad")]


@pytest.mark.asyncio
async def test_what_was_written_and_not_sent_goes_out_after_a_kill_once(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        for provider in office.providers.values():
            provider.gate = asyncio.Event()
        office.desk.hear(Owner().says("smoke", kind=EMERGENCY))
        await until(lambda: all(provider.asked for provider in office.providers.values()))
    async with at_work(tmp_path) as office:
        await until(lambda: all(office.told(name) for name in office.providers))
        assert {subject for name in office.providers for _, subject in office.told(name)} == {"(repeated) " + SMOKE[1]}


@pytest.mark.asyncio
async def test_a_card_that_hangs_keeps_no_emergency_from_people_and_is_told_of(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        await until(lambda: office.states)
        with hanging(office.store):
            began_s = time.monotonic()
            office.desk.hear(Owner().says("smoke", kind=EMERGENCY))
            await until(lambda: all(office.told(name) == [SMOKE] for name in office.providers), 10.0)
            assert time.monotonic() - began_s < 4.0
            assert office.store.fault == SILENT
            office.desk.hear(Owner().says("flood", kind=EMERGENCY))
            await until(lambda: all(len(office.told(name)) == 2 for name in office.providers), 2.0)
            assert await office.desk.acknowledge("smoke", "anna") is None
        await until(lambda: office.store.fault is None)
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert again.records["smoke"].acknowledged_by == "anna" and not again.rows


@pytest.mark.asyncio
async def test_a_receipt_that_comes_late_is_none_of_the_alarm_that_began_meanwhile(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock) as office:
        office.providers["telegram"].gate = held = asyncio.Event()
        await told_after_its_delay(office, owner, "hot")
        await until(lambda: office.providers["telegram"].asked)
        office.desk.hear(owner.says("hot", active=False))
        clock.later_s += 60.0
        await until(lambda: office.desk.records["hot"].phase is Phase.RETURNED)
        await until(lambda: not office.desk.outbox.workers["email"].rows)
        office.desk.hear(owner.says("hot"))
        held.set()
        await until(lambda: not any(worker.rows for worker in office.desk.outbox.workers.values()))
        assert (office.desk.records["hot"].phase, office.desk.records["hot"].receipts) == (Phase.NEW, ())
    again = Store(tmp_path / "alerts.db")
    again.close()
    assert again.records["hot"].phase is Phase.RETURNED, "what waits for its delay is not written"


@pytest.mark.asyncio
async def test_five_thousand_alarms_of_endless_words_are_published_within_what_the_broker_takes(tmp_path: Path) -> None:
    office = Office(tmp_path, Forward())
    owner = Owner()
    for number in range(5_000):
        office.desk.hear(owner.says(f"fault-{number}", kind=EMERGENCY, cause=f"{number} " + "ü" * 5_000))
    began = time.monotonic()
    await office.desk.post(())
    task = asyncio.create_task(office.desk.run(lambda _: (), lambda _, __: False))
    await until(lambda: office.states and len(office.states[-1].alarms) > 50)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert len(office.states[-1].model_dump_json().encode()) <= SHOWN_BYTES + 5_000 < MAX_PAYLOAD_BYTES
    assert time.monotonic() - began < 30
    office.store.close()


def test_the_most_severe_that_stand_are_shown_first(tmp_path: Path) -> None:
    office, owner = Office(tmp_path, Forward()), Owner()
    assert board([], ()).alarms == ()
    office.desk.hear(owner.says("smoke", kind=EMERGENCY))
    assert board(office.desk.records.values(), ()).alarms == (), "nobody was told yet"
    office.store.close()


@pytest.mark.asyncio
async def test_a_shelf_that_hides_nothing_is_shown_until_it_is_taken_back_by_its_pattern(tmp_path: Path) -> None:
    async with at_work(tmp_path, Forward()) as office:
        assert await office.desk.shelve("nosuch_*", 30, "anna", "mistyped") is None
        await until(
            lambda: office.states and [(one.pattern, one.by) for one in office.states[-1].shelves] == [("nosuch_*", "anna")]
        )
        assert await office.desk.unshelve("nosuch_*", "bob") is None
        await until(lambda: office.states[-1].shelves == ())


@pytest.mark.asyncio
async def test_a_restart_does_not_make_the_budget_larger(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock, messages_per_10_minutes=1) as office:
        await told_after_its_delay(office, owner, "hot")
        await until(lambda: office.told("telegram"))
    async with at_work(tmp_path, clock, messages_per_10_minutes=1) as office:
        await told_after_its_delay(office, owner, "door")
    async with at_work(tmp_path, clock, messages_per_10_minutes=1) as office:
        assert office.told("telegram") == office.told("email") == []
        clock.later_s += 600.0
        await until(lambda: office.told("email"))
        assert office.told("telegram") == office.told("email") == [("post", "[mine] Warning: door is bad")]


async def told_after_its_delay(office: Office, owner: Owner, key: str) -> None:
    office.desk.hear(owner.says(key))
    await until(lambda: key in office.desk.records)
    office.clock.later_s += 20.0
    await until(lambda: office.desk.records[key].is_open)


@pytest.mark.asyncio
@pytest.mark.parametrize("skew_s", [-3_000.0, 4e8, -1.7e9], ids=["behind", "ahead", "1970"])
async def test_after_a_boot_with_a_wrong_clock_what_people_did_stands_and_the_step_changes_nothing(
    tmp_path: Path, skew_s: float
) -> None:
    clock, owner = Forward(), Owner()
    async with at_work(tmp_path, clock) as office:
        for key in ("smoke", "fire"):
            office.desk.hear(owner.says(key, kind=EMERGENCY))
        assert await office.desk.shelve("door", 30, "anna", "painters") is None
        await until(lambda: all(len(office.told(name)) == 2 for name in office.providers))
        await until(lambda: not any(worker.rows for worker in office.desk.outbox.workers.values()))
        await office.desk.acknowledge("smoke", "anna")
        stamps = {key: record.told_at for key, record in office.desk.records.items()}
    for wrong_s in (skew_s, 0.0, 3_000.0, 0.0):
        clock.skew_s = wrong_s
        async with at_work(tmp_path, clock) as office:
            office.desk.hear(owner.says("door"))
            clock.later_s += 6.0
            await until(lambda: (alarm := office.shown("door")) and alarm.state == "shelved")
            if wrong_s:
                clock.skew_s = 0.0
                office.desk.hear(owner.says("door", cause="wider open"))
            await office.desk.post(())
            assert not any(office.told(name) for name in office.providers if name != "telegram")
            assert office.desk.records["smoke"].acknowledged_by == "anna" and not office.desk.records["fire"].escalated
            assert {key: office.desk.records[key].told_at for key in stamps} == stamps


@pytest.mark.asyncio
async def test_what_was_stamped_by_a_wrong_clock_is_stored_as_corrected(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    clock.skew_s = -3_000.0
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(owner.says("smoke", kind=EMERGENCY))
        await until(lambda: office.desk.records["smoke"].told is not None)
        clock.skew_s = 0.0
        await office.desk.shelve("door", 30, "anna", "painters")
    async with at_work(tmp_path, clock) as office:
        assert office.desk.records["smoke"].told_at == pytest.approx(clock.now().wall_s, abs=60)


@pytest.mark.asyncio
async def test_a_clock_that_proves_right_leaves_nothing_for_the_next_process_to_doubt(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner()
    clock.skew_s = 1e-3
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(owner.says("smoke", kind=EMERGENCY))
        await until(lambda: office.desk.records["smoke"].told is not None)
        clock.skew_s = 0.0
        await office.desk.acknowledge("smoke", "anna")
        told_at = office.desk.records["smoke"].told_at
    clock.later_s = 3_600.0
    async with at_work(tmp_path, clock) as office:
        assert office.store.facts["calendar"] == ""
        assert office.desk.records["smoke"].told_at == pytest.approx(told_at, abs=1)


@pytest.mark.asyncio
async def test_what_was_told_and_is_forgotten_with_a_damaged_page_is_told_again_as_repeated(tmp_path: Path) -> None:
    clock, began_at = Forward(), time.time() - 5.0
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(Owner().says("smoke", kind=EMERGENCY, since_at=began_at))
        await until(lambda: all(office.told(name) for name in office.providers))
        await until(lambda: not any(worker.rows for worker in office.desk.outbox.workers.values()))
    overwrite(tmp_path / "alerts.db", "alarms", "zeroed")
    owner = Owner(boot="boot-2")
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(owner.says("smoke", kind=EMERGENCY, since_at=began_at))
        office.desk.hear(owner.says("fire", kind=EMERGENCY, since_at=clock.now().wall_s + 1.0))
        await until(lambda: all(len(office.told(name)) == 2 for name in office.providers))
        for name in office.providers:
            subjects = {subject for _, subject in office.told(name)}
            assert subjects == {"(repeated) [mine] EMERGENCY: smoke is bad", "[mine] EMERGENCY: fire is bad"}


@pytest.mark.asyncio
@pytest.mark.parametrize("trusted_first", [True, False])
async def test_a_stop_is_told_once_though_the_clock_that_stamped_it_was_an_hour_ahead_and_all_are_restarted(
    tmp_path: Path, *, trusted_first: bool
) -> None:
    clock = Ahead(3_600.0, trusted=trusted_first)
    stopped_at = clock.now().wall_s
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(Owner().says("trip_stop", kind=EMERGENCY, since_at=stopped_at))
        await until(lambda: office.shown("trip_stop") and office.told("sms"))
        assert await office.desk.acknowledge("trip_stop", "anna") is None
        clock.off_s, clock.trusted = 0.0, True
        office.desk.hear(Owner().says("door"))
        await until(lambda: (known := office.desk.records.get("trip_stop")) and known.since_at < stopped_at - 3_000)
    clock.later_s = 3_700.0
    async with at_work(tmp_path, clock) as office:
        office.desk.hear(Owner(boot="boot-2").says("trip_stop", kind=EMERGENCY, since_at=stopped_at, cause="in other words"))
        office.desk.hear(Owner(boot="boot-2").says("trip_flood", kind=EMERGENCY))
        await until(lambda: office.told("sms"))
        assert office.told("sms") == [("post", "[mine] EMERGENCY: trip_flood is bad")]
        assert (known := office.shown("trip_stop")) is not None and known.acknowledged_by == "anna"
