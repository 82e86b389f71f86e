"""`mine watch` as a second machine runs it: a process, the site's page and broker, its own chat and outside watcher."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from services.shared.bus import Bus, Foreign
from services.shared.clock import Clock
from services.simulator.devices.healthchecks_sink import HealthchecksSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.devices.webhook_sink import WebhookSink
from services.simulator.site import Faults
from tests.broker import LiveBroker
from tests.ports import free_port
from tests.unit.notifier.test_heartbeat import state
from tests.waiting import until

UUID = "3f1c2b8e-6a4d-4c0b-9e57-d0a1b2c3d4e5"
SILENCE_MINUTES = "0.05"
CLOCK = Clock("yes")


class Page:
    """The site's /health, as the api answers it; it can go away and come back on its port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.age_s: float | None = 1.0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/health", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, _: web.Request) -> web.Response:
        silent = self.age_s is None or self.age_s > 15
        document = {"status": "controller silent" if silent else "ok", "service": "api", "controller_age_s": self.age_s}
        return web.json_response(document, status=503 if silent else 200)


@dataclass
class Machine:
    """The second machine."""

    folder: Path
    page: Page
    telegram: TelegramSink
    watcher: HealthchecksSink
    faults: Faults
    keys: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def env(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("MINE_")} | {
            "MINE_CONFIG": str(self.folder / "config.txt"), "MINE_DATA_FOLDER": str(self.folder / "data"),
        }  # fmt: skip

    def write(self, *sections: str) -> None:
        text = "\n".join(("[GENERAL]\nsite = iowa\nclock_trusted = yes\n[DATA]\nlogs = none", *sections))
        (self.folder / "config.txt").write_text(text)

    def start(self, *arguments: str) -> None:
        log = (self.folder / "out").open("a")
        command = [sys.executable, "-m", "services.cli.main", "watch", *arguments]
        self.process = subprocess.Popen(command, env=self.env(), stdout=log, stderr=subprocess.STDOUT, text=True)
        log.close()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(15)
        self.process = None
        return code

    async def once(self) -> tuple[int, str]:
        command = [sys.executable, "-m", "services.cli.main", "watch", "--once"]
        process = await asyncio.create_subprocess_exec(
            *command, env=self.env(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()

    def lines(self) -> str:
        return (self.folder / "out").read_text()

    def told(self) -> list[str]:
        return [message["text"].partition("\n")[0] for message in self.telegram.inbox.all() if message["kind"] == "message"]

    def receipts(self) -> int:
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "watch.db", timeout=5)) as db:
            return int(db.execute("SELECT count(*) FROM receipts").fetchone()[0])

    def sections(self, watch: str) -> tuple[str, ...]:
        return (
            f"[WATCH]\n{watch}\nsilence_minutes = {SILENCE_MINUTES}",
            "[ALARM site_silent]\noff_delay_seconds = 0",
            "[NOTIFICATIONS]\n" + "\n".join(f"{name} = {value}" for name, value in self.keys.items()),
        )


@pytest_asyncio.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    faults = Faults()
    telegram = TelegramSink(faults, token="demo:token", chats=["42"])
    watcher = HealthchecksSink(faults, uuid=UUID)
    one = Machine(tmp_path, Page(), telegram, watcher, faults)
    one.keys = {
        "telegram_token": "demo:token", "telegram_chat_id": "42", "telegram_users": "7", "heartbeat_minutes": "0",
        "heartbeat_url_minutes": "0.05",
        "telegram_api": f"http://127.0.0.1:{await telegram.start('127.0.0.1', 0)}",
        "heartbeat_url": f"http://127.0.0.1:{await watcher.start('127.0.0.1', 0)}/{UUID}",
    }  # fmt: skip
    await one.page.start()
    yield one
    if one.process is not None:
        one.end(signal.SIGKILL)
    await one.page.stop()
    for sink in (telegram, watcher):
        await sink.stop()


@pytest.mark.asyncio
async def test_a_site_that_falls_silent_is_one_emergency_over_a_kill_of_the_watcher_and_its_return_is_told(
    machine: Machine,
) -> None:
    machine.write(*machine.sections(f"url = http://127.0.0.1:{machine.page.port}"))
    machine.start()
    await until(lambda: " alive: the page answers" in machine.lines(), 20.0)
    await until(lambda: "success" in [ping["act"] for ping in machine.watcher.inbox.all()], 10.0)
    await machine.page.stop()
    await until(machine.told, 20.0)
    assert "EMERGENCY" in machine.told()[0]
    assert "nothing was heard of iowa since" in machine.told()[0]
    await until(machine.receipts, what="its receipt is on disk")
    machine.end(signal.SIGKILL)
    machine.start()
    await until(lambda: machine.lines().count(" SILENT: nothing was heard of iowa since") == 2, 20.0)
    await machine.page.start()
    await until(lambda: len(machine.told()) > 1, 20.0)
    assert "Ended" in machine.told()[1]
    await until(lambda: machine.receipts() == 2, what="the second receipt is on disk too")
    assert machine.lines().count(UUID) == 0
    assert machine.end(signal.SIGINT) == 0
    assert "The watch has ended (SIGINT): nobody watches iowa from here now." in machine.lines().splitlines()[-1]
    assert len(machine.told()) == 2


