"""The moment that a person asks about, as it was typed."""

from datetime import datetime

from services.cli.exit_codes import EXIT_MISTAKES
from services.cli.reading import end

_EARLIEST, _LATEST = 1970, 2099
"""The years that the records can name; the api says which moment of them is still to come."""


def moment_of(value: str | None) -> str | None:
    """As it was typed, for the api to read; what it could only call no moment at all ends the command with what is wrong."""
    if value is not None and not value.strip():
        end(f"--at: found {value!r}; allowed: 14:05 or ISO 8601; without --at it is now", EXIT_MISTAKES)
    try:
        year = datetime.fromisoformat(value).year if value and not value.isdigit() else _EARLIEST
    except ValueError:
        return value
    if not _EARLIEST <= year <= _LATEST:
        allowed = "a moment that was: this one lies in the future" if year > _LATEST else f"a moment from {_EARLIEST} on"
        end(f"--at: found {value!r}; allowed: {allowed}", EXIT_MISTAKES)
    return value
