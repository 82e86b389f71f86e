"""Providers on real sockets, and the keys by which the channels find them."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.notifier.channels import CHANNELS
from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Act, Outgoing, Sent
from services.notifier.text import plain_text
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind
from services.simulator.certificate import Certificate
from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.devices.webhook_sink import WebhookSink
from services.simulator.site import Faults

HOST, TOKEN, MAIL_PASSWORD, SMS_TOKEN = "127.0.0.1", "demo:token", "demo-mail-password", "demo-sms-token"
HOOK_SECRET = "whsec_bWluZS1kZW1vLXdlYmhvb2stc2VjcmV0"
SECRETS = (TOKEN, MAIL_PASSWORD, SMS_TOKEN, HOOK_SECRET, "bWluZS1kZW1v")
TEXT = plain_text("mine", "EMERGENCY: 41 °C & <rising>", "It is hot.\nGo & look.")


def outgoing(number: str = "1-a", **changes: Any) -> Outgoing:
    return Outgoing(number, **{"act": Act.POST, "kind": AlarmKind.EMERGENCY, "text": TEXT, "keys": ("heat",), **changes})


@dataclass
class Providers:
    faults: Faults
    telegram: TelegramSink
    smtp: SmtpSink
    sms: SmsSink
    webhook: WebhookSink
    told: Notifications

    def channel(self, name: str, **changes: object) -> Channel:
        channel = CHANNELS[name](self.told.model_copy(update=changes), "mine")
        assert not isinstance(channel, str), channel
        return channel

    async def send(self, name: str, *messages: Outgoing, **changes: object) -> list[Sent]:
        channel = self.channel(name, **changes)
        try:
            return [await channel.send(one, what) for what in messages or (outgoing(),) for one in channel.recipients]
        finally:
            await channel.close()

    async def check(self, name: str, **changes: object) -> str:
        channel = self.channel(name, **changes)
        try:
            return await channel.check()
        finally:
            await channel.close()

    async def refused(self, name: str, **changes: object) -> Failed:
        """Why a message is not taken; no secret may be in it."""
        with pytest.raises(Failed) as caught:
            await self.send(name, **changes)
        return _without_secret(caught.value)

    async def unknown(self, name: str, **changes: object) -> Failed:
        """Why the check says no."""
        with pytest.raises(Failed) as caught:
            await self.check(name, **changes)
        return _without_secret(caught.value)


def _without_secret(failed: Failed) -> Failed:
    assert not [secret for secret in SECRETS if secret in str(failed) or secret in repr(failed)]
    assert failed.__cause__ is None, "a foreign exception may name an address or a token"
    return failed


@asynccontextmanager
async def providers_on(folder: Path, made: Certificate | None = None) -> AsyncIterator[Providers]:
    faults, ca_file = Faults(), folder / "ca.pem"
    telegram = TelegramSink(faults, token=TOKEN, chats=["42"])
    smtp = SmtpSink(faults, user="mine@demo.test", password=MAIL_PASSWORD, ca_file=ca_file, made=made)
    sms = SmsSink(faults, account="ACdemo", token=SMS_TOKEN)
    webhook = WebhookSink(faults, secret=HOOK_SECRET)
    sinks = (telegram, smtp, sms, webhook)
    ports = [await sink.start(HOST, 0) for sink in sinks]
    told = Notifications(
        telegram_token=SecretStr(TOKEN), telegram_chat_id="42", telegram_api=f"http://{HOST}:{ports[0]}",
        email_smtp_server=HOST, email_smtp_port=ports[1], email_username="mine@demo.test",
        email_password=SecretStr(MAIL_PASSWORD), email_recipients=("a@demo.test", "b@demo.test"),
        email_ca_file=str(ca_file), sms_provider="twilio", sms_account="ACdemo", sms_api_key=SecretStr(SMS_TOKEN),
        sms_from="+15005550006", sms_phone=("+15005550010",), sms_url=SecretStr(f"http://{HOST}:{ports[2]}"),
        webhook_url=SecretStr(f"http://{HOST}:{ports[3]}/hook"), webhook_secret=SecretStr(HOOK_SECRET),
    )  # fmt: skip
    try:
        yield Providers(faults, telegram, smtp, sms, webhook, told)
    finally:
        for sink in sinks:
            await sink.stop()


@contextlib.contextmanager
def full() -> Iterator[int]:
    """A port at which nobody accepts any more: whoever connects waits for ever."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server((HOST, 0), backlog=0))
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield int(listening.getsockname()[1])
