"""The ways to people against providers on real sockets: what arrives, what is refused, and with which reason."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels import CHANNELS
from services.notifier.channels.base import Channel, Failed
from services.notifier.text import plain_text
from services.shared.settings.sections import Notifications
from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults

HOST, TOKEN, MAIL_PASSWORD, SMS_TOKEN = "127.0.0.1", "demo:token", "demo-mail-password", "demo-sms-token"
TEXT = plain_text("mine", "EMERGENCY: 41 °C & <rising>", "It is hot.\nGo & look.")


@dataclass
class Providers:
    faults: Faults
    telegram: TelegramSink
    smtp: SmtpSink
    sms: SmsSink
    told: Notifications

    async def send(self, name: str, *, silent: bool = False, **changes: object) -> str:
        channel = CHANNELS[name](self.told.model_copy(update=changes))
        assert not isinstance(channel, str), channel
        try:
            return await _to_all(channel, silent)
        finally:
            await channel.close()


async def _to_all(channel: Channel, silent: bool) -> str:
    return "; ".join([await channel.send(recipient, TEXT, silent=silent) for recipient in channel.recipients])


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    faults, ca_file = Faults(), tmp_path / "ca.pem"
    telegram = TelegramSink(faults, token=TOKEN, chats=["42"])
    smtp = SmtpSink(faults, user="mine@demo.test", password=MAIL_PASSWORD, ca_file=ca_file)
    sms = SmsSink(faults, account="ACdemo", token=SMS_TOKEN)
    ports = [await sink.start(HOST, 0) for sink in (telegram, smtp, sms)]
    told = Notifications(
        telegram_token=SecretStr(TOKEN), telegram_chat_id="42", telegram_api=f"http://{HOST}:{ports[0]}",
        email_smtp_server=HOST, email_smtp_port=ports[1], email_username="mine@demo.test",
        email_password=SecretStr(MAIL_PASSWORD), email_recipients=("a@demo.test", "b@demo.test"),
        email_ca_file=str(ca_file), sms_provider="twilio", sms_account="ACdemo", sms_api_key=SecretStr(SMS_TOKEN),
        sms_from="+15005550006", sms_phone=("+15005550010",), sms_url=f"http://{HOST}:{ports[2]}",
    )  # fmt: skip
    yield Providers(faults, telegram, smtp, sms, told)
    for sink in (telegram, smtp, sms):
        await sink.stop()


async def failure(providers: Providers, name: str, **changes: object) -> Failed:
    with pytest.raises(Failed) as caught:
        await providers.send(name, **changes)
    for secret in (TOKEN, MAIL_PASSWORD, SMS_TOKEN):
        assert secret not in str(caught.value)
    return caught.value


# --- Telegram ------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_telegram_takes_a_message_and_a_heartbeat_makes_no_sound(providers: Providers) -> None:
    assert await providers.send("telegram") == "message 1"
    assert await providers.send("telegram", silent=True) == "message 2"
    loud, silent = providers.telegram.inbox.all()
    assert loud["text"] == "[mine] EMERGENCY: 41 °C & <rising>\n\nIt is hot.\nGo & look."
    assert (loud["silent"], silent["silent"]) == (False, True)


@pytest.mark.asyncio
async def test_telegram_asks_for_a_pause_and_is_given_it(providers: Providers) -> None:
    providers.faults.set("telegram", "rate_limit", 17)
    failed = await failure(providers, "telegram")
    assert (failed.retry_after_s, failed.hopeless, failed.maybe_taken) == (17.0, False, False)


@pytest.mark.asyncio
async def test_a_wrong_token_or_chat_is_a_reason_and_no_hurry(providers: Providers) -> None:
    failed = await failure(providers, "telegram", telegram_token=SecretStr("other:secret-token"))
    assert failed.slow and "telegram_token is wrong" in str(failed) and "secret-token" not in str(failed)
    failed = await failure(providers, "telegram", telegram_chat_id="43")
    assert failed.slow and "chat not found" in str(failed)


@pytest.mark.asyncio
async def test_a_telegram_that_is_not_there_took_nothing_and_one_that_breaks_off_may_have(providers: Providers) -> None:
    providers.faults.set("telegram", "reset")
    assert (await failure(providers, "telegram")).maybe_taken
    providers.faults.clear()
    await providers.telegram.stop()
    failed = await failure(providers, "telegram")
    assert not failed.maybe_taken and "no exchange" in str(failed)


# --- e-mail --------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_one_mail_goes_to_all_recipients(providers: Providers) -> None:
    assert (await providers.send("email")).startswith("2.0.0 OK")
    (mail,) = providers.smtp.inbox.all()
    assert mail["to"] == ["a@demo.test", "b@demo.test"]
    assert (mail["subject"], mail["text"]) == ("[mine] EMERGENCY: 41 °C & <rising>", "It is hot.\nGo & look.")


@pytest.mark.asyncio
async def test_an_unknown_certificate_gets_neither_password_nor_mail(providers: Providers) -> None:
    failed = await failure(providers, "email", email_ca_file="")
    assert failed.slow and "certificate is not trusted" in str(failed)
    assert providers.smtp.inbox.all() == []


@pytest.mark.asyncio
async def test_a_mail_server_without_starttls_gets_nothing_in_plain(providers: Providers) -> None:
    heard: list[bytes] = []

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 plain ESMTP\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"250-plain\r\n250 AUTH LOGIN PLAIN\r\n" if line.upper().startswith(b"EHLO") else b"221 bye\r\n")
        writer.close()

    server = await asyncio.start_server(plain, HOST, 0)
    async with server:
        failed = await failure(providers, "email", email_smtp_port=server.sockets[0].getsockname()[1])
    assert failed.slow and "no STARTTLS" in str(failed)
    assert not [line for line in heard if line[:4].upper() in (b"AUTH", b"MAIL", b"DATA")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "reason", "slow"),
    [
        ("unauthorised", "refuses user and password", True),
        ("rate_limit", "refuses all recipients (452)", False),
        ("error", "answers 451", False),
        ("reset", "broke off", False),
    ],
)
async def test_a_mail_server_in_trouble_is_a_reason(providers: Providers, fault: str, reason: str, slow: bool) -> None:
    providers.faults.set("smtp", fault)
    failed = await failure(providers, "email")
    assert reason in str(failed) and failed.slow is slow
    assert providers.smtp.inbox.all() == []


@pytest.mark.asyncio
async def test_a_mail_server_that_is_not_there_or_an_authority_that_is_missing(providers: Providers) -> None:
    with socket.create_server((HOST, 0)) as taken:
        free = taken.getsockname()[1]
    assert "cannot be reached" in str(await failure(providers, "email", email_smtp_port=free))
    assert "email_ca_file is not there" in str(await failure(providers, "email", email_ca_file="/nowhere/ca.pem"))


# --- SMS -----------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_twilio_takes_one_short_message_per_number(providers: Providers) -> None:
    receipt = await providers.send("sms", sms_phone=("+15005550010", "+15005550011"))
    assert receipt.startswith("to ***0010, SM")
    first, second = providers.sms.inbox.all()
    assert (first["to"], second["to"]) == ("+15005550010", "+15005550011")
    assert first["text"] == "(mine) EMERGENCY: 41 C & <rising>"


@pytest.mark.asyncio
async def test_twilio_says_why_with_its_code(providers: Providers) -> None:
    failed = await failure(providers, "sms", sms_phone=("555",))
    assert failed.hopeless and "error 21211" in str(failed)
    failed = await failure(providers, "sms", sms_api_key=SecretStr("wrong-secret"))
    assert failed.slow and not failed.hopeless and "error 20003" in str(failed)
    providers.faults.set("sms", "rate_limit", 30)
    assert (await failure(providers, "sms")).retry_after_s == 30.0


@pytest.mark.asyncio
async def test_any_other_provider_gets_the_operators_form_escaped(providers: Providers) -> None:
    url = f"{providers.told.sms_url}/sms"
    body = "to={to}&from={from}&text={text}&account={account}&other={other}"
    await providers.send("sms", sms_provider="generic", sms_url=url, sms_body=body)
    (kept,) = providers.sms.inbox.all()
    fields = {name: value for name, (value,) in parse_qs(kept["body"]).items()}
    assert fields == {
        "to": "+15005550010", "from": "+15005550006", "text": "(mine) EMERGENCY: 41 C & <rising>", "account": "ACdemo",
        "other": "{other}",
    }  # fmt: skip
    assert kept["headers"]["Authorization"] == f"Bearer {SMS_TOKEN}"


@pytest.mark.asyncio
async def test_a_provider_that_is_not_there_took_nothing_and_one_that_breaks_off_may_have(providers: Providers) -> None:
    providers.faults.set("sms", "reset")
    assert (await failure(providers, "sms")).maybe_taken
    providers.faults.clear()
    await providers.sms.stop()
    assert not (await failure(providers, "sms")).maybe_taken


def test_a_channel_that_is_not_set_up_says_what_is_missing() -> None:
    nothing = Notifications()
    assert CHANNELS["sms"](nothing) == "no SMS provider is set: SMS cannot send"
    assert CHANNELS["telegram"](nothing) == "telegram_token or telegram_chat_id is empty"
    assert CHANNELS["email"](nothing) == "email_smtp_server, email_recipients or the sender is empty"
