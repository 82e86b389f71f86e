"""The types that the core decides on: what the site is, what is seen, what is remembered, what is wanted.

All frozen, all plain. None is "no statement", never zero. Moments are arguments; `mono_s` of a seen value is the moment its
own poll *started*, so that only a reading begun after a command can prove it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.shared.vocabulary import (
    AlarmKind,
    Control,
    LeaseKind,
    Level,
    LoadKind,
    LoadState,
    LoadTarget,
    Mode,
    OnLoss,
    PowerState,
    Proof,
    SensorRole,
    SwitchRole,
)

# --- time ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a decision: monotonic seconds of this boot, Unix seconds, whether the calendar is trusted."""

    mono_s: float
    wall_s: float
    wall_trusted: bool
    host_boot: str


Stamp = Now
"""A remembered moment. In the same boot its monotonic seconds count; after a new boot only its calendar may."""


# --- what the site is: fixed while the process runs --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """One load. `soft_device` sends it to sleep ("" when nothing can); `pdu` and `outlet` are its hard path."""

    name: str
    kind: LoadKind
    group: str
    zone: str
    kw: float
    priority: int
    efficiency_j_th: float | None
    soft_device: str
    pdu: str
    outlet: int | None
    protected: bool

    @property
    def has_outlet(self) -> bool:
        """True when its outlet may be switched."""
        return bool(self.pdu) and self.outlet is not None and not self.protected


@dataclass(frozen=True, slots=True)
class Fan:
    """One fan. `device` is its relay board; an unwired fan is read, never switched. `lease_s` is how long "off" lasts alone."""

    number: int
    device: str
    wired: bool
    lease_s: float


@dataclass(frozen=True, slots=True)
class Source:
    """A power signal source and what its loss means."""

    name: str
    heartbeat_s: float
    on_loss: OnLoss


@dataclass(frozen=True, slots=True)
class Pace:
    """How a device may be commanded: seconds between two sends, how many at once, until when an effect must show."""

    interval_s: float
    in_flight: int
    confirm_s: float
    attempts: int = 3
    retry_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything configured, in the units of the core. `loads` and `fans` fix the order of all tuples that run beside them."""

    control: Control
    demo: bool
    loads: tuple[Load, ...]
    fans: tuple[Fan, ...]
    sources: tuple[Source, ...]
    paces: Mapping[str, Pace]
    device_kinds: Mapping[str, str]
    lost_after_s: Mapping[str, float]

    curtail_to_kw: float
    hard_cut_on_loss: bool
    pdu_on_curtail: str
    response_deadline_s: float
    thermal_soft_wait_s: float
    release_s: float
    restore_step_kw: float
    restore_step_s: float
    start_grace_s: float
    asleep_watts: float
    meter_tolerance_kw: float
    meter_max_age_s: float
    meter_base_kw: float
    site_limit_kw: float | None

    max_temp_c: float
    min_temp_c: float
    max_humidity: float
    shed_c: float
    emergency_c: float
    single_sensor_margin_c: float
    temperature_lost_s: float
    temperature_stale_s: float

    fan_start_spacing_s: float
    fan_min_on_s: float
    fan_min_off_s: float
    fan_stage_start_c: float
    fan_hysteresis_c: float
    fan_lag_s: float
    fan_min_watts: float
    fan_proof_by_relay: bool
    fan_spin_up_s: float
    fan_watts_max_age_s: float
    fans_on_smoke: str
    keep_order: tuple[int, ...]
    """Indexes of `loads`, most important and most efficient first."""


# --- what is seen: the process image of one decision -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """The last matched level of a source. `mono_s` None: never matched in this boot."""

    name: str
    level: Level
    mono_s: float | None
    wall_s: float | None = None
    target_kw: float | None = None
    drop_kw: float | None = None
    event_id: str = ""
    from_at: float | None = None
    until_at: float | None = None
    raw_text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TemperatureSeen:
    """One temperature sensor. `celsius` None with a reason when it reads nothing."""

    sensor: str
    zone: str
    role: SensorRole
    celsius: float | None
    mono_s: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HumiditySeen:
    """One humidity sensor, %RH."""

    sensor: str
    percent: float | None
    mono_s: float | None


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    """One dry contact. `active` None is unknown."""

    name: str
    role: SwitchRole
    active: bool | None
    mono_s: float | None


@dataclass(frozen=True, slots=True)
class LoadSeen:
    """One load as read back. Each fact has its own poll start; watts None when nothing meters it alone."""

    state: LoadState = LoadState.UNKNOWN
    state_mono_s: float | None = None
    outlet: PowerState = PowerState.UNKNOWN
    outlet_mono_s: float | None = None
    watts: float | None = None
    watts_mono_s: float | None = None


@dataclass(frozen=True, slots=True)
class FanSeen:
    """One fan: what its relay lets through, and what it draws."""

    relay: PowerState = PowerState.UNKNOWN
    relay_mono_s: float | None = None
    watts: float | None = None
    watts_mono_s: float | None = None


@dataclass(frozen=True, slots=True)
class MeterSeen:
    """A meter over several loads: `pdu` names the PDU whose loads it covers, "" the whole site (the site meter)."""

    name: str
    pdu: str
    kw: float | None
    mono_s: float | None


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device by when it last answered. None: never since this process started."""

    name: str
    kind: str
    last_ok_mono_s: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The process image: built once for a decision, frozen. `loads` and `fans` run beside those of the limits."""

    signals: tuple[SignalSeen, ...] = ()
    temperatures: tuple[TemperatureSeen, ...] = ()
    humidities: tuple[HumiditySeen, ...] = ()
    switches: tuple[SwitchSeen, ...] = ()
    loads: tuple[LoadSeen, ...] = ()
    fans: tuple[FanSeen, ...] = ()
    meters: tuple[MeterSeen, ...] = ()
    devices: tuple[DeviceSeen, ...] = ()
    volts_good: bool | None = None
    bus_lost_since_mono_s: float | None = None


# --- what is remembered: durable in the ledger -------------------------------------------------------------------------------


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


# --- what is wanted ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `kw` in `scope` ("site", or a zone), by which rule and why; `cause` decides how hard it may be enforced."""

    rule: str
    kw: float
    reason: str
    cause: Cause = Cause.NONE
    scope: str = "site"


