"""Which broker a run uses: the operator's own, else Mosquitto started here, else the one within this program."""

import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.cli.program import Program
from services.shared import whole_file
from services.shared.settings import Settings, sections

ROOT = Path(__file__).resolve().parents[2]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the broker is. `program` is None when it runs already; then the services use the password they were given."""

    host: str
    port: int
    program: Program | None


def choose(settings: Settings, folder: Path, secrets: Path, say: Callable[[str, str], None]) -> Choice:
    """The operator's broker if the configuration names one elsewhere or one answers there; else one of our own on loopback."""
    broker = settings.broker
    if named(settings) and (broker.host not in _LOOPBACK or answers(broker.host, broker.port)):
        say("mine", f"the broker at {broker.host}:{broker.port} is used, because the configuration names it")
        return Choice(broker.host, broker.port, None)
    port = broker.port if is_free(broker.port) else free_port()
    if port != broker.port:
        say("mine", f"port {broker.port} is taken by another program: the broker of this run is on port {port}")
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found:
        return Choice("127.0.0.1", port, _mosquitto(found, port, folder, secrets))
    say("mine", "Mosquitto is not installed: a small broker within this program is used. It has passwords and no access list,")
    say("mine", "and it forgets what waits for an absent service. Good for a look; a site needs: apt-get install mosquitto")
    argv = [sys.executable, "-m", "services.cli.embedded_broker", str(port), str(secrets / "passwords")]
    return Choice("127.0.0.1", port, Program("broker", argv, os.environ))


def named(settings: Settings) -> bool:
    """True when the operator names a broker: by the environment, another host or port than the usual, or a user or password.

    The usual host and port alone are no name: each copy of the example has them, and who listens there may be a stranger.
    """
    by_environment = "environment" in (settings.origins["BROKER.host"], settings.origins["BROKER.port"])
    return by_environment or settings.broker != sections.Broker()


def answers(host: str, port: int) -> bool:
    """True when something listens there."""
    try:
        with socket.create_connection((host, port), timeout=2.0):
            return True
    except OSError:
        return False


def is_free(port: int) -> bool:
    """True when a program may listen on this port of loopback."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def mosquitto_conf(shipped: str, port: int, passwords: Path, acl: Path) -> str:
    """The shipped configuration with a loopback listener and this run's files."""
    changed = {
        "listener": f"listener {port} 127.0.0.1",
        "password_file": f"password_file {passwords}",
        "acl_file": f"acl_file {acl}",
    }
    lines = [changed.get(line.split(" ", 1)[0], line) for line in shipped.splitlines()]
    if os.geteuid() == 0:
        lines.append("user root")  # the files are the owner's alone
    return "\n".join(lines) + "\n"


def _mosquitto(program: str, port: int, folder: Path, secrets: Path) -> Program:
    """Its files are made anew each time: Mosquitto warns of files that belong to another user or that others may read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    conf, acl, passwords = folder / "mosquitto.conf", folder / "acl", folder / "passwords"
    whole_file.write(acl, (ROOT / "mosquitto" / "acl").read_bytes())
    whole_file.write(passwords, (secrets / "passwords").read_bytes())
    text = mosquitto_conf((ROOT / "mosquitto" / "mosquitto.conf").read_text(), port, passwords, acl)
    whole_file.write(conf, text.encode())
    return Program("broker", [program, "-c", str(conf)], os.environ)
