"""`mine run`: the broker, the services and, if wanted, the simulated site on this computer, without containers."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import typer

from services.api import tls
from services.cli import broker, noted
from services.cli import simulated as site
from services.cli.exit_codes import EXIT_NOT_RUNNING
from services.cli.reading import end, settings_or_exit
from services.cli.setup import provision, told
from services.cli.supervisor import Program, Supervisor
from services.cli.wellness import Wellness
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings import Settings, SettingsError, file_of, missing
from services.shared.systemd import Systemd, without

SERVICES = ("collector", "controller", "notifier", "api")
DEMO = broker.ROOT / "config" / "demo.txt"
_PAGE_PAUSE_S = 0.3


def run(simulated: bool = typer.Option(False, "--simulated", help="Start the simulated site too, and control it.")) -> None:
    """Start everything, keep it running until Ctrl-C or SIGTERM, and stop it within 15 s.

    Keys come from the configuration or the environment: MINE_DATA_FOLDER, MINE_API_PORT, MINE_API_DEBUG_PORT,
    MINE_OPS_COLLECTOR_PORT and so on, MINE_SIMULATOR_CONTROL_PORT, MINE_SIMULATOR_BASE_PORT.

    Exit code 0 told to stop, 2 mistakes, 3 a port or the folder is taken.
    """
    env = dict(os.environ)
    if simulated and not env.get("MINE_CONFIG"):
        env["MINE_CONFIG"] = str(DEMO)
    settings = settings_or_exit(env)
    data = Path(settings.data.folder).resolve()
    lock = _only_one(data)
    say("mine", f"the configuration is {file_of(env)}")
    for line in (*settings.warnings, *missing(settings)):
        say("mine", line)
    wanted = _listeners(settings, simulated)
    _ports_or_exit(wanted)
    secrets = data / "secrets"
    for line in told(secrets, provision(secrets)):
        say("mine", line)
    _look_at_the_certificate(settings)
    folder = _broker_folder(data)
    choice = broker.choose(settings, folder, secrets, say)
    env = _environment(env, settings, data) | (site.environment(settings, env, data) if simulated else {})
    waves = _waves(settings, choice, env, secrets, simulated)
    ports = {name: port for name, (_, port) in wanted.items()} | {"MINE_BROKER_PORT": choice.port}
    try:
        noted.write(data, file_of(env).resolve(), ports, noted.page_of(settings), noted.reach_of(settings, os.environ))
    except OSError as error:
        say(
            "mine",
            f"{data} cannot be written ({error.strerror}): the site is controlled, but other commands do not find this run",
        )
    try:
        asyncio.run(_run(Supervisor(waves, say), settings))
    finally:
        with contextlib.suppress(OSError):
            (data / noted.NAME).unlink(missing_ok=True)
        if folder.parent != data:
            shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def say(name: str, text: str) -> None:
    """A line of a program on stdout, with its name before it."""
    print(f"{name:<10} | {text}", flush=True)


async def _run(supervisor: Supervisor, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    systemd, wellness = Systemd(), Wellness(settings.ops, SERVICES, lambda: supervisor.running)
    beside = [asyncio.create_task(_announce(settings)), asyncio.create_task(systemd.live(wellness.fault))]
    stopping = asyncio.create_task(_tell_the_end(stop, systemd))
    try:
        await supervisor.run(stop)
    finally:
        for task in (*beside, stopping):
            task.cancel()
    say("mine", "everything has stopped")


async def _tell_the_end(stop: asyncio.Event, systemd: Systemd) -> None:
    await stop.wait()
    systemd.stopping()


async def _announce(settings: Settings) -> None:
    """Say where the page is, once it is there."""
    debug = f"http://127.0.0.1:{settings.api.debug_port}/debug.html"
    client = HttpClient(deadline_s=5.0)
    try:
        while not await _is_there(client, debug):  # noqa: ASYNC110 - another process cannot set an event here
            await asyncio.sleep(_PAGE_PAUSE_S)
    finally:
        await client.close()
    scheme = "https" if settings.api.tls else "http"
    say("mine", f"the page is at {scheme}://127.0.0.1:{settings.api.port}/  and for tests at {debug}")


async def _is_there(client: HttpClient, url: str) -> bool:
    try:
        return (await client.request("GET", url)).status < 500
    except DeviceError:
        return False


def _only_one(data: Path) -> IO[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        # Only to read: a card that is mounted read-only gives the file of an earlier run, too.
        lock = open(os.open(data / "run.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644), encoding="utf-8")  # noqa: SIM115, PTH123
    except OSError as error:
        end(f"{data} cannot be written: {error.strerror}", EXIT_NOT_RUNNING)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        end(f"another run uses {data}; stop it, or name another folder in MINE_DATA_FOLDER", EXIT_NOT_RUNNING)
    return lock


def _broker_folder(data: Path) -> Path:
    """Its files are made anew each time: beside the system's temporary files where the card is mounted read-only."""
    return data / "broker" if os.access(data, os.W_OK) else Path(tempfile.mkdtemp(prefix="mine-broker-"))


