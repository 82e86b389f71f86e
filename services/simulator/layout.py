"""Where the miners of the simulated site stand: their names, zones, PDUs and outlets, and the loads.csv that describes them.

`python -m services.simulator.layout > config/demo-loads.csv` writes the demo's file.
"""

import csv
import sys
from dataclasses import dataclass
from math import ceil
from typing import TextIO

OUTLETS_PER_PDU = 40
ZONES = ("east", "west")
_RACK = 15  # miners in one rack
_FIRST_FOREMAN_ID = 1001


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of miner. Watts and J/TH are the makers' nominal figures; `keeps_sleep` is whether sleep outlasts a power cut.

    `sleep_s` is its usual time from the command until its watts have fallen; None: as published of air-cooled miners.
    """

    name: str
    watts: float
    sleep_watts: float
    efficiency_j_th: float
    keeps_sleep: bool
    priority: int
    sleep_s: float | None = None


MODELS = (
    Model("Antminer S21 200T", 3500.0, 60.0, 17.5, True, 3),
    Model("Whatsminer M50S 131T", 3400.0, 15.0, 26.0, False, 5),
    Model("Antminer S19 Pro 110T", 3250.0, 45.0, 29.5, True, 7),
)
"""Stock Antminers store the sleep mode; a Whatsminer that was powered off by its API mines again after a power cut."""


@dataclass(frozen=True, slots=True)
class Place:
    """One miner's place, `pdu` by its name on the bus and `outlet` from 1; "" and 0 where no PDU feeds it."""

    name: str
    foreman_id: int
    model: Model
    zone: str
    pdu: str
    outlet: int


def pdu_count(miners: int) -> int:
    """How many PDUs so many miners need."""
    return ceil(miners / OUTLETS_PER_PDU)


def places(miners: int) -> tuple[Place, ...]:
    """All miners, spread evenly over the PDUs: two PDUs make a row, the first half of the PDUs is the east zone."""
    pdus = pdu_count(miners)
    found: list[Place] = []
    for pdu in range(pdus):
        for seat in range(miners // pdus + (pdu < miners % pdus)):
            found.append(_place(len(found), pdu, seat, pdus))
    return tuple(found)


def _place(index: int, pdu: int, seat: int, pdus: int) -> Place:
    row, half = divmod(pdu, 2)
    rack, position = divmod(seat, _RACK)
    name = f"{chr(ord('A') + row)}-{half * ceil(OUTLETS_PER_PDU / _RACK) + rack + 1:02}-{position + 1:02}"
    zone = ZONES[0] if pdu < ceil(pdus / 2) else ZONES[1]
    return Place(name, _FIRST_FOREMAN_ID + index, MODELS[index % len(MODELS)], zone, f"pdu-{pdu + 1}", seat + 1)


def write_loads(miners: int, out: TextIO) -> None:
    """The loads.csv of the simulated site."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("name", "kind", "group", "zone", "kw", "priority", "efficiency_j_th", "foreman_id", "pdu", "outlet", "protected")
    )
    for place in places(miners):
        model = place.model
        writer.writerow(
            (place.name, "foreman", f"row-{place.name[0].lower()}", place.zone, model.watts / 1000, model.priority,
             model.efficiency_j_th, place.foreman_id, place.pdu, place.outlet, "no")
        )  # fmt: skip


if __name__ == "__main__":
    write_loads(int(sys.argv[1]) if len(sys.argv) > 1 else 300, sys.stdout)
