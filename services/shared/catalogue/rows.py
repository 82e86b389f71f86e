"""All rows, and the row of a key."""

from services.shared.catalogue.air import AIR
from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.catalogue.history import HISTORY
from services.shared.catalogue.loads import LOADS
from services.shared.catalogue.machine import MACHINE
from services.shared.catalogue.signals import SIGNALS
from services.shared.catalogue.telling import TELLING
from services.shared.catalogue.trips import TRIPS
from services.shared.vocabulary import AlarmKind, Priority

CATALOGUE: tuple[AlarmClass, ...] = (*SIGNALS, *LOADS, *AIR, *TRIPS, *MACHINE, *TELLING, *HISTORY)
_EXACT = {row.key: row for row in CATALOGUE if not row.key.endswith("*")}
_FAMILIES = sorted((row for row in CATALOGUE if row.key.endswith("*")), key=lambda row: -len(row.key))
_UNKNOWN = AlarmClass(
    key="*",
    owner="",
    kind=AlarmKind.WARNING,
    priority=Priority.MEDIUM,
    cause="an alarm that is in no row of the catalogue",
    consequence="",
    action="read its text",
)


def class_of(key: str) -> AlarmClass:
    """The row of a key: its own, else that of the longest name that it begins with, else one for whatever is not known."""
    return _EXACT.get(key) or next((row for row in _FAMILIES if key.startswith(row.key[:-1])), _UNKNOWN)


def is_known(key: str) -> bool:
    """Whether the catalogue has a row for a key."""
    return class_of(key) is not _UNKNOWN
