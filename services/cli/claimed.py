"""What a run must have for itself alone: the folder of the records, and the ports on which its programs listen."""

import fcntl
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from services.cli.exit_codes import EXIT_NOT_RUNNING
from services.cli.reading import end
from services.shared.settings import Settings


def only_one(data: Path) -> IO[str]:
    """The lock of the folder, held until it is closed. Exit code 3 where another run has it."""
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


def listeners(settings: Settings, simulated: bool) -> dict[str, tuple[str, int]]:
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


def ports_or_exit(wanted: Mapping[str, tuple[str, int]]) -> None:
    """Exit code 3 where something listens there already: all of them are named."""
    taken = []
    for name, (host, port) in wanted.items():
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            taken.append(f"port {port} of {host}: {error.strerror}; name another in {name}")
    if taken:
        end("\n".join(taken), EXIT_NOT_RUNNING)
