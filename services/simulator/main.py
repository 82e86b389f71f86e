"""The simulated site as a program: `python -m services.simulator.main`. It needs the settings and nothing else, no broker."""

import asyncio
import logging
import signal
import sys

from services.shared import logs
from services.shared.settings import SettingsError, last_good
from services.shared.settings.tree import Settings
from services.simulator.simulated import SimulatedSite

log = logging.getLogger(__name__)

_EXIT_FAULT = 1
_EXIT_SETTINGS = 2


async def live(settings: Settings) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    site = SimulatedSite(settings)
    try:
        await site.start()
    except OSError as error:
        log.error("%s", error.strerror)
        return _EXIT_FAULT
    log.info("%d miners at %g times the speed of life", len(site.plant.miners()), site.plant.speed)
    log.info("ports: %s", ", ".join(f"{name} {port}" for name, port in site.ports.items()))
    log.info("http://%s:%d/ turns the signal by hand", settings.simulator.host, site.ports["control"])
    parts = [asyncio.create_task(stop.wait()), asyncio.create_task(site.live())]
    await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    fault = not stop.is_set()
    if fault:
        log.error("the plant stands still", exc_info=parts[1].exception())
    await site.stop()
    for part in parts:
        part.cancel()
    return _EXIT_FAULT if fault else 0


def main() -> int:
    """Returns the exit code: 0 told to stop, 1 fault, 2 settings wrong."""
    try:
        settings, _ = last_good.start()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_SETTINGS
    listener = logs.start("simulator", settings)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the mail library tells each line of each session
    try:
        return asyncio.run(live(settings))
    finally:
        listener.stop()


if __name__ == "__main__":
    sys.exit(main())
