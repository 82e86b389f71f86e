"""What the collector asks of every sensor, polled or listened to: messages ready to publish, or the error that says why not.

Which files a new kind takes is in docs/manual/drivers.md.
"""

from collections.abc import Sequence
from typing import Protocol

from services.shared.messages import Message


class Sensor(Protocol):
    """One sensing connection. `device` is its name on the bus, `period_s` and `deadline_s` are those of its polls."""

    device: str
    kind: str
    period_s: float
    deadline_s: float

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """Read everything once: `Reading`, `SwitchReading` or `Signal`, subject filled. Raises DeviceError.

        `started_mono_s` is the origin of the age of what is read: it becomes `poll_started_mono_s`.
        """
        ...

    async def close(self) -> None:
        """Give up the connection; may be called twice."""
        ...
