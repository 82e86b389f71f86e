"""A year of canned history for the charts: the same at every zoom, with a stretch that nobody saw, marks, and forced values."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import sin
from typing import Any

from aiohttp import web
from playwright.async_api import async_playwright, expect

from services.api.dashboard import Dashboard
from services.api.history.reader import Bucket, Series
from services.api.history.records import AlarmRow
from services.api.history.rows import timestamp
from services.api.load_series import LoadBucket, LoadSeries
from services.api.routes.series import SeveralSeries
from services.shared.catalogue import class_of
from tests.end_to_end import page_past
from tests.end_to_end.page_feed import NOW, SINCE
from tests.end_to_end.page_server import PageServer
from tests.end_to_end.page_visit import CHROMIUM, DESKTOP, FLAGS, Visit

GAP = (NOW - 2400, NOW - 1800)
PART = (NOW - 3300, NOW - 3000)
FORCED = (NOW - 600, NOW - 300)
LEVELS = {"Cel": 26.0, "%RH": 45.0, "W": 1450.0, "V": 121.0, "kW": 122.0}


class ChartServer(PageServer):
    """As the page's server, with a history of any time; `times` are the ranges that were asked for."""

    def __init__(self, feed: Dashboard) -> None:
        super().__init__(feed)
        self.times: list[tuple[float, float]] = []

    async def _load(self, request: web.Request) -> web.Response:
        self._need_history()
        start, end, width = self._time(request)
        told = tuple(_load(at, width) for at in _times(start, end, width))
        known = end - start <= 32 * 86_400
        answer = LoadSeries(measured_by="PDUs", meters=("pdu-1/power",), bucket_s=width, target_known=known, buckets=told)
        return web.Response(text=answer.model_dump_json(), content_type="application/json")

    async def _series(self, request: web.Request) -> web.Response:
        self._need_history()
        start, end, width = self._time(request)
        names = request.query.getall("sensor")
        tiles = {one.name: one for one in self.feed.sensors}
        told = tuple(
            Series(sensor=name, unit=tile.unit, label=tile.label, bucket_s=width, tier="reading", buckets=tuple(buckets))
            for number, (name, tile) in enumerate((name, tiles[name]) for name in names if name in tiles)
            for buckets in [[_bucket(at, width, LEVELS[tile.unit] + 3 * number) for at in _times(start, end, width)]]
        )
        answer = SeveralSeries(series=told, missing=())
        return web.Response(text=answer.model_dump_json(), content_type="application/json")

    async def _alarms(self, _: web.Request) -> web.Response:
        self._need_history()
        return web.json_response({"alarms": [row.model_dump() for row in alarms()], "next_after": 9, "next_before": None})

    async def _curtailments(self, request: web.Request) -> web.Response:
        self._need_history()
        start, end = float(request.query.get("from", 0)), float(request.query.get("to", NOW + 60))
        listed = page_past.curtailments()
        chosen = tuple(one for one in listed.curtailments if one.from_at < end and (one.until_at or end) > start)
        answer = listed.model_copy(update={"curtailments": chosen})
        return web.Response(text=answer.model_dump_json(), content_type="application/json")

    def _time(self, request: web.Request) -> tuple[float, float, float]:
        start, end = float(request.query["from"]), float(request.query["to"])
        self.times.append((start, end))
        return start, end, max(10.0, (end - start) / int(request.query["buckets"]))


def alarms() -> list[AlarmRow]:
    """One that ended, and one that stands."""
    door = ("door", "warning", "The door is open.")
    trip = ("trip_over_temperature_east", "emergency", "Intake temperature above 40 °C on two sensors.")
    rows = [(door, NOW - 1600, True), (door, NOW - 1500, False), (trip, NOW - 1200, True)]
    return [
        AlarmRow(
            id=number, timestamp=timestamp(int(at * 1000)), source="controller", key=key, active=active, kind=kind,
            priority=class_of(key).priority,
            since=timestamp(int(at * 1000)), cause=cause, consequence="", action="",
        )
        for number, ((key, kind, cause), at, active) in enumerate(rows, 1)
    ]  # fmt: skip


@asynccontextmanager
async def visit_charts(
    feed: Dashboard, size: tuple[int, int] = DESKTOP, scheme: Any = "light", at: str = ""
) -> AsyncIterator[Visit]:
    """Open the page, with this after its address, and go to its charts."""
    server = ChartServer(feed)
    address = await server.start()
    try:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = await chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            seen = Visit(page, server)
            page.on("console", lambda line: seen.complaints.append(line.text) if line.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            await page.goto(address + at)
            await expect(page.locator(".panel.charts")).to_be_attached()
            await page.evaluate("document.querySelector('.panel.charts').scrollIntoView()")
            await expect(page.locator(".charts canvas").first).to_be_visible()
            yield seen
            await chromium.close()
    finally:
        await server.stop()


def _times(start: float, end: float, width: float) -> list[float]:
    all_ = [start + number * width for number in range(int((end - start) / width))]
    return [at for at in all_ if not GAP[0] <= at < GAP[1]]


def _load(at: float, width: float) -> LoadBucket:
    day = 955 + 20 * sin(at / 13_751) + 6 * sin(at / 97)
    part = PART[0] <= at < PART[1]
    kw = 12.0 + sin(at) if at >= SINCE + 60 else day * (0.5 if part else 1)
    spread = min(60.0, width / 100)
    return LoadBucket(
        at=at, kw=round(kw, 2), lowest_kw=max(0.0, kw - spread), highest_kw=kw + spread, partial=part, forced=False,
        target_kw=0.0 if at >= SINCE else 985.0,
    )  # fmt: skip


def _bucket(at: float, width: float, level: float) -> Bucket:
    mean = level + 4 * sin(at / 13_751) + 9 * sin(at / 5_000_000) + 0.3 * sin(at / 60)
    spread = min(5.0, width / 10_000)
    forced = FORCED[0] <= at < FORCED[1] and level == LEVELS["Cel"]
    return Bucket(at=at, mean=mean, lowest=mean - spread, highest=mean + spread, count=12, bad=False, forced=forced)
