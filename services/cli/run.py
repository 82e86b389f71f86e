"""`mine run`: the broker, the services and, if wanted, the simulated site on this computer, without containers."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from services.api import tls
from services.cli import broker, noted, programs
from services.cli import simulated as site
from services.cli.claimed import listeners, only_one, ports_or_exit
from services.cli.living import live, say
from services.cli.reading import settings_or_exit
from services.cli.setup import provision, told
from services.cli.supervisor import Supervisor
from services.shared.settings import Settings, SettingsError, file_of, missing

DEMO = broker.ROOT / "config" / "demo.txt"


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
    lock = only_one(data)
    _tell_the_configuration(env, settings)
    wanted = listeners(settings, simulated)
    ports_or_exit(wanted)
    secrets = data / "secrets"
    for line in told(secrets, provision(secrets)):
        say("mine", line)
    _look_at_the_certificate(settings)
    folder = _broker_folder(data)
    choice = broker.choose(settings, folder, secrets, say)
    env = programs.environment(env, settings, data) | (site.environment(settings, env, data) if simulated else {})
    waves = programs.waves(settings, choice, env, secrets, simulated)
    _note(data, env, {name: port for name, (_, port) in wanted.items()} | {"MINE_BROKER_PORT": choice.port}, settings)
    try:
        asyncio.run(live(Supervisor(waves, say), settings, choice))
    finally:
        with contextlib.suppress(OSError):
            (data / noted.NAME).unlink(missing_ok=True)
        if folder.parent != data:
            shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _tell_the_configuration(env: Mapping[str, str], settings: Settings) -> None:
    say("mine", f"the configuration is {file_of(env)}")
    for line in (*settings.warnings, *missing(settings)):
        say("mine", line)


def _look_at_the_certificate(settings: Settings) -> None:
    """Without one the api does not start; the site is controlled all the same."""
    try:
        tls.context(settings)
    except SettingsError as error:
        say("mine", f"the page will not be there: {error}")


def _broker_folder(data: Path) -> Path:
    """Its files are made anew each time: beside the system's temporary files where the card is mounted read-only."""
    return data / "broker" if os.access(data, os.W_OK) else Path(tempfile.mkdtemp(prefix="mine-broker-"))


def _note(data: Path, env: Mapping[str, str], ports: Mapping[str, int], settings: Settings) -> None:
    """So that other commands find this run."""
    try:
        noted.write(data, file_of(env).resolve(), ports, noted.page_of(settings), noted.reach_of(settings, os.environ))
    except OSError as error:
        why = f"{data} cannot be written ({error.strerror})"
        say("mine", f"{why}: the site is controlled, but other commands do not find this run")