@dataclass(frozen=True, slots=True)
class Floor:
    """At least `stage` fans, by which rule and why."""

    rule: str
    stage: int
    reason: str


@dataclass(frozen=True, slots=True)
class AlarmWanted:
    """An alarm condition that holds now. The key is the cause's, so that one cause is one alarm."""

    key: str
    kind: AlarmKind
    cause: str
    consequence: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """The wanted state of every load and fan, beside the limits' tuples."""

    loads: tuple[LoadTarget, ...]
    fans: tuple[PowerState, ...]


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """Site load, kW. `measured_kw` None: no fresh meter. `unknown_kw`: nominal kW that nothing fresh measures."""

    measured_kw: float | None
    measured_mono_s: float | None
    target_kw: float
    setpoint_kw: float
    unknown_kw: float
    nominal_kw: float


@dataclass(frozen=True, slots=True)
class FanFigures:
    """What is known of one fan."""

    proof: Proof
    reason: str
    locked_out: bool


@dataclass(frozen=True, slots=True)
class SignalFigures:
    """A source as judged: its effective level after loss, lease and service rules."""

    name: str
    level: Level
    effective: Level
    target_kw: float | None
    mono_s: float | None
    wall_s: float | None
    commissioned: bool
    in_service: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of `decide`: never without a reason. `next_due` is the monotonic moment the answer may change by itself."""

    state: State
    targets: Targets
    reasons: tuple[str, ...]
    limited_by: str
    ceilings: tuple[Ceiling, ...]
    floors: tuple[Floor, ...]
    alarms: tuple[AlarmWanted, ...]
    load: LoadFigures
    fans: tuple[FanFigures, ...]
    signals: tuple[SignalFigures, ...]
    temperature_max_c: float | None
    next_due: float


# --- orders ------------------------------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What a driver may be told. Always a wanted state, never a toggle or a reboot."""

    SLEEP = "sleep"
    WAKE = "wake"
    OUTLET_OFF = "outlet_off"
    OUTLET_ON = "outlet_on"
    FAN_ON = "fan_on"
    FAN_OFF = "fan_off"


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
