"""What the loop asks of a driver, and what a driver tells: facts with the moment their poll started.

A driver implements what its device can do and nothing else. Errors are those of `shared.device`; an acknowledgement is not
proof. Which files a new kind takes is in docs/manual/drivers.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from services.controller.core.orders import Order
from services.shared.vocabulary import LoadState, PowerState


@dataclass(frozen=True, slots=True)
class LoadFact:
    """What one poll tells of one load. None is no statement about that datum. `poll_started_mono_s` is its age's origin."""

    name: str
    poll_started_mono_s: float
    state: LoadState | None = None
    outlet: PowerState | None = None
    watts: float | None = None


@dataclass(frozen=True, slots=True)
class FanFact:
    """What the relay of one fan lets through: `ON` means current may flow to the fan (wiring already accounted for)."""

    number: int
    poll_started_mono_s: float
    relay: PowerState


@dataclass(frozen=True, slots=True)
class PowerFact:
    """The sum a device measures over its loads, kW."""

    kw: float
    poll_started_mono_s: float


Fact = LoadFact | FanFact | PowerFact


class Driver(Protocol):
    """One connection. `device` is its name on the bus (`foreman`, `pdu-1`, `relay-1`, `http-<section>`)."""

    device: str
    kind: str
    period_s: float
    deadline_s: float

    async def poll(self, started_mono_s: float) -> Sequence[Fact]:
        """Read everything once. Raises DeviceError."""
        ...

    async def send(self, order: Order) -> str:
        """Carry out one order and return the device's acknowledgement as text. Raises DeviceError."""
        ...

    async def close(self) -> None:
        """Give up the connection; may be called twice."""
        ...


@runtime_checkable
class TellsFate(Protocol):
    """A driver whose device can say what became of an order that showed no effect in time."""

    async def fate(self, target: str) -> str:
        """In words, of the last order to this target. Raises DeviceError."""
        ...
