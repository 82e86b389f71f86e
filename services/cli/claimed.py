"""What a run must have for itself alone: the folder of the records, and the ports on which its programs listen."""

import fcntl
import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from services.cli.exit_codes import EXIT_NOT_RUNNING
from services.cli.reading import end
from services.shared.settings import Settings
from services.shared.settings.port_checks import Listener


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


def ports_or_exit(wanted: Mapping[str, tuple[str, int]], further: Iterable[Listener] = ()) -> None:
    """Exit code 3 where something listens there already, or two of them would: all are named. `further`: by their keys."""
    places = [(name, host, port, False) for name, (host, port) in wanted.items()]
    places += [(f"MINE_{one.section}_{one.key.upper()}", one.host, one.port, one.is_udp) for one in further]
    taken = []
    with ExitStack() as held:  # until all are tried, so that two of ours on one port are found, too
        for name, host, port, is_udp in dict.fromkeys(places):
            try:
                held.enter_context(_listening(host, port, is_udp=is_udp))
            except OSError as error:
                taken.append(f"port {port} of {host}: {_why(error)}; name another in {name}")
    if taken:
        end("\n".join(taken), EXIT_NOT_RUNNING)


def _listening(host: str, port: int, *, is_udp: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not is_udp:
        return socket.create_server((host, port), family=family)
    probe = socket.socket(family, socket.SOCK_DGRAM)
    try:
        probe.bind((host, port))
    except OSError:
        probe.close()
        raise
    return probe


def _why(error: OSError) -> str:
    """In the words of the system alone: Python adds the address of TCP, which stands before them already."""
    return str(error.strerror) if isinstance(error, socket.gaierror) or not error.errno else os.strerror(error.errno)
