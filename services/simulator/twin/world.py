"""What the controller would see: every device polled at its own period, and the snapshot made of it.

The twin's side of `controller/senses.py` and `controller/readback.py`: the same stamps, the same silences.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import FanSeen, Snapshot
from services.shared.vocabulary import LoadState
from services.simulator.plant import Plant
from services.simulator.twin.acting import Acting
from services.simulator.twin.day import Day
from services.simulator.twin.pages import Signals
from services.simulator.twin.premises import MONITOR, ROOM_ALERT, Premises
from services.simulator.twin.sensing import Monitor, Sensors
from services.simulator.twin.trouble import Trouble

_EARLY_S = 1e-6


@dataclass(slots=True)
class _Poll:
    device: str
    period_s: float
    read: Callable[[float, Now], None]
    due_s: float
    is_acting: bool


class World:
    """`poll` reads what is due; `snapshot` is what is known then."""

    def __init__(
        self,
        *,
        plant: Plant,
        limits: Limits,
        premises: Premises,
        day: Day,
        trouble: Trouble,
        claims: Mapping[str, LoadState],
        wall_s: float,
    ) -> None:
        self._limits = limits
        self._trouble = trouble
        self.signals = Signals(day, trouble, wall_s)
        contacts = {source.contact: source.name for source in limits.sources if source.contact}
        self.sensors = Sensors(plant, premises, day, trouble, contacts)
        self.monitor = Monitor(plant, limits, premises, trouble)
        self.acting = Acting(plant, limits, premises, trouble, claims)
        self._polls = [
            _Poll(name, premises.period_s(name), read, day.begins_s, name in premises.kinds)
            for name, read in self._readers(premises)
        ]

    def poll(self, sim_s: float, now: Now, *, controller_lives: bool = True) -> None:
        """Read every device that is due and answers. A poll begins now and takes no time."""
        for one in self._polls:
            if sim_s < one.due_s - _EARLY_S or (one.is_acting and not controller_lives):
                continue
            one.due_s += one.period_s if sim_s < one.due_s + one.period_s else sim_s - one.due_s + one.period_s
            if not self._trouble.is_silent(one.device):
                one.read(sim_s, now)

    def controller_restarted(self, *, host: bool) -> None:
        """A new controller has read nothing; a new host has not even retained messages."""
        self.acting.forget()
        if host:
            self.signals.forget()
            self.sensors.forget()
            self.monitor.forget()

    def snapshot(self, now: Now) -> Snapshot:
        """The process image of this moment, frozen."""
        site = self.monitor.site_meter()
        return Snapshot(
            signals=self.signals.seen(),
            temperatures=self.sensors.temperatures,
            switches=self.sensors.contacts,
            loads=tuple(self.acting.loads),
            fans=self._fans(),
            meters=(*self.acting.meters.values(), *((site,) if site else ())),
            devices=self.acting.devices(),
            volts_good=self.monitor.volts_good(now),
        )

    def _fans(self) -> tuple[FanSeen, ...]:
        watts = self.monitor.watts
        if watts is None:
            return tuple(FanSeen(relay, at) for relay, at in self.acting.relays)
        return tuple(
            FanSeen(relay, at, drawn, watts.mono_s) for (relay, at), drawn in zip(self.acting.relays, watts.fans, strict=True)
        )

    def _readers(self, premises: Premises) -> list[tuple[str, Callable[[float, Now], None]]]:
        readers: list[tuple[str, Callable[[float, Now], None]]] = [
            (f"signal:{source.name}", partial(self.signals.poll, source.name))
            for source in self._limits.sources
            if not source.contact
        ]
        if premises.sensors or premises.contacts:
            readers.append((ROOM_ALERT, self.sensors.poll))
        if premises.monitor:
            readers.append((MONITOR, lambda _, now: self.monitor.poll(now)))
        return readers + [(name, partial(self._poll_acting, name)) for name in premises.kinds]

    def _poll_acting(self, device: str, _: float, now: Now) -> None:
        self.acting.poll(device, now)
