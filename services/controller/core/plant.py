"""What the site is, fixed while the process runs: loads, fans, signal sources, the pace of devices, and every limit."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.shared.vocabulary import Control, LoadKind, OnLoss


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
