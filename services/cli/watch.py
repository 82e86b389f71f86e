"""`mine watch`: on a second machine, elsewhere: is the site alive, and if not, call out."""

import asyncio
import contextlib
import logging
import os
import signal
from typing import Any

import typer

from services.cli.ask import told
from services.cli.calling import Calling
from services.cli.exit_codes import EXIT_DONE, EXIT_INTERRUPTED, EXIT_MISTAKES, EXIT_REFUSED
from services.cli.reading import end, settings_or_exit
from services.cli.watchman import FILE, Watchman
from services.notifier.text import moment
from services.shared import logs
from services.shared.clock import Clock
from services.shared.settings import Settings, counted, missing

ONCE_WITHIN_S = 25.0
"""The controller says its state at least every 5 s; connecting to the broker may take some more."""
ONCE_ASK_S = 3.0


def watch(
    once: bool = typer.Option(False, "--once", help="Look once, call nobody: for cron."),
    as_json: bool = typer.Option(False, "--json", help="With --once, for programs: one JSON document on stdout."),
) -> None:
    """Watch a site from a second machine, elsewhere, and call out when it falls silent.

    It looks at the site that [WATCH] names by its page (GET /health), by its broker, or both, and calls out by this machine's own
    [NOTIFICATIONS] when its controller has not been seen to decide for silence_minutes; its return is told too. A way of its own
    that takes nothing is told by the others. One line for each change, and one when it ends: nobody watches then. What waits to
    be sent is kept in watch.db of the data folder; heartbeat_url is pinged too.

    Exit code 0 told to stop (SIGINT, SIGTERM), or alive with --once; 1 silent with --once, or a fault; 2 mistakes, or nothing to
    listen to; 130 --once was interrupted: nothing is known.
    """
    settings = settings_or_exit(os.environ)
    if not settings.watch.url and not settings.watch.broker:
        end("there is nothing to listen to: set url, or broker = yes, in [WATCH]", EXIT_MISTAKES)
    if as_json and not once:
        end("--json is for --once: a watch that goes on has no one answer", EXIT_MISTAKES)
    lines: list[str] = []
    listener = None if as_json else logs.start("watch", settings)
    logging.getLogger().setLevel(logging.WARNING)
    try:
        man = Watchman(settings, Clock(settings.general.clock_trusted), lines.append if as_json else _say)
        code = asyncio.run(_once(man) if once else _for_ever(man, settings))
    except OSError as error:
        end(f"it cannot watch: {error}", EXIT_MISTAKES)
    except KeyboardInterrupt:
        end(f"Interrupted: whether {settings.general.site} lives is not known.", EXIT_INTERRUPTED)
    finally:
        if listener is not None:
            listener.stop()
    if as_json:
        told({"alive": code == EXIT_DONE, "words": lines}, [], as_json=True, code=code, why=" ".join(lines))
    raise typer.Exit(code)


def _say(line: str) -> None:
    print(line, flush=True)


async def _once(man: Watchman) -> int:
    """Until it is seen to live, or 25 s are over; then one line."""
    if man.bus is not None:
        await man.bus.start()
    loop = asyncio.get_running_loop()
    end_s = loop.time() + ONCE_WITHIN_S
    try:
        while True:
            await man.ask_page()
            if man.sight.heard or loop.time() + ONCE_ASK_S > end_s:
                return EXIT_DONE if man.say_once() else EXIT_REFUSED
            await asyncio.sleep(ONCE_ASK_S)
    finally:
        await man.close()


async def _for_ever(man: Watchman, settings: Settings) -> int:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _tell, told, number)
    for line in (*settings.warnings, *missing(settings)):
        _say(line)
    calling = Calling(man, settings)
    work = asyncio.create_task(calling.run())
    either: list[asyncio.Future[Any]] = [work, told]
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    finally:
        _say(_last_words(settings, told.result() if told.done() else "a fault of its own", calling.waiting))
    return EXIT_DONE


def _tell(told: "asyncio.Future[str]", number: signal.Signals) -> None:
    if not told.done():
        told.set_result(number.name)


def _last_words(settings: Settings, why: str, waiting: int) -> str:
    now = Clock(settings.general.clock_trusted).now()
    left = f" {counted(waiting, 'message')} not sent: kept in {FILE} for its next start." if waiting else ""
    return f"{moment(now.wall_s)} The watch has ended ({why}): nobody watches {settings.general.site} from here now.{left}"
