"""A login that lasts: a signed cookie, bound to the person's record, so that another password or role ends it."""

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from services.api.login.access_file import SESSION_KEY, PersonRecord
from services.api.login.ended import Ended
from services.api.login.people import People

log = logging.getLogger(__name__)
COOKIE = "mine_session"
MOST_LETTERS = 512
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A login that stands. `csrf` is what its writing requests must carry; `until_at` is Unix seconds."""

    id: str
    person: PersonRecord
    until_at: float
    csrf: str


class Sessions:
    """Makes and reads the cookies. Those that were logged out are remembered until they would have ended."""

    def __init__(self, people: People, key: bytes, ended: Ended, *, hours: float) -> None:
        self._people = people
        self._key = key
        self.lasts_s = hours * 3600
        self._ended = ended

    def begin(self, person: PersonRecord) -> tuple[str, Session]:
        """A new login: the cookie's value, and what it means."""
        session_id, until_at = secrets.token_urlsafe(16), time.time() + self.lasts_s
        text = json.dumps([session_id, person.name, until_at])
        body = base64.urlsafe_b64encode(text.encode()).decode()
        return f"{body}.{self._sign(body, person)}", Session(session_id, person, until_at, self._csrf(session_id))

    def read(self, cookie: str) -> Session | None:
        """The login of a cookie, or None: forged, over, logged out, or of a person who has changed."""
        body, _, signature = cookie.partition(".")
        if len(cookie) > MOST_LETTERS or not cookie.isascii():
            return None
        try:
            session_id, name, until_at = json.loads(base64.urlsafe_b64decode(body))
            person = self._people.person(str(name))
            over = not 0 < float(until_at) - time.time() <= self.lasts_s
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None
        if person is None or not hmac.compare_digest(signature, self._sign(body, person)) or over or session_id in self._ended:
            return None
        return Session(session_id, person, float(until_at), self._csrf(session_id))

    async def end(self, session: Session) -> None:
        """Log out: the cookie is worth nothing from now on, and after a restart."""
        self._ended.add(session.id, session.until_at)
        await self._ended.keep()

    def _sign(self, body: str, person: PersonRecord) -> str:
        return self._mac("session", body, person.name, person.role.value, person.password)

    def _csrf(self, session_id: str) -> str:
        return self._mac("csrf", session_id)

    def _mac(self, *parts: str) -> str:
        return hmac.new(self._key, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def key_in(folder: Path) -> bytes:
    """The key that signs; without the file a new one, and every login ends with this process."""
    try:
        key = (folder / SESSION_KEY).read_bytes().strip()
        if len(key) >= _KEY_BYTES:
            return key
        log.warning("the session key is too short: logins end with this process; remove the file and run mine setup")
    except OSError as error:
        log.warning("no session key (%s): logins end with this process; mine setup makes it", error.strerror)
    return secrets.token_bytes(_KEY_BYTES)
