"""A small site whose controller dies where a test says: a real loop and a real ledger, devices and plant in memory.

Time is leapt through; the plant lives on while there is no controller. A death leaves the files as a power cut would: they are
copied as they lie, and the next controller begins with the copy.
"""

import asyncio
import contextlib
import itertools
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from services.controller.core.plant import Limits, Pace
from services.controller.drivers.base import LoadFact
from services.shared.clock import host_boot
from services.shared.messages import Reading, Reply, Signal, State
from services.shared.vocabulary import Level, Quality
from tests.integration.plant_in_memory import FANS, MINERS, Plant, Wire
from tests.plant import limits, load
from tests.unit.controller.parts import WALL_S, Controller, request

STEP_S = 2.0
AWAY_S = 6.0
"""How long there is no controller after a death."""

Seam = tuple[str, int]
"""Where the process dies: before or after its n-th commit, or when the n-th orders are on the wire."""


class DeathError(BaseException):
    """kill -9: nothing may catch it."""


class DyingSite:
    """One day: `level` tells what the utility asks at a time, `asks` what a person asks and repeats until it is answered."""

    def __init__(self, folder: Path, level: Callable[[float], Level], asks: dict[float, tuple[str, str]], site: Limits) -> None:
        self.plant = Plant()
        self.seams: list[Seam] = []
        self.deaths = 0
        self.controller: Controller | None = None
        self._folders = (folder / f"life-{n}" for n in itertools.count(1))
        self._level = level
        self._asks = dict(asks)
        self._limits = site
        self._counts: Counter[str] = Counter()
        self._die_at: set[Seam] = set()
        self._new_boot = False
        self._on_the_wire = False

    async def live_until(
        self, end_s: float, *, die_at: set[Seam] | None = None, new_boot: bool = False, done: Callable[[], bool] = bool
    ) -> None:
        """Live through the day, dying where told; `new_boot`: the whole computer dies with the process."""
        self._die_at, self._new_boot = die_at or set(), new_boot
        folder = next(self._folders)
        while self.plant.now_s < end_s and not done():
            folder = await self._life(folder, end_s, done)

    async def _life(self, folder: Path, end_s: float, done: Callable[[], bool]) -> Path:
        self.controller = site = self._begin(folder)
        try:
            self._feed()
            await site.loop._begin()
            while self.plant.now_s < end_s and not done():
                await self._step()
        except DeathError:
            self.deaths += 1
            folder = self._power_cut(folder)
        finally:
            with contextlib.suppress(DeathError):
                await site.dispatch.close()
            site.ledger.close()
        self.plant.live(AWAY_S)
        return folder

    async def _step(self) -> None:
        """Two decisions: one on what was read, one on what came of it."""
        assert self.controller is not None
        self._person_asks()
        for pause_s in (STEP_S * 0.1, STEP_S * 0.9):
            await self.controller.loop._cycle()
            await _sent()
            if self._on_the_wire:
                self._on_the_wire = False
                self._at("wire")
            self.plant.live(pause_s)
            self._feed()

    def _begin(self, folder: Path) -> Controller:
        devices = {name: Wire(name, self.plant) for name in self._limits.paces}
        site = Controller(folder, self._limits, **devices)
        site.clock.mono_s = self.plant.now_s
        commit, launch = site.ledger.commit, site.dispatch.launch

        async def dying_commit(*arguments):
            self._at("before")
            numbered = await commit(*arguments)
            self._at("after")
            return numbered

        def dying_launch(orders):
            launch(orders)
            if orders:
                self._on_the_wire = True

        self._on_the_wire = False
        site.ledger.commit, site.dispatch.launch = dying_commit, dying_launch
        return site

    def _at(self, kind: str) -> None:
        self._counts[kind] += 1
        seam = (kind, self._counts[kind])
        self.seams.append(seam)
        if seam in self._die_at:
            raise DeathError(seam)

    def _power_cut(self, folder: Path) -> Path:
        after = next(self._folders)
        after.mkdir(parents=True)
        for name in ("ledger.db", "ledger.db-wal"):
            shutil.copy(folder / name, after / name)
        if self._new_boot:
            with contextlib.closing(sqlite3.connect(after / "ledger.db", isolation_level=None)) as db:
                for table in ("state", "orders"):
                    db.execute(f"UPDATE {table} SET document = replace(document, ?, 'the boot before')", (host_boot(),))
        return after

    def _person_asks(self) -> None:
        assert self.controller is not None
        for at_s, (verb, payload) in list(self._asks.items()):
            if self.plant.now_s >= at_s:
                replies = [one for one in self.controller.bus.of(Reply) if one.request_id == verb]
                if replies:
                    assert replies[0].accepted, replies[0].reason
                    del self._asks[at_s]
                else:
                    self.controller.loop.ask(request(verb, payload, id=verb))

    def _feed(self) -> None:
        site, plant, at = self.controller, self.plant, self.plant.now_s
        assert site is not None
        site.clock.mono_s = at
        told = {"poll_started_mono_s": at, "measured_at": WALL_S + at, "host_boot": host_boot()}
        site.senses.take_signal(Signal(subject=("utility",), name="utility", level=self._level(at), **told))
        for quantity, unit, value in plant.readings():
            device = "iotawatt-1" if unit in "VW" else "ra"
            reading = Reading(
                subject=(device, quantity), device=device, quantity=quantity, unit=unit, value=value, quality=Quality.GOOD, **told
            )
            site.senses.take_reading(reading)
        loads = plant.read_loads()
        site.readback.take("foreman", [LoadFact(one.name, at, state=one.state) for one in loads], at)
        site.readback.take("pdu-1", [LoadFact(one.name, at, outlet=one.outlet, watts=one.watts) for one in loads], at)
        site.readback.take("relay-1", plant.read_fans(), at)

    @property
    def state(self) -> State | None:
        """What the controller told last."""
        assert self.controller is not None
        told = self.controller.bus.of(State)
        return told[-1] if told else None


async def _sent() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


def small_site(**changes) -> Limits:
    """Six miners behind Foreman and a PDU, three fans, waits of seconds instead of minutes."""
    given = {
        "start_grace_s": 10.0, "release_s": 6.0, "restore_step_kw": 6.0, "restore_step_s": 4.0, "fan_lag_s": 8.0,
        "fan_start_spacing_s": 4.0, "fan_min_on_s": 6.0, "fan_min_off_s": 8.0, "fan_spin_up_s": 3.0,
        "paces": {"foreman": Pace(0.5, 40, 60.0, retry_s=4.0), "pdu-1": Pace(0.2, 1, 10.0), "relay-1": Pace(0.05, 1, 10.0)},
    }  # fmt: skip
    return limits(tuple(load(n) for n in range(MINERS)), FANS, **(given | changes))
