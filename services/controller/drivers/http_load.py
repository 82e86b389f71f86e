"""Loads switched by plain HTTP: one call puts one load to sleep or wakes it, one GET reads it back."""

import asyncio
import logging
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.controller.core.orders import Act, Order
from services.controller.drivers import http_template
from services.controller.drivers.base import LoadFact
from services.shared.answer import Answer, raise_for_status
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.http import HttpClient
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind, LoadState

log = logging.getLogger(__name__)

READS_AT_ONCE = 64
MAX_ANSWER_BYTES = 64_000
STRAGGLERS_FACTOR = 3.0  # when half have answered, the rest have three times as long in all,
STRAGGLERS_MIN_S = 0.5  # and at least this; what comes later is told by the next poll, with the age it then has
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class HttpLoads:
    """The loads of one [HTTP_LOADS] section. `troubles` tells of each load what its last read-back lacks, and why."""

    kind = "http_load"

    def __init__(self, section_name: str, *, section: sections.HttpLoads, loads: Sequence[LoadRow], clock: Clock) -> None:
        """Raises ValueError when a template cannot be filled for a load."""
        rows = [row for row in loads if row.kind is LoadKind.HTTP and row.section == section_name]
        self.device = f"http-{section_name}"
        self._section = section
        self._clock = clock
        self._calls = {row.name: http_template.calls(section, row) for row in rows}
        self._header = http_template.header(section)
        self._states = {w.lower(): LoadState.HASHING for w in section.hashing_states}
        self._states |= {w.lower(): LoadState.ASLEEP for w in section.asleep_states}
        self._http = HttpClient(limit=400, deadline_s=section.timeout_seconds)
        self._slots = asyncio.Semaphore(READS_AT_ONCE)
        self._reads: dict[str, asyncio.Task[LoadFact | None]] = {}
        self._told: set[str] = set()
        self.troubles: dict[str, str] = {}
        self.period_s = section.poll_seconds
        self.deadline_s = section.timeout_seconds * max(1, math.ceil(len(rows) / READS_AT_ONCE)) + 1.0

    async def poll(self, started_mono_s: float) -> Sequence[LoadFact]:
        """Read all loads, at most 64 at once; a load that does not answer gives no fact and delays no other.

        Raises Unreachable when none answered.
        """
        if not self._section.read_path or not self._calls:
            return ()
        for name in self._calls.keys() - self._reads.keys():
            self._reads[name] = asyncio.create_task(self._read(name, started_mono_s))
        facts = await self._harvest()
        if not facts:
            raise Unreachable(f"none of {len(self._calls)} loads answered: {next(iter(self.troubles.values()), 'no answer yet')}")
        return facts

    async def send(self, order: Order) -> str:
        """Tell one load to sleep or to wake; its answer proves nothing. Raises Refused, Unreachable."""
        calls = self._calls.get(order.target)
        if calls is None or order.act not in (Act.SLEEP, Act.WAKE) or order.device != self.device:
            raise Refused(f"{self.device} cannot {order.act} {order.target}: not a load of this section, or not its act")
        if self._clock.now().mono_s > order.expires_mono_s:
            raise Refused("the order expired before its turn came")
        url, body = (calls.sleep_url, calls.sleep_body) if order.act is Act.SLEEP else (calls.wake_url, calls.wake_body)
        headers = self._header | ({"Content-Type": self._section.content_type} if body else {})
        answer = await self._http.request(
            self._section.method, url, headers=headers, data=body or None, max_bytes=MAX_ANSWER_BYTES
        )
        self._raise_for_status(answer)
        return f"HTTP {answer.status}"

    async def close(self) -> None:
        """Give up the connections; may be called twice."""
        reads = list(self._reads.values())
        self._reads.clear()
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
        await self._http.close()

    async def _harvest(self) -> list[LoadFact]:
        began_s = self._clock.now().mono_s
        pending = set(self._reads.values())
        enough = len(pending) // 2
        while len(pending) > enough:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if pending:
            grace_s = max(STRAGGLERS_MIN_S, (STRAGGLERS_FACTOR - 1) * (self._clock.now().mono_s - began_s))
            await asyncio.wait(pending, timeout=grace_s)
        facts = self._finished()
        while not facts and self._reads:
            await asyncio.wait(self._reads.values(), return_when=asyncio.FIRST_COMPLETED)
            facts = self._finished()
        return facts

    def _finished(self) -> list[LoadFact]:
        done = [name for name, read in self._reads.items() if read.done()]
        return [fact for name in done if (fact := self._reads.pop(name).result()) is not None]

    async def _read(self, name: str, started_mono_s: float) -> LoadFact | None:
        async with self._slots:
            try:
                answer = await self._http.request(
                    "GET", self._calls[name].read_url, headers=self._header, max_bytes=MAX_ANSWER_BYTES
                )
                self._raise_for_status(answer)
                return self._fact(name, answer.json(), started_mono_s)
            except DeviceError as error:
                self.troubles[name] = f"{name}: {error}"
                return None

    def _fact(self, name: str, body: Any, started_mono_s: float) -> LoadFact:
        self.troubles.pop(name, None)
        word = _word(pluck(body, self._section.state_path))
        if word not in self._states and word not in self._told and len(self._told) < 200:
            self._told.add(word)
            log.info("%s answers the state %r: it counts as unknown until [HTTP_LOADS] names it", self.device, word)
        return LoadFact(name, started_mono_s, state=self._states.get(word, LoadState.UNKNOWN), watts=self._watts(name, body))

    def _watts(self, name: str, body: Any) -> float | None:
        if not self._section.watts_path:
            return None
        try:
            return _sane_watts(pluck(body, self._section.watts_path))
        except DeviceError as error:
            self.troubles[name] = f"{name}: watts: {error}"
            return None

    def _raise_for_status(self, answer: Answer) -> None:
        secret = self._section.secret.get_secret_value().encode()
        body = answer.body.replace(secret, b"***") if secret else answer.body
        raise_for_status(Answer(answer.status, answer.headers, body))


def pluck(body: Any, path: str) -> Any:
    """The value at a path such as `status.outlets[0].state`. Raises Nonsense when it is not there."""
    found = body
    for key, index in _STEP.findall(path):
        try:
            found = found[int(index)] if index else _member(found, key)
        except (KeyError, IndexError, TypeError):
            raise Nonsense(f"the answer has no {path}") from None
    return found


def _member(found: Any, key: str) -> Any:
    if not isinstance(found, Mapping):
        raise TypeError
    return found[key]


def _word(value: Any) -> str:
    return str(value).strip().lower()[:40] if isinstance(value, str | int) else ""


def _sane_watts(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise Nonsense(f"{str(value)[:40]!r} are no watts")
    return float(value)