def _listeners(settings: Settings, simulated: bool) -> dict[str, tuple[str, int]]:
    """Where the programs of the run listen, by the variable that changes the port."""
    ops = settings.ops
    wanted = {
        "MINE_API_PORT": (settings.api.host, settings.api.port),
        "MINE_API_DEBUG_PORT": (settings.api.debug_host, settings.api.debug_port),
        "MINE_OPS_COLLECTOR_PORT": (ops.host, ops.collector_port),
        "MINE_OPS_CONTROLLER_PORT": (ops.host, ops.controller_port),
        "MINE_OPS_NOTIFIER_PORT": (ops.host, ops.notifier_port),
        "MINE_OPS_API_PORT": (ops.host, ops.api_port),
    }
    if simulated:  # else an armed run would switch the site of another run
        wanted["MINE_SIMULATOR_CONTROL_PORT"] = (settings.simulator.host, settings.simulator.control_port)
        wanted["MINE_SIMULATOR_BASE_PORT"] = (settings.simulator.host, settings.simulator.base_port)
    return wanted


def _look_at_the_certificate(settings: Settings) -> None:
    """Without one the api does not start; the site is controlled all the same."""
    try:
        tls.context(settings)
    except SettingsError as error:
        say("mine", f"the page will not be there: {error}")


def _ports_or_exit(wanted: Mapping[str, tuple[str, int]]) -> None:
    taken = []
    for name, (host, port) in wanted.items():
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            taken.append(f"port {port} of {host}: {error.strerror}; name another in {name}")
    if taken:
        end("\n".join(taken), EXIT_NOT_RUNNING)


def _environment(env: Mapping[str, str], settings: Settings, data: Path) -> dict[str, str]:
    """What all programs get: whole paths, and the code on their path wherever the run was started."""
    path = os.pathsep.join(part for part in (str(broker.ROOT), env.get("PYTHONPATH")) if part)
    whole = {"MINE_DATA_FOLDER": str(data), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    if settings.data.logs:
        whole["MINE_DATA_LOGS"] = str(Path(settings.data.logs).resolve())
    return dict(without({**env, **whole}))


def _waves(settings: Settings, choice: broker.Choice, env: dict[str, str], secrets: Path, simulated: bool) -> list[list[Program]]:
    """First the broker and the simulated site, then the services: they stop in the other order."""
    env = env | {"MINE_BROKER_HOST": choice.host, "MINE_BROKER_PORT": str(choice.port)}
    first = [Program(choice.program.name, choice.program.argv, env)] if choice.program else []
    if simulated:
        first.append(_service("simulator", env))
    if not settings.ops.token.get_secret_value():
        env["MINE_OPS_TOKEN_FILE"] = str(secrets / "ops-token")
    backups = Program("backup", [sys.executable, "-m", "services.backup.clock"], env)
    return [first, [*(_service(name, env | _password(name, choice, secrets)) for name in SERVICES), backups]]


def _password(name: str, choice: broker.Choice, secrets: Path) -> dict[str, str]:
    """With a broker of our own each service is its own user."""
    if choice.program is None:
        return {}
    return {"MINE_BROKER_USER": name, "MINE_BROKER_PASSWORD": "", "MINE_BROKER_PASSWORD_FILE": str(secrets / f"broker-{name}")}


def _service(name: str, env: Mapping[str, str]) -> Program:
    return Program(name, [sys.executable, "-m", f"services.{name}.main"], env)
