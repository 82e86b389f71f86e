"""The trips: load goes off and stays off until a person resets them. Raised by the controller."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "controller"
_OFF = "the site's load goes off and stays off"

TRIPS = (
    AlarmClass(
        "trip_stop", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "somebody stopped the site", _OFF, "find out why, then reset `stop`",
        off_delay_s=0.0, latched=True,
    ),
    AlarmClass(
        "trip_smoke", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "smoke", f"{_OFF}; fans do what `on_smoke` says", "call the fire brigade; reset `smoke` after it was looked at",
        off_delay_s=0.0, latched=True, shelvable=False,
    ),
    AlarmClass(
        "trip_flood", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "water", _OFF, "look for the leak; reset `flood` when it is dry",
        off_delay_s=0.0, latched=True,
    ),
    AlarmClass(
        "trip_ledger", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "`ledger.db` was damaged or is missing, and its trips and lock-outs cannot be read", _OFF,
        "look at the site, lock out again what must be, then reset `ledger`",
        off_delay_s=0.0, latched=True,
    ),
    AlarmClass(
        "trip_over_temperature_*", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "an intake of the zone was at `emergency_celsius`",
        "the zone's load goes off and stays off; all its fans run",
        "find the cause; reset `over_temperature_<zone>` below `max_temp_celsius`",
        off_delay_s=0.0, latched=True,
    ),
)  # fmt: skip