@pytest.mark.asyncio
async def test_a_channel_of_its_own_that_refuses_it_is_told_by_the_other_on_stdout_and_to_its_watcher(machine: Machine) -> None:
    webhook = WebhookSink(machine.faults, secret=UUID)
    machine.keys |= {"webhook_url": f"http://127.0.0.1:{await webhook.start('127.0.0.1', 0)}/hook", "webhook_secret": UUID}
    machine.write(
        *machine.sections(f"url = http://127.0.0.1:{machine.page.port}"), "[ALARM channel_lost_*]\non_delay_seconds = 0"
    )
    machine.faults.set("telegram", "unauthorised")
    machine.start()
    try:
        await until(webhook.inbox.all, 20.0)
        told = webhook.inbox.all()[0]
        assert "On the second machine: Messages by telegram cannot go out" in str(told)
        await until(lambda: "fail" in [ping["act"] for ping in machine.watcher.inbox.all()], 20.0)
        assert "On the second machine: Messages by telegram cannot go out" in machine.lines()
        assert "demo:token" not in machine.lines()
        assert machine.end() == 0
    finally:
        await webhook.stop()


@pytest.mark.asyncio
async def test_once_that_is_interrupted_knows_nothing_and_says_so(machine: Machine, broker: LiveBroker) -> None:
    ours = f"[BROKER]\nhost = 127.0.0.1\nport = {broker.port}\nuser = cli\npassword = {broker.passwords['cli']}"
    machine.write("[WATCH]\nbroker = yes", ours)
    listener: Any = Bus(broker.settings("admin"), service="api", site="iowa", clock=CLOCK)
    seen: list[str] = []
    listener.on_topic("mine/1/iowa/ping/+", lambda foreign: seen.append(foreign.topic))
    await listener.start()
    machine.start("--once")
    await until(lambda: any("/ping/cli-" in topic for topic in seen), 20.0)
    assert await asyncio.to_thread(machine.end, signal.SIGINT) == 130
    assert machine.lines() == "Interrupted: whether iowa lives is not known.\n"
    await listener.stop()


@pytest.mark.asyncio
async def test_a_controller_that_stands_still_behind_a_page_that_answers_is_called_out_as_that(machine: Machine) -> None:
    machine.write(*machine.sections(f"url = http://127.0.0.1:{machine.page.port}/"))
    machine.page.age_s = 400.0
    machine.start()
    await until(machine.told, 20.0)
    assert "iowa answers, but its controller has not been seen to decide since" in machine.told()[0]
    await until(machine.receipts, what="its receipt is on disk")
    machine.telegram.say("/ack site_silent", 7, 42)
    await until(lambda: any("Acknowledged: site_silent" in str(one) for one in machine.telegram.inbox.all()), 20.0)
    assert machine.end() == 0


@pytest.mark.asyncio
async def test_once_says_in_one_line_and_a_code_whether_the_site_lives(machine: Machine) -> None:
    machine.write(*machine.sections(f"url = http://127.0.0.1:{machine.page.port}"))
    code, said = await machine.once()
    assert (code, said.count("\n")) == (0, 1)
    assert "alive: the page answers" in said
    machine.write(f"[WATCH]\nurl = http://127.0.0.1:{machine.page.port}\n")
    await machine.page.stop()
    code, said = await machine.once()
    assert (code, said.count("\n")) == (1, 1)
    assert "SILENT" in said
    assert "the page does not answer" in said
    machine.write("[WATCH]\nsilence_minutes = 5\n")
    code, said = await machine.once()
    assert code == 2
    assert "nothing to listen to" in said
    assert machine.told() == []


@pytest.mark.asyncio
async def test_over_the_broker_a_controller_that_goes_on_deciding_is_alive_and_one_that_stops_is_called_out(
    machine: Machine, broker: LiveBroker
) -> None:
    ours = f"[BROKER]\nhost = 127.0.0.1\nport = {broker.port}\nuser = cli\npassword = {broker.passwords['cli']}"
    machine.write(*machine.sections("broker = yes"), ours)
    voice: Any = Bus(broker.settings("admin"), service="controller", site="iowa", clock=CLOCK)
    presences: list[Foreign] = []
    voice.on_topic("mine/1/iowa/presence/cli", presences.append)
    await voice.start()
    await until(lambda: voice.connected)
    older: Any = Bus(broker.settings("cli"), service="cli", site="iowa", clock=CLOCK)
    await older.start()
    await until(lambda: older.connected)
    await older.stop()
    await until(lambda: presences and b"stopping" in presences[-1].payload)
    left = len(presences)

    async def decide() -> None:
        while True:
            voice.publish(state(CLOCK.now().mono_s))
            await asyncio.sleep(0.3)

    deciding = asyncio.create_task(decide())
    machine.start()
    await until(lambda: " alive: the broker answers" in machine.lines(), 20.0)
    assert machine.told() == []
    deciding.cancel()
    await until(machine.told, 20.0)
    assert "EMERGENCY" in machine.told()[0]
    assert machine.end() == 0
    assert [one.payload for one in presences[left:]] == [b""], "it is no service, and takes back what an older version left"
    await voice.stop()
