"""Driver of an SNMP PDU: outlets that loads.csv lists are read; those that are not protected are switched, one at a time.

An order is an absolute state, never a toggle, a reboot or a whole-device command. An error on a SET is no proof that nothing
happened (cards answer genErr and switch): the outlet is read back before anything is said or sent again.
"""

import asyncio
import logging
from collections.abc import Sequence

from services.controller.core.model import Act, Order
from services.controller.drivers import pdu_profiles
from services.controller.drivers.base import Fact, LoadFact, PowerFact
from services.controller.drivers.pdu_profiles import Quantity
from services.controller.drivers.snmp_wire import SnmpClient
from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused, Unreachable
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow
from services.shared.settings.types import host_port
from services.shared.vocabulary import PowerState

_log = logging.getLogger(__name__)
_SNMP_PORT = 161
_SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_UNMETERED_FOR_S = 600.0  # an outlet without watts is asked again so much later: a card may just have been starting
_READ_BACK_S = 3.0
_READ_BACK_EVERY_S = 0.25
_SET_TRIES = 3
_PENDING = 1
_MOST_OUTLET_W = 50_000.0
_MOST_DEVICE_KW = 1_000.0
_MOST_DIGITS = 6


class SnmpPdu:
    """One PDU. `loads` are all rows of loads.csv; it takes those that name `device`. Raises ValueError for an unknown profile."""

    kind = "snmp_pdu"

    def __init__(self, address: str, *, device: str, pdu: sections.Pdu, loads: Sequence[LoadRow], clock: Clock) -> None:
        self.device = device
        self.period_s = pdu.poll_seconds
        self.deadline_s = 3 * pdu.timeout_seconds + 4
        self._profile = pdu_profiles.named(pdu.profile)
        self._outlets = {row.name: row.outlet for row in loads if row.pdu == device and row.outlet is not None}
        self._protected = {row.outlet for row in loads if row.pdu == device and row.protected}
        self._clock = clock
        self._settle_s = pdu.settle_seconds
        self._ask_watts_from: dict[int, float] = {}
        self._digits: dict[str, int] = {}
        self._counted = False
        self._switching = asyncio.Lock()
        host, port = host_port(address, _SNMP_PORT)
        self._snmp = SnmpClient(
            host,
            port,
            version=pdu.snmp_version,
            read=pdu.community_read,
            write=pdu.community_write,
            timeout_s=pdu.timeout_seconds,
        )

    async def poll(self, started_mono_s: float) -> Sequence[Fact]:
        """Read state and watts of the listed outlets and the power of the whole PDU. Raises DeviceError."""
        values = await self._snmp.get(self._questions(started_mono_s))
        self._count(values)
        watts = {outlet: self._watts(outlet, values, started_mono_s) for outlet in set(self._outlets.values())}
        facts: list[Fact] = [
            LoadFact(name, started_mono_s, outlet=self._state(values.get(self._state_oid(outlet))), watts=watts[outlet])
            for name, outlet in self._outlets.items()
        ]
        kw = self._device_kw(values, list(watts.values()))
        return facts if kw is None else [*facts, PowerFact(kw, started_mono_s)]

    def _questions(self, now_s: float) -> list[str]:
        outlets = sorted(set(self._outlets.values()))
        metered = [outlet for outlet in outlets if now_s >= self._ask_watts_from.get(outlet, now_s)]
        asked = [self._state_oid(outlet) for outlet in outlets]
        for quantity in [self._watts_of(outlet) for outlet in metered] + [self._profile.device_kw]:
            if quantity is not None:
                asked.append(quantity.oid)
                if quantity.digits_oid and quantity.digits_oid not in self._digits:
                    asked.append(quantity.digits_oid)
        if self._profile.count_oid and not self._counted:
            asked.append(self._profile.count_oid)
        return asked or [_SYS_OBJECT_ID]

    def _state_oid(self, outlet: int) -> str:
        return self._profile.at(self._profile.read_oid, outlet)

    def _watts_of(self, outlet: int) -> Quantity | None:
        watts, at = self._profile.watts, self._profile.at
        return None if watts is None else Quantity(at(watts.oid, outlet), watts.scale, at(watts.digits_oid, outlet))

    def _state(self, word: int | None) -> PowerState:
        words = {self._profile.read_on: PowerState.ON, self._profile.read_off: PowerState.OFF}
        return PowerState.UNKNOWN if word is None else words.get(word, PowerState.UNKNOWN)

    def _watts(self, outlet: int, values: dict[str, int | None], now_s: float) -> float | None:
        quantity = self._watts_of(outlet)
        if quantity is None or quantity.oid not in values:
            return None
        if values[quantity.oid] in (None, -1):
            self._ask_watts_from[outlet] = now_s + _UNMETERED_FOR_S
        return self._measured(quantity, values, _MOST_OUTLET_W)

    def _measured(self, quantity: Quantity, values: dict[str, int | None], most: float) -> float | None:
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

    def _device_kw(self, values: dict[str, int | None], watts: list[float | None]) -> float | None:
        """The PDU's own figure, else the sum of its outlets where every listed one is metered."""
        whole = self._profile.device_kw
        own = None if whole is None else self._measured(whole, values, _MOST_DEVICE_KW)
        if own is not None:
            return own
        known = [value for value in watts if value is not None]
        return sum(known) / 1000 if known and len(known) == len(watts) else None

    def _count(self, values: dict[str, int | None]) -> None:
        there = values.get(self._profile.count_oid)
        if self._counted or there is None:
            return
        self._counted = True
        missing = sorted(outlet for outlet in set(self._outlets.values()) if outlet > there)
        if missing:
            _log.warning("%s has %d outlets, loads.csv lists %s", self.device, there, missing)

    async def send(self, order: Order) -> str:
        """Open or close the outlet of one listed, unprotected load. Raises DeviceError; Refused for any other target."""
        outlet = self._allowed(order)
        wanted = PowerState.ON if order.act is Act.OUTLET_ON else PowerState.OFF
        async with self._switching:
            for _ in range(_SET_TRIES):
                if self._clock.now().mono_s > order.expires_mono_s:
                    raise Refused(f"{self.device} outlet {outlet}: the order expired before it was sent")
                problem = await self._switch(outlet, wanted)
                if problem is None:
                    return f"outlet {outlet}: SET {wanted} answered"
                if await self._reads(outlet, wanted, min(self._settle_s, _READ_BACK_S) if isinstance(problem, Refused) else 0.0):
                    return f"outlet {outlet} reads {wanted}, although the SET ended with: {problem}"
                if not isinstance(problem, Unreachable):
                    raise problem
        raise Unreachable(f"{self.device} answers reads but no SET: is the write community right, and may it write?")

    def _allowed(self, order: Order) -> int:
        outlet = self._outlets.get(order.target)
        if order.device != self.device or order.act not in (Act.OUTLET_OFF, Act.OUTLET_ON):
            raise Refused(f"{self.device} does not do {order.act} for {order.device}")
        if outlet is None:
            raise Refused(f"{order.target!r} has no outlet on {self.device} in loads.csv: never switched")
        if outlet in self._protected:
            raise Refused(f"{self.device} outlet {outlet} ({order.target}) is protected: never switched")
        return outlet

    async def _switch(self, outlet: int, wanted: PowerState) -> DeviceError | None:
        value = self._profile.on_value if wanted is PowerState.ON else self._profile.off_value
        try:
            await self._snmp.set(self._profile.at(self._profile.write_oid, outlet), value)
        except DeviceError as problem:
            return problem
        return None

    async def _reads(self, outlet: int, wanted: PowerState, within_s: float) -> bool:
        """Whether the outlet reads as wanted within so long; while its command is pending, within the settle time."""
        state, pending = self._state_oid(outlet), self._profile.at(self._profile.pending_oid, outlet)
        began = self._clock.now().mono_s
        while True:
            values = await self._snmp.get([oid for oid in (state, pending) if oid])
            if self._state(values[state]) is wanted:
                return True
            patience_s = self._settle_s if values.get(pending) == _PENDING else within_s
            if self._clock.now().mono_s - began >= patience_s:
                return False
            await asyncio.sleep(_READ_BACK_EVERY_S)

    async def close(self) -> None:
        """Give up the socket."""
        self._snmp.close()
