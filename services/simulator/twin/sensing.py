"""What the collector would tell of temperatures, dry contacts and the energy monitor, as the faults let them be read.

Each value carries the start of its own poll, as `controller/senses.py` hands it to the core.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import MeterSeen, SwitchSeen, TemperatureSeen
from services.shared.vocabulary import SensorRole, SwitchRole
from services.simulator.plant import Plant
from services.simulator.twin.day import Day
from services.simulator.twin.faults import Does
from services.simulator.twin.pages import told
from services.simulator.twin.premises import Contact, Premises, Sensor
from services.simulator.twin.trouble import Trouble

_GOOD_VOLTS = 96.0  # 80 % of 120 V


class Sensors:
    """Temperatures and dry contacts of the Room Alert."""

    def __init__(self, plant: Plant, premises: Premises, day: Day, trouble: Trouble, sources: Mapping[str, str]) -> None:
        """`sources` names the power signal that a utility's contact is."""
        self._plant = plant
        self._premises = premises
        self._day = day
        self._trouble = trouble
        self._sources = sources
        self.temperatures: tuple[TemperatureSeen, ...] = ()
        self.contacts: tuple[SwitchSeen, ...] = ()

    def forget(self) -> None:
        """The collector and the broker started anew."""
        self.temperatures, self.contacts = (), ()

    def poll(self, sim_s: float, now: Now) -> None:
        """Read the whole unit."""
        known = {seen.sensor: seen.celsius for seen in self.temperatures}
        self.temperatures = tuple(self._temperature(one, known.get(one.name), sim_s, now) for one in self._premises.sensors)
        before = {seen.name: seen for seen in self.contacts}
        self.contacts = tuple(self._contact(one, before.get(one.name), sim_s, now) for one in self._premises.contacts)

    def _contact(self, contact: Contact, before: SwitchSeen | None, sim_s: float, now: Now) -> SwitchSeen:
        if contact.role is not SwitchRole.UTILITY:
            return SwitchSeen(contact.name, contact.role, self._plant.switch_closed(contact.role.value), now.mono_s)
        source, trouble = self._sources.get(contact.name, ""), self._trouble
        part = f"signal:{source}"
        if before is not None and (trouble.has(part, Does.HANG) or trouble.has(part, Does.SLOW)):
            return before
        if before is not None and trouble.has(part, Does.FROZEN):
            return replace(before, mono_s=now.mono_s)
        active = None if trouble.has(part, Does.NONSENSE) else self._asks(source, part, sim_s)
        return SwitchSeen(contact.name, contact.role, active, now.mono_s)

    def _asks(self, source: str, part: str, sim_s: float) -> bool:
        """A utility's contact is closed in normal times and opens to ask."""
        flaps = self._trouble.of(part, Does.FLAPS)
        if flaps is not None:
            return int((sim_s - flaps.begins_s) / flaps.fault.value) % 2 == 0
        told_now = told(self._day, source, sim_s)[0]
        asks = told_now.level.curtails and sim_s >= told_now.begins_s
        return asks or not self._plant.switch_closed("utility") or self._trouble.has(part, Does.ASKS)

    def _temperature(self, sensor: Sensor, before: float | None, sim_s: float, now: Now) -> TemperatureSeen:
        celsius: float | None = self._true_c(sensor)
        trouble, reason = self._trouble, ""
        assert celsius is not None
        if trouble.strikes(sensor.name):
            if (offset := trouble.of(sensor.name, Does.OFFSET)) is not None:
                celsius += offset.fault.value
            if (drift := trouble.of(sensor.name, Does.DRIFT)) is not None:
                celsius += drift.fault.value * (sim_s - drift.begins_s) / 3600.0
            if trouble.has(sensor.name, Does.FROZEN) and before is not None:
                celsius = before
            if trouble.has(sensor.name, Does.NONSENSE):
                celsius, reason = None, "unplugged"
        return TemperatureSeen(sensor.name, sensor.zone, sensor.role, celsius, now.mono_s, reason)

    def _true_c(self, sensor: Sensor) -> float:
        if sensor.role is SensorRole.INTAKE:
            return self._plant.building.zones.get(sensor.zone, self._plant.temperature_c("intake-1"))
        return self._plant.temperature_c("exhaust" if sensor.role is SensorRole.EXHAUST else "outside")


@dataclass(frozen=True, slots=True)
class Watts:
    """What the energy monitor said of one poll: each fan's watts, whether it sees mains, the site's kW."""

    fans: tuple[float | None, ...]
    volts_good: bool
    site_kw: float | None
    mono_s: float


class Monitor:
    """The IoTaWatt: volts, each fan, and the site where it is its meter."""

    def __init__(self, plant: Plant, limits: Limits, premises: Premises, trouble: Trouble) -> None:
        self._plant = plant
        self._limits = limits
        self._meter = premises.site_meter
        self._part = "iotawatt-1"
        self._trouble = trouble
        self.watts: Watts | None = None

    def forget(self) -> None:
        """The collector and the broker started anew."""
        self.watts = None

    def poll(self, now: Now) -> None:
        """Read every series."""
        if self._trouble.has(self._part, Does.FROZEN) and self.watts is not None:
            self.watts = replace(self.watts, mono_s=now.mono_s)
            return
        blind = self._trouble.has(self._part, Does.NO_VOLTS) or self._plant.volts() < _GOOD_VOLTS
        fans = tuple(None if blind else self._plant.fan_watts(fan.number) for fan in self._limits.fans)
        kw = None if blind else self._plant.load_watts() / 1000 + self._limits.meter_base_kw
        self.watts = Watts(fans, not blind, kw, now.mono_s)

    def volts_good(self, now: Now) -> bool | None:
        """Whether it sees mains; None when nothing fresh says so."""
        if self.watts is None or now.mono_s - self.watts.mono_s > self._limits.fan_watts_max_age_s:
            return None
        return self.watts.volts_good

    def site_meter(self) -> MeterSeen | None:
        """The site meter, where it is the one of this site."""
        if not self._meter or self.watts is None:
            return None
        return MeterSeen(self._meter, "", self.watts.site_kw, self.watts.mono_s)
