"""Who asks, and what that person or program may do."""

from dataclasses import dataclass
from enum import StrEnum


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
        """As the records name them: "ann (session, 192.168.1.7)"."""
        return f"{self.name} ({self.how}, {self.address})"
