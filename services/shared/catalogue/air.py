"""Alarms of the air, the fans and the contacts, raised by the controller."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "controller"
_BLIND = ("broker_lost", "service_lost_collector")

AIR = (
    AlarmClass(
        "temperature_high_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a zone is above `max_temp_celsius`",
        "all its fans run; load comes off from `shed_celsius`; at `emergency_celsius` the trip is the emergency",
        "look at fans, louvres and filters",
        deadband="0.5 °C below the limit", follows=("trip_over_temperature_{}",),
    ),
    AlarmClass(
        "temperature_low_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a zone is below `min_temp_celsius`",
        "fans go down to their least; cold miners may not start",
        "look at the louvres",
        deadband="0.5 °C above the limit",
    ),
    AlarmClass(
        "temperature_partial_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a sensor of the zone is stale",
        "the rest votes",
        "check the sensor",
        follows=_BLIND,
    ),
    AlarmClass(
        "temperature_lost_*", _OWNER, AlarmKind.WARNING, Priority.MEDIUM,
        "no sensor of the zone is fresh",
        "all its fans run, no load is raised there, and later its miners are taken off",
        "check the Room Alert",
        follows=_BLIND,
    ),
    AlarmClass(
        "humidity_high", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a humidity is above `max_humidity`",
        "water may settle in miners and switchgear",
        "look for water and open louvres",
        deadband="2 % below the limit",
    ),
    AlarmClass(
        "fans_disproved", _OWNER, AlarmKind.EMERGENCY, Priority.MEDIUM,
        "fans that were told to run draw too little; an emergency when they are more than half",
        "others take over; load comes off when too little air is left",
        "look at contactor, belt and breaker",
    ),
    AlarmClass(
        "fan_runs_unasked", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a fan draws power although its relay reads off",
        "it only costs power",
        "look for a welded contactor",
    ),
    AlarmClass(
        "switch_lost_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a smoke or flood contact is not read",
        "the controller would not see smoke or water there; the fire chain does",
        "check the Room Alert and the contact's wire",
        follows=_BLIND,
    ),
    AlarmClass(
        "door", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a door is open",
        "somebody may be inside, and the air goes another way",
        "close it",
    ),
)  # fmt: skip
