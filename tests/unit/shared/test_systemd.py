"""What systemd is told, read from a socket of its kind."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.shared import systemd
from services.shared.systemd import Systemd, without
from tests.waiting import until


class Manager:
    """systemd's end of the socket."""

    def __init__(self, address: str) -> None:
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.setblocking(False)
        self.channel.bind(address)
        self.heard: list[str] = []

    def read(self) -> list[str]:
        while True:
            try:
                self.heard += self.channel.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Manager, dict[str, str]]]:
    name = f"mine-{secrets.token_hex(6)}"
    path = str(tmp_path / "notify") if request.param == "path" else f"\0{name}"
    one = Manager(path)
    yield one, {"NOTIFY_SOCKET": path.replace("\0", "@")}
    one.channel.close()


@asynccontextmanager
async def living(env: dict[str, str], fault: dict[str, str]) -> AsyncIterator[Systemd]:
    async def asked() -> str | None:
        return fault.get("now")

    notify = Systemd(env)
    task = asyncio.create_task(notify.live(asked))
    yield notify
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_it_hears_that_we_are_ready_live_and_end(manager: tuple[Manager, dict[str, str]]) -> None:
    one, env = manager
    async with living(env | {"WATCHDOG_USEC": "100000"}, {}) as notify:
        await until(lambda: one.read().count("WATCHDOG=1") >= 3)
        assert one.heard[:3] == ["READY=1", "STATUS=all is well", "WATCHDOG=1"]
        assert one.heard.count("READY=1") == one.heard.count("STATUS=all is well") == 1
        notify.stopping()
        await until(lambda: one.read()[-2:] == ["STOPPING=1", "STATUS=stopping"])


@pytest.mark.asyncio
async def test_the_watchdog_is_fed_only_while_nothing_is_at_fault_and_the_status_says_what_is(
    manager: tuple[Manager, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "_LOOK_S", 0.02)
    one, env = manager
    fault = {"now": "not well: api\nREADY=1"}
    async with living(env | {"WATCHDOG_USEC": "100000"}, fault):
        await until(lambda: one.read() == ["STATUS=not well: api READY=1"])
        await asyncio.sleep(0)
        assert "READY=1" not in one.read()
        fault.clear()
        await until(lambda: "WATCHDOG=1" in one.read())
        assert one.heard[1:4] == ["READY=1", "STATUS=all is well", "WATCHDOG=1"]
        fault["now"] = "not well: controller"
        await until(lambda: one.read()[-1] == "STATUS=not well: controller")


@pytest.mark.asyncio
async def test_who_waits_for_us_waits_no_longer_than_a_minute(
    manager: tuple[Manager, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "_LOOK_S", 0.02)
    monkeypatch.setattr(systemd, "READY_WITHIN_S", 0.1)
    one, env = manager
    async with living(env, {"now": "not well: api"}):
        await until(lambda: "READY=1" in one.read())
    assert "WATCHDOG=1" not in one.heard


@pytest.mark.parametrize(
    ("env", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_alone_and_its_time_is_a_number(env: dict[str, str], watchdog_s: float | None) -> None:
    assert Systemd({"NOTIFY_SOCKET": "/run/none", **env}, pid=7).watchdog_s == watchdog_s


@pytest.mark.asyncio
async def test_without_systemd_and_with_one_that_went_nothing_happens(tmp_path: Path) -> None:
    async with living({}, {}) as notify:
        assert not notify.listens
    for path in (str(tmp_path / "gone"), "relative", "@"):
        Systemd({"NOTIFY_SOCKET": path}).tell("READY=1")


def test_children_are_watched_by_us_and_not_by_systemd() -> None:
    env = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "7", "PATH": "/bin"}
    assert without(env) == {"PATH": "/bin"}
