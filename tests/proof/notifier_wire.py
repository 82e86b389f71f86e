"""The real channels against the providers' fakes on real sockets, through lines that fail half of the time."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from services.notifier.channels.base import Channel
from tests.drivers.providers import HOST, Providers, providers_on
from tests.proof.notifier_day import Told
from tests.proof.notifier_line import Line

_SINKS = ("telegram", "smtp", "sms", "webhook")
_STEPS_OF_A_MAIL = 14
"""About so many times a mail server is spoken to for one mail."""
_RATE_LIMITED, _ASKED_S, _LOOK_S = 0.1, 20, 60.0


class WireWays:
    """All four of them, one chat, mailbox, number and program each."""

    def __init__(self, providers: Providers, lines: Mapping[str, Line]) -> None:
        self._providers, self._lines = providers, lines
        ports = {name: line.port for name, line in lines.items()}
        through = {
            "telegram_api": f"http://{HOST}:{ports['telegram']}", "email_smtp_port": ports["smtp"],
            "sms_url": SecretStr(f"http://{HOST}:{ports['sms']}"),
            "webhook_url": SecretStr(f"http://{HOST}:{ports['webhook']}/hook"),
        }  # fmt: skip
        self.channels: Mapping[str, Channel] = {
            name: providers.channel(name, **through) for name in ("telegram", "email", "sms", "webhook")
        }
        self._kept: list[Told] = []

    @property
    def fails(self) -> bool:
        """Whether the lines fail, and the providers ask for pauses."""
        return any(line.fails for line in self._lines.values())

    @fails.setter
    def fails(self, value: bool) -> None:
        for line in self._lines.values():
            line.fails = value
        if not value:
            self._providers.faults.clear()

    async def ask_for_pauses(self, chance: random.Random) -> None:
        """Now and then a provider is asked too often, for ever."""
        while True:
            for name in _SINKS:
                self._providers.faults.clear(name)
                if self.fails and chance.random() < _RATE_LIMITED:
                    self._providers.faults.set(name, "rate_limit", _ASKED_S)
            self._collect()
            await asyncio.sleep(_LOOK_S)

    def told(self) -> list[Told]:
        """Everything that was taken."""
        self._collect()
        return self._kept

    def ways(self) -> list[str]:
        """Each channel."""
        return list(self.channels)

    def _collect(self) -> None:
        """The providers keep the newest alone."""
        those = self._providers
        for one in those.telegram.inbox.all():
            act = "edit" if one["kind"] == "edit" else "reply" if "reply_to" in one else "post"
            self._kept.append(Told("telegram", act, one["text"].partition("\n")[0]))
        self._kept += [Told("email", "", one["subject"]) for one in those.smtp.inbox.all()]
        self._kept += [Told("sms", "", one["text"]) for one in those.sms.inbox.all()]
        self._kept += [Told("webhook", one["act"], one["subject"], one["id"]) for one in those.webhook.inbox.all()]
        for sink in (those.telegram, those.smtp, those.sms, those.webhook):
            sink.inbox.clear()


@asynccontextmanager
async def wire_ways(folder: Path, chance: random.Random) -> AsyncIterator[WireWays]:
    """Providers, lines and channels, until the end."""
    async with providers_on(folder) as providers:
        steps = {name: _STEPS_OF_A_MAIL if name == "smtp" else 1 for name in _SINKS}
        lines = {name: await Line(port, chance, steps[name]).start() for name, port in _ports(providers).items()}
        ways = WireWays(providers, lines)
        pausing = asyncio.create_task(ways.ask_for_pauses(chance))
        try:
            yield ways
        finally:
            pausing.cancel()
            for line in lines.values():
                await line.stop()


def _ports(providers: Providers) -> dict[str, int]:
    """Where each provider listens."""
    told = providers.told
    return {
        "telegram": _port(told.telegram_api), "smtp": told.email_smtp_port, "sms": _port(told.sms_url.get_secret_value()),
        "webhook": _port(told.webhook_url.get_secret_value()),
    }  # fmt: skip


def _port(url: str) -> int:
    found = urlsplit(url).port
    assert found is not None
    return found
