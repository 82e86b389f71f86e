"""What to ask of an SNMP PDU, and what its numbers mean. A number that cannot be true is no value; no value is never zero."""

import logging
from collections.abc import Mapping

from services.controller.drivers.base import Fact, LoadFact, PowerFact
from services.controller.drivers.pdu_profiles import Profile, Quantity
from services.shared.vocabulary import PowerState

_log = logging.getLogger(__name__)
_SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_UNMETERED_FOR_S = 600.0  # an outlet that never had watts is asked again so much later: a card may just have been starting
_MISSED_FOR_S = 30.0  # one that had them is asked again soon: without them its load cannot be proven down
_MOST_OUTLET_W = 50_000.0
_MOST_DEVICE_KW = 1_000.0
_MOST_DIGITS = 6

Values = Mapping[str, int | None]


class PduReading:
    """The questions to one PDU. `outlets` are its listed ones by load. Remembers what its model does not meter."""

    def __init__(self, device: str, profile: Profile, outlets: Mapping[str, int]) -> None:
        self._device = device
        self._profile = profile
        self._loads = outlets
        self._outlets = sorted(set(outlets.values()))
        self._ask_watts_from: dict[int, float] = {}
        self._metered: set[int] = set()
        self._digits: dict[str, int] = {}
        self._counted = False

    def questions(self, now_s: float) -> list[str]:
        """The objects to ask for in a poll that begins now; never none, so that a poll proves that the PDU answers."""
        metered = [outlet for outlet in self._outlets if now_s >= self._ask_watts_from.get(outlet, now_s)]
        asked = [self.state_oid(outlet) for outlet in self._outlets]
        for quantity in [self._watts_of(outlet) for outlet in metered] + [self._profile.device_kw]:
            if quantity is not None:
                asked.append(quantity.oid)
                if quantity.digits_oid and quantity.digits_oid not in self._digits:
                    asked.append(quantity.digits_oid)
        if self._profile.count_oid and not self._counted:
            asked.append(self._profile.count_oid)
        return asked or [_SYS_OBJECT_ID]

    def state_oid(self, outlet: int) -> str:
        """The object that reads an outlet's state."""
        return self._profile.at(self._profile.read_oid, outlet)

    def state(self, word: int | None) -> PowerState:
        """What a state word of this make says; one outside its table says nothing."""
        words = {self._profile.read_on: PowerState.ON, self._profile.read_off: PowerState.OFF}
        return PowerState.UNKNOWN if word is None else words.get(word, PowerState.UNKNOWN)

    def facts(self, values: Values, started_mono_s: float) -> list[Fact]:
        """State and watts (W) of each listed outlet, and the power (kW) of the whole PDU where it tells."""
        self._count(values)
        watts = {outlet: self._watts(outlet, values, started_mono_s) for outlet in self._outlets}
        facts: list[Fact] = [
            LoadFact(name, started_mono_s, outlet=self.state(values.get(self.state_oid(outlet))), watts=watts[outlet])
            for name, outlet in self._loads.items()
        ]
        kw = self._device_kw(values, list(watts.values()))
        return facts if kw is None else [*facts, PowerFact(kw, started_mono_s)]

    def _watts_of(self, outlet: int) -> Quantity | None:
        watts, at = self._profile.watts, self._profile.at
        return None if watts is None else Quantity(at(watts.oid, outlet), watts.scale, at(watts.digits_oid, outlet))

    def _watts(self, outlet: int, values: Values, now_s: float) -> float | None:
        quantity = self._watts_of(outlet)
        if quantity is None or quantity.oid not in values:
            return None
        if values[quantity.oid] in (None, -1):
            self._ask_watts_from[outlet] = now_s + (_MISSED_FOR_S if outlet in self._metered else _UNMETERED_FOR_S)
        else:
            self._metered.add(outlet)
        return self._measured(quantity, values, _MOST_OUTLET_W)

    def _measured(self, quantity: Quantity, values: Values, most: float) -> float | None:
        """A number that can be true, or None."""
        raw = values.get(quantity.oid)
        digits = 0
        if quantity.digits_oid:
            told = self._digits.get(quantity.digits_oid, values.get(quantity.digits_oid))
            if told is None or not 0 <= told <= _MOST_DIGITS:
                return None
            digits = self._digits[quantity.digits_oid] = told
        if raw is None or raw < 0:
            return None
        value = raw * quantity.scale / 10**digits
        return value if value <= most else None

    def _device_kw(self, values: Values, watts: list[float | None]) -> float | None:
        """The PDU's own figure, else the sum of its outlets where every listed one is metered."""
        whole = self._profile.device_kw
        own = None if whole is None else self._measured(whole, values, _MOST_DEVICE_KW)
        if own is not None:
            return own
        known = [value for value in watts if value is not None]
        return sum(known) / 1000 if known and len(known) == len(watts) else None

    def _count(self, values: Values) -> None:
        there = values.get(self._profile.count_oid)
        if self._counted or there is None:
            return
        self._counted = True
        missing = [outlet for outlet in self._outlets if outlet > there]
        if missing:
            _log.warning("%s has %d outlets, loads.csv lists %s", self._device, there, missing)
