"""What only shows or counts never ends the service: its faults are told, and it goes on.

The history and the listeners are not kept up so. When they fail the process ends, and the supervisor starts it anew.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

PAUSE_S = 5.0


async def kept_up(part: Callable[[], Awaitable[None]], name: str) -> None:
    """Run a part for ever; after a fault it begins again. The same fault in a row is logged once."""
    told = ""
    while True:
        try:
            await part()
        except Exception as error:
            if repr(error) != told:
                log.exception("%s: a fault of our own; it goes on", name)
            told = repr(error)
        await asyncio.sleep(PAUSE_S)
