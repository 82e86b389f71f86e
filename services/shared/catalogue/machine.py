"""Alarms of devices, clock and ledger, raised by the controller; the collector raises those of the devices that it reads."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

MACHINE = (
    AlarmClass(
        "cannot_act", "controller", AlarmKind.EMERGENCY, Priority.HIGH,
        "no acting device answers",
        "nothing can be switched and nothing can be confirmed",
        "check the field network's switch and power",
    ),
    AlarmClass(
        "annunciator_failed", "controller", AlarmKind.WARNING, Priority.LOW,
        "the annunciator's relay does not read back as it was told for 15 s, or its board does not answer while it must sound",
        "where no provider takes an emergency nobody on the site hears of it, or the lamp calls for nothing",
        "look at the relay board, and at `board` and `relay` of [ANNUNCIATOR]",
    ),
    AlarmClass(
        "clock_untrusted", "controller", AlarmKind.WARNING, Priority.LOW,
        "the clock is not synchronised 5 min after the start",
        "control is unaffected; times may be wrong and a planned event does not end by itself",
        "check NTP (`timedatectl`) and the link",
    ),
    AlarmClass(
        "ledger", "controller", AlarmKind.WARNING, Priority.LOW,
        "`ledger.db` cannot be written, was missing, deleted in use, or damaged and laid aside, or events were given up: "
        "10,000 wait for a card that refuses, 50,000 for an api that confirms none",
        "control goes on; a restart forgets what is not written",
        "check the card and its free space; after damage look at trips, lock-outs and leases: what could be read of them goes "
        "on, and the alarm names what could not",
    ),
    AlarmClass(
        "device_lost_*", "controller, collector", AlarmKind.WARNING, Priority.LOW,
        "a device does not answer: sensing devices after three failed polls, acting ones after `lost_minutes`",
        "its load counts as still on, its fans are judged by their watts, what it measures ages",
        "check its power, its cable, its address",
        follows=("cannot_act",),
    ),
)  # fmt: skip
