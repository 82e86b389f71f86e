"""Who may come in: reads `access.json` again when it changes. While it is missing or broken nobody comes in."""

import asyncio
import hmac
import logging
import time
from pathlib import Path

from services.api.login import access_file, hashes
from services.api.login.access_file import Access, PersonRecord, TokenRecord

log = logging.getLogger(__name__)
AT_ONCE = 1
"""Passwords that are hashed at the same time: 16 MB and a processor, some tenths of a second."""
MOST_WAITING = 8
_LOOK_S = 1.0
_NOBODY = hashes.of_nobody()
"""What the password of an unknown name is compared with, so that the answer takes as long as that of a known one."""


class Busy(Exception):
    """More passwords wait to be checked than will be soon."""


class People:
    """The people and tokens of the file. `reason` says why nobody can come in; empty when they can."""

    def __init__(self, path: Path) -> None:
        self.reason = ""
        self._path = path
        self._access = Access(people=(), tokens=())
        self._seen: tuple[int, int, int] | None = None
        self._next_look_s = 0.0
        self._running = asyncio.Semaphore(AT_ONCE)
        self._asked = 0
        hashes.give_memory_back()
        self._load()

    @property
    def not_ready(self) -> str | None:
        """Why nobody can come in, or None."""
        self._look()
        return self.reason or None

    def person(self, name: str) -> PersonRecord | None:
        """Somebody by name."""
        self._look()
        return next((person for person in self._access.people if person.name == name), None)

    def token(self, text: str) -> TokenRecord | None:
        """Whose token this is. Every record is compared in full, so the time tells nothing."""
        self._look()
        digest, found = hashes.of_token(text), None
        for record in self._access.tokens:
            if hmac.compare_digest(digest, record.sha256):
                found = record
        return found

    async def with_password(self, name: str, password: str) -> PersonRecord | None:
        """Somebody by name and password; None does not tell which was wrong. Raises Busy."""
        person = self.person(name)
        if self._asked >= AT_ONCE + MOST_WAITING:
            raise Busy
        self._asked += 1
        try:
            async with self._running:
                right = await asyncio.to_thread(hashes.fits, password, person.password if person else _NOBODY)
        finally:
            self._asked -= 1
        return person if right else None

    def _look(self) -> None:
        if time.monotonic() >= self._next_look_s:
            self._load()

    def _load(self) -> None:
        self._next_look_s = time.monotonic() + _LOOK_S
        try:
            stat = self._path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return
            self._access, reason = access_file.read(self._path), ""
            if self._seen is not None:
                log.info("%s changed: %d people, %d tokens", self._path.name, len(self._access.people), len(self._access.tokens))
            self._seen = seen
        except (OSError, ValueError) as error:
            self._access, self._seen = Access(people=(), tokens=()), None
            reason = f"nobody can log in: {self._path.name}: {getattr(error, 'strerror', None) or error}"
        if reason != self.reason:
            log.log(logging.ERROR if reason else logging.INFO, "%s", reason or f"{self._path.name} is read again")
        self.reason = reason
