"""What the site is, fixed while the process runs: loads, fans, signal sources, the pace of devices, and every limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from services.shared.vocabulary import Control, LoadKind, OnLoss, RuleKind

SITE = "site"
"""The scope of a rule that means the whole site; the others are those of `zone_scope` and `feeder_scope`."""

ROUNDING_KW = 1e-6
"""Less than this is no difference between two sums of loads."""


def zone_scope(zone: str) -> str:
    """The scope of a rule that means one zone."""
    return f"zone {zone}"


def feeder_scope(feeder: str) -> str:
    """The scope of a rule that means the loads behind one feeder or breaker."""
    return f"feeder {feeder}"


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
    feeders: tuple[str, ...] = ()
    scopes: tuple[str, ...] = field(init=False, default=(), compare=False)
    """Every scope of a rule that means this load: the site, its zone, its feeders."""
    has_outlet: bool = field(init=False, default=False, compare=False)
    """True when its outlet may be switched."""

    @property
    def socket(self) -> str:
        """Its outlet as a person names it, `pdu-1/4`; empty where it has none."""
        return f"{self.pdu}/{self.outlet}" if self.pdu and self.outlet is not None else ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "scopes", (SITE, zone_scope(self.zone), *map(feeder_scope, self.feeders)))
        object.__setattr__(self, "has_outlet", bool(self.pdu) and self.outlet is not None and not self.protected)


@dataclass(frozen=True, slots=True)
class Fan:
    """One fan. `device` is its relay board; an unwired fan is read, never switched. `lease_s` is how long "off" lasts alone.

    `zone` is the zone whose air it moves; "" where all fans share the building's.
    """

    number: int
    device: str
    wired: bool
    lease_s: float
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A power signal source and what its loss means. `contact` names the dry contact that is this source, if it is one."""

    name: str
    heartbeat_s: float
    on_loss: OnLoss
    contact: str = ""

    @property
    def kind(self) -> RuleKind:
        """Of what kind the rule is by which it asks."""
        return RuleKind.CONTACT if self.contact else RuleKind.SIGNAL


@dataclass(frozen=True, slots=True)
class Pace:
    """How a device may be commanded: seconds between two sends, how many at once, until when an effect must show.

    `effect_s` is how long an effect usually takes; only plans use it.
    """

    interval_s: float
    in_flight: int
    confirm_s: float
    attempts: int = 3
    retry_s: float = 2.0
    effect_s: float = 0.0


NO_PACE = Pace(interval_s=0.0, in_flight=1, confirm_s=60.0)
"""For a device that none is configured for."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """A breaker or feeder that carries some of the loads, and the most that may flow through it, kW."""

    name: str
    limit_kw: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """Control hours known in advance, in the contract's time zone: on these weekdays (Monday is 0) from one minute of the day
    to another, which may lie after midnight; at most `kw` may stay on."""

    name: str
    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    kw: float


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
    zones: frozenset[str]
    """The zones that temperatures are configured for; empty where no sensor is."""

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
    sensing_devices: tuple[str, ...] = ()
    """The devices that are only read, by name: nothing is decided by it."""
    feeders: tuple[Feeder, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    timezone: tzinfo = UTC
    """The contract's: schedules are told in it."""
    interval_s: float = 900.0
    """The settlement interval of a power event; 0: no guard watches it."""
    temperature_young_s: float = 30.0
    """What was read longer ago lowers no fan and raises no load: two polls, so that one lost answer holds nothing."""
    restore_jitter_s: float = 0.0
    returns_per_hour: int = 0
    """Load that came back so often within an hour rests; 0: it never does."""
    rest_s: float = 900.0
    nominal_kw: float = field(init=False, default=0.0)
    scope_kw: Mapping[str, float] = field(init=False, default_factory=dict)
    """The nominal kW of the loads in each scope."""
    hard_path_s: float = field(init=False, default=0.0)
    """How long it takes to open every outlet and to see it in the watts: one outlet at a time per PDU, all PDUs at once."""

    def __post_init__(self) -> None:
        scope_kw: dict[str, float] = {}
        outlets: dict[str, int] = {}
        for load in self.loads:
            for scope in load.scopes:
                scope_kw[scope] = scope_kw.get(scope, 0.0) + load.kw
            if load.has_outlet:
                outlets[load.pdu] = outlets.get(load.pdu, 0) + 1
        object.__setattr__(self, "scope_kw", scope_kw)
        object.__setattr__(self, "nominal_kw", scope_kw.get(SITE, 0.0))
        paths = [(n, self.paces[pdu]) for pdu, n in outlets.items() if pdu in self.paces]
        object.__setattr__(self, "hard_path_s", max((n * pace.interval_s + pace.confirm_s for n, pace in paths), default=0.0))
