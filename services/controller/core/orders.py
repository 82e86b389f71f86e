"""Orders to devices, and what the ledger remembers of them. Always a wanted state, never a toggle or a reboot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SOFT, OUTLET, RELAY = "soft", "outlet", "relay"


class Act(StrEnum):
    """What a driver may be told. Always a wanted state, never a toggle or a reboot."""

    SLEEP = "sleep"
    WAKE = "wake"
    OUTLET_OFF = "outlet_off"
    OUTLET_ON = "outlet_on"
    FAN_ON = "fan_on"
    FAN_OFF = "fan_off"


_PATH = {
    Act.SLEEP: SOFT,
    Act.WAKE: SOFT,
    Act.OUTLET_OFF: OUTLET,
    Act.OUTLET_ON: OUTLET,
    Act.FAN_ON: RELAY,
    Act.FAN_OFF: RELAY,
}


def path_of(act: Act) -> str:
    """The path an act takes: a target has at most one order under way on each."""
    return _PATH[act]


@dataclass(frozen=True, slots=True)
class Order:
    """One command to one device. `target` is a load's name or `fan-N`; `lease_s` is for FAN_OFF alone."""

    device: str
    act: Act
    target: str
    expires_mono_s: float
    lease_s: float | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """An order as the ledger remembers it: the last one to this target by this path. `done` when it ended in any way."""

    order: Order
    sent_mono_s: float
    id: str = ""
    host_boot: str = ""
    acknowledged_mono_s: float | None = None
    done: bool = False
    failed: bool = False
    again_mono_s: float | None = None
    """The device itself named this moment for another try; such a refusal costs no attempt."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What is under way: the last order per (target, path) and when each device was last sent to."""

    last: Mapping[tuple[str, str], Sent] = field(default_factory=dict)
    last_sent_mono_s: Mapping[str, float] = field(default_factory=dict)
    in_flight: Mapping[str, int] = field(default_factory=dict)
    back_mono_s: Mapping[str, float] = field(default_factory=dict)
    """When a device that counted as lost was last found to answer again: what failed before is tried anew."""
