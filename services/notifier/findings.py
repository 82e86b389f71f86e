"""What the notifier itself may find wrong, in words for people."""

from dataclasses import dataclass

from services.shared.vocabulary import AlarmKind


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition in words."""

    kind: AlarmKind
    cause: str
    consequence: str
    action: str


BROKER_LOST = Finding(
    AlarmKind.WARNING,
    "The broker is away: the services do not hear each other.",
    "The controller holds its last targets; other alarms do not arrive here.",
    "Look at the broker's process and log.",
)
_EFFECTS = {
    "controller": "Nobody takes load off or cools; fans run by their relays' rest position when their leases end.",
    "collector": "Signals and temperatures age; after their limits the controller acts as if they were lost.",
    "api": "The page is away and history waits.",
}


def service_lost(service: str) -> Finding:
    """A service says nothing; without the controller nobody acts."""
    kind = AlarmKind.EMERGENCY if service == "controller" else AlarmKind.WARNING
    return Finding(kind, f"The {service} has fallen silent.", _EFFECTS[service], f"Look at the {service}'s log; start it again.")


def channel_lost(name: str) -> Finding:
    """A channel takes nothing while messages wait."""
    return Finding(
        AlarmKind.WARNING, f"Messages by {name} do not go out since 10 minutes or more.",
        "They wait and are tried again; whoever relies on this way alone is not told.",
        f"See the reason on the page, under channels; then test {name}.",
    )  # fmt: skip


def store_fault(fault: str) -> Finding:
    """What is told is not written down."""
    return Finding(
        AlarmKind.WARNING,
        f"The notifier cannot write: {fault}",
        "Messages go out but are forgotten at a restart.",
        "Look at the disk.",
    )
