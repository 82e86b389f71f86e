"""Alarms of the services and of telling itself, raised by the notifier."""

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_OWNER = "notifier"

TELLING = (
    AlarmClass(
        "service_lost_controller", _OWNER, AlarmKind.EMERGENCY, Priority.HIGH,
        "the controller is silent for 60 s, or offline for 10 s",
        "nobody takes load off or cools; fans run by their relays' rest position when their leases end",
        "it is started again by itself; not back after 2 min: `sudo systemctl restart bitcoin-mine`; `mine logs` says why",
        follows=("broker_lost",),
    ),
    AlarmClass(
        "service_lost_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a service is silent for 60 s, or offline for 10 s",
        "without the collector signals and temperatures age and count as lost in time; without the api the page is away",
        "it is started again by itself; not back after 2 min: `sudo systemctl restart bitcoin-mine`; `mine logs` says why",
        follows=("broker_lost",),
    ),
    AlarmClass(
        "broker_lost", _OWNER, AlarmKind.WARNING, Priority.MEDIUM,
        "nothing has come through the broker for 60 s, whether it is away or hangs",
        "the control of the site is blind: the controller holds its last targets, signals and temperatures age; no other alarm "
        "arrives, a trip neither, until it is back",
        "look at the broker's process and log",
        on_delay_s=0.0,
    ),
    AlarmClass(
        "channel_lost_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "messages of a channel wait for 10 min, or its provider refuses our token, user or password",
        "whoever relies on this way alone is not told",
        "see the channel's reason on the page; correct [NOTIFICATIONS]; test it",
    ),
    AlarmClass(
        "channel_test_*", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "a channel did not take its weekly test, or one that a person asked for",
        "perhaps nobody is reached by this way when it matters",
        "see what the channel is set up with in [NOTIFICATIONS]; then `mine notify test`, which ends it",
        follows=("channel_lost_{}",), chatters=False,
    ),
    AlarmClass(
        "chat_deaf", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "for 10 min nothing is heard by Telegram, which takes what is sent: most often another program polls with the same token",
        "buttons and commands in the chat, /stop too, do nothing",
        "end the other program or give it a bot of its own; meanwhile use the page or `mine`",
        follows=("channel_lost_telegram",),
    ),
    AlarmClass(
        "not_reaching_watcher", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "the outside watcher was not reached for three periods",
        "it may call that the site is silent; when the site falls silent nobody can tell the difference",
        "look at the link to the internet and at `heartbeat_url`",
    ),
    AlarmClass(
        "alerts_database", _OWNER, AlarmKind.WARNING, Priority.LOW,
        "`alerts.db` cannot be written, or was damaged and lies aside as `alerts.db.damaged`",
        "messages go out; what could not be written or read is forgotten at a restart",
        "look at the card",
    ),
    AlarmClass(
        "site_silent", "second machine", AlarmKind.EMERGENCY, Priority.HIGH,
        "a second machine (`mine watch`) has not seen the controller decide for `silence_minutes`",
        "nobody knows whether the site is safe or curtailed",
        "call the site; look at its power and its link, then at its page",
    ),
)  # fmt: skip
