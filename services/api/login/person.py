"""Who asks, and what that person or program may do."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.shared.addresses import is_loopback

FREE_VIEW = "free view"
"""How somebody looks of whom nothing is known."""


LOCAL = "local"
"""How somebody is known by the debug listener alone."""
CLAIM = "X-Mine-User"
"""The header by which a command on this computer says whose it is: for the records alone, since nobody is asked for a proof."""
CLAIMED = "cli:"
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,31}")


class Role(StrEnum):
    """What somebody may do: look, or ask for something too."""

    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a listener. `how` they showed who they are: by the listener alone, a session, a token, or not at all."""

    name: str
    role: Role
    how: str
    address: str

    @property
    def told(self) -> str:
        """As the records name them: "ann (session, 192.168.1.7)", or "cli:pi (loopback)", which is a claim."""
        if self.how == LOCAL and self.name.startswith(CLAIMED) and is_loopback(self.address):
            return f"{self.name} (loopback)"
        return f"{self.name} ({self.how}, {self.address})"


def claimed(text: str) -> str:
    """The name of who says to be a user of this computer; empty for what is no user's name. It proves nothing."""
    return f"{CLAIMED}{text}" if _USER.fullmatch(text) else ""
