"""The lock of the door: the people, their logins, and how often somebody may try."""

from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from services.api.login import access_file, sessions
from services.api.login.book import Book, Write
from services.api.login.ended import FILE, Ended
from services.api.login.people import Busy, People
from services.api.login.rates import Rates, household, retry_after
from services.api.login.sessions import Session, Sessions
from services.api.networks import Networks
from services.api.problems import Problem
from services.shared.settings.tree import Settings

TRIES_A_MINUTE = 5
NAME_TRIES_A_MINUTE = 10
"""Of one name from everywhere: more than of one address, so that a stranger alone does not lock its owner out."""


def _tries(a_minute: int) -> Rates:
    return Rates(a_minute / 60, a_minute)


@dataclass(slots=True)
class Lock:
    """What the gate asks. One for both listeners."""

    people: People
    sessions: Sessions
    book: Book
    critical: Networks
    free_view: bool
    by_address: Rates = field(default_factory=lambda: _tries(TRIES_A_MINUTE))
    by_name: Rates = field(default_factory=lambda: _tries(NAME_TRIES_A_MINUTE))

    @classmethod
    def of(cls, settings: Settings, write: Write) -> "Lock":
        """As the settings say; `write` brings what happens at the door into the records."""
        api, path = settings.api, access_file.path_of(settings)
        people, ended = People(path), Ended(Path(settings.data.folder) / FILE)
        made = Sessions(people, sessions.key_in(path.parent), ended, hours=api.session_hours)
        return cls(people, made, Book(write), Networks(api.critical_networks), api.view == "free")

    async def open(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """Log in: the cookie's value and the login. Raises Problem: 401 whatever was wrong, 429 after too many tries."""
        home = household(address)
        wait_s = self.by_address.wait_s(home) or self.by_name.wait_s(name)  # who is refused takes none of the name's tries
        if wait_s:
            self.book.fail("login refused: too many tries", self._who(name, address))
            detail = "too many wrong logins; wait, or use the debug listener on the site's own computer"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-tries", detail, retry_after(wait_s))
        try:
            person = await self.people.with_password(name, password)
        except Busy:
            detail = "too many log in at this moment"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, retry_after(2)) from None
        if person is None:
            self.book.fail("login failed", self._who(name, address))
            raise Problem(HTTPStatus.UNAUTHORIZED, "wrong-login", "the name or the password is wrong")
        self.by_address.give_back(home)
        self.by_name.give_back(name)
        self.book.tell("login", self._who(name, address))
        return self.sessions.begin(person)

    async def close(self, session: Session, address: str) -> None:
        """Log out."""
        self.book.tell("logout", self._who(session.person.name, address))
        await self.sessions.end(session)

    def _who(self, name: str, address: str) -> str:
        # A name that nobody has may be a password in the wrong field.
        return f"{name if self.people.person(name) else 'an unknown name'} ({address})"
