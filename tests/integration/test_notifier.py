"""The notifier over a live broker, against providers on real sockets: who hears what, how often, and what a kill changes."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.notifier.main import serve
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, AlarmState, ChannelHealth, LoadSummary, Reply, Request, State
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind, Control, HealthState, Mode
from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults
from tests.broker import LiveBroker
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


def free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


ALL = ("telegram", "email", "sms")


@pytest.mark.asyncio
async def test_an_emergency_reaches_all_three_once_however_often_it_is_said(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those) as context:
        those.say()
        await until(lambda: all(those.got(name) for name in ALL))
        await until(lambda: those.receipts("smoke").count(" accepted at 20") == 3)
        for _ in range(5):
            those.say()
        those.say("flood")
        await until(lambda: all(any("flood" in one for one in those.got(name)) for name in ALL))
        assert {name: len(those.got(name)) for name in ALL} == dict.fromkeys(ALL, 2)
        assert [those.health(name).state for name in ALL] == [HealthState.OK] * 3  # type: ignore[union-attr]
        assert b'mine_outbox_depth{channel="sms"} 0.0' in generate_latest(context.ops.registry)
        assert "alerts.db" not in context.ops.not_ready()


@pytest.mark.asyncio
async def test_after_a_restart_what_was_told_is_not_told_again(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        async with notifier(those):
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 3)
        async with notifier(those):
            those.say("flood")
            await until(lambda: all(len(those.got(name)) == 2 for name in ALL))
            assert all("smoke" in those.got(name)[0] and "flood" in those.got(name)[1] for name in ALL)


@pytest.mark.asyncio
async def test_a_kill_while_telegram_is_down_loses_nothing_and_doubles_nothing(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("telegram", "rate_limit", 1)
        with process(those) as running:
            those.say()
            await until(lambda: those.got("sms") and those.got("email"), 20, "SMS and e-mail are out")
            await until(lambda: those.receipts("smoke").count("accepted") == 2)
            await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST)
            running.send_signal(signal.SIGKILL)
            running.wait()
        those.faults.clear()
        with process(those):
            await until(lambda: those.got("telegram"), 20, "Telegram is told after the restart")
            await until(lambda: those.receipts("smoke").count("accepted") == 3)
        assert [len(those.got(name)) for name in ALL] == [1, 1, 1]
        assert those.got("telegram") == [f"[{site}] EMERGENCY: smoke is bad"]
        assert "demo:token" not in (tmp_path / "log").read_text()


@pytest.mark.asyncio
async def test_what_was_in_flight_at_the_kill_is_sent_again_and_says_so(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("telegram", "hang")
        with process(those) as running:
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 2, 20, "the others have it")
            running.send_signal(signal.SIGKILL)
            running.wait()
        those.faults.clear()
        async with notifier(those):
            await until(lambda: those.got("telegram"))
            assert those.got("telegram") == [f"(repeated) [{site}] EMERGENCY: smoke is bad"]


@pytest.mark.asyncio
async def test_a_telegram_that_hangs_delays_no_sms(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.faults.set("telegram", "hang")
        those.say()
        await until(lambda: those.got("sms") and those.got("email"), 2.0, "SMS and e-mail within 2 s")
        assert those.got("telegram") == []


@pytest.mark.asyncio
async def test_a_heartbeat_is_silent_and_no_sms(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        async with notifier(those, heartbeat_minutes="0.01", heartbeat_email="yes"):
            those.voice.publish(_state())
            await until(lambda: those.got("telegram") and those.got("email"))
            beat = those.telegram.inbox.all()[0]
            assert beat["silent"] is True
            assert "Alive: normal, armed (" in beat["text"] and "Load 987 kW of 1000 kW" in beat["text"]
            assert "No open alarms." in beat["text"]
            those.say()
            await until(lambda: those.got("sms"))
        assert those.got("sms") == [f"({site}) EMERGENCY: smoke is bad"]


@pytest.mark.asyncio
async def test_a_pause_that_telegram_asks_for_is_kept(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.faults.set("telegram", "rate_limit", 1)
        those.say()
        await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST)
        lost_s = time.monotonic()
        assert "pause of 1 s" in those.health("telegram").reason  # type: ignore[union-attr]
        those.faults.clear()
        await until(lambda: those.got("telegram"))
        assert time.monotonic() - lost_s > 0.8, "with pauses of at most 0.1 s of its own it waited for the provider's"


@pytest.mark.asyncio
async def test_a_mail_server_that_nobody_vouches_for_is_a_lost_channel_and_gets_nothing(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, email_ca_file=""):
        those.say()
        await until(lambda: (health := those.health("email")) and health.state is HealthState.LOST)
        health = those.health("email")
        assert health is not None and "certificate is not trusted" in health.reason and health.waiting == 1
        assert those.got("email") == []


@pytest.mark.asyncio
async def test_a_channel_that_is_not_set_up_says_so_and_nothing_waits_for_it(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, sms_provider=""):
        those.say()
        await until(lambda: those.got("telegram") and those.got("email"))
        health = await until(lambda: those.health("sms"))
        assert (health.state, health.waiting) == (HealthState.NOT_CONFIGURED, 0)
        assert health.reason == "no SMS provider is set: SMS cannot send"
        refused = await those.ask("test", channel="sms")
        assert (refused.accepted, refused.reason) == (False, "no SMS provider is set: SMS cannot send")


@pytest.mark.asyncio
async def test_a_channel_that_was_taken_out_while_messages_waited_gets_none_and_stops_nobody(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("sms", "rate_limit", 60)
        async with notifier(those):
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 2)
        those.faults.clear()
        async with notifier(those, sms_provider=""):
            those.say("flood")
            await until(lambda: len(those.got("telegram")) == 2)
        async with notifier(those):
            those.say("heat")
            await until(lambda: those.got("sms"))
        assert those.got("sms") == [f"({site}) EMERGENCY: heat is bad"]


@pytest.mark.asyncio
async def test_a_person_acknowledges_once_and_tests_a_channel(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.say()
        await until(lambda: those.receipts("smoke").count("accepted") == 3)
        assert (await those.ask("acknowledge", key="smoke")).accepted
        await until(lambda: those.states[-1].alarms[0].acknowledged_by == "anna")
        again = await those.ask("acknowledge", key="smoke")
        assert not again.accepted and "acknowledged by anna before" in again.reason
        assert "no open alarm nothing" in (await those.ask("acknowledge", key="nothing")).reason
        tested = await those.ask("test", channel="sms")
        assert tested.accepted and "***0010" in tested.result
        assert those.got("sms")[-1] == f"({site}) Test: this way to you works"
        those.faults.set("telegram", "unauthorised")
        failed = await those.ask("test", channel="telegram")
        assert not failed.accepted and "telegram_token is wrong" in failed.reason


def _state() -> State:
    mono_s = time.monotonic()
    load = LoadSummary(
        measured_kw=987.0, measured_at=0.0, measured_mono_s=mono_s, target_kw=1000.0, setpoint_kw=1000.0, unknown_kw=0.0,
        nominal_kw=1000.0,
    )  # fmt: skip
    return State(
        mode=Mode.NORMAL, since_at=0.0, control=Control.ARMED, reasons=("nothing limits the load",), limited_by="", phase="",
        limits=(), signals=(), load=load, temperature_max_c=27.5, fan_stage=3, fans=(), leases=(), lockouts=(), trips=(),
        decided_mono_s=mono_s,
    )  # fmt: skip
