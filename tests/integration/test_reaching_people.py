"""An emergency and the people it must reach, through the whole notifier: ways that are down, strangers, buttons, floods."""

import time
from pathlib import Path

import pytest

from services.shared.vocabulary import AlarmKind, HealthState
from tests.broker import LiveBroker
from tests.integration.people import People, notifier, people
from tests.waiting import until

CHAT, ANNA, STRANGER = 42, 7, 666
CALLS = {"telegram_users": str(ANNA)}


def standing(those: People) -> list[str]:
    """The messages as they stand in the chat."""
    return [str(message["text"]) for message in those.telegram.chat(CHAT)]


@pytest.mark.asyncio
async def test_with_telegram_down_and_a_slow_mail_server_sms_has_it_and_telegram_gets_one_thread_when_it_returns(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("telegram", "rate_limit", 1)
        those.faults.set("email", "hang")
        async with notifier(those, **CALLS):
            began_s = time.monotonic()
            those.say()
            await until(lambda: those.got("sms"), 10, "SMS")
            assert time.monotonic() - began_s < 10
            assert (await those.ask("acknowledge", key="smoke")).accepted
            assert standing(those) == []
            those.faults.clear()
            await until(lambda: standing(those), 20, "Telegram is told when it is back")
            assert len(standing(those)) == 1, "one message, not one per change"
            assert "smoke is bad" in standing(those)[0] and "anna" in standing(those)[0]


@pytest.mark.asyncio
async def test_a_button_in_the_chat_acknowledges_and_the_message_then_says_who(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, **CALLS):
        those.say()
        await until(lambda: those.receipts("smoke").count("accepted") == 3)
        message = those.telegram.chat(CHAT)[0]
        button = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        those.telegram.press(message["message_id"], button, STRANGER)
        those.telegram.press(message["message_id"], button, ANNA)
        await until(lambda: those.states[-1].alarms[0].state == "acknowledged", 10)
        await until(lambda: "cknowledged" in standing(those)[0], 10, "the post is brought up to date")
        assert len(standing(those)) == 1
        assert str(STRANGER) not in those.states[-1].alarms[0].acknowledged_by


@pytest.mark.asyncio
async def test_a_stranger_in_an_allowed_group_gets_nothing(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, **CALLS):
        for words in ("/status", "/why", "/stop", "/help", "hello", "/ack smoke"):
            those.telegram.say(words, STRANGER, CHAT)
        those.telegram.say("/help", ANNA, CHAT)
        await until(lambda: standing(those), 10, "Anna is answered")
        assert len(standing(those)) == 1, "and she alone"


@pytest.mark.asyncio
async def test_a_wrong_token_is_told_at_the_start_by_the_other_ways(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, telegram_token="wrong:token"):
        await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST, 10)
        await until(lambda: any("telegram" in one.lower() for one in those.got("email")), 30, "e-mail says so")
        assert "wrong:token" not in str(those.smtp.inbox.all())


@pytest.mark.asyncio
async def test_five_hundred_faults_at_once_are_an_emergency_within_seconds_and_a_digest(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        began_s = time.monotonic()
        for number in range(250):
            those.say(f"device_lost_{number}", kind=AlarmKind.WARNING)
        those.say("smoke")
        for number in range(250, 500):
            those.say(f"device_lost_{number}", kind=AlarmKind.WARNING)
        await until(lambda: any("smoke" in one for one in those.got("sms")), 10, "SMS has the emergency")
        assert time.monotonic() - began_s < 5
        await until(lambda: len(those.got("telegram")) >= 2, 40, "the rest")
        await until(lambda: any("500 warnings" in one for one in those.got("email")), 40, "the digest by e-mail")
        assert len(those.got("telegram")) == len(those.got("email")) == 2
