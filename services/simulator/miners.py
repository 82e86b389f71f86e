"""One miner: its watts over time, as it sleeps, wakes, boots and loses power.

Times are from measured and published behaviour of air-cooled miners: power gone 20 to 60 s after the sleep command with a tail
to 120 s, first hashing 2 to 4 min after the wake command, full power 5 min later, a cold boot of 1 to 3 min before that.
"""

from enum import StrEnum
from random import Random

from services.simulator.layout import Model, Place
from services.simulator.site import Faults

MODES = {"sleeping": 0.0, "low": 0.8, "normal": 1.0, "high": 1.1}
"""Power modes, as shares of the nominal watts."""

_RAMP_S = 300.0
_FIRST_SHARE = 0.4  # of full watts at the first hash
_BOOT_WATTS = 80.0
_WAKE_WATTS = 300.0  # miner fans and hash boards warming up
_COOL_DOWN_S = 600.0  # after the miner's own heat protection


class Phase(StrEnum):
    """What it does, finer than the state its management shows."""

    HASHING = "hashing"
    RAMPING = "ramping"
    FALLING = "falling"
    ASLEEP = "asleep"
    WAKING = "waking"
    BOOTING = "booting"
    OFF = "off"


_SHOWN = {
    Phase.HASHING: "hashing", Phase.RAMPING: "hashing", Phase.FALLING: "hashing", Phase.ASLEEP: "asleep",
    Phase.WAKING: "waking", Phase.BOOTING: "waking", Phase.OFF: "off",
}  # fmt: skip
_STEADY = (Phase.HASHING, Phase.ASLEEP, Phase.OFF)


class Miner:
    """Starts hashing at full power. Faults of `miner:<name>`: `stuck` obeys no command, `late` obeys `value` seconds later,
    `lie` shows itself asleep and keeps drawing its watts.
    """

    def __init__(self, place: Place, seed: int, faults: Faults) -> None:
        self.place = place
        self.name = place.name
        self.foreman_id = place.foreman_id
        self.mode = "normal"
        self.phase = Phase.HASHING
        self._faults = faults
        self._random = Random(f"{seed}/{place.name}")  # noqa: S311 - repeatable chance is what a simulation needs
        self._nominal_watts = place.model.watts * self._random.uniform(0.97, 1.03)
        self.watts = self._nominal_watts
        self._since_s = 0.0
        self._until_s = 0.0
        self._from_watts = self.watts

    @property
    def model(self) -> Model:
        """Its kind."""
        return self.place.model

    @property
    def state(self) -> str:
        """`hashing`, `waking`, `asleep` or `off`."""
        return _SHOWN[self.phase]

    @property
    def moving(self) -> bool:
        """Whether time alone changes it."""
        return self.phase not in _STEADY

    def command(self, mode: str, now_s: float) -> None:
        """Tell it a power mode. Raises ValueError for an unknown one. Without power nobody hears."""
        if mode not in MODES:
            raise ValueError(f"unknown power mode {mode!r}; allowed: {', '.join(MODES)}")
        if self.phase is Phase.OFF or self._faults.has(f"miner:{self.name}", "stuck"):
            return
        self.mode = mode
        if mode == "sleeping":
            self._go_to_sleep(now_s)
        elif self.phase is Phase.ASLEEP:
            self._wake(now_s)
        elif self.phase in (Phase.HASHING, Phase.RAMPING):
            self._begin(Phase.RAMPING, now_s, 60.0, self.watts)

    def power(self, on: bool, now_s: float) -> None:
        """Power comes or goes at its outlet."""
        if on == (self.phase is not Phase.OFF):
            return
        if not on:
            self._begin(Phase.OFF, now_s, 0.0, 0.0)
            return
        if self.mode == "sleeping" and not self.model.keeps_sleep:
            self.mode = "normal"
        self._begin(Phase.BOOTING, now_s, self._random.uniform(60.0, 180.0), _BOOT_WATTS)

    def protect_itself(self, now_s: float) -> None:
        """Too hot: it stops hashing and starts anew when it has cooled down."""
        if self.phase in (Phase.HASHING, Phase.RAMPING):
            self._begin(Phase.WAKING, now_s, _COOL_DOWN_S, _WAKE_WATTS)

    def step(self, now_s: float) -> None:
        """What time has brought by now."""
        while self.moving and now_s >= self._until_s:
            self._arrive(self._until_s)
        if self.phase is Phase.RAMPING:
            share = (now_s - self._since_s) / (self._until_s - self._since_s)
            self.watts = self._from_watts + (self._full_watts() - self._from_watts) * share

    def _arrive(self, now_s: float) -> None:
        if self.phase is Phase.WAKING:
            self._begin(Phase.RAMPING, now_s, _RAMP_S, _FIRST_SHARE * self._full_watts())
        elif self.phase is Phase.RAMPING:
            self._begin(Phase.HASHING, now_s, 0.0, self._full_watts())
        elif self.mode == "sleeping":
            lies = self._faults.has(f"miner:{self.name}", "lie")
            self._begin(Phase.ASLEEP, now_s, 0.0, self.watts if lies else self.model.sleep_watts)
        else:
            self._wake(now_s)

    def _go_to_sleep(self, now_s: float) -> None:
        if self.phase in (Phase.BOOTING, Phase.FALLING) or self.watts <= self.model.sleep_watts:
            return
        self._begin(Phase.FALLING, now_s, self._sleep_s() + self._lateness_s(), self.watts)

    def _sleep_s(self) -> float:
        slow = self._random.random() < 0.05
        if self.model.sleep_s is not None:
            return self.model.sleep_s * (self._random.uniform(1.2, 2.0) if slow else self._random.uniform(0.6, 1.2))
        return self._random.uniform(60.0, 120.0) if slow else self._random.uniform(20.0, 60.0)

    def _wake(self, now_s: float) -> None:
        self._begin(Phase.WAKING, now_s, self._random.uniform(120.0, 240.0) + self._lateness_s(), _WAKE_WATTS)

    def _lateness_s(self) -> float:
        value = self._faults.value(f"miner:{self.name}", "late")
        return 0.0 if value is None else float(value)

    def _full_watts(self) -> float:
        return self._nominal_watts * (MODES[self.mode] or 1.0)

    def _begin(self, phase: Phase, now_s: float, seconds: float, watts: float) -> None:
        self.phase, self._since_s, self._until_s = phase, now_s, now_s + seconds
        self.watts = self._from_watts = watts
