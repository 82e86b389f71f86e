"""The broker of a run: the operator's own, Mosquitto, or the one within; always with passwords."""

import asyncio
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from services.cli import broker
from services.cli.program import Program
from services.cli.setup import provision
from services.cli.supervisor import Supervisor
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.settings import load
from services.shared.settings.sections import Broker
from tests.ports import free_port
from tests.waiting import until

OLD = Path("tests/data/old_config.txt")
INSTALLED = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is not None


def quiet(_name: str, _text: str) -> None: ...


def bus(port: int, password: str) -> Bus:
    settings = Broker.model_validate({"host": "127.0.0.1", "port": port, "password": password})
    return Bus(settings, service="controller", site="mine", clock=Clock("yes"))


async def lets_in_only_known_users(program: Program, port: int, secrets: Path) -> None:
    stop = asyncio.Event()
    run = asyncio.create_task(Supervisor([[program]], quiet).run(stop))
    await until(lambda: broker.answers("127.0.0.1", port), 20.0)
    known, stranger = bus(port, (secrets / "broker-controller").read_text().strip()), bus(port, "guess")
    await stranger.start()
    await known.start()
    await until(lambda: known.connected, 10.0)
    assert not stranger.connected
    await asyncio.gather(known.stop(), stranger.stop())
    stop.set()
    await run


@pytest.mark.asyncio
@pytest.mark.skipif(not INSTALLED, reason="Mosquitto is not installed; setup installs it for root")
async def test_mosquitto_starts_from_the_shipped_files_and_lets_in_known_users_alone(tmp_path: Path) -> None:
    provision(tmp_path / "secrets")
    choice = broker.choose(load(OLD, env={"MINE_BROKER_PORT": str(free_port())}), tmp_path, tmp_path / "secrets", quiet)
    assert choice.program is not None
    await lets_in_only_known_users(choice.program, choice.port, tmp_path / "secrets")


@pytest.mark.asyncio
async def test_the_broker_within_lets_in_known_users_alone(tmp_path: Path) -> None:
    provision(tmp_path)
    port = broker.free_port()
    argv = [sys.executable, "-m", "services.cli.embedded_broker", str(port), str(tmp_path / "passwords")]
    await lets_in_only_known_users(Program("broker", argv, os.environ), port, tmp_path)


def test_without_mosquitto_the_broker_within_is_used_and_its_weakness_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    said: list[str] = []
    choice = broker.choose(load(OLD, env={}), tmp_path, tmp_path, lambda _, text: said.append(text))
    assert choice.program is not None
    assert "services.cli.embedded_broker" in choice.program.argv
    assert "no access list" in "".join(said)


def test_the_operators_broker_is_used_as_it_is_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = own.getsockname()[1]
        choice = broker.choose(
            load(OLD, env={"MINE_BROKER_PORT": str(port)}), tmp_path, tmp_path, lambda _, text: said.append(text)
        )
    assert said == [f"the broker at 127.0.0.1:{port} is used, because the configuration names it"]
    assert (choice.host, choice.port, choice.program) == ("127.0.0.1", port, None)
    far = broker.choose(load(OLD, env={"MINE_BROKER_HOST": "broker.example"}), tmp_path, tmp_path, quiet)
    assert (far.host, far.program) == ("broker.example", None)


@pytest.mark.parametrize("lines", ["", "host = 127.0.0.1\nport = {port}\n"])
def test_a_strangers_broker_on_the_usual_port_is_never_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str
) -> None:
    """The usual port stands in every copy of the example: it names nobody's broker."""
    said: list[str] = []
    provision(tmp_path / "secrets")
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        monkeypatch.setattr(Broker.model_fields["port"], "default", port)
        Broker.model_rebuild(force=True)
        try:
            (tmp_path / "config.txt").write_text("[BROKER]\n" + lines.format(port=port))
            settings = load(tmp_path / "config.txt", env={})
            choice = broker.choose(settings, tmp_path, tmp_path / "secrets", lambda _, text: said.append(text))
        finally:
            monkeypatch.undo()
            Broker.model_rebuild(force=True)
    assert settings.broker.port == port
    assert choice.program is not None
    assert choice.port != port
    assert f"port {port} is taken by another program: the broker of this run is on port {choice.port}" in said


def test_the_brokers_files_are_made_anew_for_their_owner_alone(tmp_path: Path) -> None:
    provision(tmp_path / "secrets")
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "acl").write_text("of an older run")
    broker._mosquitto("mosquitto", 1999, tmp_path / "broker", tmp_path / "secrets")
    files = {path.name: path for path in (tmp_path / "broker").iterdir()}
    assert set(files) == {"acl", "passwords", "mosquitto.conf"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert "of an older run" not in files["acl"].read_text()


def test_our_broker_listens_on_loopback_alone_and_forgets_no_limit_of_the_shipped_file() -> None:
    shipped = Path("mosquitto/mosquitto.conf").read_text()
    conf = broker.mosquitto_conf(shipped, 1999, Path("/p/passwords"), Path("/p/acl")).splitlines()
    assert [line for line in conf if line.startswith("listener")] == ["listener 1999 127.0.0.1"]
    assert {"password_file /p/passwords", "acl_file /p/acl", "allow_anonymous false", "max_inflight_messages 0"} <= set(conf)
