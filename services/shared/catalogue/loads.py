"""Alarms of load that does not do what it should, raised by the controller."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "controller"

LOADS = (
    AlarmClass(
        "load_still_on", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "load did not come off, or in a trip nothing has shown that it did; names the path or the silent reader, and the kW",
        "outlets are opened where they may be; the rest stays on",
        "look at that path, and at the loads on the page",
    ),
    AlarmClass(
        "over_target", _OWNER, AlarmKind.EMERGENCY, Priority.MEDIUM,
        "past the deadline the meter shows more than is allowed, and more than the loads that are told as on explain",
        "the contract is broken by load that nothing here can switch",
        "look for loads that are not listed, and at the meter",
    ),
    AlarmClass(
        "curtailment_unproven", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "in an event nothing proves more than half of the kW asked off: their readers are lost or did not show the last command",
        "nobody knows whether the load is off, and nothing proves it to the utility",
        "look at the load on the site; check the field network's switch and power",
        follows=("cannot_act",),
    ),
    AlarmClass(
        "held_still_on", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "loads that a lease or a lock-out holds down still draw past the deadline",
        "a lease or a lock-out opens no outlet: they stay on",
        "switch them off at the breaker, or release them",
    ),
    AlarmClass(
        "loads_not_back", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "loads were released and did not come back within 10 min",
        "they earn nothing; they are asked again; asked off meanwhile, they count as unknown until their reader shows a change",
        "look at them and at what reads them, or lock them out",
        follows=("cannot_act", "curtailment_unproven"),
    ),
    AlarmClass(
        "drill_failed_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a drill moved nothing",
        "the device cannot be counted on in an event",
        "look at the device, then drill it again",
        chatters=False,
    ),
)  # fmt: skip
