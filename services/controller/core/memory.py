"""What is remembered from one decision to the next, durable in the ledger: phase, latches, leases, lock-outs, stamps."""

from dataclasses import dataclass
from enum import StrEnum

from services.controller.core.moments import Stamp
from services.shared.vocabulary import LeaseKind, Level, Mode, PowerState, name_of


class Phase(StrEnum):
    """The stored phase; the mode shown is derived from it and from what is seen."""

    STARTING = "starting"
    FREE = "free"
    SHED = "shed"
    RESTORING = "restoring"


class Cause(StrEnum):
    """Why load is held down: decides the soft wait and whether outlets may open."""

    NONE = "none"
    """Opens no outlet: holds what is, or asks for sleep alone."""
    UTILITY = "utility"
    SIGNAL_LOST = "signal_lost"
    THERMAL = "thermal"
    """Too warm: shed in stages, by sleep alone."""
    TRIP = "trip"
    """Over-temperature, latched."""
    EMERGENCY = "emergency"
    """Smoke, flood, the stop button, most fans disproved."""
    LIMIT = "limit"
    """A breaker's or the contract's limit: always there."""

    @property
    def cuts_at_once(self) -> bool:
        """Whether load goes by its outlet too, measured or not, once its short wait is over."""
        return self in (Cause.TRIP, Cause.EMERGENCY)


@dataclass(frozen=True, slots=True)
class CeilingMemory:
    """Since when a rule holds a ceiling at most this high: its soft wait counts from here.

    `milder_since`: since when it asks for less; once that has stood as long as a release, the next deeper ask waits anew.
    `gone_since`: since when it asks for nothing; it is forgotten as a release is believed, so that a flapping ask waits on.
    """

    rule: str
    scope: str
    kw: float
    since: Stamp
    milder_since: Stamp | None = None
    gone_since: Stamp | None = None


class EventStage(StrEnum):
    """Where a planned event stands by a known calendar. What has begun or is over stays so when the calendar is lost."""

    NONE = ""
    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """The last level of a source that was matched, with its planned event, kept over restarts.

    `baseline_kw` is the load that a drop by some kW is taken from: what was measured when the drop was first asked for.
    """

    name: str
    level: Level
    target_kw: float | None
    drop_kw: float | None
    seen: Stamp | None
    out_until: Stamp | None = None
    out_by: str = ""
    event_id: str = ""
    from_at: float | None = None
    until_at: float | None = None
    baseline_kw: float | None = None
    stage: EventStage = EventStage.NONE
    out_since: Stamp | None = None
    asked: str = ""
    """What it asks for, in words, until it has been clear for as long as a release: so long stands its alarm."""
    clear_since: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar against the monotonic clock of one boot: a moment on the line that is believed, and the first moment on
    another line, if the clock jumped."""

    line: Stamp
    other: Stamp | None = None


@dataclass(frozen=True, slots=True)
class IntervalMemory:
    """The settlement interval that runs: when it began, what flowed until `counted` (kW seconds), the load since then (kW).

    `cap_kw` is the ceiling that its projection asks for, in nameplate kW, and `capped` when it was lowered last.
    """

    began: Stamp
    counted: Stamp
    kw_s: float
    kw: float
    cap_kw: float | None = None
    capped: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Drilled:
    """The last drill of a device: when (Unix seconds), whether a reading proved the move, after how many seconds, in words."""

    device: str
    at: float
    proven: bool
    seconds: float
    how: str


@dataclass(frozen=True, slots=True)
class FanMemory:
    """What a fan was last told, since when, what it draws when it runs (W, learnt), since when its watts contradict that.

    `hours` is its running time until `changed`."""

    wanted: PowerState
    changed: Stamp
    baseline_w: float | None = None
    low_since: Stamp | None = None
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease: `until` is its end on the clock of the boot it began in. `sensor` is the device of a drill or of raw answers."""

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
    by_calendar: bool = False
    """It began in an earlier boot: only a trusted clock ends it."""

    @property
    def asker(self) -> str:
        """Whose it is, for what a newer one of theirs replaces: the way and the address in `owner` may be others tomorrow."""
        return name_of(self.owner)


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
class Silence:
    """An acting device that does not answer, since it last did, or since a process began that never heard it."""

    device: str
    since: Stamp
    is_lost: bool


