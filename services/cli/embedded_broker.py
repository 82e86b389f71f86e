"""The broker for a computer without Mosquitto: loopback only, users with passwords, no access list, nothing durable."""

import asyncio
import base64
import hashlib
import hmac
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import BaseContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


def matches(line: str, user: str, password: str) -> bool:
    """Whether a line of Mosquitto's password file (`user:$7$iterations$salt$hash`) lets this user in."""
    name, _, rest = line.strip().partition(":")
    parts = rest.split("$")
    if name != user or len(parts) != 5 or parts[1] != "7":
        return False
    salt, digest = base64.b64decode(parts[3]), base64.b64decode(parts[4])
    return hmac.compare_digest(digest, hashlib.pbkdf2_hmac("sha512", password.encode(), salt, int(parts[2])))


class PasswordFile(BaseAuthPlugin):  # type: ignore[misc]  # the library has no types
    """Lets in whom the password file names."""

    @dataclass
    class Config:
        """`path` is the password file."""

        path: str = ""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._lines = Path(self.config.path).read_text().splitlines()

    async def authenticate(self, *, session: Session) -> bool:
        """True for a known user with its password."""
        user, password = session.username or "", session.password or ""
        return any(matches(line, user, password) for line in self._lines)


async def serve(port: int, passwords: Path, stop: asyncio.Event) -> None:
    """Be the broker on 127.0.0.1:`port` until `stop` is set."""
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {f"{__spec__.name if __spec__ else __name__}.PasswordFile": {"path": str(passwords)}},
        }
    )
    await broker.start()
    await stop.wait()
    await broker.shutdown()


async def _main(port: int, passwords: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(port, passwords, stop)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2])))
