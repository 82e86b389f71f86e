"""What all ways to people have in common, and Telegram's refusals by its fake on a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels import CHANNELS
from services.notifier.channels.base import Failed
from services.notifier.routing import ALL
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind
from tests.drivers.providers import Providers, outgoing, providers_on
from tests.waiting import until


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    async with providers_on(tmp_path) as those:
        yield those


def test_every_way_that_the_routing_knows_is_there() -> None:
    assert tuple(CHANNELS) == ALL


@pytest.mark.parametrize(
    ("name", "keys", "reason"),
    [
        ("sms", {}, "no SMS provider is set: SMS cannot send"),
        ("sms", {"sms_provider": "twilio", "sms_phone": ("+15005550010",)}, "sms_account, sms_api_key or sms_from is empty"),
        ("sms", {"sms_provider": "generic", "sms_phone": ("+15005550010",)}, "sms_url is empty: SMS cannot send"),
        ("telegram", {}, "telegram_token or telegram_chat_id is empty"),
        ("email", {}, "email_smtp_server, email_recipients or the sender is empty"),
        ("webhook", {}, "webhook_url is empty"),
        (
            "webhook",
            {"webhook_url": SecretStr("http://a.example/h")},
            "webhook_secret is empty",
        ),
    ],
)
def test_a_channel_that_is_not_set_up_says_what_is_missing(name: str, keys: dict[str, object], reason: str) -> None:
    channel = CHANNELS[name](Notifications().model_copy(update=keys), "mine")
    assert isinstance(channel, str) and channel.startswith(reason)


# --- Telegram ------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_telegram_takes_a_message_and_a_heartbeat_makes_no_sound(providers: Providers) -> None:
    first, second = await providers.send("telegram", outgoing(), outgoing(kind=AlarmKind.HEARTBEAT))
    assert (first.words, second.words) == ("message 1", "message 2")
    loud, silent = providers.telegram.inbox.all()
    assert loud["text"] == "[mine] EMERGENCY: 41 °C & <rising>\n\nIt is hot.\nGo & look."
    assert (loud["silent"], silent["silent"]) == (False, True)


@pytest.mark.asyncio
async def test_telegram_asks_for_a_pause_and_is_given_it(providers: Providers) -> None:
    providers.faults.set("telegram", "rate_limit", 17)
    failed = await providers.refused("telegram")
    assert (failed.retry_after_s, failed.hopeless, failed.maybe_taken) == (17.0, False, False)


@pytest.mark.asyncio
async def test_a_wrong_token_or_chat_is_a_reason_and_no_hurry(providers: Providers) -> None:
    failed = await providers.refused("telegram", telegram_token=SecretStr("other:secret-token"))
    assert failed.slow and "telegram_token is wrong" in str(failed) and "secret-token" not in str(failed)
    failed = await providers.refused("telegram", telegram_chat_id="43")
    assert failed.slow and "chat not found" in str(failed)


@pytest.mark.asyncio
@pytest.mark.parametrize(("device", "channel"), [("telegram", "telegram"), ("smtp", "email")])
async def test_a_provider_that_is_away_refuses_connections_and_is_back_at_the_same_door(
    providers: Providers, device: str, channel: str
) -> None:
    await providers.send(channel)
    providers.faults.set(device, "offline")
    failed = await until(lambda: _refused(providers, channel), what="nothing listens")
    assert not failed.maybe_taken
    providers.faults.clear()
    await until(lambda: _taken(providers, channel))


async def _refused(providers: Providers, channel: str) -> Failed | None:
    try:
        await providers.send(channel)
    except Failed as failed:
        return failed if str(failed).endswith(": connection refused") else None
    return None


async def _taken(providers: Providers, channel: str) -> bool:
    try:
        return bool(await providers.send(channel))
    except Failed:
        return False


@pytest.mark.asyncio
async def test_a_telegram_that_is_not_there_took_nothing_and_one_that_breaks_off_may_have(providers: Providers) -> None:
    providers.faults.set("telegram", "reset")
    assert (await providers.refused("telegram")).maybe_taken
    providers.faults.clear()
    await providers.telegram.stop()
    failed = await providers.refused("telegram")
    assert not failed.maybe_taken and "no exchange" in str(failed)
