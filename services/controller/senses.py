"""What the bus told last, as the core wants to see it. Ages come from poll starts of this boot; another boot's are stale."""

import logging
from collections.abc import Mapping

from services.controller.core.seen import HumiditySeen, MeterSeen, SignalSeen, SwitchSeen, TemperatureSeen
from services.shared.clock import host_boot
from services.shared.messages import Message, Reading, Signal, SwitchReading
from services.shared.settings.sensing import site_meter
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Level, Quality, SensorRole, SwitchRole

log = logging.getLogger(__name__)

MOST_NAMES = 5_000
"""Of each kind: devices name what they measure."""
_KW_PER = {"W": 0.001, "kW": 1.0, "MW": 1000.0}


class Senses:
    """Holds the newest reading of each sensor. Late (`hist`), older and foreign-boot readings never replace a live one."""

    def __init__(self, settings: Settings) -> None:
        self._series = {name.lower(): number for number, name in enumerate(_fan_series(settings), 1)}
        self._site_meter = site_meter(settings)
        self._volts_max_age_s = settings.fans.watts_max_age_seconds
        self._readings: dict[tuple[str, str], Reading] = {}
        self._switches: dict[tuple[str, str], SwitchReading] = {}
        self._matched: dict[str, Signal] = {}
        self._latest: dict[str, Signal] = {}
        self._is_full = False

    def take_reading(self, reading: Reading) -> None:
        """Remember a reading unless an equally new one is known."""
        key = (reading.device, reading.quantity)
        known = self._readings.get(key)
        if reading.hist or not _is_ours(reading):
            return
        if _is_newer(reading, known) if known is not None else self._has_room(self._readings, key):
            self._readings[key] = reading

    def take_switch(self, switch: SwitchReading) -> None:
        """Remember a dry contact."""
        key = (switch.device, switch.quantity)
        known = self._switches.get(key)
        if not _is_ours(switch):
            return
        if _is_newer(switch, known) if known is not None else self._has_room(self._switches, key):
            self._switches[key] = switch

    def take_signal(self, signal: Signal) -> bool:
        """Remember what a source said; a level that was matched outlives answers that match nothing. True when it is news."""
        if not _is_ours(signal):
            return False
        known = self._latest.get(signal.name)
        if known is not None and signal.poll_started_mono_s < known.poll_started_mono_s:
            return False
        self._latest[signal.name] = signal
        if signal.level is not Level.UNKNOWN:
            self._matched[signal.name] = signal
        return known is None or _asks(known) != _asks(signal)

    def signals(self) -> tuple[SignalSeen, ...]:
        """Every source: its last matched level, and why the newest answer matched none."""
        return tuple(_signal_seen(latest, self._matched.get(name)) for name, latest in self._latest.items())

    def temperatures(self) -> tuple[TemperatureSeen, ...]:
        """Every temperature sensor."""
        return tuple(
            TemperatureSeen(
                f"{r.device}/{r.quantity}",
                r.zone or "main",
                SensorRole(r.role) if r.role in set(SensorRole) else SensorRole.INTAKE,
                _value(r),
                r.poll_started_mono_s,
                r.reason,
                r.label,
            )
            for r in self._readings.values()
            if r.unit == "Cel"
        )

    def humidities(self) -> tuple[HumiditySeen, ...]:
        """Every humidity sensor."""
        return tuple(
            HumiditySeen(f"{r.device}/{r.quantity}", _value(r), r.poll_started_mono_s)
            for r in self._readings.values()
            if r.unit == "%RH"
        )

    def switches(self) -> tuple[SwitchSeen, ...]:
        """Every dry contact."""
        return tuple(SwitchSeen(_name_of(s), s.role, s.active, s.poll_started_mono_s, s.device) for s in self._switches.values())

    def fan_watts(self) -> dict[int, tuple[float | None, float]]:
        """Watts and poll start of each metered fan, by number."""
        return {
            number: (_value(r), r.poll_started_mono_s)
            for (_, quantity), r in self._readings.items()
            if (number := self._series.get(quantity.lower())) is not None
        }

    def volts_good(self, now_mono_s: float) -> bool | None:
        """Whether the energy monitor sees mains voltage; None when nothing fresh says so."""
        volts = [r for r in self._readings.values() if r.unit == "V" and r.quantity.lower() == "voltage"]
        fresh = [r for r in volts if now_mono_s - r.poll_started_mono_s <= self._volts_max_age_s]
        return all(r.quality is Quality.GOOD for r in fresh) if fresh else None

    def site_meter(self) -> MeterSeen | None:
        """The configured site meter, kW; of a series that was renamed to another case the newer reading."""
        named = [r for r in self._readings.values() if (r.device.lower(), r.quantity.lower()) == self._site_meter]
        if not named:
            return None
        reading = max(named, key=lambda r: r.poll_started_mono_s)
        scale = _KW_PER.get(reading.unit)
        value = _value(reading)
        kw = value * scale if value is not None and scale is not None else None
        return MeterSeen("/".join(self._site_meter), "", kw, reading.poll_started_mono_s)

    def _has_room(self, held: Mapping[tuple[str, str], object], key: tuple[str, str]) -> bool:
        """Whether one more name is remembered."""
        if len(held) < MOST_NAMES:
            return True
        if not self._is_full:
            self._is_full = True
            log.warning("more than %d names are measured; the rest is not seen, such as %.100s/%.100s", MOST_NAMES, *key)
        return False


def _fan_series(settings: Settings) -> tuple[str, ...]:
    return settings.fans.series or tuple(f"fan_{number}" for number in range(1, settings.fans.count + 1))


def _value(reading: Reading) -> float | None:
    return reading.value if reading.quality is Quality.GOOD else None


def _is_ours(message: Message) -> bool:
    return message.host_boot == host_boot()


def _is_newer(reading: Reading | SwitchReading, known: Reading | SwitchReading) -> bool:
    return reading.poll_started_mono_s >= known.poll_started_mono_s


def _name_of(switch: SwitchReading) -> str:
    """A utility's contact is a power signal source: the name that the settings give it. Others are for people: their label."""
    name = f"{switch.device}/{switch.quantity}"
    return name.lower() if switch.role is SwitchRole.UTILITY else switch.label or name


def _asks(signal: Signal) -> tuple[object, ...]:
    return signal.level, signal.target_kw, signal.drop_kw, signal.event_id, signal.from_at, signal.until_at


def _signal_seen(latest: Signal, matched: Signal | None) -> SignalSeen:
    """The last matched level; the reason is the newest answer's, which may also tell what of a level it could not read."""
    if matched is None:
        return SignalSeen(latest.name, Level.UNKNOWN, None, raw_text=latest.raw_text, reason=latest.reason)
    return SignalSeen(
        matched.name, matched.level, matched.poll_started_mono_s, matched.measured_at, matched.target_kw, matched.drop_kw,
        matched.from_at, matched.until_at, latest.raw_text, latest.reason, matched.event_id,
    )  # fmt: skip
