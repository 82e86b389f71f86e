"""A fan: its contactor, its motor's watts with inrush, and the air it moves."""

from random import Random

from services.simulator.site import Faults

RATED_WATTS = 1500.0
INRUSH = 5.0
"""Times the rated watts at the start: across-the-line induction motors draw 5 to 8 times their current."""

_INRUSH_S = 3.0
_COAST_S = 15.0
_NO_BELT_SHARE = 0.35  # of the rated watts: a motor that turns and moves nothing


class Fan:
    """Faults of `fan:<n>`: `stuck` keeps the contactor, `lie` breaks the belt (the motor turns, no air), `offline` the motor."""

    def __init__(self, number: int, seed: int, faults: Faults, *, running: bool, begins_s: float = 0.0) -> None:
        chance = Random(f"{seed}/fan-{number}")  # noqa: S311 - repeatable chance is what a simulation needs
        self.number = number
        self.powered = running
        self.air = 1.0 if running else 0.0
        self._device = f"fan:{number}"
        self._faults = faults
        self._rated_watts = RATED_WATTS * chance.uniform(0.97, 1.03)
        self._run_up_s = chance.uniform(10.0, 20.0)
        self._since_s = begins_s - 3600.0

    def step(self, fed: bool, now_s: float, dt_s: float) -> None:
        """Follow the contact that feeds its contactor for `dt_s` seconds; `air` is the share of its full flow, 0 to 1."""
        if fed != self.powered and not self._faults.has(self._device, "stuck"):
            self.powered, self._since_s = fed, now_s
        if self.powered and not self._moves_nothing():
            self.air = min(1.0, self.air + dt_s / self._run_up_s)
        else:
            self.air = max(0.0, self.air - dt_s / _COAST_S)

    def is_steady(self, fed: bool, now_s: float) -> bool:
        """Whether time alone changes nothing of it."""
        goes = self.powered and not self._moves_nothing()
        settled = now_s - self._since_s >= self._run_up_s and self.air == (1.0 if goes else 0.0)
        return settled and (fed == self.powered or self._faults.has(self._device, "stuck"))

    def watts(self, now_s: float) -> float:
        """What its motor draws."""
        if not self.powered or self._faults.has(self._device, "offline"):
            return 0.0
        belt = _NO_BELT_SHARE if self._faults.has(self._device, "lie") else 1.0
        return self._rated_watts * max(belt, self._start_factor(now_s - self._since_s))

    def _moves_nothing(self) -> bool:
        return self._faults.has(self._device, "lie") or self._faults.has(self._device, "offline")

    def _start_factor(self, running_s: float) -> float:
        if running_s < _INRUSH_S:
            return INRUSH
        if running_s >= self._run_up_s:
            return 1.0 if not self._faults.has(self._device, "lie") else 0.0
        return 1.0 + (INRUSH - 1.0) * (1.0 - (running_s - _INRUSH_S) / (self._run_up_s - _INRUSH_S))
