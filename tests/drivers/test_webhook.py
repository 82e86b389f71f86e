"""The webhook against a receiver on a real socket that proves each signature."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels.base import Failed
from services.notifier.channels.webhook import Webhook, signature
from services.notifier.message import Act
from services.shared.answer import Answer
from services.shared.vocabulary import AlarmKind
from services.shared.webhook_key import key_of
from tests.drivers.providers import HOST, Providers, full, outgoing, providers_on


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    async with providers_on(tmp_path) as those:
        yield those


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_that_is_no_base64_is_told_without_it() -> None:
    for secret in ("whsec_not base64!", "whsec_", "whsec_ü"):
        with pytest.raises(ValueError, match="no base64"):
            key_of(secret)
    assert key_of("any text") == b"any text"


@pytest.mark.asyncio
async def test_a_program_gets_the_whole_message_and_the_proof_that_it_is_ours(providers: Providers) -> None:
    (sent,) = await providers.send("webhook", outgoing("7-a", thread="heat-1", created_at=1_800_000_000.0))
    assert sent.words == "204, mine-7-a"
    (kept,) = providers.webhook.inbox.all()
    del kept["at"]
    assert kept == {
        "id": "mine-7-a", "type": "alarm", "site": "mine", "kind": "emergency", "act": "post", "keys": ["heat"],
        "subject": "[mine] EMERGENCY: 41 °C & <rising>", "body": "It is hot.\nGo & look.", "thread": "heat-1",
        "created_at": 1_800_000_000.0,
    }  # fmt: skip


@pytest.mark.asyncio
async def test_a_program_gets_heartbeats_edits_and_what_concerns_no_alarm(providers: Providers) -> None:
    messages = (outgoing(kind=AlarmKind.HEARTBEAT, keys=()), outgoing(act=Act.EDIT), outgoing(kind=AlarmKind.WARNING, keys=()))
    await providers.send("webhook", *messages)
    assert [(kept["type"], kept["act"]) for kept in providers.webhook.inbox.all()] == [
        ("heartbeat", "post"), ("alarm", "edit"), ("notice", "post"),
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_secret_may_be_any_text_and_a_wrong_one_is_refused(providers: Providers) -> None:
    failed = await providers.refused("webhook", webhook_secret=SecretStr("another secret"))
    assert failed.slow and not failed.hopeless and str(failed) == "the webhook answers 401"
    assert providers.webhook.inbox.all() == []


@pytest.mark.asyncio
async def test_a_clock_that_is_far_off_is_refused_by_the_receiver(providers: Providers) -> None:
    channel = Webhook(providers.told, "mine", now=lambda: time.time() - 3_600)
    try:
        with pytest.raises(Failed, match="401"):
            await channel.send("", outgoing())
    finally:
        await channel.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "value", "reason", "slow", "retry_after_s"),
    [
        ("rate_limit", 17, "answers 429", False, 17.0),
        ("error", 1, "answers 503", False, None),
        ("unauthorised", 1, "answers 401", True, None),
        ("redirect", 1, "answers 302: a redirect is not followed", True, None),
    ],
)
async def test_a_receiver_in_trouble_is_a_reason(
    providers: Providers, fault: str, value: float, reason: str, slow: bool, retry_after_s: float | None
) -> None:
    providers.faults.set("webhook", fault, value)
    failed = await providers.refused("webhook")
    assert reason in str(failed)
    assert (failed.slow, failed.hopeless, failed.maybe_taken, failed.retry_after_s) == (slow, False, False, retry_after_s)
    assert providers.webhook.inbox.all() == []


@pytest.mark.asyncio
async def test_a_receiver_that_is_gone_for_good_is_sent_nothing_more(providers: Providers) -> None:
    channel = providers.channel("webhook")
    providers.faults.set("webhook", "offline")
    with pytest.raises(Failed, match="gone for good"):
        await channel.send("", outgoing())
    providers.faults.clear()
    with pytest.raises(Failed, match="gone for good") as caught:
        await channel.send("", outgoing())
    assert caught.value.hopeless
    assert providers.webhook.inbox.all() == []
    await channel.check()
    await channel.send("", outgoing())
    await channel.close()
    assert len(providers.webhook.inbox.all()) == 1


@pytest.mark.asyncio
async def test_a_receiver_that_breaks_off_may_have_it_and_one_that_is_not_there_has_not(providers: Providers) -> None:
    providers.faults.set("webhook", "reset")
    assert (await providers.refused("webhook")).maybe_taken
    with socket.create_server((HOST, 0)) as taken:
        url = SecretStr(f"http://{HOST}:{taken.getsockname()[1]}/a-path-that-is-a-key")
    failed = await providers.refused("webhook", webhook_url=url)
    assert not failed.maybe_taken and "a-path" not in str(failed)


@pytest.mark.asyncio
async def test_the_check_only_knocks(providers: Providers) -> None:
    assert (await providers.check("webhook")).startswith("it answers (405)")
    assert providers.webhook.inbox.all() == []
    await providers.webhook.stop()
    assert not (await providers.unknown("webhook")).slow


@pytest.mark.asyncio
async def test_a_connection_that_hangs_brought_nothing_there(providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Webhook, "deadline_s", 1.3)
    with full() as port:
        failed = await providers.refused("webhook", webhook_url=SecretStr(f"http://{HOST}:{port}/a-path-that-is-a-key"))
    assert str(failed) == "the webhook: no connection within 0.3 s" and not failed.maybe_taken


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "unfit"), [(413, True), (422, True), (400, False)])
async def test_a_message_that_is_refused_for_what_it_is_says_nothing_of_the_next(
    providers: Providers, status: int, unfit: bool
) -> None:
    channel = Webhook(providers.told, "mine")
    failed = channel._failed(Answer(status, {}, b""))
    assert (failed.hopeless, failed.unfit, failed.slow) == (unfit, unfit, True)
    await channel.close()
