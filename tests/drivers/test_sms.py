"""SMS against a provider on a real socket."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels.base import CANNOT_ASK, Failed
from services.notifier.channels.sms_provider import SmsProvider
from tests.drivers.providers import HOST, SMS_TOKEN, TEXT, Providers, full, outgoing, providers_on

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    async with providers_on(tmp_path) as those:
        yield those


async def test_twilio_takes_one_short_message_per_number(providers: Providers) -> None:
    receipt, _ = await providers.send("sms", sms_phone=("+15005550010", "+15005550011"))
    assert receipt.words.startswith("to ***0010, queued, SM")
    first, second = providers.sms.inbox.all()
    assert (first["to"], second["to"]) == ("+15005550010", "+15005550011")
    assert first["text"] == "(mine) EMERGENCY: 41 C & <rising>"


async def test_twilio_says_why_with_its_code_and_no_number_is_shown_whole(providers: Providers) -> None:
    failed = await providers.refused("sms", sms_phone=("+05005550010",))
    assert failed.hopeless and "error 21211" in str(failed)
    assert "5005550010" not in str(failed) and "***0010" in str(failed)
    failed = await providers.refused("sms", sms_api_key=SecretStr("wrong-secret"))
    assert failed.slow and not failed.hopeless and "error 20003" in str(failed) and "wrong-secret" not in str(failed)


async def test_a_provider_that_asks_for_a_pause_is_given_it(providers: Providers) -> None:
    providers.faults.set("sms", "rate_limit", 30)
    failed = await providers.refused("sms")
    assert (failed.retry_after_s, failed.slow, failed.hopeless, failed.maybe_taken) == (30.0, False, False, False)


async def test_any_other_provider_gets_the_operators_form_escaped(providers: Providers) -> None:
    url = f"{providers.told.sms_url.get_secret_value()}/sms"
    body = "to={to}&from={from}&text={text}&account={account}&other={other}"
    await providers.send("sms", sms_provider="generic", sms_url=SecretStr(url), sms_body=body)
    (kept,) = providers.sms.inbox.all()
    fields = {name: value for name, (value,) in parse_qs(kept["body"]).items()}
    assert fields == {
        "to": "+15005550010", "from": "+15005550006", "text": "(mine) EMERGENCY: 41 C & <rising>", "account": "ACdemo",
        "other": "{other}",
    }  # fmt: skip
    assert kept["headers"]["Authorization"] == f"Bearer {SMS_TOKEN}"


async def test_a_provider_that_is_not_there_took_nothing_and_one_that_breaks_off_may_have(providers: Providers) -> None:
    providers.faults.set("sms", "reset")
    assert (await providers.refused("sms")).maybe_taken
    providers.faults.clear()
    await providers.sms.stop()
    assert not (await providers.refused("sms")).maybe_taken


async def test_twilio_is_asked_for_the_account_and_sends_nothing(providers: Providers) -> None:
    assert await providers.check("sms") == "the account is active"
    wrong = await providers.unknown("sms", sms_api_key=SecretStr("wrong-secret"))
    assert wrong.slow and "refuses sms_account and sms_api_key" in str(wrong) and "wrong-secret" not in str(wrong)
    providers.faults.set("sms", "offline")
    suspended = await providers.unknown("sms")
    assert suspended.slow and str(suspended) == "Twilio says that the account is suspended"
    assert providers.sms.inbox.all() == []


async def test_a_twilio_out_of_reach_or_talking_nonsense_has_not_said_no(providers: Providers) -> None:
    for fault in ("error", "reset"):
        providers.faults.set("sms", fault)
        assert not (await providers.unknown("sms")).slow
        providers.faults.clear()


async def test_another_provider_cannot_be_asked_without_sending(providers: Providers) -> None:
    url = f"{providers.told.sms_url.get_secret_value()}/sms"
    assert await providers.check("sms", sms_provider="generic", sms_url=SecretStr(url)) == CANNOT_ASK
    assert providers.sms.inbox.all() == []


async def test_a_connection_that_hangs_brought_nothing_there(providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SmsProvider, "deadline_s", 1.3)
    with full() as port:
        failed = await providers.refused("sms", sms_url=SecretStr(f"http://{HOST}:{port}"))
    assert str(failed) == "the SMS provider: no connection within 0.3 s" and not failed.maybe_taken


async def test_twilio_tells_a_text_that_is_too_long_from_a_number_that_is_wrong(providers: Providers) -> None:
    long = outgoing(text=replace(TEXT, short="x" * 2_000))
    with pytest.raises(Failed) as caught:
        await providers.send("sms", long)
    assert caught.value.hopeless and caught.value.unfit
    assert not (await providers.refused("sms", sms_phone=("+05005550010",))).unfit
