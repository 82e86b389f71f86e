"""Which HTTP client: 300 POSTs at once to 300 loads that answer in 20 ms, by each way of sending them.

Run: python -m bench.http_fanout [loads]. The loads live in a process of their own, so that only the client is measured.
"first" opens every connection, "again" (median of three) finds them open; "cpu" is the client's own processor time; "failed"
counts the calls of all four rounds that gave no answer.
"""

import asyncio
import multiprocessing
import resource
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import aiohttp
import httpx

from services.controller.core.orders import Act, Order
from services.controller.drivers.http_load import HttpLoads
from services.shared.clock import Clock
from services.shared.http import HttpClient
from services.shared.settings.sections import HttpLoads as Section
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind
from services.simulator.devices.http_load import HttpLoadServer
from services.simulator.site import Faults

ANSWER_S = 0.02
BODY = b'{"mode":"sleep"}'
HEADERS = {"Content-Type": "application/json"}
FAILED: list[BaseException] = []
Round = Callable[[], Awaitable[None]]
Way = Callable[[Sequence[str], Callable[[Round], Awaitable[None]]], Awaitable[None]]


class Hall(HttpLoadServer):
    """The fake loads without a plant behind them."""

    def _state(self, miner: str) -> str:
        return "hashing"


class _Plant:
    speed = 1.0

    def set_power_mode(self, miner: str, mode: str) -> None:
        pass

    def miner_watts(self, miner: str) -> float:
        return 3300.0


def serve(count: int, pipe: Connection) -> None:
    """Be the loads until the pipe is closed."""

    async def run() -> None:
        hall = Hall(_Plant(), Faults(), "bench", [f"m{number}" for number in range(count)], answer_s=ANSWER_S)  # type: ignore[arg-type]
        await hall.start("127.0.0.1")
        pipe.send([f"127.0.0.1:{port}" for port in hall.ports.values()])
        await asyncio.to_thread(pipe.poll, None)
        await hall.stop()

    asyncio.run(run())


@contextmanager
def loads(count: int) -> Iterator[Sequence[str]]:
    """The addresses of so many loads in another process."""
    ours, theirs = multiprocessing.Pipe()
    process: BaseProcess = multiprocessing.get_context("spawn").Process(target=serve, args=(count, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(5)


async def bare_aiohttp(addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]]) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=400)) as session:

        async def post(address: str) -> None:
            async with session.post(f"http://{address}/sleep", data=BODY, headers=HEADERS) as answer:
                assert answer.status == 200
                await answer.read()

        await measure(lambda: _all(post, addresses))


async def our_client(addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]]) -> None:
    http = HttpClient(limit=400)

    async def post(address: str) -> None:
        assert (await http.request("POST", f"http://{address}/sleep", data=BODY, headers=HEADERS)).status == 200

    await measure(lambda: _all(post, addresses))
    await http.close()


async def our_driver(addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]]) -> None:
    rows = [LoadRow(address, LoadKind.HTTP, "a", "main", 3.3, address=address, section="bench") for address in addresses]
    driver = HttpLoads("bench", section=Section(url="http://{address}"), loads=rows, clock=Clock())

    async def post(name: str) -> None:
        assert await driver.send(Order("http-bench", Act.SLEEP, name, float("inf"))) == "HTTP 200"

    await measure(lambda: _all(post, addresses))
    await driver.close()


async def shared_httpx(addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]]) -> None:
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400, keepalive_expiry=60)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:

        async def post(address: str) -> None:
            assert (await client.post(f"http://{address}/sleep", content=BODY, headers=HEADERS)).status_code == 200

        await measure(lambda: _all(post, addresses))


async def one_httpx_each(
    addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> None:
    clients: dict[str, httpx.AsyncClient] = {}

    async def post(address: str) -> None:
        if address not in clients:
            clients[address] = httpx.AsyncClient(timeout=30, verify=tls or True)
        answer = await clients[address].post(f"http://{address}/sleep", content=BODY, headers=HEADERS)
        assert answer.status_code == 200

    await measure(lambda: _all(post, addresses))
    for client in clients.values():
        await client.aclose()


async def one_httpx_each_one_tls(addresses: Sequence[str], measure: Callable[[Round], Awaitable[None]]) -> None:
    await one_httpx_each(addresses, measure, ssl.create_default_context())


async def _all(post: Callable[[str], Awaitable[None]], addresses: Sequence[str]) -> None:
    outcomes = await asyncio.gather(*(post(address) for address in addresses), return_exceptions=True)
    FAILED.extend(outcome for outcome in outcomes if outcome is not None)


WAYS: dict[str, Way] = {
    "aiohttp, bare": bare_aiohttp,
    "aiohttp, our HttpClient": our_client,
    "aiohttp, our HttpLoads driver": our_driver,
    "httpx, one client for all": shared_httpx,
    "httpx, one client a load": one_httpx_each,
    "  the same, one TLS context": one_httpx_each_one_tls,
}


def run_way(name: str, addresses: Sequence[str], pipe: Connection) -> None:
    """Measure one way in a fresh process: the first round, the median of three more, peak MB, failed calls of all four."""

    async def run() -> None:
        figures: list[float] = []
        cpu: list[float] = []

        async def measure(fan_out: Round) -> None:
            for _ in range(4):
                began_s, cpu_s = time.perf_counter(), time.process_time()
                await fan_out()
                figures.append(time.perf_counter() - began_s)
                cpu.append(time.process_time() - cpu_s)

        await WAYS[name](addresses, measure)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pipe.send((figures[0], sorted(figures[1:])[1], cpu[0], sorted(cpu[1:])[1], peak_mb, len(FAILED)))

    asyncio.run(run())


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    sys.stdout.write(f"{count} POSTs at once, each answered in {ANSWER_S * 1000:.0f} ms\n\n")
    sys.stdout.write(f"{'':32}{'first ms':>10}{'again ms':>10}{'cpu first':>11}{'cpu again':>11}{'peak MB':>9}{'failed':>8}\n")
    for name in WAYS:
        with loads(count) as addresses:
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.get_context("spawn").Process(target=run_way, args=(name, addresses, theirs))
            process.start()
            theirs.close()
            first, again, cpu_first, cpu_again, peak_mb, failed = ours.recv()
            process.join()
        figures = (
            f"{first * 1000:10.0f}{again * 1000:10.0f}{cpu_first * 1000:11.0f}{cpu_again * 1000:11.0f}{peak_mb:9.0f}{failed:8}"
        )
        sys.stdout.write(f"{name:32}{figures}\n")


if __name__ == "__main__":
    main()
