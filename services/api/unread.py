"""Why a device is not read, where that tells of its owner or of the broker: these have lines of their own."""

NOT_READ, NOT_HEARD = "not read: ", "not heard: "


def is_unread(reason: str) -> bool:
    """Whether the words about a device tell of its owner or of the broker alone."""
    return reason.startswith((NOT_READ, NOT_HEARD))
