"""The programs of a run: which, in which order, and what each is given."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from services.cli import broker
from services.cli.program import Program
from services.shared.settings import Settings
from services.shared.systemd import without

SERVICES = ("collector", "controller", "notifier", "api")


def environment(env: Mapping[str, str], settings: Settings, data: Path) -> dict[str, str]:
    """What all programs get: whole paths, and the code on their path wherever the run was started."""
    path = os.pathsep.join(part for part in (str(broker.ROOT), env.get("PYTHONPATH")) if part)
    whole = {"MINE_DATA_FOLDER": str(data), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    if settings.data.logs:
        whole["MINE_DATA_LOGS"] = str(Path(settings.data.logs).resolve())
    return dict(without({**env, **whole}))


def waves(settings: Settings, choice: broker.Choice, env: dict[str, str], secrets: Path, simulated: bool) -> list[list[Program]]:
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
