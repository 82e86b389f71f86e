"""How a service lives: settings, logs, bus, inner app, a watch over its loop, and an orderly end.

Exit codes: 0 told to stop, 1 fault, 2 settings wrong, 70 its loop or its broker client stood still (a supervisor restarts it).
"""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.shared import heap, logs
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.ops import Ops
from services.shared.settings import SettingsError, last_good
from services.shared.settings.tree import Settings
from services.shared.systemd import Systemd
from services.shared.watch import LoopWatch, on_own_stderr

log = logging.getLogger(__name__)

EXIT_FAULT = 1
EXIT_SETTINGS = 2
SERVE_END_S = 4.0
"""What `serve` gets to end after it was cancelled."""
END_WITHIN_S = 9.5
LOGS_EACH_S = 3600.0
SETTLED_S = 10.0
"""After so long all is there that lives as long as the process."""


@dataclass
class Context:
    """What a service is given. It registers its handlers, then starts the bus."""

    service: str
    settings: Settings
    clock: Clock
    bus: Bus
    ops: Ops


Serve = Callable[[Context], Awaitable[None]]


def run(service: str, serve: Serve, *, persistent: bool = False, backlog: int = 10_000) -> int:
    """Live until SIGTERM or SIGINT, then end within 10 s. Returns the exit code.

    `serve` registers its handlers, awaits `context.bus.start()` and runs until it is cancelled; an end by itself is a fault.
    """
    heap.one_for_all_threads()
    try:
        settings, instead = last_good.start()
    except SettingsError as error:
        on_own_stderr(str(error))
        return EXIT_SETTINGS
    listener = logs.start(service, settings)
    for words in instead:
        log.error("settings: %s", words)
    watch = LoopWatch()
    try:
        return asyncio.run(_live(service, serve, settings, watch, listener, persistent=persistent, backlog=backlog))
    except Exception:
        log.exception("%s ends on a fault", service)
        return EXIT_FAULT
    finally:
        listener.stop()
        watch.release()


async def _live(
    service: str, serve: Serve, settings: Settings, watch: LoopWatch, lines: logs.Logs, *, persistent: bool, backlog: int
) -> int:
    stop = _stop_on_signals(watch)
    clock = Clock(settings.general.clock_trusted)
    bus = Bus(settings.broker, service=service, site=settings.general.site, clock=clock, persistent=persistent, backlog=backlog)
    ops = _ops(service, bus, watch, clock)
    ops.counter("mine_log_lost_total", "log lines that were not written since the start", lambda: float(lines.lost))
    for warning in settings.warnings:
        log.warning("settings: %s", warning)
    parts: dict[str, asyncio.Future[Any]] = {
        "the loop's tick": asyncio.create_task(watch.run()),
        "the inner app": asyncio.create_task(ops.serve(settings.ops.host, getattr(settings.ops, f"{service}_port"))),
        "the service": asyncio.ensure_future(serve(Context(service, settings, clock, bus, ops))),
    }
    systemd = Systemd()
    watched = asyncio.create_task(systemd.live(partial(_not_well, ops)))
    tended, settled = asyncio.create_task(_tend(lines)), asyncio.create_task(_settle())
    stopping: asyncio.Future[Any] = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *parts.values()], return_when=asyncio.FIRST_COMPLETED)
    systemd.stopping()
    watch.must_end_within(END_WITHIN_S)
    fault = not stopping.done()
    for name, part in parts.items():
        if part.done():
            log.error("%s ended by itself", name, exc_info=None if part.cancelled() else part.exception())
    await _end(parts["the service"], ops, bus)
    for part in (stopping, watched, tended, settled, *parts.values()):
        part.cancel()
    return EXIT_FAULT if fault else 0


def settle() -> None:
    """What lives as long as the process is not searched for garbage again and again. So each search is short, which holds up no
    reaction, and comes often; with each the interpreter gives back what it keeps for reuse, up to some MB."""
    gc.collect()
    gc.freeze()
    heap.give_back()
    gc.collect()  # the next search comes after a quarter of what this one finds


async def _settle() -> None:
    await asyncio.sleep(SETTLED_S)
    settle()


async def _tend(lines: logs.Logs) -> None:
    while True:
        lines.tend()
        await asyncio.sleep(LOGS_EACH_S)


async def _not_well(ops: Ops) -> str | None:
    return "; ".join(ops.not_well().values()) or None


def _stop_on_signals(watch: LoopWatch) -> asyncio.Event:
    stop = asyncio.Event()

    def told() -> None:
        log.info("told to stop")
        watch.must_end_within(END_WITHIN_S)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told)
    return stop


def _ops(service: str, bus: Bus, watch: LoopWatch, clock: Clock) -> Ops:
    ops = Ops(service, tick_age_s=lambda: watch.tick_age_s, lag_s=lambda: watch.lag_s)
    ops.gauge("mine_mqtt_connected", "1 while the broker answers", lambda: float(bus.connected))
    ops.gauge("mine_mqtt_backlog", "messages that wait for the broker", lambda: float(bus.waiting))
    ops.counter("mine_mqtt_dropped_total", "messages lost to a full backlog since the start", lambda: float(bus.dropped))
    ops.counter("mine_mqtt_refused_total", "messages received and not understood since the start", lambda: float(bus.refused))
    ops.counter("mine_mqtt_published_total", "messages published since the start", lambda: float(bus.published))
    ops.counter("mine_mqtt_received_total", "messages received since the start", lambda: float(bus.received))
    ops.gauge("mine_clock_trusted", "1 while the clock is known to be right", lambda: float(clock.now().wall_trusted))
    ops.ready_check("broker", lambda: None if bus.connected else "not connected")
    return ops


async def _end(service: "asyncio.Future[Any]", ops: Ops, bus: Bus) -> None:
    ops.stop()
    service.cancel()
    _, late = await asyncio.wait([service], timeout=SERVE_END_S)
    if late:
        log.error("the service did not end within %g s of being told", SERVE_END_S)
    await bus.stop()
