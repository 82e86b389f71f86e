"""A live broker for tests: the project's own configuration and ACL, with users made for the test; a container or a process."""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
import warnings
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from services.cli.passwords import password_line
from services.shared.settings.sections import Broker as Settings
from tests.ports import free_port

IMAGE = "eclipse-mosquitto:2"
FOLDER = Path(__file__).parents[1] / "mosquitto"
USERS = ("collector", "controller", "notifier", "api", "cli", "site", "admin")
INSTALL = "no broker for the tests: apt-get install -y mosquitto   (or, with a container engine: docker pull eclipse-mosquitto:2)"


class Engine(Protocol):
    """What runs the broker."""

    def start(self) -> None:
        """Start it, empty."""

    def stop(self) -> None:
        """Kill it, as a power cut would."""

    def remove(self) -> None:
        """Leave nothing behind."""


class LiveBroker:
    """A broker that answers. `admin` is a user of the tests alone who may read and write everything."""

    def __init__(self, engine: Engine, port: int, passwords: dict[str, str]) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.passwords = passwords
        self._engine = engine

    def settings(self, user: str) -> Settings:
        """The settings of a service that connects as `user`."""
        return Settings(host=self.host, port=self.port, user=user, password=SecretStr(self.passwords[user]))

    def stop(self) -> None:
        """Kill the broker."""
        self._engine.stop()

    def start(self) -> None:
        """Start it on the same port, with nothing in it; returns when it answers."""
        self._engine.start()
        end = time.monotonic() + 20
        while not _answers(self.host, self.port):
            assert time.monotonic() < end, f"the broker does not answer on port {self.port}"
            time.sleep(0.02)

    def restart_empty(self) -> None:
        """Kill it and start it with nothing in it."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End it and leave nothing behind."""
        self._engine.remove()


def in_container(folder: Path) -> LiveBroker | None:
    """The broker in a container, or None without an engine or its image; nothing is pulled."""
    if not _image_is_there():
        return None
    port, passwords = free_port(), _passwords()
    _write(folder, passwords, where="/mosquitto/config", listener="1883")
    return _started(LiveBroker(_Container(folder, port), port, passwords))


def as_process(folder: Path) -> LiveBroker | None:
    """The broker as a process, or None where it is not installed."""
    binary = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    if binary is None:
        return None
    port, passwords = free_port(), _passwords()
    _write(folder, passwords, where=str(folder), listener=f"{port} 127.0.0.1", extra="user root\n" if os.geteuid() == 0 else "")
    return _started(LiveBroker(_Process(binary, folder), port, passwords))


def _started(broker: LiveBroker) -> LiveBroker:
    try:
        broker.start()
    except BaseException:
        broker.remove()
        raise
    return broker


class _Process:
    def __init__(self, binary: str, folder: Path) -> None:
        self._command = [binary, "-c", str(folder / "mosquitto.conf")]
        self._log = folder / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    remove = stop


class _Container:
    def __init__(self, folder: Path, port: int) -> None:
        os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its module uses its own deprecated wait
            from testcontainers.community.mqtt import MosquittoContainer

        self._folder = folder

        class Mosquitto(MosquittoContainer):
            """Keeps its port over a restart, and is waited for by asking it."""

            def with_exposed_ports(self, *_ports: object) -> "Mosquitto":
                return self

            def _wait(self) -> None:
                return

        self._container = Mosquitto(IMAGE)
        self._container.ports = {1883: ("127.0.0.1", port)}
        for name in ("passwords", "acl"):
            self._container.with_volume_mapping(folder / name, f"/mosquitto/config/{name}")
        self._made = False

    def start(self) -> None:
        if self._made:
            self._container.get_wrapped_container().start()
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._container.start(str(self._folder / "mosquitto.conf"))
        self._made = True

    def stop(self) -> None:
        self._container.get_wrapped_container().kill()

    def remove(self) -> None:
        self._container.stop()
        self._container.get_docker_client().client.close()


def _write(folder: Path, passwords: dict[str, str], *, where: str, listener: str, extra: str = "") -> None:
    lines = [password_line(user, password, secrets.token_bytes(12)) for user, password in passwords.items()]
    (folder / "passwords").write_text("\n".join(lines) + "\n")
    (folder / "acl").write_text((FOLDER / "acl").read_text() + "\nuser admin\ntopic readwrite #\n")
    text = (FOLDER / "mosquitto.conf").read_text().replace("/mosquitto/config", where)
    text = re.sub(r"^listener .*$", f"listener {listener}", text, flags=re.MULTILINE)
    (folder / "mosquitto.conf").write_text(text + f"log_type information\n{extra}")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the broker may run as a user of its own


def _passwords() -> dict[str, str]:
    return {user: secrets.token_hex(12) for user in USERS}


def _answers(host: str, port: int) -> bool:
    # A container's port accepts before the broker does: only an answer to a CONNECT (here: refused) counts.
    connect = bytes.fromhex("101000044d5154540402000a0004") + b"ping"
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1) as probe:
        probe.settimeout(1)
        probe.sendall(connect)
        return probe.recv(4)[:1] == b"\x20"
    return False


def _image_is_there() -> bool:
    import docker

    if not _engine_listens():
        return False
    with contextlib.suppress(docker.errors.DockerException, OSError):
        client = docker.from_env(timeout=5)
        try:
            client.images.get(IMAGE)
            return True
        finally:
            client.close()
    return False


def _engine_listens() -> bool:
    """An engine that was ended leaves its socket file: asking it through the client would leave a socket of ours open."""
    path = Path(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
    if not path.is_absolute():
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        return probe.connect_ex(str(path)) == 0
