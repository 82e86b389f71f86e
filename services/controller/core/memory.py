"""What is remembered from one decision to the next, durable in the ledger: phase, latches, leases, lock-outs, stamps."""

from dataclasses import dataclass
from enum import StrEnum

from services.controller.core.moments import Stamp
from services.shared.vocabulary import LeaseKind, Level, Mode, PowerState


class Phase(StrEnum):
    """The stored phase; the mode shown is derived from it and from what is seen."""

    STARTING = "starting"
    FREE = "free"
    SHED = "shed"
    RESTORING = "restoring"


class Cause(StrEnum):
    """Why load is held down: decides the soft wait and whether outlets may open."""

    NONE = "none"
    """Holds what is; nothing is moved by it."""
    UTILITY = "utility"
    SIGNAL_LOST = "signal_lost"
    THERMAL = "thermal"
    """Too warm: shed in stages, by sleep alone."""
    TRIP = "trip"
    """Over-temperature, latched."""
    EMERGENCY = "emergency"
    """Smoke, flood, the stop button, most fans disproved."""
    OPERATOR = "operator"
    LIMIT = "limit"
    """A breaker's or the contract's limit of the site."""


@dataclass(frozen=True, slots=True)
class CeilingMemory:
    """Since when a rule holds a ceiling at most this high: its soft wait counts from here."""

    rule: str
    scope: str
    kw: float
    since: Stamp


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """The last level of a source that was matched, kept over restarts."""

    name: str
    level: Level
    target_kw: float | None
    drop_kw: float | None
    seen: Stamp | None
    out_until: Stamp | None = None
    out_by: str = ""


@dataclass(frozen=True, slots=True)
class FanMemory:
    """What a fan was last told, since when, what it draws when it runs (W, learnt), since when it draws too little."""

    wanted: PowerState
    changed: Stamp
    baseline_w: float | None = None
    low_since: Stamp | None = None
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease: `until` is its end on the clock of the boot it began in."""

    id: str
    kind: LeaseKind
    owner: str
    reason: str
    began: Stamp
    seconds: float
    level: Level | None = None
    target_kw: float | None = None
    action: str = ""
    members: tuple[str, ...] = ()
    fans: tuple[tuple[int, PowerState], ...] = ()
    fan_stage: int | None = None
    celsius: float | None = None
    sensor: str = ""


@dataclass(frozen=True, slots=True)
class Lockout:
    """A person's lock on `fan-N`, a load, an outlet `pdu-1/7` or a group. No end."""

    target: str
    owner: str
    reason: str
    since: Stamp


@dataclass(frozen=True, slots=True)
class Trip:
    """A latched interlock."""

    key: str
    reason: str
    since: Stamp


@dataclass(frozen=True, slots=True)
class State:
    """All that a decision leaves for the next one. Durable: written to the ledger before any order goes out."""

    phase: Phase
    started: Stamp
    mode: Mode = Mode.STARTING
    mode_since: Stamp | None = None
    ceilings: tuple[CeilingMemory, ...] = ()
    clear_since: Stamp | None = None
    setpoint_kw: float | None = None
    stepped: Stamp | None = None
    opened: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    """Loads whose target was run: only a step of the ramp adds to them, whatever room a ceiling elsewhere leaves."""
    thermal_stages: tuple[tuple[str, int], ...] = ()
    zones: tuple[tuple[str, Stamp | None], ...] = ()
    """Every zone that ever had a temperature, with the moment since when none of its sensors is fresh."""
    sources: tuple[SourceMemory, ...] = ()
    fans: tuple[FanMemory, ...] = ()
    fan_stage: int = 0
    last_fan_start: Stamp | None = None
    load_off_since: Stamp | None = None
    hot: tuple[tuple[str, float], ...] = ()
    """Sensors above the emergency limit, with the poll start of their first hot poll."""
    trips: tuple[Trip, ...] = ()
    holds: tuple[Hold, ...] = ()
    lockouts: tuple[Lockout, ...] = ()
    alarmed: tuple[tuple[str, float], ...] = ()
    """Keys of the alarms that hold, with the Unix second since when, so that one that ends over a restart is ended."""
