"""What the site's load is added up from: its meter, else the PDUs, and which of them are configured. In the database thread."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from services.shared.settings.sensing import site_meter
from services.shared.settings.tree import Settings

By = Literal["site meter", "PDUs", "records", "nothing"]
_KW_PER = {"W": 0.001, "kW": 1.0, "MW": 1000.0}
_OF_NAME = sa.text(
    "SELECT id, device, quantity, unit FROM sensors"
    " WHERE lower(device) = :device AND lower(quantity) = :quantity ORDER BY id DESC"
)
_OF_PDUS = sa.text("SELECT id, device, quantity, unit FROM sensors WHERE quantity = 'power' AND unit = 'kW' ORDER BY device")


@dataclass(frozen=True, slots=True)
class Meters:
    """The sensors by their number, with kW for each of their units; `configured` are missed even where they never speak.

    `base_kw` is what the site's meter shows and is no load.
    """

    by: By
    names: dict[int, str]
    scales: dict[int, float]
    configured: frozenset[int] = frozenset()
    base_kw: float = 0.0


def meters_of(connection: sa.Connection, settings: Settings) -> Meters:
    """As configured; the PDUs where that meter has nothing stored."""
    device, quantity = site_meter(settings)
    rows = connection.execute(_OF_NAME, {"device": device, "quantity": quantity}).all() if quantity else []
    found = [row for row in rows if row.unit in _KW_PER][:1]  # a series that was renamed to another case is not added twice
    is_site = bool(found)
    found = found or list(connection.execute(_OF_PDUS))
    pdus = {f"pdu-{number}" for number, _ in enumerate(settings.apis.pdu_ip, 1)}
    return Meters(
        by="site meter" if is_site else "PDUs" if found else "nothing",
        names={row.id: f"{row.device}/{row.quantity}" for row in found},
        scales={row.id: _KW_PER[row.unit] for row in found},
        configured=frozenset(row.id for row in found if is_site or row.device in pdus),
        base_kw=settings.meter.base_kw if is_site else 0.0,
    )
