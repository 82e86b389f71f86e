"""The providers of three ways to people on real sockets, a voice on a real bus that says alarms, and a notifier between them."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.notifier.main import serve
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, AlarmState, ChannelHealth, Reply, Request
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind
from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults
from tests.broker import LiveBroker
from tests.ports import free_port
from tests.waiting import until

HOST, RETRY_S = "127.0.0.1", 0.1


@dataclass
class People:
    """The three providers, and a voice on the bus that says alarms."""

    broker: LiveBroker
    site: str
    folder: Path
    faults: Faults = field(default_factory=Faults)
    states: list[AlarmState] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def open(self) -> None:
        self.telegram = TelegramSink(self.faults, token="demo:token", chats=["42"])
        self.smtp = SmtpSink(self.faults, user="mine@demo.test", password="demo-password", ca_file=self.folder / "ca.pem")
        self.sms = SmsSink(self.faults, account="ACdemo", token="demo-token")
        self.sinks = {"telegram": self.telegram, "email": self.smtp, "sms": self.sms}
        self.ports = {name: await sink.start(HOST, 0) for name, sink in self.sinks.items()}
        self.voice = Bus(self.broker.settings("admin"), service="controller", site=self.site, clock=Clock("yes"))
        self.voice.on(AlarmState, lambda state, _: self.states.append(state))
        self.voice.on(Reply, lambda reply, _: self.replies.append(reply))
        await self.voice.start()
        await until(lambda: self.voice.connected)

    async def close(self) -> None:
        await self.voice.stop()
        for sink in self.sinks.values():
            await sink.stop()

    def keys(self) -> dict[str, str]:
        """The operator's keys for these providers."""
        return {
            "telegram_token": "demo:token", "telegram_chat_id": "42", "telegram_api": f"http://{HOST}:{self.ports['telegram']}",
            "email_smtp_server": HOST, "email_smtp_port": str(self.ports["email"]), "email_username": "mine@demo.test",
            "email_password": "demo-password", "email_recipients": "operator@demo.test",
            "email_ca_file": str(self.folder / "ca.pem"), "sms_provider": "twilio", "sms_account": "ACdemo",
            "sms_api_key": "demo-token", "sms_from": "+15005550006", "sms_phone": "+15005550010",
            "sms_url": f"http://{HOST}:{self.ports['sms']}", "heartbeat_minutes": "0", "retry_seconds": str(RETRY_S),
        }  # fmt: skip

    def settings(self, **changes: Any) -> Settings:
        told = s.Notifications.model_validate(self.keys() | changes)
        return Settings(
            general=s.General(site=self.site, clock_trusted="yes"), notifications=told, broker=self.broker.settings("notifier"),
            data=s.Data(folder=str(self.folder), logs=""),
        )  # fmt: skip

    def say(self, key: str = "smoke", active: bool = True, kind: AlarmKind = AlarmKind.EMERGENCY) -> None:
        self.voice.publish(Alarm(subject=(key,), key=key, active=active, kind=kind, cause=f"{key} is bad", since_at=time.time()))

    def got(self, name: str) -> list[str]:
        """What a person read there."""
        return [str(message.get("subject", message.get("text"))).partition("\n")[0] for message in self.sinks[name].inbox.all()]

    def health(self, name: str) -> ChannelHealth | None:
        return next((one for one in (self.states[-1].channels if self.states else ()) if one.name == name), None)

    def receipts(self, key: str) -> str:
        alarms = self.states[-1].alarms if self.states else ()
        return "; ".join(next((alarm.receipts for alarm in alarms if alarm.key == key), ()))

    async def ask(self, verb: Any, **payload: str) -> Reply:
        number = f"request-{len(self.replies)}"
        self.voice.publish(
            Request(subject=(verb,), id=number, verb=verb, who="anna", reason="", expires_at=time.time() + 30,
                    payload=json.dumps(payload))
        )  # fmt: skip
        return await until(lambda: next((one for one in self.replies if one.request_id == number), None), what=f"reply to {verb}")


@asynccontextmanager
async def people(broker: LiveBroker, site: str, folder: Path) -> AsyncIterator[People]:
    those = People(broker, site, folder)
    await those.open()
    try:
        yield those
    finally:
        await those.close()


@asynccontextmanager
async def notifier(those: People, **changes: Any) -> AsyncIterator[Context]:
    settings, clock = those.settings(**changes), Clock("yes")
    bus = Bus(settings.broker, service="notifier", site=those.site, clock=clock)
    context = Context("notifier", settings, clock, bus, Ops("notifier", tick_age_s=lambda: 0.0))
    service = asyncio.create_task(serve(context))
    try:
        await until(lambda: bus.connected or service.done())
        yield context
    finally:
        service.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await service
        await bus.stop()


@contextlib.contextmanager
def process(those: People) -> Iterator["subprocess.Popen[bytes]"]:
    """A real notifier, to be killed."""
    broker = those.broker.settings("notifier")
    lines = ["[GENERAL]", f"site = {those.site}", "clock_trusted = yes", "[NOTIFICATIONS]"]
    lines += [f"{name} = {value}" for name, value in those.keys().items()]
    lines += ["[BROKER]", f"host = {broker.host}", f"port = {broker.port}", f"user = {broker.user}"]
    lines += [f"password = {broker.password.get_secret_value()}", "[DATA]", f"folder = {those.folder}", "logs = none"]
    lines += ["[OPS]", "notifier_port = " + str(free_port())]
    config = those.folder / "config.txt"
    config.write_text("\n".join(lines) + "\n")
    with (those.folder / "log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "services.notifier.main"],
            env=os.environ | {"MINE_CONFIG": str(config)},
            stdout=log,
            stderr=log,
        )
        try:
            yield running
        finally:
            running.kill()
            running.wait()
