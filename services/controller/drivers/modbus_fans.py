"""Driver of the fans on one Modbus relay board (Waveshare Modbus POE ETH Relay and its kin).

"On" is for good, "off" is a lease that runs in the board: a flash timer that brings the fan back when nobody renews it. A fan on
the normally closed contact runs while its coil rests, so its lease is flash-on (0x0200, energise for a time); one on the normally
open contact runs while its coil is energised, so its lease is flash-off (0x0400). Toggle (0x5500) and the all-relays address
(0x00FF) are never sent. The coil register is what the board drives, not what the fan does.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import Fact, FanFact
from services.controller.drivers.modbus_wire import ModbusLink
from services.shared.clock import Clock
from services.shared.device import Refused
from services.shared.settings import sections
from services.shared.settings.types import host_port
from services.shared.vocabulary import PowerState, Wiring

_MODBUS_PORT = 502
_TIMEOUT_S = 2.0
_ON = 0xFF00
_OFF = 0x0000
_TOGGLE = 0x5500
_FLASH_ON = 0x0200
_FLASH_OFF = 0x0400
_LONGEST_FLASH = 0x7FFF
_FLASH_UNIT_S = 0.1
_MOST_CHANNELS = 32


@dataclass(frozen=True, slots=True)
class _Relay:
    """Where a fan hangs: channel from 0, and through which contact."""

    channel: int
    wiring: Wiring


class ModbusFans:
    """The fans of one board. Raises ValueError where `fans.channels` or `fans.wiring` cannot be understood."""

    kind = "modbus_fans"

    def __init__(self, address: str, *, device: str, fans: sections.Fans, clock: Clock) -> None:
        self.device = device
        self.period_s = fans.poll_seconds
        self.deadline_s = 2 * _TIMEOUT_S + 1
        self._relays = _relays(device, fans)
        self._clock = clock
        host, port = host_port(address, _MODBUS_PORT)
        self._link = ModbusLink(host, port, unit=fans.unit_id, timeout_s=_TIMEOUT_S)

    async def poll(self, started_mono_s: float) -> Sequence[Fact]:
        """Read every coil of this board's fans at once. Raises DeviceError."""
        coils = await self._link.read_coils(max((relay.channel for relay in self._relays.values()), default=0) + 1)
        return [
            FanFact(number, started_mono_s, _lets_through(relay.wiring, coils[relay.channel]))
            for number, relay in self._relays.items()
        ]

    async def send(self, order: Order) -> str:
        """Run a fan, or stop it for `lease_s`. Raises DeviceError; Refused for what this board must not do."""
        relay = self._allowed(order)
        if self._clock.now().mono_s > order.expires_mono_s:
            raise Refused(f"{order.target}: the order expired before it was sent")
        if order.act is Act.FAN_ON:
            await self._link.write_coil(relay.channel, _ON if relay.wiring is Wiring.NO else _OFF)
            return f"{order.target}: on"
        units = _flash_units(order.lease_s)
        await self._link.write_coil((_FLASH_ON if relay.wiring is Wiring.NC else _FLASH_OFF) + relay.channel, units)
        return f"{order.target}: off for {units * _FLASH_UNIT_S:g} s"

    async def read_relay(self, relay: int) -> bool:
        """Whether relay `relay` (from 1) is energised. Raises DeviceError."""
        return (await self._link.read_coils(relay))[relay - 1]

    async def write_relay(self, relay: int, *, energised: bool) -> None:
        """Energise a relay on which no fan hangs, or let it fall, for good. Raises DeviceError; Refused for a fan's."""
        if any(fan.channel == relay - 1 for fan in self._relays.values()):
            raise Refused(f"{self.device}/{relay} is a fan's")
        await self._link.write_coil(relay - 1, _ON if energised else _OFF)

    def _allowed(self, order: Order) -> _Relay:
        if order.device != self.device or order.act not in (Act.FAN_ON, Act.FAN_OFF):
            raise Refused(f"{self.device} does not do {order.act} for {order.device}")
        match = re.fullmatch(r"fan-([0-9]{1,3})", order.target)
        relay = self._relays.get(int(match[1])) if match else None
        if relay is None:
            raise Refused(f"{order.target!r} is no fan of {self.device}")
        if relay.wiring is Wiring.UNSET:
            raise Refused(f"{order.target} has no wiring configured (nc or no): it is read, never switched")
        return relay

    async def close(self) -> None:
        """Give up the connection."""
        self._link.close()


def _lets_through(wiring: Wiring, energised: bool) -> PowerState:
    if wiring is Wiring.UNSET:
        return PowerState.UNKNOWN
    return PowerState.ON if energised is (wiring is Wiring.NO) else PowerState.OFF


def _flash_units(lease_s: float | None) -> int:
    """A lease in the board's tenths of a second, at most 3276.7 s: a shorter one brings the fan back sooner, which is safe."""
    if lease_s is None or not math.isfinite(lease_s) or lease_s < _FLASH_UNIT_S:
        raise Refused("a fan is stopped by a lease alone, and this order has none")
    units = min(round(lease_s / _FLASH_UNIT_S), _LONGEST_FLASH)
    return units - 1 if units == _TOGGLE else units  # 2176.0 s is the word that a board may take for a toggle


def _relays(device: str, fans: sections.Fans) -> dict[int, _Relay]:
    relays = {}
    for number in range(1, fans.count + 1):
        board, channel = _place(number, fans.channels)
        if board == device:
            relays[number] = _Relay(channel, _wiring(number, fans.wiring))
    if len({relay.channel for relay in relays.values()}) != len(relays):
        raise ValueError(f"two fans share a channel of {device}")
    return relays


def _place(number: int, channels: Sequence[str]) -> tuple[str, int]:
    """The board of a fan and its channel from 0."""
    if channels and number > len(channels):
        raise ValueError(f"channels: none for fan {number}; allowed: one for every fan, or none at all")
    text = channels[number - 1] if channels else f"relay-1/{number}"
    board, _, channel = text.rpartition("/")
    if not board or not re.fullmatch(r"[0-9]{1,2}", channel) or not 1 <= int(channel) <= _MOST_CHANNELS:
        raise ValueError(f"channels: found {text!r}; allowed: such as relay-1/1, channels 1 to {_MOST_CHANNELS}")
    return board, int(channel) - 1


def _wiring(number: int, words: Sequence[str]) -> Wiring:
    if len(words) > 1 and number > len(words):
        raise ValueError(f"wiring: none for fan {number}; allowed: one for all, or one for every fan")
    word = (words[0] if len(words) == 1 else words[number - 1]).lower() if words else Wiring.UNSET
    if word not in tuple(Wiring):
        raise ValueError(f"wiring: found {word!r}; allowed: nc or no")
    return Wiring(word)
