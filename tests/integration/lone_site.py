"""A small simulated site on real sockets, and `mine once` beside it as a process of its own: no service, no broker."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from services.shared.settings import load
from services.simulator.simulated import SimulatedSite
from tests.ports import free_block, free_port

MINERS = 12
_ROOT = Path(__file__).parent.parent.parent
_ADDRESSES = {
    "signal": "cornbelt_url = http://{at}/power-signal", "roomalert-1": "roomalert_ip = {at}", "iotawatt-1": "iotawatt_ip = {at}",
    "foreman": "foreman_api = http://{at}", "relay-1": "fan_relay_ip = {at}", "pdu-1": "pdu_ip = {at}",
}  # fmt: skip
_PLACES = {"signal": 0, "roomalert-1": 1, "iotawatt-1": 2, "foreman": 3, "relay-1": 4, "pdu-1": 11}
_CONFIG = """
[GENERAL]
site = lone
control = armed
demo = yes
clock_trusted = yes
[APIS]
{addresses}
[SIGNAL]
form = css
path = #signal .value
must_contain = Cooperative load management
poll_seconds = 1
timeout_seconds = 2
[POWER]
response_deadline_minutes = 3
release_seconds = 10
[TEMPERATURE]
poll_seconds = 1
timeout_seconds = 2
roles = roomalert-1/sensor-1 = intake, roomalert-1/sensor-2 = intake
zones = roomalert-1/sensor-1 = east, roomalert-1/sensor-2 = west
switches = roomalert-1/switch-1 = other, roomalert-1/switch-2 = door, roomalert-1/switch-3 = flood, roomalert-1/switch-4 = smoke
[IOTAWATT]
poll_seconds = 1
[FANS]
count = 9
wiring = nc
poll_seconds = 1
start_spacing_seconds = 1
on_smoke = off
[FOREMAN]
api_key = demo-key
client_id = 1
poll_seconds = 1
calls_per_second = 15
sleep_seconds = 6
[PDU]
poll_seconds = 1
timeout_seconds = 1
[DATA]
loads_file = loads.csv
[SIMULATOR]
base_port = {base}
control_port = {control}
miners = {miners}
speed = 20
"""


@dataclass
class Lone:
    """The site in this process; `env` is what `mine` is started with."""

    folder: Path
    site: SimulatedSite
    env: dict[str, str] = field(repr=False)

    @property
    def states(self) -> dict[str, int]:
        """How many miners hash and how many sleep."""
        return self.site.plant.states()

    async def signal(self, level: str) -> None:
        """Turn the utility's page."""
        async with aiohttp.ClientSession() as session:
            await session.post(f"http://127.0.0.1:{self.site.ports['control']}/signal", json={"level": level})

    async def begin(self, *arguments: str, **env: str) -> asyncio.subprocess.Process:
        """`mine once`, begun."""
        pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
        command = (sys.executable, "-m", "services.cli.main", *arguments)
        return await asyncio.create_subprocess_exec(*command, cwd=_ROOT, env=self.env | env, **pipes)

    async def once(self, *arguments: str, **env: str) -> tuple[int, dict[str, Any]]:
        """`mine once --json` from begin to end: its exit code and its document (empty where it printed none)."""
        process = await self.begin("once", "--json", *arguments, **env)
        out, err = await process.communicate()
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return process.returncode, json.loads(out) if out else {"said": err.decode()}


@asynccontextmanager
async def lone(folder: Path, **changed: str) -> AsyncIterator[Lone]:
    """The site, running; `changed` are further keys, named as the environment names them after MINE_."""
    base, control = free_block(20), free_port()
    config = folder / "config.txt"
    at = {name: f"127.0.0.1:{base + place}" for name, place in _PLACES.items()}
    addresses = "\n".join(line.format(at=at[name]) for name, line in _ADDRESSES.items())
    config.write_text(_CONFIG.format(addresses=addresses, base=base, control=control, miners=MINERS))
    rows = (_ROOT / "config" / "demo-loads.csv").read_text().splitlines(keepends=True)
    (folder / "loads.csv").write_text("".join(rows[: MINERS + 1]))
    site = SimulatedSite(load(config, env={}))
    await site.start()
    try:
        yield Lone(folder, site, _env(config, folder / "data") | {f"MINE_{name}": text for name, text in changed.items()})
    finally:
        await site.stop()


def _env(config: Path, data: Path) -> dict[str, str]:
    ports = {"MINE_API_PORT": str(free_port()), "MINE_API_DEBUG_PORT": str(free_port())}
    inherited: Mapping[str, str] = {name: text for name, text in os.environ.items() if not name.startswith("MINE_")}
    return {**inherited, **ports, "MINE_CONFIG": str(config), "MINE_DATA_FOLDER": str(data)}


async def killed(process: asyncio.subprocess.Process) -> None:
    """As a power cut would end it."""
    process.send_signal(signal.SIGKILL)
    await process.communicate()
