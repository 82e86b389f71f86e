"""A PDU as power flows through it: contacts, banks of ten outlets, and a breaker before each bank."""

from collections.abc import Mapping

from services.simulator.miners import Miner
from services.simulator.site import Faults

BANK = 10
"""Outlets behind one breaker."""

BANK_WATTS = 40_000.0
"""What a breaker carries for ever: ten miners of 3.5 kW stay below 90 % of it. A bank of more has a larger one."""

_SPARE = 1.15  # times what a bank's loads draw at most
_TRIP_AT_ONCE = 1.5  # times its rating: the magnetic part of a breaker
_TRIP_SLOWLY_S = 20.0  # above its rating: the thermal part
_INRUSH_WATTS = 7_000.0  # of one power supply, twice its rating
_INRUSH_S = 0.5


class Pdu:
    """Faults of `outlet:<pdu>/<n>`: `stuck` keeps the contact, `lie` shows it open while current flows on (a welded contact)."""

    def __init__(self, name: str, outlets: int, miners: Mapping[int, Miner], faults: Faults) -> None:
        self.name = name
        self.outlets = outlets
        self.tripped: set[int] = set()
        self._miners = miners
        self._faults = faults
        self._closed = [True] * outlets
        self._inrush_until_s = [float("-inf")] * outlets
        self._over_since_s: dict[int, float] = {}
        self._ratings = self._rated()

    def is_closed(self, outlet: int) -> bool:
        """The contact's read-back. Raises LookupError for an outlet that is not there."""
        return self._closed[self._index(outlet)]

    def switch(self, outlet: int, on: bool, now_s: float) -> Miner | None:
        """Move a contact and return the miner that felt it, if any."""
        index = self._index(outlet)
        if self._closed[index] == on or self._faults.has(f"outlet:{self.name}/{outlet}", "stuck"):
            return None
        self._closed[index] = on
        if on:
            self._inrush_until_s[index] = now_s + _INRUSH_S
        return self._feed(outlet, now_s)

    def watts(self, outlet: int) -> float:
        """What flows through an outlet."""
        self._index(outlet)
        miner = self._miners.get(outlet)
        return miner.watts if miner else 0.0

    def open_count(self) -> int:
        """How many contacts are open."""
        return self._closed.count(False)

    def check_breakers(self, now_s: float) -> list[Miner]:
        """Trip what is overloaded; returns the miners that lost power."""
        return [miner for bank in self._overloaded(now_s) for miner in self._trip(bank, now_s)]

    def reset_breakers(self, now_s: float) -> list[Miner]:
        """Somebody closes the tripped breakers by hand; returns the miners that have power again."""
        self.tripped.clear()
        self._over_since_s.clear()
        return self._feed_all(now_s)

    def trip_breaker(self, outlet: int, now_s: float) -> list[Miner]:
        """The breaker before an outlet opens by itself; returns the miners that lost power. Raises LookupError."""
        return self._trip(self._index(outlet) // BANK, now_s)

    def restore(self, now_s: float) -> None:
        """What a closed contact and a closed breaker feed has power, and nothing else."""
        self._feed_all(now_s)

    def reboot(self, now_s: float) -> list[Miner]:
        """It closes all contacts one after another, as its power-on state says; returns the miners it feeds."""
        self._closed = [True] * self.outlets
        return self._feed_all(now_s)

    def _index(self, outlet: int) -> int:
        if not 1 <= outlet <= self.outlets:
            raise LookupError(f"{self.name} has outlets 1 to {self.outlets}, not {outlet}")
        return outlet - 1

    def _feed_all(self, now_s: float) -> list[Miner]:
        return [miner for outlet in self._miners if (miner := self._feed(outlet, now_s))]

    def _feed(self, outlet: int, now_s: float) -> Miner | None:
        miner = self._miners.get(outlet)
        welded = self._faults.has(f"outlet:{self.name}/{outlet}", "lie")
        if miner is not None:
            closed = self._closed[outlet - 1] or (welded and miner.state != "off")
            miner.power(closed and (outlet - 1) // BANK not in self.tripped, now_s)
        return miner

    def _overloaded(self, now_s: float) -> list[int]:
        loads: dict[int, float] = {}
        for outlet, miner in self._miners.items():
            rush = _INRUSH_WATTS if now_s < self._inrush_until_s[outlet - 1] else 0.0
            loads[(outlet - 1) // BANK] = loads.get((outlet - 1) // BANK, 0.0) + max(miner.watts, rush)
        return [bank for bank, watts in loads.items() if self._trips(bank, watts, now_s)]

    def _rated(self) -> dict[int, float]:
        loads: dict[int, float] = {}
        for outlet, miner in self._miners.items():
            loads[(outlet - 1) // BANK] = loads.get((outlet - 1) // BANK, 0.0) + miner.model.watts
        return {bank: max(BANK_WATTS, watts * _SPARE) for bank, watts in loads.items()}

    def _trips(self, bank: int, watts: float, now_s: float) -> bool:
        rating = self._ratings[bank]
        if watts <= rating:
            self._over_since_s.pop(bank, None)
            return False
        since_s = self._over_since_s.setdefault(bank, now_s)
        return watts > rating * _TRIP_AT_ONCE or now_s - since_s >= _TRIP_SLOWLY_S

    def _trip(self, bank: int, now_s: float) -> list[Miner]:
        self.tripped.add(bank)
        first = bank * BANK + 1
        return [miner for outlet in range(first, first + BANK) if (miner := self._feed(outlet, now_s))]
