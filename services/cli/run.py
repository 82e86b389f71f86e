"""`mine run`: the broker, the services and, if wanted, the simulated site on this computer, without containers."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import typer

from services.api import tls
from services.cli import beginning, broker, noted, programs
from services.cli import simulated as site
from services.cli.broker_folder import broker_folder
from services.cli.claimed import listeners, only_one, ports_or_exit
from services.cli.exit_codes import EXIT_NOT_RUNNING
from services.cli.living import live, say
from services.cli.reading import end
from services.cli.setup import provision, told
from services.cli.supervisor import Supervisor
from services.shared.settings import Settings, SettingsError, file_of, missing, port_checks

DEMO = broker.ROOT / "config" / "demo.txt"
SECRETS = "secrets"


def run(simulated: bool = typer.Option(False, "--simulated", help="Start the simulated site too, and control it.")) -> None:
    """Start everything, keep it running until Ctrl-C or SIGTERM, and stop it within 15 s.

    Keys come from the configuration or the environment: MINE_DATA_FOLDER, MINE_API_PORT, MINE_API_DEBUG_PORT,
    MINE_OPS_COLLECTOR_PORT and so on, MINE_SIMULATOR_CONTROL_PORT, MINE_SIMULATOR_BASE_PORT.

    With mistakes in the configuration it goes on with the last good copy, and says so; at a terminal it ends.

    Exit code 0 told to stop, 2 mistakes, 3 a port or the folder is taken, or the folder cannot be written.
    """
    env = dict(os.environ)
    if simulated and not env.get("MINE_CONFIG"):
        env["MINE_CONFIG"] = str(DEMO)
    settings = beginning.begun(env)
    data = Path(settings.data.folder).resolve()
    lock = only_one(data)
    _tell_the_configuration(env, settings)
    wanted = listeners(settings, simulated)
    ports_or_exit(wanted, port_checks.simulated(settings) if simulated else ())
    with lock, contextlib.ExitStack() as until_the_end:
        try:
            choice = _prepared(settings, data, until_the_end.enter_context(broker_folder(data)))
        except OSError as error:
            end(f"it cannot start: {error.filename or data} cannot be written: {error.strerror or error}", EXIT_NOT_RUNNING)
        env |= beginning.kept(env, settings)
        env = programs.environment(env, settings, data) | (site.environment(settings, env, data) if simulated else {})
        waves = programs.waves(settings, choice, env, data / SECRETS, simulated)
        _note(data, env, {name: port for name, (_, port) in wanted.items()} | {"MINE_BROKER_PORT": choice.port}, settings)
        try:
            asyncio.run(live(Supervisor(waves, say), settings, choice))
        finally:
            with contextlib.suppress(OSError):
                (data / noted.NAME).unlink(missing_ok=True)


def _prepared(settings: Settings, data: Path, folder: Path) -> broker.Choice:
    """The secrets and the broker's files are there. Raises OSError."""
    for line in told(data / SECRETS, provision(data / SECRETS)):
        say("mine", line)
    _look_at_the_certificate(settings)
    return broker.choose(settings, folder, data / SECRETS, say)


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


def _note(data: Path, env: Mapping[str, str], ports: Mapping[str, int], settings: Settings) -> None:
    """So that other commands find this run."""
    try:
        noted.write(data, file_of(env).resolve(), ports, noted.page_of(settings), noted.reach_of(settings, os.environ))
    except OSError as error:
        why = f"{data} cannot be written ({error.strerror})"
        say("mine", f"{why}: the site is controlled, but other commands do not find this run")
