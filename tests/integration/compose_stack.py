"""The real compose project under a name, ports, a configuration and records of its own."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import ssl
import subprocess
import warnings
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from services.simulator.layout import write_loads
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SERVICES = ("mosquitto", "collector", "controller", "notifier", "api")
MINERS = 20
SPEED = 20


class Stack:
    """A project that is up. `containers` are the engine's, by service."""

    def __init__(self, compose: Any, client: Any, ports: dict[str, int], project: str) -> None:
        self.compose = compose
        self.ports = ports
        self.trusted: ssl.SSLContext | None = None
        """Whom the page's listener must prove to be; None where it speaks plain HTTP."""
        self.cookie = ""
        """Of a login at the page's listener."""
        self._client = client
        self._project = project

    def containers(self) -> dict[str, Any]:
        label = f"com.docker.compose.project={self._project}"
        found = self._client.containers.list(all=True, filters={"label": label})
        return {container.labels["com.docker.compose.service"]: container for container in found}

    def state(self, service: str) -> dict[str, Any]:
        return dict(self.containers()[service].attrs["State"])

    def run_in(self, service: str, *command: str) -> tuple[int, str]:
        """Exit code and output of a command within a container."""
        code, output = self.containers()[service].exec_run(list(command))
        return int(code), output.decode()

    def ask(self, port: str, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of an answer of a published port."""
        status, _, said = self.exchange(port, method, path, body)
        return status, said

    def exchange(self, port: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Message, bytes]:
        """As `ask`, with the answer's headers."""
        connection = self._connection(port)
        try:
            text = None if body is None else json.dumps(body)
            cookie = {"Cookie": self.cookie} if self.cookie and port == "page" else {}
            connection.request(method, path, text, {"Content-Type": "application/json", **cookie, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def _connection(self, port: str) -> http.client.HTTPConnection:
        if port == "page" and self.trusted is not None:
            return http.client.HTTPSConnection("127.0.0.1", self.ports[port], timeout=10, context=self.trusted)
        return http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=10)

    def status(self) -> dict[str, Any]:
        """What /api/status says; empty while nobody answers."""
        try:
            code, body = self.ask("page", "GET", "/api/status")
        except (OSError, http.client.HTTPException):
            return {}
        return dict(json.loads(body)) if code == 200 else {}

    def logs(self) -> str:
        """The last lines of all containers."""
        return "\n".join(f"{name}: {one.logs(tail=15).decode()}" for name, one in self.containers().items())


@contextlib.contextmanager
def engine() -> Iterator[Any]:
    """The engine's client; without one the test is skipped, or failed where an engine is promised."""
    import docker

    why = _no_engine()
    if why:
        (pytest.fail if os.environ.get("MINE_REQUIRE_ENGINE") else pytest.skip)(f"no container engine answers: {why}")
    client = docker.from_env(timeout=60)
    try:
        yield client
    finally:
        client.close()


def _no_engine() -> str:
    """Why there is none; empty when one answers."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    asked = subprocess.run(["docker", "compose", "ls"], capture_output=True, text=True, check=False)
    return asked.stderr.strip() if asked.returncode else ""


@contextlib.contextmanager
def stack(
    folder: Path, *, demo: bool, config: str = "", over: Sequence[str] = (), values: Mapping[str, object] | None = None
) -> Iterator[Stack]:
    """Build, start, wait until all is healthy; in the end everything is removed, records and passwords too.

    `config` is the operator's config.txt; without one there is none. `over` are compose files laid over the project's, `values`
    what they and the project's are filled with.
    """
    project = f"mine-test-{secrets.token_hex(4)}"
    ports = {name: free_port() for name in ("page", "debug", "simulator")}
    files = [*["docker-compose.yml", "docker-compose.demo.yml"][: 1 + demo], *over]
    configuration = _configuration(folder / "config", config)
    filled = {**_environment(configuration, project, ports), **(values or {})}
    (folder / "env").write_text("".join(f"{name}={value}\n" for name, value in filled.items()))
    with pytest.MonkeyPatch.context() as patch, engine() as client:
        for name in [name for name in os.environ if name.startswith(("MINE_", "COMPOSE_"))]:
            patch.delenv(name)  # they would beat the file
        patch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            from testcontainers.compose import DockerCompose
        compose = DockerCompose(ROOT, files, build=True, wait=True, env_file=str(folder / "env"))
        running = Stack(compose, client, ports, project)
        try:
            _start(running)
            yield running
        finally:
            compose.stop(down=True)


def _start(running: Stack) -> None:
    try:
        running.compose.start()
    except Exception as error:  # which error it is depends on the version of testcontainers
        pytest.fail(f"the containers did not become healthy: {error}\n{running.logs()}")


def _environment(configuration: Path, project: str, ports: dict[str, int]) -> dict[str, object]:
    edge = f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(256)}"
    return {
        "COMPOSE_PROJECT_NAME": project,
        "MINE_IMAGE_TAG": "test",
        "MINE_BUILD_NETWORK": "host",
        "MINE_CONFIG_FOLDER": configuration,
        "MINE_PAGE_ADDRESS": "127.0.0.1",
        "MINE_PAGE_PORT": ports["page"],
        "MINE_DEBUG_PORT": ports["debug"],
        "MINE_SIMULATOR_PORT": ports["simulator"],
        "MINE_EDGE_SUBNET": f"{edge}.0/29",
        "MINE_EDGE_GATEWAY": f"{edge}.1",
        "MINE_APIS_PDU_IP": "simulator:18011",
        "MINE_SIMULATOR_MINERS": MINERS,
        "MINE_SIMULATOR_SPEED": SPEED,
    }


def _configuration(folder: Path, config: str) -> Path:
    folder.mkdir()
    if config:
        (folder / "config.txt").write_text(config)
    for name in ("config.example.txt", "demo.txt"):
        shutil.copy(ROOT / "config" / name, folder / name)
    with (folder / "demo-loads.csv").open("w", encoding="utf-8") as out:
        write_loads(MINERS, out)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the services run as a user of their own
    return folder
