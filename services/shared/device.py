"""The errors of a device, and no more. Foreign exceptions never leave a driver."""


class DeviceError(Exception):
    """A device did not do what was asked. The text says what was found, for a person."""


class Unreachable(DeviceError):
    """No answer: refused, reset, timed out, no route. Without `connected` nothing can have reached the device."""

    def __init__(self, text: str, *, connected: bool = True) -> None:
        super().__init__(text)
        self.connected = connected


class Refused(DeviceError):
    """The device answered, and the answer was no: unauthorised, over its rate limit, not allowed."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Nonsense(DeviceError):
    """The device answered what cannot be read: garbage, truncated, huge, not a number, another page."""


def may_have_arrived(error: DeviceError) -> bool:
    """Whether the device may have got what was sent all the same."""
    return not isinstance(error, Unreachable) or error.connected
