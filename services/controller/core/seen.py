"""What is seen: the process image of one decision. None is "no statement", never zero.

`mono_s` of a seen value is the moment its own poll *started*, so that only a reading begun after a command can prove it.
"""

from dataclasses import dataclass

from services.shared.vocabulary import Level, LoadState, PowerState, SensorRole, SwitchRole


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """The last matched level of a source. `mono_s` None: never matched in this boot."""

    name: str
    level: Level
    mono_s: float | None
    wall_s: float | None = None
    target_kw: float | None = None
    drop_kw: float | None = None
    from_at: float | None = None
    until_at: float | None = None
    raw_text: str = ""
    reason: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class TemperatureSeen:
    """One temperature sensor. `celsius` None with a reason when it reads nothing."""

    sensor: str
    zone: str
    role: SensorRole
    celsius: float | None
    mono_s: float | None
    reason: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class HumiditySeen:
    """One humidity sensor, %RH."""

    sensor: str
    percent: float | None
    mono_s: float | None


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    """One dry contact. `active` None is unknown; `device` is what it is read by, empty where that is not known."""

    name: str
    role: SwitchRole
    active: bool | None
    mono_s: float | None
    device: str = ""


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
