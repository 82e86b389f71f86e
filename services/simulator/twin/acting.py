"""What the acting devices would tell of loads and fans, as the faults let them be read: the twin's side of `readback.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.seen import DeviceSeen, LoadSeen, MeterSeen
from services.shared.vocabulary import LoadState, PowerState
from services.simulator.plant import Plant
from services.simulator.twin.faults import Does
from services.simulator.twin.premises import Premises
from services.simulator.twin.trouble import Trouble

_STATES = {"hashing": LoadState.HASHING, "waking": LoadState.WAKING, "asleep": LoadState.ASLEEP, "off": LoadState.UNKNOWN}
_POWER = {True: PowerState.ON, False: PowerState.OFF}


class Acting:
    """The newest word of every acting device, beside the limits' loads and fans. `claims` is what a lying device shows."""

    def __init__(
        self, plant: Plant, limits: Limits, premises: Premises, trouble: Trouble, claims: Mapping[str, LoadState]
    ) -> None:
        self._plant = plant
        self._limits = limits
        self._premises = premises
        self._trouble = trouble
        self._claims = claims
        self._of_soft = _indexes(limits.loads, lambda load: load.soft_device)
        self._of_pdu = _indexes(limits.loads, lambda load: load.pdu if load.outlet else "")
        self._last: dict[str, Any] = {}
        self.forget()

    def forget(self) -> None:
        """The controller started anew: nothing was read yet."""
        self.loads = [LoadSeen() for _ in self._limits.loads]
        self.relays: list[tuple[PowerState, float | None]] = [(PowerState.UNKNOWN, None) for _ in self._limits.fans]
        self.meters: dict[str, MeterSeen] = {}
        self.answered: dict[str, float] = {}

    def devices(self) -> tuple[DeviceSeen, ...]:
        """Every device by when it last answered."""
        return tuple(DeviceSeen(name, kind, self.answered.get(name)) for name, kind in self._limits.device_kinds.items())

    def poll(self, device: str, now: Now) -> None:
        """Read one device that answers. A frozen one repeats what it said, as new."""
        read, take = self._ways(self._premises.kinds[device])
        frozen = self._trouble.has(device, Does.FROZEN) and device in self._last
        word = self._last[device] if frozen else read(device)
        self._last[device] = word
        take(device, word, now.mono_s)
        self.answered[device] = now.mono_s

    def _ways(self, kind: str) -> tuple[Callable[[str], Any], Callable[[str, Any, float], None]]:
        if kind == "snmp_pdu":
            return self._read_pdu, self._take_pdu
        if kind == "modbus_fans":
            return self._read_relays, self._take_relays
        return self._read_soft, self._take_soft

    def _read_soft(self, device: str) -> list[tuple[LoadState, float | None]]:
        metered = device in self._premises.http_watts
        return [self._state(self._limits.loads[i], device, metered) for i in self._of_soft.get(device, ())]

    def _state(self, load: Load, device: str, metered: bool) -> tuple[LoadState, float | None]:
        miner = self._plant.miner(load.name)
        state = _STATES[miner.state]
        if load.name in self._claims and self._trouble.has(device, Does.SHOWS):
            state = self._claims[load.name]
        return state, miner.watts if metered else None

    def _take_soft(self, device: str, word: list[tuple[LoadState, float | None]], at: float) -> None:
        for i, (state, watts) in zip(self._of_soft.get(device, ()), word, strict=True):
            seen = self.loads[i]
            own = (seen.watts, seen.watts_mono_s) if watts is None else (watts, at)
            self.loads[i] = LoadSeen(state, at, seen.outlet, seen.outlet_mono_s, *own)

    def _read_pdu(self, device: str) -> list[tuple[bool, float]]:
        pdu = self._plant.pdus[device]
        outlets = [self._limits.loads[i].outlet or 0 for i in self._of_pdu.get(device, ())]
        return [(pdu.is_closed(outlet), pdu.watts(outlet)) for outlet in outlets]

    def _take_pdu(self, device: str, word: list[tuple[bool, float]], at: float) -> None:
        metered = self._premises.outlet_watts
        for i, (closed, watts) in zip(self._of_pdu.get(device, ()), word, strict=True):
            seen = self.loads[i]
            own = (watts, at) if metered else (seen.watts, seen.watts_mono_s)
            self.loads[i] = LoadSeen(seen.state, seen.state_mono_s, _POWER[closed], at, *own)
        self.meters[device] = MeterSeen(device, device, sum(watts for _, watts in word) / 1000, at)

    def _read_relays(self, device: str) -> list[PowerState]:
        wiring = self._plant.wiring
        return [
            _POWER[wiring.feeds(fan.number)] if fan.wired else PowerState.UNKNOWN
            for fan in self._limits.fans
            if fan.device == device
        ]

    def _take_relays(self, device: str, word: list[PowerState], at: float) -> None:
        places = [i for i, fan in enumerate(self._limits.fans) if fan.device == device]
        for i, power in zip(places, word, strict=True):
            self.relays[i] = (power, at)


def _indexes(loads: tuple[Load, ...], device: Callable[[Load], str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for i, load in enumerate(loads):
        if name := device(load):
            found[name] = (*found.get(name, ()), i)
    return found
