"""The alarm `database`: one for all that can be wrong with the records, told when what it says has changed."""

from collections.abc import Callable
from pathlib import Path

from services.api.history import later
from services.api.history.buffer import LARGEST
from services.shared.clock import Clock
from services.shared.messages import Alarm, Message
from services.shared.vocabulary import AlarmKind

_LOOK_S = 10.0
_WAITING = "records wait in memory and may be lost; control is not affected"
_LOSING = f"more than {LARGEST:,} records wait, and the oldest are lost; control is not affected"


class DatabaseAlarm:
    """A damaged file, or the end of an audit that goes on elsewhere, keeps it up until a person took it away."""

    def __init__(self, clock: Clock, publish: Callable[[Message], None]) -> None:
        self._clock = clock
        self._publish = publish
        self._said: tuple[bool, str, str] | None = None
        self._since_at = 0.0
        self._next_look_s = 0.0

    def is_due(self) -> bool:
        """Whether it is time to look again, though nothing was stored."""
        return self._clock.now().mono_s >= self._next_look_s

    def tell(self, reason: str, aside: list[Path], file: str, *, losing: bool) -> None:
        """`reason` says why nothing is stored, `aside` are the files that lie beside the `file`, newest last."""
        now = self._clock.now()
        self._next_look_s = now.mono_s + _LOOK_S
        cause = reason or ("the disk is too slow" if losing else "")
        cause = cause or (f"{aside[-1].name} lies beside a new {file}" if aside else "")
        consequence = _LOSING if losing else _WAITING if reason else ""
        known, to_do = later.parted(reason)
        cause = known or cause
        if self._said == (bool(cause), cause, consequence):
            return
        if self._said is None or self._said[0] != bool(cause):
            self._since_at = now.wall_s
        self._said = (bool(cause), cause, consequence)
        self._publish(
            Alarm(
                subject=("database",),
                key="database",
                active=bool(cause),
                kind=AlarmKind.WARNING,
                cause=f"history: {cause}" if cause else "history is stored",
                consequence=consequence,
                action=f"{to_do}."
                if to_do
                else "Look at the disk."
                if consequence
                else "Take the file away, or delete it."
                if aside
                else "",
                since_at=self._since_at,
            )
        )
