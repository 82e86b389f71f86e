"""The logins that were logged out, until they would have ended: a small file, so that a restart forgets none."""

import asyncio
import json
import logging
import time
from pathlib import Path

from services.shared import whole_file
from services.shared.answer import loads_strict
from services.shared.device import DeviceError

log = logging.getLogger(__name__)
FILE = "ended-logins.json"
MOST = 5_000
"""More cannot be logged out in a day by people; of more, those with the longest to live are kept."""
MOST_BYTES = 1_000_000
_LONGEST_ID, _LATEST_AT = 64, 1e11


class Ended:
    """The ids, each with its end in Unix seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = asyncio.Lock()
        self._held = _read(path)

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._held

    def add(self, session_id: str, until_at: float) -> None:
        """It is over from now on; `keep` then brings it to the card."""
        now = time.time()
        young = {one: at for one, at in self._held.items() if at > now}
        self._held = dict(sorted({**young, session_id: until_at}.items(), key=lambda one: one[1])[-MOST:])

    async def keep(self) -> None:
        """Write the file, whole or not at all. A card that refuses it is told in the log."""
        async with self._writing:
            try:
                await asyncio.to_thread(self._write, json.dumps(self._held))
            except OSError as error:
                log.warning("a restart of the api will not know of a logout: %s: %s", self._path.name, error.strerror)

    def _write(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.write(self._path, text.encode())


def _read(path: Path) -> dict[str, float]:
    now = time.time()
    try:
        with path.open("rb") as file:
            found = loads_strict(file.read(MOST_BYTES).decode())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, DeviceError):
        found = None
    if not isinstance(found, dict) or not all(_is_entry(*one) for one in found.items()):
        log.error("%s cannot be read: whoever was logged out before counts again until the login's own end", path.name)
        return {}
    return {session_id: float(until_at) for session_id, until_at in found.items() if until_at > now}


def _is_entry(session_id: str, until_at: object) -> bool:
    return len(session_id) <= _LONGEST_ID and isinstance(until_at, int | float) and 0 < until_at < _LATEST_AT
