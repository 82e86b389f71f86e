"""data/run.json: which configuration, ports and scheme a run uses, so that the other commands judge the running site."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.api.login import access_file
from services.shared import whole_file
from services.shared.settings import EXAMPLE, Settings

NAME = "run.json"
_NO_RUN = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError)
_BEGUN = 19  # the start time's place after the program's name in /proc/<pid>/stat, proc(5)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is alive: its process, the file it read; by the variable that sets each its ports, how its page is reached.

    `reach` is what else asking it needs where that file cannot be read any more.
    """

    pid: int
    config: Path
    ports: Mapping[str, int]
    page: Mapping[str, str]
    reach: Mapping[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        """What makes the configuration of another command that of the run. The example is read only where no file is named."""
        named = {} if self.config == EXAMPLE.resolve() else {"MINE_CONFIG": str(self.config)}
        return named | {name: str(port) for name, port in self.ports.items()} | dict(self.page)


def write(
    data: Path, config: Path, ports: Mapping[str, int], page: Mapping[str, str], reach: Mapping[str, str] | None = None
) -> Path:
    """Note this process as the run in `data`; the caller removes the file at the end."""
    pid, path = os.getpid(), data / NAME
    note = {"pid": pid, "begun": _begun(pid), "config": str(config), "ports": dict(ports), "page": dict(page)}
    note |= {"reach": dict(reach or {})}
    whole_file.write(path, f"{json.dumps(note)}\n".encode())
    return path


def page_of(settings: Settings) -> dict[str, str]:
    """How the page is reached beside its port: which no other shell knows when only the environment of the run says it."""
    certificate = settings.api.tls_certificate
    told = {"MINE_API_TLS": "yes" if settings.api.tls else "no"}
    return told | ({"MINE_API_TLS_CERTIFICATE": str(Path(certificate).resolve())} if settings.api.tls and certificate else {})


def reach_of(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    """Hosts, folders and the timezone of the run, and the names of the files with its tokens; no token itself."""
    token, logs = env.get("MINE_OPS_TOKEN_FILE"), settings.data.logs
    return {
        "MINE_API_HOST": settings.api.host,
        "MINE_API_DEBUG_HOST": settings.api.debug_host,
        "MINE_API_ACCESS_FILE": str(access_file.path_of(settings).resolve()),
        "MINE_OPS_CONTROLLER_HOST": settings.ops.controller_host,
        "MINE_DATA_FOLDER": str(Path(settings.data.folder).resolve()),
        "MINE_DATA_LOGS": str(Path(logs).resolve()) if logs else "none",
        "MINE_GENERAL_TIMEZONE": settings.general.timezone,
    } | ({"MINE_OPS_TOKEN_FILE": str(Path(token).resolve())} if token else {})


def read(data: Path) -> Run | None:
    """The run in `data`, or None: no file, one that is garbled, or its process is gone (its number may be another's now)."""
    try:
        run, begun = _of(data / NAME)
        return run if _begun(run.pid) == begun else None
    except _NO_RUN:
        return None


def is_garbled(data: Path) -> bool:
    """Whether a run left a file from which nobody can tell what it is: a run may be alive all the same."""
    try:
        _of(data / NAME)
    except FileNotFoundError:
        return False
    except _NO_RUN:
        return True
    return False


def _of(path: Path) -> tuple[Run, object]:
    """What was noted, and when its process began."""
    found = json.loads(path.read_text("utf-8"))
    ports = {str(name): int(port) for name, port in found["ports"].items()}
    page = {str(name): str(text) for name, text in found["page"].items()}
    reach = {str(name): str(text) for name, text in found.get("reach", {}).items()}
    return Run(int(found["pid"]), Path(found["config"]), ports, page, reach), found["begun"]


def key_of(name: str) -> str:
    """`MINE_API_PORT` as `API.port`, as the settings' origins name it."""
    title, _, key = name.removeprefix("MINE_").partition("_")
    return f"{title}.{key.lower()}"


def _begun(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[_BEGUN]
