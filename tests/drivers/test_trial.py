"""A wrong token or mailbox is told at the start, by an alarm on the other ways, on real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.notifier.channels import CHANNELS
from services.notifier.desk import Desk
from services.notifier.stages import group
from services.notifier.store import Store
from services.notifier.trial import check
from services.notifier.trial.trial import Trial
from services.notifier.watch import Circumstances, Watch
from services.shared.clock import Clock
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind, HealthState
from tests.drivers.providers import SECRETS, Providers, providers_on
from tests.unit.notifier.words import Owner
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def notifier(those: Providers, folder: Path, **changes: object) -> AsyncIterator[tuple[Desk, Trial]]:
    told = those.told.model_copy(update={"retry_seconds": 0.1, "heartbeat_minutes": 0.0, **changes})
    at_once = {"channel_*": s.AlarmChoice(on_delay_seconds=0.0)}
    settings = Settings(general=s.General(site="mine", timezone="UTC"), notifications=told, alarms=at_once)
    clock, store = Clock("yes"), Store(folder / "alerts.db")
    desk = Desk(settings, store, clock, lambda _: None, {name: make(told, "mine") for name, make in CHANNELS.items()})
    trial, watch = Trial(settings, desk, clock, store.facts), Watch("boot-1", ())
    workers = desk.outbox.workers
    works = [worker.run() for worker in workers.values()]
    works += [trial.run(), desk.run(lambda now: watch.levels(now, Circumstances(None, workers, None)), watch.is_forsaken)]
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield desk, trial
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await desk.outbox.close()
        store.close()


def read(those: Providers, name: str) -> str:
    """All that people read there."""
    return "\n".join(str(message) for message in getattr(those, name).inbox.all())


async def test_all_that_is_right_is_known_and_nobody_is_told(tmp_path: Path) -> None:
    async with providers_on(tmp_path) as those, notifier(those, tmp_path) as (desk, _):
        workers = desk.outbox.workers.values()
        await until(lambda: all(worker.health.state is HealthState.OK for worker in workers), 10)
        assert [read(those, name) for name in ("telegram", "smtp", "sms", "webhook")] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("changes", "fault", "reason", "silent"),
    [
        ({"telegram_token": SecretStr("other:token")}, (), "telegram_token is wrong", "telegram"),
        ({"telegram_chat_id": "43"}, (), "telegram_chat_id is wrong", "telegram"),
        ({"email_password": SecretStr("old")}, (), "the mail server refuses user and password (535)", "smtp"),
        ({}, ("smtp", "refuse", "b@demo.test"), "the mail server refuses 1 of 2 recipients: b***@demo.test (550)", "smtp"),
        ({"sms_api_key": SecretStr("old")}, (), "Twilio refuses sms_account and sms_api_key", "sms"),
    ],
    ids=["token", "chat", "password", "mailbox", "sms"],
)
async def test_a_wrong_token_or_mailbox_is_told_by_the_other_ways_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], fault: tuple[str, ...], reason: str, silent: str
) -> None:
    monkeypatch.setattr(group, "GROUP_S", 0.0)  # warnings wait for others of their kind, this test does not
    async with providers_on(tmp_path) as those:
        if fault:
            those.faults.set(*fault)
        async with notifier(those, tmp_path, **changes):
            others = {"telegram", "smtp", "webhook"} - {silent}
            await until(lambda: all(reason in read(those, name) for name in others), 15, "an alarm on the other ways")
            assert not [secret for secret in SECRETS for name in others if secret in read(those, name)]


async def test_a_test_that_a_person_asks_for_reaches_every_way_and_is_kept(tmp_path: Path) -> None:
    async with providers_on(tmp_path) as those, notifier(those, tmp_path) as (desk, trial):
        for name, worker in desk.outbox.workers.items():
            words = await trial.test(name)
            assert worker.health.test == words
            assert (worker.health.tested_at or 0.0) > 0.0
        for name in ("telegram", "smtp", "sms", "webhook"):
            assert "Test: this way to you works" in read(those, name)


async def test_a_receiver_that_is_gone_for_good_is_told_by_the_others_and_found_again_without_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "GROUP_S", 0.0)
    monkeypatch.setattr(check, "ASKED_AGAIN_S", 0.2)
    async with providers_on(tmp_path) as those, notifier(those, tmp_path) as (desk, _):
        hook = desk.outbox.workers["webhook"]
        await until(lambda: hook.health.state is HealthState.OK, 10)
        those.faults.set("webhook", "offline")
        desk.hear(Owner().says("smoke", kind=AlarmKind.EMERGENCY))
        await until(lambda: "gone for good (410)" in read(those, "telegram"), 10)
        assert not hook.rows
        those.faults.clear()
        await until(lambda: hook.health.state is HealthState.OK, 10)


async def test_a_mailbox_that_is_put_off_gets_the_alarm_later_alone(tmp_path: Path) -> None:
    async with providers_on(tmp_path) as those:
        those.faults.set("smtp", "rate_limit", "b@demo.test")
        async with notifier(those, tmp_path) as (desk, _):
            desk.hear(Owner().says("smoke", kind=AlarmKind.EMERGENCY))
            mail = desk.outbox.workers["email"]
            await until(lambda: "b***@demo.test (452)" in mail.health.reason, 10)
            those.faults.clear()
            await until(lambda: not mail.rows and len(those.smtp.inbox.all()) == 2, 10)
            assert [one["to"] for one in those.smtp.inbox.all()] == [["a@demo.test"], ["b@demo.test"]]
            assert len({one["subject"] for one in those.smtp.inbox.all()}) == 1
