"""`mine watch`: on a second machine, elsewhere: is the site alive, and if not, call out."""

import asyncio
import contextlib
import logging
import os
import signal

import typer

from services.cli.calling import Calling
from services.cli.reading import end, settings_or_exit
from services.cli.watchman import Watchman
from services.shared import logs
from services.shared.clock import Clock
from services.shared.settings import Settings

EXIT_ALIVE, EXIT_SILENT, EXIT_MISTAKES = 0, 1, 2
ONCE_WITHIN_S = 25.0
"""The controller says its state at least every 5 s; connecting to the broker may take some more."""
ONCE_ASK_S = 3.0


def watch(once: bool = typer.Option(False, "--once", help="Look once, call nobody: for cron.")) -> None:
    """Watch the site that [WATCH] names, by its page (GET /health), by its broker, or both, and call out by this machine's own
    [NOTIFICATIONS] when its controller has not been seen to decide for silence_minutes; say when it returns. One line for each
    change. What waits to be sent is kept in watch.db of the data folder; heartbeat_url is pinged too.

    Exit code 0 told to stop, or alive with --once; 1 silent with --once, or a fault; 2 mistakes, or nothing to listen to.
    """
    settings = settings_or_exit(os.environ)
    if not settings.watch.url and not settings.watch.broker:
        end("there is nothing to listen to: set url, or broker = yes, in [WATCH]", EXIT_MISTAKES)
    listener = logs.start("watch", settings)
    logging.getLogger().setLevel(logging.WARNING)
    try:
        man = Watchman(settings, Clock(settings.general.clock_trusted), lambda line: print(line, flush=True))
        code = asyncio.run(_once(man) if once else _for_ever(man, settings))
    except OSError as error:
        end(f"it cannot watch: {error}", EXIT_MISTAKES)
    finally:
        listener.stop()
    raise typer.Exit(code)


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
                return EXIT_ALIVE if man.say_once() else EXIT_SILENT
            await asyncio.sleep(ONCE_ASK_S)
    finally:
        await man.close()


async def _for_ever(man: Watchman, settings: Settings) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    calling = Calling(man, settings)
    work = asyncio.create_task(calling.run())
    ending = asyncio.create_task(stop.wait())
    await asyncio.wait([work, ending], return_when=asyncio.FIRST_COMPLETED)
    for task in (work, ending):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return EXIT_ALIVE
