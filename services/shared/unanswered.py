"""Why no exchange came about, in words for people: the one wording for every connection.

A library's own words may hold an address with a token in it, and its names tell an operator nothing. What the system found lies
below them, as their cause (PEP 3134), and has words of its own.
"""

import os
import socket
import ssl
from collections.abc import Iterator

OWN_FAULT = "a fault of our own; the log says more"
"""What is said of an error that nobody foresaw: whoever says it logs the error itself."""


def why(error: BaseException, *, within_s: float | None = None, connected: bool = False) -> str:
    """What happened, such as "connection refused". `within_s`: how long was waited; `connected`: there was a connection."""
    chain = list(_below(error))
    for one in chain:
        if (words := _named(one, within_s, connected=connected)) is not None:
            return words
    numbers = [one.errno for one in chain if isinstance(one, OSError) and one.errno is not None and one.errno > 0]
    if numbers:
        found = os.strerror(numbers[-1])  # the lowest is the system's own
        return found[:1].lower() + found[1:]
    return "the connection broke off" if connected else "no connection"


def _named(error: BaseException, within_s: float | None, *, connected: bool) -> str | None:
    match error:
        case ssl.SSLCertVerificationError() if hasattr(error, "verify_message"):  # a client's own one of that kind has none
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError() if not isinstance(error, ssl.SSLCertVerificationError):
            reason = (getattr(error, "reason", None) or "its answer is none").replace("_", " ").lower()
            return f"it does not speak TLS as we do: {reason}"
        case socket.gaierror() | UnicodeError():  # a name that IDNA cannot encode is a UnicodeError
            return "the name could not be resolved"
        case TimeoutError() if error.errno is None:
            limit = "in time" if within_s is None else f"within {within_s:g} s"
            return f"no {'answer' if connected else 'connection'} {limit}"
        case _:
            return None


def _below(error: BaseException | None) -> Iterator[BaseException]:
    """It, and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):  # several addresses of one name were tried
            yield from error.exceptions
        error = error.__cause__ or error.__context__  # some libraries hide it behind `from None`
