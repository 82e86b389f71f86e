"""A run while it lives: its programs are kept running, systemd hears of them, and a person where the page is."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from services.cli import broker, saying
from services.cli.hung import Hung
from services.cli.programs import SERVICES
from services.cli.supervisor import Supervisor
from services.cli.wellness import Wellness, broker_is_well, services_of
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings import Settings
from services.shared.systemd import Systemd

_PAGE_PAUSE_S = 0.3
_AGAIN_S = 10.0
_PATIENCE_S = 0.2
_LINE_BYTES = 4_000
_untaken: Counter[str] = Counter()
"""How many lines of whom stdout did not take, since it took one."""


def say(name: str, text: str) -> None:
    """A line of a program on stdout, with its name before it. Never raises, nor waits for a reader: what it leaves is counted."""
    if not saying.is_taken(0.0 if _untaken else _PATIENCE_S):
        _untaken[name] += 1
        return
    if _untaken:
        saying.say(f"{'mine':<10} | {_untaken.total()} lines were not taken here")
        _untaken.clear()
    saying.say(f"{name:<10} | {text}".encode("utf-8", "replace")[:_LINE_BYTES].decode("utf-8", "ignore"))


async def live(supervisor: Supervisor, settings: Settings, choice: broker.Choice) -> None:
    """Until SIGINT or SIGTERM; returns when all programs have ended."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    systemd, wellness = Systemd(), _wellness(supervisor, settings, choice)
    works = (
        partial(_announce, settings), partial(systemd.live, wellness.fault), Hung(supervisor, wellness).run,
        partial(_tell_the_end, stop, systemd),
    )  # fmt: skip
    beside = [asyncio.create_task(kept(work)) for work in works]
    try:
        await supervisor.run(stop)
    finally:
        for task in beside:
            task.cancel()
    say("mine", "everything has stopped")


async def kept(work: Callable[[], Awaitable[None]], again_s: float = _AGAIN_S) -> None:
    """Do it until it is done; after a fault it begins anew, for nobody looks who keeps the others."""
    while True:
        try:
            return await work()
        except Exception as error:
            say("mine", f"a fault of our own, which begins anew in {again_s:g} s: {error!r}")
        await asyncio.sleep(again_s)


def _wellness(supervisor: Supervisor, settings: Settings, choice: broker.Choice) -> Wellness:
    """The services, and the broker where it is this run's."""
    ours = {} if choice.program is None else {choice.program.name: partial(broker_is_well, choice.host, choice.port)}
    return Wellness(services_of(settings.ops, SERVICES), lambda: supervisor.running, ours)


async def _tell_the_end(stop: asyncio.Event, systemd: Systemd) -> None:
    await stop.wait()
    systemd.stopping()


async def _announce(settings: Settings) -> None:
    """Say where the page is, once it is there."""
    debug = f"http://127.0.0.1:{settings.api.debug_port}/debug.html"
    client = HttpClient(deadline_s=5.0)
    try:
        while (status := await _status(client, debug)) >= HTTPStatus.INTERNAL_SERVER_ERROR:  # noqa: ASYNC110
            await asyncio.sleep(_PAGE_PAUSE_S)  # another process cannot set an event here
    finally:
        await client.close()
    page = f"{'https' if settings.api.tls else 'http'}://127.0.0.1:{settings.api.port}/"
    if status == HTTPStatus.NOT_FOUND:
        say("mine", f"the page is not built: make frontend. Until then a plain form of the page is at {page}")
    else:
        say("mine", f"the page is at {page}  and for tests at {debug}")


async def _status(client: HttpClient, url: str) -> int:
    """As for one that is not there yet where nobody answers."""
    try:
        return (await client.request("GET", url)).status
    except DeviceError:
        return HTTPStatus.SERVICE_UNAVAILABLE
