"""A made-up root file system for the installer, and programs of its own before the machine's on PATH."""

import os
import subprocess
from pathlib import Path
from typing import Self

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "scripts" / "install.sh"


class Pi:
    """`root` is what the scripts take for `/`. Its kernel has memory groups and 4 GB, and nothing is installed on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.programs = folder / "programs"
        self.site = folder / "site"
        self.write("proc/meminfo", "MemTotal:        3884000 kB\n")
        self.write("proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t97\t1\n")
        for name in ("etc/systemd/system", "etc/cron.d", "etc/nginx/sites-enabled", "var/lib", "var/spool/cron/crontabs"):
            (self.root / name).mkdir(parents=True)
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
        self.write("etc/group", "root:x:0:\n")
        self.programs.mkdir()
        self.program("dpkg", "echo arm64")

    def with_systemd(self) -> Self:
        """A Pi that systemd runs: what it is told is noted, and nothing is started or stopped."""
        self.program("systemctl", "")
        (self.root / "run/systemd/system").mkdir(parents=True)
        return self

    def with_engine(self, compose: str = "2.26.1") -> Self:
        """A Pi that has Docker, whatever the machine of this test has; `compose` "" is one without Compose and buildx."""
        self.program("dockerd", "")
        self.program("docker", f"[ -n '{compose}' ] || exit 1; echo {compose}")
        return self

    def write(self, name: str, text: str) -> Path:
        """A file of this root."""
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, script: str) -> None:
        """Put before the machine's own; each call is noted."""
        path = self.programs / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.programs}/.calls\n{script}\n')
        path.chmod(0o755)

    def release(self, script: str) -> Path:
        """A release whose compose is this script."""
        compose = self.site / "releases/1.0/scripts/install/compose"
        compose.parent.mkdir(parents=True)
        compose.write_text(f"#!/bin/bash\n{script}\n")
        compose.chmod(0o755)
        return self.site / "releases/1.0"

    def calls(self) -> list[str]:
        """What was called, in order."""
        noted = self.programs / ".calls"
        return noted.read_text().splitlines() if noted.exists() else []

    def install(self, *options: str, timeout_s: float = 30) -> subprocess.CompletedProcess[str]:
        """The installer, asked nothing, with ports that nobody holds."""
        ports = ["--page-port", str(free_port()), "--debug-port", str(free_port())]
        command = ["bash", str(INSTALL), "--folder", str(self.site), *ports, *options]
        return subprocess.run(
            command, env=self.env(), capture_output=True, text=True, check=False, timeout=timeout_s, stdin=subprocess.DEVNULL
        )

    def script(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Another of the scripts, for this site."""
        command = ["bash", str(INSTALL.with_name(name)), "--folder", str(self.site), "--no-systemd", *options]
        return subprocess.run(
            command, env=self.env(), capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL
        )

    def parts(self, script: str, umask: str = "022") -> subprocess.CompletedProcess[str]:
        """A script that has the installer's parts and its variables; `umask` is that of whoever calls it."""
        begun = ("say", "machine", "memory", "engine", "retire", "retire_records")
        ended = ("folders", "release", "values", "networks", "host", "selftest", "data")
        sourced = "\n".join(f". {ROOT}/scripts/install/{name}.sh" for name in (*begun, *ended))
        given = f"FOLDER={self.site} PROJECT=mine-none SOURCE={ROOT} NO_SYSTEMD='' FORCE='' SITE=''"
        begin = f"umask {umask}; set -euo pipefail\n{given}\n{sourced}\n"
        return subprocess.run(
            ["bash", "-c", begin + script], env=self.env(), capture_output=True, text=True, check=False, timeout=30
        )

    def env(self) -> dict[str, str]:
        """Without what this test run is told by its own environment."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("MINE_", "COMPOSE_"))}
        return kept | {"MINE_SYSTEM_ROOT": str(self.root), "PATH": f"{self.programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
