"""Foreman.mn: puts miners to sleep and wakes them through its cloud, one call a miner, and reads what it says of the fleet.

Wire format: foremanmining/foreman-api (the official client) and the help centre's "API overview and limits". "okay" means queued:
the agent on site fetches the command later. What Foreman says of a miner is never proof of kW, so no watts are read here.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import LoadFact
from services.controller.drivers.foreman_fleet import Fleet, Page
from services.controller.drivers.rate import Pace
from services.shared.answer import Answer, retry_after_s
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.http import HttpClient
from services.shared.settings.sections import Foreman as ForemanSection
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind

MODES = {Act.SLEEP: "sleeping", Act.WAKE: "normal"}
COMMAND_STATES = frozenset({"pending", "in-progress", "complete", "failed"})
MAX_PAGES = 200
MAX_RETRY_AFTER_S = 30.0
_LINES, _LINE_WAIT_S = 4, 1.0
READ_TRIES = 3  # only after a 429 that names a wait of a few seconds: others may spend the same key's calls


class Foreman:
    """One client of Foreman. `unlisted` and `absent` tell, since the last poll, where the fleet and loads.csv differ."""

    device = "foreman"
    kind = "foreman"

    def __init__(
        self,
        base_url: str,
        *,
        foreman: ForemanSection,
        loads: Sequence[LoadRow],
        clock: Clock,
        insecure_ok: bool = False,
    ) -> None:
        """`base_url` ends in /api. Raises ValueError for plain http beyond loopback, unless `insecure_ok` (the demo)."""
        if not (insecure_ok or _is_private(base_url)):
            raise ValueError("Foreman's key never travels over plain http: foreman_api must begin with https://")
        self._base = base_url.rstrip("/")
        self._section = foreman
        self._key = foreman.api_key.get_secret_value().strip()
        self._clock = clock
        self._ids = {row.name: row.foreman_id for row in loads if row.kind is LoadKind.FOREMAN and row.foreman_id is not None}
        self._commands: dict[str, int] = {}
        self._fleet = Fleet(self._ids, hashing=foreman.hashing_states, asleep=foreman.asleep_states)
        self._pace = Pace(foreman.calls_per_second, clock=clock)
        self._http = HttpClient(limit=_LINES, deadline_s=foreman.timeout_seconds)
        self._lines = asyncio.Semaphore(_LINES)
        self.period_s = foreman.poll_seconds
        pages = max(1, math.ceil(len(self._ids) / foreman.page_size))
        self.deadline_s = foreman.timeout_seconds + pages * self._pace.interval_s + READ_TRIES * self._pace.patience_s

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Miners of the fleet that no row of loads.csv names, as "id name"."""
        return self._fleet.unlisted

    @property
    def absent(self) -> tuple[str, ...]:
        """Loads whose foreman_id the fleet does not have."""
        return self._fleet.absent

    async def poll(self, started_mono_s: float) -> Sequence[LoadFact]:
        """Read the whole fleet. Half a listing is no listing: any page that fails makes the poll fail. Raises DeviceError."""
        pages: list[Page] = []
        offset = 0
        while len(pages) < MAX_PAGES:
            page = await self._page(offset)
            pages.append(page)
            offset += len(page.rows)
            if page.is_last(offset):
                return self._fleet.facts(pages, started_mono_s)
        raise Nonsense(f"Foreman's listing does not end after {MAX_PAGES} pages")

    async def send(self, order: Order) -> str:
        """Queue sleep or wake for one of our miners and return "queued" with the command's id, which proves nothing.

        Raises Refused (not ours, expired, over the limit, key refused), Nonsense, or Unreachable; after the last the miner's
        state must be read before the order is sent again.
        """
        mode, miner = MODES.get(order.act), self._ids.get(order.target)
        if mode is None or miner is None or order.device != self.device:
            raise Refused(
                f"Foreman cannot {order.act} {order.target}: not a miner of loads.csv with a foreman_id, or not its act"
            )
        path = f"/actions/power-mode/{miner}"
        reply = _json(await self._exchange("POST", "power-mode", path, {"powerMode": mode}, order.expires_mono_s))
        if not isinstance(reply, dict) or reply.get("status") != "okay":
            raise Refused(f"Foreman did not queue it: {str(reply)[:80]!r}")
        if type(command := reply.get("command")) is not int:
            raise Nonsense("Foreman answered okay without the number of a command")
        self._commands[order.target] = command
        return f"queued {command}"

    async def fate(self, target: str) -> str:
        """What Foreman says of the last command to a miner, for one that changed nothing in time. Raises DeviceError."""
        if target not in self._commands:
            raise Refused(f"no command to {target} is known")
        return f"Foreman says {await self.command_status(self._commands[target])}"

    async def command_status(self, command: int) -> str:
        """What became of a queued command: pending, in-progress, complete or failed. Raises DeviceError."""
        reply = _json(await self._exchange("GET", "status", f"/actions/status/{command:d}"))
        status = reply.get("status") if isinstance(reply, dict) else None
        if status not in COMMAND_STATES:
            raise Nonsense(f"Foreman knows no such command state: {str(status)[:40]!r}")
        return str(status)

    async def ping(self) -> None:
        """The cheapest test of the key and the client id. Raises DeviceError when either is not accepted."""
        answer = await self._exchange("GET", "ping", f"/ping/{self._section.client_id}")
        if "pong" not in answer.text():
            raise Nonsense("Foreman's ping did not answer pong")

    async def close(self) -> None:
        """Give up the connection; may be called twice."""
        await self._http.close()

    async def _page(self, offset: int) -> Page:
        for _ in range(READ_TRIES - 1):
            try:
                return await self._page_once(offset)
            except Refused as error:
                if error.retry_after_s is None:
                    raise
        return await self._page_once(offset)

    async def _page_once(self, offset: int) -> Page:
        size = self._section.page_size
        path = f"/v2/clients/{self._section.client_id}/miners?limit={size}&offset={offset}"
        answer = await self._exchange("GET", "miners", path)
        return Page.read(_json(answer), answer.headers.get("Date"), asked=size)

    async def _exchange(
        self, method: str, template: str, path: str, body: Mapping[str, str] | None = None, expires_mono_s: float | None = None
    ) -> Answer:
        await self._pace.turn(template)
        headers = {"Authorization": f"Token {self._key}", "Accept": "application/json"}
        async with self._line():
            if expires_mono_s is not None and self._clock.now().mono_s > expires_mono_s:
                raise Refused("the order expired before its turn came")
            answer = self._without_key(await self._http.request(method, self._base + path, headers=headers, json_body=body))
        if answer.status == 429:
            wait_s = min(retry_after_s(answer) or self._pace.interval_s, MAX_RETRY_AFTER_S)
            self._pace.shut(template, wait_s)
            raise Refused(f"over Foreman's rate limit of {template}: wait {wait_s:.0f} s", retry_after_s=wait_s)
        if not 200 <= answer.status < 300:
            raise _error(answer)
        return answer

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[None]:
        """One of the connections. What waited long for one that hangs would all go at once when it ends, against the pace."""
        try:
            async with asyncio.timeout(_LINE_WAIT_S):
                await self._lines.acquire()
        except TimeoutError:
            raise Unreachable("no answer on any of its connections", connected=False) from None
        try:
            yield
        finally:
            self._lines.release()

    def _without_key(self, answer: Answer) -> Answer:
        # A proxy's error page may quote the request. What leaves this method may be logged.
        key = self._key.encode()
        return Answer(answer.status, answer.headers, answer.body.replace(key, b"***")) if key else answer


def _is_private(base_url: str) -> bool:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" or host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _error(answer: Answer) -> DeviceError:
    text = f"HTTP {answer.status}: {_detail(answer)!r}"
    if answer.status in (401, 403):
        return Refused(f"Foreman refuses the API key or client id of [FOREMAN] ({text})")
    return Unreachable(f"Foreman is unwell ({text})") if answer.status >= 500 else Refused(f"Foreman says no ({text})")


def _detail(answer: Answer) -> str:
    try:
        body = answer.json()
    except Nonsense:
        return answer.text()[:80]
    return str(body.get("detail", body) if isinstance(body, dict) else body)[:200]


def _json(answer: Answer) -> Any:
    if not answer.body.strip():
        raise Nonsense("Foreman answered nothing")
    return answer.json()
