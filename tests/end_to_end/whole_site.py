"""The whole house as its operator runs it: real processes, a real broker, the simulated site on the devices' real wire."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from services.simulator.layout import write_loads
from tests.broker import LiveBroker
from tests.ports import free_block, free_port
from tests.waiting import wait

ROOT = Path(__file__).parents[2]
SERVICES = ("collector", "controller", "notifier", "api")
_PROGRAMS = {"backup": "services.backup.clock"}
"""The programs that are not `services.<name>.main`."""
_DEMO_PORTS = 18000


class WholeSite:
    """Twenty miners at twenty times the speed of life, unless told otherwise. `settings` are environment overrides."""

    def __init__(
        self, folder: Path, broker: LiveBroker, site: str, *, miners: int = 20, speed: float = 20, **settings: str
    ) -> None:
        self.folder = folder
        self.base = free_block(20)
        self.control_port, self.page_port, self.debug_port, *ops = (free_port() for _ in range(7))
        loads = folder / "loads.csv"
        with loads.open("w", encoding="utf-8") as out:
            write_loads(miners, out)
        demo = (ROOT / "config" / "demo.txt").read_text(encoding="utf-8")
        self.config = folder / "config.txt"
        self.config.write_text(self._moved(demo, loads, miners), encoding="utf-8")
        self._broker = broker
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self.around: tuple[str, ...] = ()
        """What the services, not the simulated site, are started by: a world of their own."""
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MINE_CONFIG": str(self.config),
            "MINE_GENERAL_SITE": site,
            "MINE_DATA_FOLDER": str(folder / "data"),
            "MINE_DATA_LOGS": str(folder / "logs"),
            "MINE_BROKER_HOST": broker.host,
            "MINE_BROKER_PORT": str(broker.port),
            "MINE_NOTIFICATIONS_EMAIL_CA_FILE": str(folder / "data" / "simulator" / "ca.pem"),
            "MINE_SIMULATOR_CONTROL_PORT": str(self.control_port),
            "MINE_SIMULATOR_BASE_PORT": str(self.base),
            "MINE_SIMULATOR_MINERS": str(miners),
            "MINE_SIMULATOR_SPEED": str(speed),
            "MINE_POWER_RESTORE_STEP_PERCENT": "20",  # of twenty miners: four a stage
            "MINE_API_HOST": "127.0.0.1",
            "MINE_API_PORT": str(self.page_port),
            "MINE_API_DEBUG_PORT": str(self.debug_port),
            **{f"MINE_OPS_{name.upper()}_PORT": str(port) for name, port in zip(SERVICES, ops, strict=True)},
            **settings,
        }

    def _moved(self, demo: str, loads: Path, miners: int) -> str:
        shift = self.base - _DEMO_PORTS
        demo = re.sub(r"(?<=127\.0\.0\.1:)180\d\d", lambda port: str(int(port[0]) + shift), demo)
        demo = demo.replace("email_smtp_port = 18005", f"email_smtp_port = {self.base + 5}")
        demo = demo.replace("demo-loads.csv", str(loads))
        pdus = -(-miners // 40)
        lines = [
            "pdu_ip = " + ", ".join(f"127.0.0.1:{self.base + 11 + n}" for n in range(pdus)) if line.startswith("pdu_ip") else line
            for line in demo.splitlines()
        ]
        return "\n".join(lines) + "\n"

    # --- programs ------------------------------------------------------------------------------------------------------

    def start(self, *names: str) -> "WholeSite":
        """Start programs; all of them when none is named."""
        for name in names or ("simulator", *SERVICES):
            env = dict(self.env)
            if name in self._broker.passwords:
                env |= {"MINE_BROKER_USER": name, "MINE_BROKER_PASSWORD": self._broker.passwords[name]}
            with (self.folder / f"{name}.log").open("ab") as log:
                around = () if name == "simulator" else self.around
                command = [*around, sys.executable, "-m", _PROGRAMS.get(name, f"services.{name}.main")]
                self._programs[name] = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
            if name == "simulator":
                self._simulated()
        return self

    def _simulated(self) -> None:
        try:
            wait(lambda: self._answers(self.control_port), 20, "the simulated site answers")
        except AssertionError as error:
            raise AssertionError(f"{error}; it wrote: {self.log('simulator')[-2000:]}") from None

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a program by its pid; after SIGKILL it is waited for."""
        self._programs[name].send_signal(number)
        if number is signal.SIGKILL:
            self._programs.pop(name).wait(10)

    def end(self, *names: str) -> None:
        """Tell programs to end, and wait for it."""
        for name in names:
            self._programs[name].terminate()
        for name in names:
            self._programs.pop(name).wait(12)

    def stop(self) -> None:
        """End everything."""
        for program in self._programs.values():
            with contextlib.suppress(ProcessLookupError):
                program.send_signal(signal.SIGCONT)
                program.terminate()
        for program in self._programs.values():
            try:
                program.wait(12)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait(5)

    def log(self, name: str) -> str:
        """What a program wrote."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    # --- the simulated site ----------------------------------------------------------------------------------------------

    def plant(self) -> dict[str, Any]:
        """The truth of the plant."""
        return _json(f"http://127.0.0.1:{self.control_port}/state")

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        """Change the plant: `tell("signal", level="control")`."""
        return _json(f"http://127.0.0.1:{self.control_port}/{path}", body)

    def clear_faults(self) -> None:
        """End every fault."""
        _json(f"http://127.0.0.1:{self.control_port}/fault", {}, method="DELETE")

    def sinks(self) -> dict[str, list[dict[str, Any]]]:
        """What people were told."""
        return _json(f"http://127.0.0.1:{self.control_port}/sinks")

    def asleep(self) -> int:
        """Miners that truly sleep."""
        return int(self.plant()["miners"].get("asleep", 0))

    def hashing(self) -> int:
        """Miners that truly hash."""
        return int(self.plant()["miners"].get("hashing", 0))

    def open_outlets(self) -> int:
        """Outlets that are truly open."""
        return sum(self.plant()["outlets_open"].values())

    # --- the product -----------------------------------------------------------------------------------------------------

    def get(self, path: str, *, debug: bool = False) -> Any:
        """GET from the page's listener, or from the debug listener."""
        return _json(f"http://127.0.0.1:{self.debug_port if debug else self.page_port}{path}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST to the debug listener."""
        return _json(f"http://127.0.0.1:{self.debug_port}{path}", body)

    def status(self) -> dict[str, Any]:
        """`/api/status`, or nothing while it does not answer."""
        try:
            return dict(self.get("/api/status"))
        except (OSError, ValueError):
            return {}

    def mode(self) -> str:
        """The mode as the API tells it."""
        return str(self.status().get("mode", ""))

    def wait_mode(self, mode: str, deadline_s: float = 120.0) -> None:
        """Wait for a mode; on failure say what the status is."""
        end = time.monotonic() + deadline_s
        while (status := self.status()).get("mode") != mode:
            assert time.monotonic() < end, f"not {mode} within {deadline_s:g} s: {status}; the plant: {self.plant()}"
            time.sleep(0.1)

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Open alarms by key."""
        tile = self.get("/dashboard_data.json")["alarms"]
        return {alarm["key"]: alarm for alarm in tile["alarms"] if alarm["active"]}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Plain SQL on the history, as an operator would."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/mine_data.db?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def settled(self) -> "WholeSite":
        """Wait until everything runs: normal, all hashing, every service online."""
        self.wait_mode("normal")
        return self

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True


def _json(url: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.code} {error.read()[:500]!r}") from None
