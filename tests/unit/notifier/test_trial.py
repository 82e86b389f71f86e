"""Providers are asked at the start, channels are tested each week, and what came of it is not forgotten."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notifier import alarms
from services.notifier.channels.base import CANNOT_ASK, Closed, Failed
from services.notifier.desk import Desk
from services.notifier.store import Store
from services.notifier.trial import check as trial_check
from services.notifier.trial.trial import Trial
from services.notifier.watch import Circumstances, Watch
from services.notifier.worker import Worker
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState
from tests.unit.notifier.providers import Provider
from tests.waiting import until

pytestmark = pytest.mark.asyncio
HOUR_S = 3_600.0
MONDAY_TEN = datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()


class Asked(Provider):
    """A provider whose answers to the check are laid down; the last one stays."""

    def __init__(self, name: str, *answers: str | Failed, recipients: tuple[str, ...] = ("a",)) -> None:
        super().__init__(name, recipients)
        self.answers = list(answers) or ["knows us"]
        self.checks = 0

    async def check(self) -> str:
        self.checks += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Failed):
            raise answer
        return answer


class Hung(Asked):
    async def check(self) -> str:
        await asyncio.Event().wait()
        return ""


class SetClock(Clock):
    """Shows what the test sets."""

    def __init__(self, wall_s: float) -> None:
        super().__init__("yes")
        self.wall_s, self.trusted = wall_s, True

    def now(self) -> Moment:
        return Moment(self.wall_s, self.wall_s, self.trusted, "this-boot")


class Site:
    """A desk with its trial; one that comes later reads what was stored."""

    def __init__(
        self, folder: Path, *providers: Asked, now_at: float = MONDAY_TEN - HOUR_S, when: str = "mon 10:00",
        persons: Mapping[str, s.Person] | None = None,
    ) -> None:  # fmt: skip
        told = s.Notifications(retry_seconds=0.01, channel_test=when)
        settings = Settings(general=s.General(site="mine", timezone="UTC"), notifications=told, persons=dict(persons or {}))
        self.clock = SetClock(now_at)
        self.store = Store(folder / "alerts.db")
        channels: dict[str, Asked | str] = {"pigeon": "no bird"} | {one.name: one for one in providers}
        self.desk = Desk(settings, self.store, self.clock, lambda _: None, channels)
        self.trial = Trial(settings, self.desk, self.clock, self.store.facts)

    def worker(self, name: str) -> Worker:
        return self.desk.outbox.workers[name]

    def own_alarms(self, watch: Watch) -> list[Alarm]:
        return list(watch.levels(self.clock.now(), Circumstances(None, self.desk.outbox.workers, None)))

    async def week(self, at: float) -> None:
        self.clock.wall_s = at
        await self.trial.test_due()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.trial.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self.store.close()


# --- at the start --------------------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_known_at_once_and_ends_when_it_is_right_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_check, "pause_s", lambda *_: 0.01)
    no = Failed("telegram_token is wrong", slow=True)
    wrong = Asked("telegram", no, no, "knows us")
    site = Site(tmp_path, wrong, Asked("email"))
    async with site.running():
        await until(lambda: site.worker("telegram").check_failed == "telegram_token is wrong")
        assert site.worker("telegram").health.state is HealthState.LOST
        await until(lambda: site.worker("telegram").health.state is HealthState.OK)
        assert site.worker("email").health.state is HealthState.OK
        assert wrong.checks == 3


async def test_a_network_that_is_not_there_yet_is_no_wrong_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_check, "pause_s", lambda *_: 0.01)
    away = Asked("telegram", Failed("no connection"))
    site = Site(tmp_path, away)
    async with site.running():
        await until(lambda: away.checks > 3)
        assert site.worker("telegram").check_failed == ""
        site.clock.wall_s += 600
        await until(lambda: site.worker("telegram").check_failed == "no connection")
        away.answers = ["knows us"]
        await until(lambda: site.worker("telegram").health.state is HealthState.OK)


async def test_a_provider_out_of_reach_where_others_answer_is_told_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_check, "pause_s", lambda *_: 0.01)
    site = Site(tmp_path, Asked("telegram", Failed("no such host")), Asked("email"))
    async with site.running():
        await until(lambda: site.worker("email").health.state is HealthState.OK)
        site.clock.wall_s += 60
        await until(lambda: site.worker("telegram").check_failed == "no such host")


async def test_a_provider_that_hangs_holds_up_no_other_check(tmp_path: Path) -> None:
    hung = Hung("telegram")
    hung.deadline_s = 0.1
    site = Site(tmp_path, hung, Asked("email"))
    async with site.running():
        await until(lambda: site.worker("email").health.state is HealthState.OK)
        with pytest.raises(Failed, match=r"no answer within 0\.1 s"):
            await site.trial.check("telegram")


async def test_a_provider_that_cannot_be_asked_is_not_said_to_know_us(tmp_path: Path) -> None:
    mute = Asked("sms", CANNOT_ASK)
    site = Site(tmp_path, mute)
    async with site.running():
        await until(lambda: mute.checks)
        assert await site.trial.check("sms") == CANNOT_ASK
        assert site.worker("sms").health.state is HealthState.STARTING


# --- each week -----------------------------------------------------------------------------------------------------------


async def test_every_channel_is_tested_once_a_week_and_the_result_outlives_a_restart(tmp_path: Path) -> None:
    first = Site(tmp_path, Asked("telegram", recipients=("a", "b")), Asked("email"))
    await first.week(MONDAY_TEN - HOUR_S)
    assert first.worker("telegram").channel.taken == []  # type: ignore[attr-defined]
    for minutes in (0, 1, 60):
        await first.week(MONDAY_TEN + 60.0 * minutes)
    health = first.worker("telegram").health
    assert (health.tested_at, health.test) == (MONDAY_TEN, "taken; taken")
    assert [to for to, _ in first.worker("telegram").channel.taken] == ["a", "b"]  # type: ignore[attr-defined]
    first.store.close()
    later = Site(tmp_path, again := Asked("telegram"), now_at=MONDAY_TEN + 2 * HOUR_S)
    assert later.worker("telegram").health.tested_at == MONDAY_TEN
    await later.week(MONDAY_TEN + 2 * HOUR_S)
    assert again.taken == []
    await later.week(MONDAY_TEN + 7 * 24 * HOUR_S)
    assert len(again.taken) == 1
    later.store.close()


async def test_a_test_that_was_missed_is_made_up_for_within_a_day_and_not_later(tmp_path: Path) -> None:
    for weeks, late_s, messages in ((0, 23 * HOUR_S, 1), (1, 25 * HOUR_S, 0)):
        site = Site(tmp_path / str(weeks), one := Asked("telegram"))
        await site.week(MONDAY_TEN - 24 * HOUR_S)
        await site.week(MONDAY_TEN + late_s)
        assert len(one.taken) == messages
        site.store.close()


async def test_a_site_that_was_installed_after_it_was_due_waits_for_the_next_week(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"))
    await site.week(MONDAY_TEN + HOUR_S)
    assert one.taken == []
    await site.week(MONDAY_TEN + 7 * 24 * HOUR_S)
    assert len(one.taken) == 1
    site.store.close()


async def test_a_clock_that_is_not_trusted_postpones_the_test(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"))
    await site.week(MONDAY_TEN - HOUR_S)
    site.clock.trusted = False
    await site.week(MONDAY_TEN)
    assert one.taken == []
    site.clock.trusted = True
    await site.week(MONDAY_TEN + 60.0)
    assert len(one.taken) == 1
    site.store.close()


async def test_without_a_day_nothing_is_ever_tested(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"), when="")
    for day in range(8):
        await site.week(MONDAY_TEN + day * 24 * HOUR_S)
    assert one.taken == []
    site.store.close()


async def test_who_took_the_test_is_not_sent_it_again_when_another_must_be(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram", recipients=("a", "b")))
    one.failures = [Failed("no answer", maybe_taken=True)]
    await site.week(MONDAY_TEN - HOUR_S)
    await site.week(MONDAY_TEN)
    assert [(to, message.text.subject.startswith("(repeated)")) for to, message in one.taken] == [("b", False), ("a", True)]
    assert len({message.id for _, message in one.taken}) == 1
    site.store.close()


async def test_a_test_that_failed_is_shown_outlives_a_restart_and_ends_with_one_that_is_taken(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"), Asked("email"))
    one.down = Failed("chat not found", slow=True)
    await site.week(MONDAY_TEN - HOUR_S)
    await site.week(MONDAY_TEN)
    assert site.worker("telegram").test_failed == "chat not found"
    assert site.worker("telegram").health.test == "failed: chat not found"
    assert site.worker("email").test_failed == ""
    await site.week(MONDAY_TEN + 60)
    assert len(one.asked) == 1
    site.store.close()
    later = Site(tmp_path, Asked("telegram"), now_at=MONDAY_TEN + HOUR_S)
    assert later.worker("telegram").test_failed == "chat not found"
    assert await later.trial.test("telegram") == "taken"
    assert (later.worker("telegram").test_failed, later.worker("telegram").health.test) == ("", "taken")
    later.store.close()


async def test_a_link_that_was_away_is_tried_again_each_hour_of_that_day_with_whom_it_did_not_reach(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram", recipients=("a", "b")))
    one.forbidden = {"b": Failed("no connection")}
    await site.week(MONDAY_TEN - HOUR_S)
    for minutes in range(0, 180, 30):
        await site.week(MONDAY_TEN + 60.0 * minutes)
    assert ([to for to, _ in one.taken], len(one.asked)) == (["a"], 1 + 3 * 3)
    one.forbidden = {}
    for hours in (3, 4, 5):
        await site.week(MONDAY_TEN + hours * HOUR_S)
    assert [to for to, _ in one.taken] == ["a", "b"]
    assert (site.worker("telegram").test_failed, site.worker("telegram").health.test) == ("", "taken; taken")
    site.store.close()


async def test_what_fails_for_a_day_waits_for_the_next_week(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"))
    one.down = Failed("chat not found", slow=True)
    await site.week(MONDAY_TEN - HOUR_S)
    for hours in range(7 * 24):
        await site.week(MONDAY_TEN + hours * HOUR_S)
    assert len(one.asked) == 24
    one.down = None
    await site.week(MONDAY_TEN + 7 * 24 * HOUR_S)
    assert len(one.taken) == 1
    site.store.close()


async def test_a_failed_test_is_an_alarm_that_goes_on_over_a_restart_until_one_is_taken(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"))
    one.down = Failed("chat not found", slow=True)
    with pytest.raises(Failed, match="chat not found"):
        await site.trial.test("telegram")
    (raised,) = site.own_alarms(Watch("boot-1", ()))
    assert (raised.key, raised.active) == ("channel_test_telegram", True)
    assert "The test of telegram failed: chat not found." in raised.cause
    site.store.close()
    later = Site(tmp_path, Asked("telegram"))
    record = alarms.heard(None, raised, later.clock.now(), later.desk.rules)
    assert record is not None
    watch = Watch("boot-2", [record])
    assert [(one.key, one.active) for one in later.own_alarms(watch)] == [("channel_test_telegram", True)]
    await later.trial.test("telegram")
    assert [(one.key, one.active) for one in later.own_alarms(watch)] == [("channel_test_telegram", False)]
    later.store.close()


async def test_a_stored_result_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    site = Site(tmp_path, Asked("telegram"))
    for fact in ("", "{", "[]", '{"at": "x"}', '{"at": 1}'):
        await site.desk.post((), {"channel_test_telegram": fact, "channel_tests_since": fact})
    site.store.close()
    later = Site(tmp_path, one := Asked("telegram"))
    await later.week(MONDAY_TEN - HOUR_S)
    await later.week(MONDAY_TEN)
    assert len(one.taken) == 1
    later.store.close()


async def test_a_channel_that_is_not_set_up_says_why_and_an_unknown_one_which_there_are(tmp_path: Path) -> None:
    site = Site(tmp_path, Asked("telegram"))
    for work in (site.trial.test, site.trial.check):
        with pytest.raises(Failed, match="no bird"):
            await work("pigeon")
        with pytest.raises(Failed, match="there is no channel 'fax'; there are telegram, pigeon"):
            await work("fax")
    site.store.close()


async def test_a_provider_that_closed_later_is_asked_again_each_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trial_check.ASKED_AGAIN_S == HOUR_S
    monkeypatch.setattr(trial_check, "ASKED_AGAIN_S", 0.01)
    site = Site(tmp_path, hook := Asked("webhook"))
    async with site.running():
        await until(lambda: site.worker("webhook").health.state is HealthState.OK)
        assert hook.checks == 1
        site.worker("webhook").checked(Closed("gone (410)"))
        await until(lambda: site.worker("webhook").health.state is HealthState.OK)
        assert hook.checks == 2


async def test_a_test_that_was_written_down_by_a_clock_that_was_ahead_holds_up_none(tmp_path: Path) -> None:
    first = Site(tmp_path, Asked("telegram"))
    await first.week(MONDAY_TEN - HOUR_S)
    first.clock.wall_s = MONDAY_TEN + 365 * 24 * HOUR_S
    await first.trial.test("telegram")
    first.store.close()
    later = Site(tmp_path, one := Asked("telegram"))
    for minutes in (0, 1, 60):
        await later.week(MONDAY_TEN + 60.0 * minutes)
    assert len(one.taken) == 1
    later.store.close()


# --- the persons ---------------------------------------------------------------------------------------------------------

ANNA, BOB = s.Person(telegram="7"), s.Person(telegram="8", on_call="never")


async def test_a_person_whom_the_provider_would_not_tell_is_a_warning_beside_a_channel_that_works(tmp_path: Path) -> None:
    one = Asked("telegram")
    one.forbidden = {"8": Failed("must write to the bot once")}
    site = Site(tmp_path, one, persons={"anna": ANNA, "bob": BOB})
    async with site.running():
        await until(lambda: site.worker("telegram").health.reason == "bob: must write to the bot once")
        assert site.worker("telegram").health.state is HealthState.OK
        assert await site.trial.check("telegram") == "knows us; bob: must write to the bot once"
        one.forbidden = {}
        await site.trial.check("telegram")
        assert site.worker("telegram").health.reason == ""


async def test_persons_are_part_of_the_weekly_test_and_of_the_one_after_that_failed_for_them(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"), persons={"anna": ANNA, "bob": BOB})
    one.forbidden = {"8": Failed("must write to the bot once", hopeless=True)}
    await site.week(MONDAY_TEN - HOUR_S)
    await site.week(MONDAY_TEN)
    assert [to for to, _ in one.taken] == ["a", "7"]
    assert site.worker("telegram").test_failed == "bob: must write to the bot once"
    one.forbidden = {}
    await site.trial.test("telegram")
    assert [to for to, _ in one.taken] == ["a", "7", "a", "8"]
    assert site.worker("telegram").test_failed == ""
    site.store.close()


async def test_a_test_that_a_person_asks_for_wakes_no_other_person(tmp_path: Path) -> None:
    site = Site(tmp_path, one := Asked("telegram"), persons={"anna": ANNA})
    await site.trial.test("telegram")
    assert [to for to, _ in one.taken] == ["a"]
    site.store.close()


@pytest.mark.parametrize("answer", ["knows us", Failed("no answer")])
async def test_a_check_whose_library_swallows_the_end_ends_all_the_same(tmp_path: Path, answer: str | Failed) -> None:
    asked = asyncio.Event()

    class Swallows(Asked):
        async def check(self) -> str:
            asked.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            return await super().check()

    site = Site(tmp_path, Swallows("email", answer))
    task = asyncio.create_task(site.trial.run())
    await asked.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.done()
    site.store.close()
