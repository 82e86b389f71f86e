"""Foreman.mn: puts miners to sleep and wakes them through its cloud, one call a miner, and reads what it says of the fleet.

"okay" means queued: the agent on site fetches the command later. What Foreman says of a miner is never proof of kW, so no watts
are read here.
"""

import math
from collections.abc import Sequence

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import LoadFact
from services.controller.drivers.foreman_fleet import Fleet, Page
from services.controller.drivers.foreman_wire import ForemanWire, document
from services.shared.clock import Clock
from services.shared.device import Nonsense, Refused
from services.shared.settings.sections import Foreman as ForemanSection
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind

MODES = {Act.SLEEP: "sleeping", Act.WAKE: "normal"}
COMMAND_STATES = frozenset({"pending", "in-progress", "complete", "failed"})
MAX_PAGES = 200
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
        self._wire = ForemanWire(base_url, foreman=foreman, clock=clock, insecure_ok=insecure_ok)
        self._section = foreman
        self._ids = {row.name: row.foreman_id for row in loads if row.kind is LoadKind.FOREMAN and row.foreman_id is not None}
        self._commands: dict[str, int] = {}
        self._fleet = Fleet(self._ids, hashing=foreman.hashing_states, asleep=foreman.asleep_states)
        pace = self._wire.pace
        self.period_s = foreman.poll_seconds
        pages = max(1, math.ceil(len(self._ids) / foreman.page_size))
        self.deadline_s = foreman.timeout_seconds + pages * pace.interval_s + READ_TRIES * pace.patience_s

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
        reply = document(await self._wire.exchange("POST", "power-mode", path, {"powerMode": mode}, order.expires_mono_s))
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
        reply = document(await self._wire.exchange("GET", "status", f"/actions/status/{command:d}"))
        status = reply.get("status") if isinstance(reply, dict) else None
        if status not in COMMAND_STATES:
            raise Nonsense(f"Foreman knows no such command state: {str(status)[:40]!r}")
        return str(status)

    async def ping(self) -> None:
        """The cheapest test of the key and the client id. Raises DeviceError when either is not accepted."""
        answer = await self._wire.exchange("GET", "ping", f"/ping/{self._section.client_id}")
        if "pong" not in answer.text():
            raise Nonsense("Foreman's ping did not answer pong")

    async def close(self) -> None:
        """Give up the connections; may be called twice."""
        await self._wire.close()

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
        answer = await self._wire.exchange("GET", "miners", path)
        return Page.read(document(answer), answer.headers.get("Date"), asked=size)
