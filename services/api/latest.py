"""The newest message of each key, and how old what it tells is."""

from typing import Generic, TypeVar

from services.shared.clock import Moment
from services.shared.messages import Message, Reading, SwitchReading

M = TypeVar("M", bound=Message)
_CLOCK_SLACK_S = 1.0
_MOST_KEYS = 5_000


class Latest(Generic[M]):
    """The newest message per key. Bounded: names come from outside."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, ...], M] = {}

    def take(self, key: tuple[str, ...], message: M) -> bool:
        """Keep it unless it is older than what is held from the same boot of its service. True when it was kept."""
        held = self._held.get(key)
        if held is not None and held.boot == message.boot and message.seq < held.seq:
            return False
        if held is None and len(self._held) >= _MOST_KEYS:
            return False
        self._held[key] = message
        return True

    def get(self, *key: str) -> M | None:
        """The message of a key."""
        return self._held.get(key)

    def all(self) -> list[M]:
        """All messages, by key."""
        return [message for _, message in sorted(self._held.items())]


def age_s(mono_s: float | None, host_boot: str, now: Moment) -> float | None:
    """Seconds since a monotonic moment of a boot; None when it is unknown, of another boot, or in the future."""
    if mono_s is None or host_boot != now.host_boot or mono_s > now.mono_s + _CLOCK_SLACK_S:
        return None
    return max(0.0, now.mono_s - mono_s)


def older_poll(new: Reading | SwitchReading, held: Reading | SwitchReading | None) -> bool:
    """True when the poll of the held one began later."""
    return held is not None and held.host_boot == new.host_boot and new.poll_started_mono_s < held.poll_started_mono_s
