"""What the fake devices may ask of the plant behind them, and how a fault is looked up: the seam between wire and physics.

Every fake device takes (name, site, faults) and has `start(host, port) -> port` and `stop()`. Device names are those of the
bus: `roomalert-1`, `iotawatt-1`, `foreman`, `pdu-1`, `relay-1`, `signal`.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

FAULT_KINDS = (
    "hang", "reset", "refuse", "garbage", "truncated", "huge", "nan", "slow", "error", "html", "frozen", "lie", "rate_limit",
    "unauthorised", "unplugged", "clock_2000", "stuck", "late", "stale", "empty", "legacy", "no_volts", "redirect", "offline",
)  # fmt: skip
"""`lie`: acknowledges and does nothing. `stuck`: a relay or outlet keeps its place. `late`: acts after `value` seconds."""


class Faults:
    """The faults in force, by device and kind, each with an optional value. Settable while the site runs; `news` is set at the
    next change."""

    def __init__(self) -> None:
        self._active: dict[tuple[str, str], float | str] = {}
        self.news = asyncio.Event()

    def set(self, device: str, kind: str, value: float | str = 1.0) -> None:
        """Put a fault in force. Raises ValueError for an unknown kind."""
        if kind not in FAULT_KINDS:
            raise ValueError(f"unknown fault {kind!r}; allowed: {', '.join(FAULT_KINDS)}")
        self._active[device, kind] = value
        self._tell()

    def clear(self, device: str | None = None, kind: str | None = None) -> None:
        """End the faults of a device, of a kind, or all."""
        self._active = {(d, k): v for (d, k), v in self._active.items() if (device and d != device) or (kind and k != kind)}
        self._tell()

    def value(self, device: str, kind: str) -> float | str | None:
        """The value of a fault in force, or None."""
        return self._active.get((device, kind))

    def has(self, device: str, kind: str) -> bool:
        """Whether the fault is in force."""
        return (device, kind) in self._active

    def all(self) -> dict[str, float | str]:
        """All in force, as `device/kind`."""
        return {f"{device}/{kind}": value for (device, kind), value in self._active.items()}

    def _tell(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


class FakeMiner(Protocol):
    """One miner of the plant as its management sees it."""

    name: str
    foreman_id: int

    @property
    def state(self) -> str:
        """`hashing`, `waking`, `asleep` or `off` (no power at its outlet)."""
        ...


class Site(Protocol):
    """The plant, as the wire sees it. Times are simulated seconds; `speed` is how much faster than life they pass."""

    speed: float

    def now_s(self) -> float:
        """Simulated seconds since the start."""
        ...

    def miners(self) -> Sequence[FakeMiner]:
        """All miners, in a fixed order."""
        ...

    def set_power_mode(self, miner: str, mode: str) -> None:
        """Tell a miner `sleeping`, `low`, `normal` or `high`; it takes its time."""
        ...

    def miner_watts(self, miner: str) -> float:
        """What it draws now."""
        ...

    def outlets(self, pdu: str) -> int:
        """How many outlets a PDU has, numbered from 1."""
        ...

    def outlet_on(self, pdu: str, outlet: int) -> bool:
        """Whether the contact is closed."""
        ...

    def set_outlet(self, pdu: str, outlet: int, on: bool) -> None:
        """Close or open the contact."""
        ...

    def outlet_watts(self, pdu: str, outlet: int) -> float:
        """What flows through one outlet."""
        ...

    def coil(self, board: str, channel: int) -> bool:
        """Whether a relay coil is energised, channels from 0."""
        ...

    def set_coil(self, board: str, channel: int, energised: bool) -> None:
        """Energise a coil or let it fall; the wiring decides what its fan does."""
        ...

    def volts(self) -> float:
        """Mains voltage."""
        ...

    def fan_watts(self, number: int) -> float:
        """What fan 1 to 9 draws now."""
        ...

    def site_watts(self) -> float:
        """What the whole site draws."""
        ...

    def temperature_c(self, sensor: str) -> float:
        """`intake-1`, `intake-2`, `exhaust` or `outside`."""
        ...

    def humidity_percent(self) -> float:
        """In the building."""
        ...

    def switch_closed(self, name: str) -> bool:
        """A dry contact: `utility`, `door`, `flood` or `smoke`."""
        ...
