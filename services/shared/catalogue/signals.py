"""Alarms of the power signals, raised by the controller."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "controller"

SIGNALS = (
    AlarmClass(
        "signal_*", _OWNER, AlarmKind.EMERGENCY, Priority.MEDIUM,
        "the utility, its signal or its dry contact, asks for control or emergency",
        "load comes off and stays off until the signal is normal",
        "nothing, unless the kW do not fall",
        chatters=False,
    ),
    AlarmClass(
        "signal_planned_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "the utility announced an event: its begin, its end and the kW that may stay on",
        "load comes off by itself when it begins",
        "nothing; rehearse it with `mine rehearse`",
    ),
    AlarmClass(
        "signal_out_of_service_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a person took a source out of service; told again each hour",
        "what it asks for is not done",
        "put it back as soon as it can be trusted",
        shelvable=False, chatters=False, anew=True,
    ),
    AlarmClass(
        "signal_lost_*", _OWNER, AlarmKind.WARNING, Priority.MEDIUM,
        "no level was matched for `heartbeat_minutes`",
        "what `signal_on_loss` says: curtail, hold or run",
        "check the link and the signal's page; call the utility",
        follows=("broker_lost", "service_lost_collector"),
    ),
    AlarmClass(
        "signal_not_commissioned_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "no level was ever matched since installation",
        "no load is raised and none is dropped",
        "look at the signal's raw text, set `form`, `path` and `vocabulary`",
    ),
)  # fmt: skip
