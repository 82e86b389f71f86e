"""The small site of the twin's tests: twenty miners in two zones behind Foreman and two PDUs, nine fans on one board."""

from dataclasses import replace

from services.controller.core.plant import Limits
from services.simulator.plant import Plant
from services.simulator.site import Faults
from services.simulator.twin.clock import HostClock
from services.simulator.twin.day import Day
from services.simulator.twin.premises import Premises, plant_of, usual_premises
from services.simulator.twin.text import Reader
from services.simulator.twin.trouble import Trouble
from services.simulator.twin.world import World
from tests.plant import limits, load

CLOCK = HostClock(wall_s=1_790_000_000.0)


def site() -> Limits:
    """66 kW in four groups; two racks a zone."""
    loads = tuple(
        load(i, zone=("west", "east")[i % 2], kw=3.3, group=f"row-{i % 4}", pdu=f"pdu-{i % 2 + 1}", outlet=i // 2 + 1)
        for i in range(20)
    )
    base = limits(loads, fans=9)
    devices = {"foreman": "foreman", "pdu-1": "snmp_pdu", "pdu-2": "snmp_pdu", "relay-1": "modbus_fans"}
    lost = {"foreman": 300.0, "pdu-1": 120.0, "pdu-2": 120.0, "relay-1": 120.0}
    paces = {**base.paces, "pdu-2": base.paces["pdu-1"]}
    return replace(base, device_kinds=devices, lost_after_s=lost, paces=paces, zones=frozenset({"east", "west"}))


def reader() -> Reader:
    """Reads days for this site."""
    return Reader(site(), premises())


def premises() -> Premises:
    """Its usual instruments."""
    return usual_premises(site())


def day(*lines: str) -> Day:
    """A day of these lines."""
    return reader().day("\n".join(lines))


class Small:
    """The site with what looks at it, moved by hand."""

    def __init__(self, *faults: str) -> None:
        placed = tuple(reader().fault(text) for text in faults)
        self.day = Day(1, 0.0, 86_400.0, faults=placed)
        self.limits, self.premises = site(), premises()
        self.plant: Plant = plant_of(self.limits, Faults(), seed=1, begins_s=0.0)
        self.trouble = Trouble(self.day)
        self.world = World(
            plant=self.plant,
            limits=self.limits,
            premises=self.premises,
            day=self.day,
            trouble=self.trouble,
            claims={},
            wall_s=0.0,
        )

    def at(self, sim_s: float):
        """The snapshot at a moment: faults, then polls."""
        self.plant.step(max(0.0, sim_s - self.plant.now_s()))
        self.trouble.advance(sim_s)
        now = CLOCK.now(sim_s)
        self.world.poll(sim_s, now)
        return self.world.snapshot(now)
