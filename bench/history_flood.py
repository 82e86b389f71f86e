"""A flood of readings: 500 sensors at 1/s for a minute, then 20,000 at once, through a real broker into the real api process.

Run: python -m bench.history_flood [seconds]. Prints what was lost or doubled, when the last was stored, when it could be asked
for, and how long the page took to answer meanwhile.
"""

import asyncio
import contextlib
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import aiohttp

from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Reading
from services.shared.vocabulary import Quality
from tests.broker import INSTALL, as_process
from tests.end_to_end.whole_site import WholeSite
from tests.waiting import until, wait

SENSORS = 500
BURST = 20_000
ASKED_EACH_S = 0.25
LATEST_S = 30.0
_COUNTS = (
    "SELECT count(*), count(DISTINCT ts_ms || '/' || sensor_id) FROM readings JOIN sensors ON id = sensor_id"
    " WHERE device = 'bench'"
)


def reading(number: int, at: float) -> Reading:
    """One reading of one of the 500."""
    quantity = f"sensor-{number}"
    return Reading(
        subject=("bench", quantity), device="bench", quantity=quantity, value=20.0 + number % 10, unit="Cel",
        quality=Quality.GOOD, poll_started_mono_s=Clock().now().mono_s, measured_at=at,
    )  # fmt: skip


async def flood(bus: Bus, seconds: int, at: float) -> int:
    """Publish; returns how many. Every reading has a moment of its own sensor."""
    began_s = time.monotonic()
    for second in range(seconds):
        for number in range(SENSORS):
            bus.publish(reading(number, at + second))
        await asyncio.sleep(max(0.0, began_s + second + 1 - time.monotonic()))
    for number in range(BURST):
        bus.publish(reading(number % SENSORS, at + seconds + number // SENSORS))
    return seconds * SENSORS + BURST


def answers(url: str, until_s: float) -> list[float]:
    """Ask for the status until a moment, in a process of its own, and note how long each answer took."""
    took_s = []
    while time.time() < until_s:
        began_s = time.monotonic()
        with urllib.request.urlopen(f"{url}/api/status", timeout=30) as answer:  # noqa: S310 - our own address
            answer.read()
        took_s.append(time.monotonic() - began_s)
        time.sleep(ASKED_EACH_S)
    return took_s


async def in_chart(session: aiohttp.ClientSession, url: str, at: float) -> int:
    """How many readings of the last sensor the api tells of."""
    query = {"sensor": f"bench/sensor-{SENSORS - 1}", "from": str(at - 1), "to": str(at + 300)}
    async with session.get(f"{url}/api/v1/series", params=query) as answer:
        body = await answer.json()
        return sum(bucket["count"] for bucket in body["buckets"]) if answer.status == 200 else 0


def counts(folder: Path) -> tuple[int, int]:
    """Rows, and different ones."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/data/mine_data.db?mode=ro", uri=True)) as db:
        rows, different = db.execute(_COUNTS).fetchone()
        return rows, different


async def measured(site: WholeSite, bus: Bus, seconds: int, page: Executor) -> str:
    """The figures."""
    url, at = f"http://127.0.0.1:{site.page_port}", float(int(time.time()) - 200)
    await bus.start()
    await until(lambda: bus.connected)
    asked = page.submit(answers, url, time.time() + seconds + 15)
    sent = await flood(bus, seconds, at)
    last_s = time.monotonic()
    with contextlib.suppress(AssertionError):
        await until(lambda: counts(site.folder)[1] == sent, LATEST_S)
    stored_s, (rows, different) = time.monotonic() - last_s, counts(site.folder)
    async with aiohttp.ClientSession() as session:
        shown = await in_chart(session, url, at)
    dropped = bus.dropped
    await bus.stop()
    took_ms = [1000 * took for took in await asyncio.wrap_future(asked)]
    return (
        f"{sent} readings: {sent - different} lost, {rows - different} doubled, {dropped} dropped by the sender\n"
        f"all stored {stored_s:.1f} s after the last; a sensor's chart then shows {shown} of {seconds + BURST // SENSORS}\n"
        f"the page meanwhile: {statistics.median(took_ms):.0f} ms (median), {max(took_ms):.0f} ms (slowest)\n"
    )


def main() -> None:
    """Print the figures."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "broker").mkdir()
        broker = as_process(folder / "broker")
        if broker is None:
            raise SystemExit(INSTALL)
        site = WholeSite(folder, broker, "bench")
        settings = broker.settings("admin")
        bus = Bus(settings, service="bench", site="bench", clock=Clock("yes"), backlog=2 * BURST)
        try:
            site.start("api")
            wait(site.status)
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as page:
                sys.stdout.write(asyncio.run(measured(site, bus, seconds, page)))
        finally:
            site.stop()
            broker.remove()


if __name__ == "__main__":
    main()
