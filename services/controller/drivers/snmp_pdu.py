"""Driver of an SNMP PDU: outlets that loads.csv lists are read; those that are not protected are switched, one at a time.

An order is an absolute state, never a toggle, a reboot or a whole-device command. An error on a SET is no proof that nothing
happened (cards answer genErr and switch): the outlet is read back before anything is said or sent again.
"""

import asyncio
from collections.abc import Sequence

from services.controller.core.orders import Act, Order
from services.controller.drivers import pdu_profiles
from services.controller.drivers.base import Fact
from services.controller.drivers.pdu_reading import PduReading
from services.controller.drivers.snmp_wire import SnmpClient
from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused, Unreachable
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow
from services.shared.settings.types import host_port
from services.shared.vocabulary import PowerState

_SNMP_PORT = 161
_READ_BACK_S = 3.0
_READ_BACK_EVERY_S = 0.25
_SET_TRIES = 3
_PENDING = 1


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
        self._reading = PduReading(device, self._profile, self._outlets)
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
        values = await self._snmp.get(self._reading.questions(started_mono_s))
        return self._reading.facts(values, started_mono_s)

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
        state, pending = self._reading.state_oid(outlet), self._profile.at(self._profile.pending_oid, outlet)
        began = self._clock.now().mono_s
        while True:
            values = await self._snmp.get([oid for oid in (state, pending) if oid])
            if self._reading.state(values[state]) is wanted:
                return True
            patience_s = self._settle_s if values.get(pending) == _PENDING else within_s
            if self._clock.now().mono_s - began >= patience_s:
                return False
            await asyncio.sleep(_READ_BACK_EVERY_S)

    async def close(self) -> None:
        """Give up the socket."""
        self._snmp.close()
