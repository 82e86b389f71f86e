"""The fake relay board behind its wire: coils, their flash timers on the site's time, and a few registers."""

import asyncio
import struct

from services.simulator.site import Faults, Site

_ON, _OFF, _TOGGLE = 0xFF00, 0x0000, 0x5500
_ALL, _FLASH_ON, _FLASH_OFF = 0x00FF, 0x0200, 0x0400
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_LONGEST_FLASH = 0x7FFF
_LOOK_AGAIN_S = 1.0  # at the most: the site's speed may change while a timer runs


class ModbusException(Exception):
    """A Modbus exception to answer, by its code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


class RelayBoard:
    """Up to 32 channels. `blip`: renewing a flash lets the contact fall for a moment. Faults: `late`, `lie`, `stuck`."""

    def __init__(self, site: Site, faults: Faults, name: str, *, channels: int, unit: int, blip: bool) -> None:
        self.name = name
        self._site = site
        self._faults = faults
        self._channels = channels
        self._unit = unit
        self._blip = blip
        self._flashes: dict[int, asyncio.TimerHandle] = {}
        self._late: set[asyncio.TimerHandle] = set()
        self._claimed: dict[int, bool] = {}

    def forget_timers(self) -> None:
        """End every timer; the coils stay as they are."""
        for handle in (*self._flashes.values(), *self._late):
            handle.cancel()
        self._flashes.clear()
        self._late.clear()

    def lose_power(self) -> None:
        """All coils fall, all timers end."""
        self.forget_timers()
        self._claimed.clear()
        for channel in range(self._channels):
            self._site.set_coil(self.name, channel, False)

    def execute(self, body: bytes) -> bytes:
        """Obey one request (function and data) and return the answer. Raises ModbusException, struct.error."""
        function = body[0]
        first, second = struct.unpack(">HH", body[1:5])
        if function == 0x01:
            return self._read_coils(first, second)
        if function == 0x03:
            return bytes([3, 2]) + struct.pack(">H", self._register(first, second))
        if function == 0x05:
            self._write(first, second)
        elif function == 0x0F:
            self._write_many(first, second, body[6:])
        else:
            raise ModbusException(_ILLEGAL_FUNCTION)
        return body[:5]

    def _read_coils(self, first: int, count: int) -> bytes:
        if not count or first + count > self._channels:
            raise ModbusException(_ILLEGAL_ADDRESS)
        bits = sum(self._coil(first + n) << n for n in range(count))
        return bytes([1, (count + 7) // 8]) + bits.to_bytes((count + 7) // 8, "little")

    def _register(self, address: int, count: int) -> int:
        modes = dict.fromkeys(range(0x1000, 0x1000 + self._channels), 0)
        known = {**modes, 0x4000: self._unit, 0x8000: 0x0064}
        if count != 1 or address not in known:
            raise ModbusException(_ILLEGAL_ADDRESS)
        return known[address]

    def _write(self, address: int, word: int) -> None:
        if address == _ALL:
            for channel in range(self._channels):
                self._plain(channel, word)
            return
        channel = address & 0xFF
        if channel >= self._channels or address - channel not in (0, _FLASH_ON, _FLASH_OFF):
            raise ModbusException(_ILLEGAL_ADDRESS)
        if address < _ALL:
            self._plain(channel, word)
        else:
            self._flash(channel, address - channel == _FLASH_ON, word)

    def _write_many(self, first: int, count: int, bits: bytes) -> None:
        if not count or first + count > self._channels or len(bits) < (count + 7) // 8:
            raise ModbusException(_ILLEGAL_ADDRESS)
        for n in range(count):
            self._plain(first + n, _ON if bits[n // 8] >> n % 8 & 1 else _OFF)

    def _plain(self, channel: int, word: int) -> None:
        if word not in (_ON, _OFF, _TOGGLE):
            raise ModbusException(_ILLEGAL_VALUE)
        energised = not self._coil(channel) if word == _TOGGLE else word == _ON
        if not self._has("lie"):
            self._stop_flash(channel)
            self._drive(channel, energised)

    def _flash(self, channel: int, energised: bool, tenths: int) -> None:
        if not 0 < tenths <= _LONGEST_FLASH:
            raise ModbusException(_ILLEGAL_VALUE)
        if self._has("lie"):
            return
        if self._stop_flash(channel) and self._blip:
            self._drive(channel, not energised)
        self._drive(channel, energised)
        self._watch_flash(channel, self._site.now_s() + tenths / 10, back_to=not energised)

    def _watch_flash(self, channel: int, due_s: float, *, back_to: bool) -> None:
        left_s = (due_s - self._site.now_s()) / self._site.speed
        if left_s <= 0:
            self._flashes.pop(channel, None)
            self._move(channel, back_to)
            return
        look_s = min(left_s, _LOOK_AGAIN_S)
        loop = asyncio.get_running_loop()
        self._flashes[channel] = loop.call_later(look_s, lambda: self._watch_flash(channel, due_s, back_to=back_to))

    def _stop_flash(self, channel: int) -> bool:
        handle = self._flashes.pop(channel, None)
        if handle is not None:
            handle.cancel()
        return handle is not None

    def _drive(self, channel: int, energised: bool) -> None:
        late_s = float(self._faults.value(self.name, "late") or 0.0)
        if late_s:
            self._late.add(asyncio.get_running_loop().call_later(late_s / self._site.speed, self._move, channel, energised))
        else:
            self._move(channel, energised)

    def _move(self, channel: int, energised: bool) -> None:
        self._claimed[channel] = energised
        if not self._has("stuck"):
            self._site.set_coil(self.name, channel, energised)

    def _coil(self, channel: int) -> bool:
        actual = self._site.coil(self.name, channel)
        return self._claimed.get(channel, actual) if self._has("stuck") else actual

    def _has(self, fault: str) -> bool:
        return self._faults.has(self.name, fault)
