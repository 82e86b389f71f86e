"""Alarms that an earlier process raised and nobody would end: those of trips that a new or a lost ledger knows nothing of."""

from collections.abc import Collection, Iterator

from services.controller.core.interlocks import SMOKE_TRIP, STOP_TRIP
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.trips import OVER_TEMPERATURE
from services.controller.ledger_rows import LOST_TRIP
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind

FIXED = (STOP_TRIP, SMOKE_TRIP, "flood", LOST_TRIP)
"""And one for each zone."""


def over(limits: Limits, standing: Collection[str], now: Now) -> Iterator[Alarm]:
    """What an earlier process said of trips is over, but for the keys of those that stand."""
    for key in (*FIXED, *(OVER_TEMPERATURE + zone for zone in sorted(limits.zones))):
        if key not in standing:
            yield ended(f"trip_{key}", now)


def ended(key: str, now: Now) -> Alarm:
    """An alarm that an earlier process raised and that holds no more."""
    return Alarm(subject=(key,), key=key, active=False, kind=AlarmKind.WARNING, cause="Ended.", since_at=now.wall_s)