@dataclass(frozen=True, slots=True)
class State:
    """All that a decision leaves for the next one. Durable: written to the ledger before any order goes out."""

    phase: Phase
    started: Stamp
    mode: Mode = Mode.STARTING
    mode_since: Stamp | None = None
    ceilings: tuple[CeilingMemory, ...] = ()
    clear_since: Stamp | None = None
    """Since when the site may have as much as `cleared_kw`."""
    cleared_kw: float = 0.0
    setpoint_kw: float | None = None
    stepped: Stamp | None = None
    unshown: tuple[tuple[Stamp, frozenset[str]], ...] = ()
    """Loads that are released and freshly read as down, by the moment since when."""
    unshown_held: tuple[tuple[float, frozenset[str]], ...] = ()
    """Of such loads those that a hold leaves asleep for now, by the seconds that they had waited when it came."""
    doubted: frozenset[str] = frozenset()
    """Of these the ones that had their time and whose one reader is in doubt: asked off again they stay here."""
    doubted_open: frozenset[str] = frozenset()
    """Of these the ones whose outlet read open: that it reads closed ends their doubt."""
    opened: frozenset[str] = frozenset()
    lowered: tuple[tuple[Stamp, frozenset[str]], ...] = ()
    """Loads that shall not run, by the moment since when: each has its own soft wait, whenever the ask began."""
    proven_off: tuple[tuple[Stamp, frozenset[str]], ...] = ()
    """Of these the ones proven off since they were asked off, by the moment it was found: silence alone does not end that."""
    running: frozenset[str] = frozenset()
    """Loads whose target was run: only a step of the ramp adds to them, whatever room a ceiling elsewhere leaves."""
    thermal_stages: tuple[tuple[str, int], ...] = ()
    cooler: tuple[tuple[str, Stamp], ...] = ()
    """Zones that are cool enough for a lower stage of shedding, since when."""
    interval: IntervalMemory | None = None
    scheduled: frozenset[str] = frozenset()
    """Schedules that were in force when the clock was trusted last."""
    calendar: Calendar | None = None
    drilled: tuple[Drilled, ...] = ()
    zones: tuple[tuple[str, Stamp | None], ...] = ()
    """Every zone that ever had a temperature, with the moment since when none of its sensors is fresh."""
    sources: tuple[SourceMemory, ...] = ()
    fans: tuple[FanMemory, ...] = ()
    fan_stage: int = 0
    """How many fans are asked for on the whole site."""
    fan_stages: tuple[tuple[str, int], ...] = ()
    """The stage of each bank of fans by its scope."""
    last_fan_start: Stamp | None = None
    load_off_since: Stamp | None = None
    returned: tuple[Stamp, ...] = ()
    """When load last came back after some had come off, as often as `returns_per_hour`."""
    hot: tuple[tuple[str, float], ...] = ()
    """Sensors above the emergency limit, with the poll start of their first hot poll."""
    trips: tuple[Trip, ...] = ()
    holds: tuple[Hold, ...] = ()
    lockouts: tuple[Lockout, ...] = ()
    alarmed: tuple[tuple[str, float], ...] = ()
    """Keys of the alarms that hold, with the Unix second since when, so that one that ends over a restart is ended."""
    alarm_ranks: tuple[tuple[str, int], ...] = ()
    """The ranks of these, where they are not 0."""
    silent: tuple[Silence, ...] = ()
    """Acting devices that do not answer: one that hangs stays lost over a restart until it answers."""
