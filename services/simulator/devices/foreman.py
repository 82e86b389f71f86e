"""A fake Foreman.mn: the cloud's REST API with its paging, its rate limit and its slow agent, before the simulated miners.

Wire format: foremanmining/foreman-api and the help centre, as in the driver. Commands are queued; the agent on site fetches
each after 2 to 15 simulated seconds and needs a few more to carry it out.
"""

import asyncio
import contextlib
import json
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from services.simulator.devices.http_faults import spoil
from services.simulator.site import FakeMiner, Faults, Site

STATES = {"hashing": "mining", "asleep": "sleeping", "waking": "offline", "off": "offline"}
"""Foreman publishes no list of its words. Its agent does not reach a miner that boots, and has no word of its own for one."""
UNSEEN = ("waking", "off")
MODES = ("sleeping", "low", "normal", "high")
STALE_BY = timedelta(hours=1)


@dataclass(slots=True)
class Command:
    """One queued command; `due_s` is the simulated moment of its next step."""

    miner: FakeMiner
    mode: str
    due_s: float
    status: str = "pending"


class FakeForeman:
    """The API at `http://host:port/api`. `posts` keeps what was ever posted, as (path, body)."""

    def __init__(
        self,
        site: Site,
        faults: Faults,
        name: str = "foreman",
        *,
        api_key: str,
        client_id: int,
        calls_per_second: float = 1.0,
        late_s: float = 0.0,
        seed: int = 1,
    ) -> None:
        """`late_s`: how much nearer to the one before a call may come than its rate, seconds; the rate itself holds."""
        self._site = site
        self._faults = faults
        self._name = name
        self._api_key = api_key
        self._client_id = client_id
        self._interval_s = 1.0 / calls_per_second
        self._late_s = late_s
        self._random = random.Random(seed)  # noqa: S311 - delays of a simulation, not secrets
        self._free_at: dict[str, float] = {}
        self._commands: dict[int, Command] = {}
        self._runner: web.AppRunner | None = None
        self._agent: asyncio.Task[None] | None = None
        self.posts: list[tuple[str, Any]] = []
        self.calls: list[tuple[str, int]] = []

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        app = web.Application()
        app.router.add_get("/api/ping", self._pong)
        app.router.add_get("/api/ping/{client}", self._guarded("ping", self._pong))
        app.router.add_get("/api/v2/clients/{client}", self._guarded("client", self._client))
        app.router.add_get("/api/v2/clients/{client}/miners", self._guarded("miners", self._miners))
        app.router.add_post("/api/actions/power-mode/{miner}", self._guarded("power-mode", self._power_mode))
        app.router.add_get("/api/actions/status/{command}", self._guarded("status", self._status))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._agent = asyncio.create_task(self._run_agent())
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Hang up on everybody; may be called twice."""
        if self._agent is not None:
            self._agent.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._agent
            self._agent = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- the door: faults, key, rate limit --------------------------------------------------------------------------------

    def _guarded(
        self, template: str, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def door(request: web.Request) -> web.StreamResponse:
            refusal = self._refusal(template, request)
            self.calls.append((template, refusal.status if refusal else 200))
            return await spoil(request, refusal or await handler(request), self._faults, self._name)

        return door

    def _refusal(self, template: str, request: web.Request) -> web.Response | None:
        revoked = self._faults.has(self._name, "unauthorised")
        if revoked or request.headers.get("Authorization") != f"Token {self._api_key}":
            return web.json_response({"detail": "Invalid token."}, status=401)
        if request.match_info.get("client", str(self._client_id)) != str(self._client_id):
            return web.json_response({"detail": "You do not have permission to perform this action."}, status=403)
        if self._faults.has(self._name, "rate_limit"):
            return _over_limit(float(self._faults.value(self._name, "rate_limit") or 1.0))
        now_s = time.monotonic()
        free_at = max(self._free_at.get(template, 0.0), now_s)
        if (wait_s := free_at - now_s) > self._late_s:
            return _over_limit(wait_s)
        self._free_at[template] = free_at + self._interval_s
        return None

    # --- the answers -------------------------------------------------------------------------------------------------------

    async def _pong(self, _request: web.Request) -> web.Response:
        return web.json_response({"response": "pong"})

    async def _client(self, _request: web.Request) -> web.Response:
        miners = self._site.miners()
        online = sum(miner.state not in UNSEEN for miner in miners)
        figures = {"online": online, "offline": len(miners) - online, "total": len(miners)}
        watts = sum(self._site.miner_watts(miner.name) for miner in miners)
        return web.json_response([{"id": self._client_id, "name": "Mine A", "miners": figures, "powerDraw": round(watts)}])

    async def _miners(self, request: web.Request) -> web.Response:
        try:
            limit = min(int(request.query.get("limit", "100")), 500)
            offset = int(request.query.get("offset", "0"))
        except ValueError:
            return web.json_response({"detail": "limit and offset are numbers"}, status=400)
        miners = self._site.miners()
        rows = [self._row(miner) for miner in miners[offset : offset + limit]]
        return web.json_response({"limit": limit, "offset": offset, "total": len(miners), "results": rows})

    def _row(self, miner: FakeMiner) -> dict[str, Any]:
        updated = datetime.now(UTC) - (STALE_BY if self._faults.has(self._name, "stale") else timedelta())
        number = miner.foreman_id
        address = f"10.10.{number // 250 % 250}.{number % 250 + 1}"
        return {
            "id": number, "client": "Mine A", "name": miner.name, "platform": "antminer",
            "type": {"id": 412, "name": "Antminer S21 (stock)"},
            "ip": address, "apiPort": 4028, "mac": f"02:AA:00:00:{number >> 8 & 255:02X}:{number & 255:02X}",
            "serial": f"SN{number}", "psuSerial": None, "description": "", "pickaxe": 5551,
            "created": "2026-01-03T10:00:00Z", "lastUpdated": updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seen": miner.state not in UNSEEN, "active": True, "status": "okay", "state": STATES.get(miner.state, miner.state),
            "location": {"rackId": 77, "row": 1, "index": 3}, "firmware": {"author": "bitmain", "version": "2025-11"},
            "network": {"ip": address}, "tags": [{"id": 5, "name": "tier-1"}],
            "pools": [{"url": "stratum+tcp://pool:3333", "worker": f"acct.{miner.name}", "status": True, "enabled": True,
                       "accepted": 1200, "rejected": 1, "stale": 0}],
        }  # fmt: skip

    async def _power_mode(self, request: web.Request) -> web.Response:
        body = await _json_of(request)
        self.posts.append((request.path, body))
        mode = body.get("powerMode") if isinstance(body, dict) else None
        if mode not in MODES:
            return web.json_response({"detail": "powerMode must be one of sleeping, low, normal, high"}, status=400)
        miner = next((m for m in self._site.miners() if str(m.foreman_id) == request.match_info["miner"]), None)
        if miner is None:
            return web.json_response({"detail": "Not found."}, status=404)
        number = 44_556_677 + len(self._commands)
        self._commands[number] = Command(miner, mode, self._site.now_s() + self._random.uniform(2, 15))
        return web.json_response({"status": "okay", "command": number})

    async def _status(self, request: web.Request) -> web.Response:
        number = request.match_info["command"]
        command = self._commands.get(int(number)) if number.isascii() and number.isdigit() else None
        if command is None:
            return web.json_response({"detail": "Not found."}, status=404)
        return web.json_response({"status": command.status})

    # --- the agent on site -------------------------------------------------------------------------------------------------

    async def _run_agent(self) -> None:
        while True:
            await asyncio.sleep(max(0.01, 0.5 / self._site.speed))
            if not self._faults.has(self._name, "offline"):
                for command in self._commands.values():
                    self._advance(command)

    def _advance(self, command: Command) -> None:
        if command.status not in ("pending", "in-progress") or self._site.now_s() < command.due_s:
            return
        if command.status == "pending":
            command.status, command.due_s = "in-progress", self._site.now_s() + self._random.uniform(1, 5)
            return
        lies = self._faults.has(self._name, "lie")
        if command.miner.state == "off" and not lies:
            command.status = "failed"
            return
        if not lies:
            self._site.set_power_mode(command.miner.name, command.mode)
        command.status = "complete"


def _over_limit(wait_s: float) -> web.Response:
    headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
    return web.json_response({"detail": "Request was throttled."}, status=429, headers=headers)


async def _json_of(request: web.Request) -> Any:
    try:
        return json.loads(await request.text())
    except ValueError:
        return None
