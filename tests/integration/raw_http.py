"""HTTP by hand, for what no honest client sends."""

import contextlib
import re
import socket
from urllib.parse import urlsplit


def dial(base: str, timeout_s: float = 10.0) -> socket.socket:
    """A connection to the listener of a base address."""
    parts = urlsplit(base)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=timeout_s)


def head(base: str, method: str = "GET", path: str = "/api/status", *lines: str) -> bytes:
    """The head of a request."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", f"Host: {urlsplit(base).netloc}", *lines, "", "")).encode("latin-1")


def told(base: str, sent: bytes, timeout_s: float = 2.0) -> bytes:
    """All that comes back until the other side closes, or says nothing for so long."""
    with dial(base, timeout_s) as line:
        with contextlib.suppress(ConnectionError, TimeoutError):  # refused before all was read
            line.sendall(sent)
        return rest(line)


def rest(line: socket.socket) -> bytes:
    """What comes until the end of the connection, its reset, or its timeout."""
    found = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while part := line.recv(65_536):
            found += part
    return found


def statuses(answer: bytes) -> list[int]:
    """The status of each answer in a row of them."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
