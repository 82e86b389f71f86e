"""Asks a service's inner app for /health; exit code 0 is well.

In a container it runs every few seconds (`container_check.py`), so it is made of what starts at once: no HTTP library, and no
settings where the environment names the port, as compose does.
"""

import contextlib
import socket
import sys
from collections.abc import Mapping, Sequence

DEADLINE_S = 3.0
EXIT_WELL = 0
EXIT_UNWELL = 1
EXIT_USAGE = 2
SERVICES = ("collector", "controller", "notifier", "api")
_MOST_BYTES = 4096


def main(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Exit code: 0 well, 1 not well or not there, 2 no such service."""
    if len(argv) != 1 or argv[0] not in SERVICES:
        return said(f"found {' '.join(argv) or 'nothing'}; allowed: {', '.join(SERVICES)}", EXIT_USAGE)
    try:
        answer = ask(port_of(argv[0], env))
    except (OSError, ValueError) as error:
        return said(f"{argv[0]}: {error}", EXIT_UNWELL)
    return EXIT_WELL if is_well(answer) else said(f"{argv[0]}: {_told(answer)}", EXIT_UNWELL)


def port_of(service: str, env: Mapping[str, str]) -> int:
    """The port of its inner app: the environment's, else the configuration's. Raises ValueError."""
    named = env.get(f"MINE_OPS_{service.upper()}_PORT")
    if named:
        return int(named)
    from services.shared.settings import load  # noqa: PLC0415 - half a second on a Pi, and seldom needed

    return int(getattr(load(env=env).ops, f"{service}_port"))


def ask(port: int, deadline_s: float = DEADLINE_S, host: str = "127.0.0.1") -> bytes:
    """What the inner app answers. Raises OSError."""
    with socket.create_connection((host, port), timeout=deadline_s) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b""
        while len(answer) < _MOST_BYTES and (part := connection.recv(_MOST_BYTES)):
            answer += part
    return answer


def is_well(answer: bytes) -> bool:
    """True for the status 200 alone."""
    words = answer.split(None, 2)
    return len(words) > 1 and words[0].startswith(b"HTTP/1.") and words[1] == b"200"


def _told(answer: bytes) -> str:
    return answer.rpartition(b"\r\n")[2].decode("utf-8", "replace").strip() or "no answer"


def said(text: str, code: int) -> int:
    """The code, after a line on stderr, if that takes it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
    return code
