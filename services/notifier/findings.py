"""What the notifier itself may find wrong, in words for people."""

from dataclasses import dataclass, field, replace

from services.shared.vocabulary import AlarmKind


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition in words. `since_mono_s`: the last moment at which the opposite was known; None: it is new."""

    kind: AlarmKind
    cause: str
    consequence: str
    action: str
    since_mono_s: float | None = field(default=None, compare=False)

    def since(self, mono_s: float | None) -> "Finding":
        """The same, dated."""
        return replace(self, since_mono_s=mono_s)


BROKER_LOST = Finding(
    AlarmKind.WARNING,
    "The broker is away: the services do not hear each other.",
    "The control of the site is blind: the controller holds its last targets, and signals and temperatures age until it acts as "
    "if they were lost. No other alarm arrives here, a trip neither.",
    "Look at the broker's process and log.",
)
_AGAIN = "It is started again by itself. Not back after 2 min: `sudo systemctl restart bitcoin-mine`; `mine logs` says why."
_EFFECTS = {
    "controller": "Nobody takes load off or cools; fans run by their relays' rest position when their leases end.",
    "collector": "Signals and temperatures age; after their limits the controller acts as if they were lost.",
    "api": "The page is away and history waits.",
}


def service_lost(service: str) -> Finding:
    """A service says nothing; without the controller nobody acts."""
    kind = AlarmKind.EMERGENCY if service == "controller" else AlarmKind.WARNING
    return Finding(kind, f"The {service} has fallen silent.", _EFFECTS[service], _AGAIN)


def channel_lost(name: str, reason: str = "", *, waiting: bool = True) -> Finding:
    """A channel takes nothing; what it does not refuse for good is `waiting`."""
    fate = "They wait and are tried again" if waiting else "They are refused for good"
    return Finding(
        AlarmKind.WARNING, f"Messages by {name} do not go out since 10 minutes or more{_because(reason)}.",
        f"{fate}; whoever relies on this way alone is not told.",
        f"See the reason on the page, under channels; then test {name}.",
    )  # fmt: skip


def channel_refused(name: str, reason: str) -> Finding:
    """A provider that was asked says no to our token, user or password; whatever waits would wait for ever."""
    return Finding(
        AlarmKind.WARNING, f"Messages by {name} cannot go out{_because(reason)}.",
        "Whoever relies on this way alone is not told.",
        f"Correct what {name} is set up with in [NOTIFICATIONS], then start the notifier again or test {name}.",
    )  # fmt: skip


def channel_untested(name: str, reason: str) -> Finding:
    """The last test with a message was not taken."""
    return Finding(
        AlarmKind.WARNING, f"The test of {name} failed{_because(reason)}.",
        "Perhaps nobody is reached by this way when it matters.",
        f"See what {name} is set up with in [NOTIFICATIONS]; then `mine notify test {name}`, which ends this.",
    )  # fmt: skip


def chat_deaf(reason: str) -> Finding:
    """Messages go out by Telegram, but nobody who answers there is heard."""
    return Finding(
        AlarmKind.WARNING, f"Nobody is heard by Telegram since 10 minutes or more: the chat {reason}.",
        "Buttons and commands in the chat, /stop too, do nothing; messages may still go out.",
        "End the other program that uses this bot's token, or see the reason; meanwhile use the page or `mine`.",
    )  # fmt: skip


def watcher_lost(reason: str) -> Finding:
    """The outside watcher does not hear us, and may call for that alone."""
    return Finding(
        AlarmKind.WARNING, f"The outside watcher has not been reached for three periods{_because(reason)}.",
        "It will call that the site is silent; when the site really falls silent, nobody can tell the difference.",
        "Look at the link to the internet and at heartbeat_url of [NOTIFICATIONS].",
    )  # fmt: skip


def _because(reason: str) -> str:
    return f": {reason.rstrip('.')}" if reason else ""


def store_fault(fault: str) -> Finding:
    """What is told is not written down."""
    return Finding(
        AlarmKind.WARNING,
        f"The notifier's own record: {fault}",
        "Messages go out; what could not be written is forgotten at a restart.",
        "Look at the card.",
    )
