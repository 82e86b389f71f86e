"""The signal page driver against a fake page on a real socket: every fault, and never a normal that the page did not say."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from services.collector.drivers.signal_http import SignalHttp
from services.shared.clock import Clock
from services.shared.device import Unreachable
from services.shared.messages import Signal
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level
from services.simulator.devices.signal_page import Said, SignalPage
from services.simulator.site import Faults
from tests.drivers.small_site import SmallSite

ZONE = ZoneInfo("America/Chicago")
BESIDE = {"target_path": "target_kw", "drop_path": "drop_kw", "from_path": "from", "until_path": "until", "event_path": "event"}
CSS = {
    "form": "css", "path": "#signal .value", "as_of_path": "time.updated",
    **{key: f"#signal .{name}" for key, name in BESIDE.items()},
}  # fmt: skip
JSON = {"form": "json", "path": "level", "as_of_path": "updated", **BESIDE}


@dataclass
class Bench:
    page: SignalPage
    faults: Faults
    driver: SignalHttp

    async def read(self) -> Signal:
        (signal,) = await self.driver.poll(100.0)
        assert isinstance(signal, Signal)
        return signal


def driver_of(url: str, **keys: Any) -> SignalHttp:
    source = SignalSource(url=url, timeout_seconds=0.5, **keys)
    return SignalHttp("utility", source, clock=Clock("yes"), zone=ZONE)


@asynccontextmanager
async def bench(path: str = "/power-signal", /, **keys: Any) -> AsyncIterator[Bench]:
    faults = Faults()
    page = SignalPage(SmallSite(), faults)
    port = await page.start("127.0.0.1", 0)
    driver = driver_of(f"http://127.0.0.1:{port}{path}", **(keys or CSS))
    try:
        yield Bench(page, faults, driver)
    finally:
        await driver.close()
        await page.stop()


@asynccontextmanager
async def answering(handler: Any, **keys: Any) -> AsyncIterator[SignalHttp]:
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    driver = driver_of(f"http://{listener.name.removeprefix('http://')}/", **keys)
    try:
        yield driver
    finally:
        await driver.close()
        await runner.cleanup()


@pytest.mark.asyncio
@pytest.mark.parametrize("level", [level for level in Level if level is not Level.UNKNOWN])
async def test_the_page_tells_its_level_in_spite_of_a_legend_that_lists_them_all(level: Level) -> None:
    async with bench() as bed:
        bed.page.said = Said(level.value)
        signal = await bed.read()
        assert (signal.level, signal.raw_text, signal.reason) == (level, level.value.upper(), "")
        assert (signal.name, signal.subject, signal.poll_started_mono_s) == ("utility", ("utility",), 100.0)


@pytest.mark.asyncio
async def test_a_selector_that_takes_the_legend_is_unknown() -> None:
    async with bench(form="css", path="td") as bed:
        assert (await bed.read()).level is Level.UNKNOWN


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "keys"), [("/power-signal", CSS), ("/signal.json", JSON)])
async def test_the_page_tells_a_planned_event_beside_its_level(path: str, keys: dict[str, Any]) -> None:
    async with bench(path, **keys) as bed:
        begins = float(int(time.time())) + 600
        bed.page.said = Said("control", target_kw=400.0, event="peak <1>", from_at=begins, until_at=begins + 1800)
        signal = await bed.read()
        assert (signal.level, signal.target_kw, signal.drop_kw, signal.event_id) == (Level.CONTROL, 400.0, None, "peak <1>")
        assert (signal.from_at, signal.until_at, signal.reason) == (begins, begins + 1800, "")
        bed.page.said = Said("control", drop_kw=150.5)
        signal = await bed.read()
        assert (signal.target_kw, signal.drop_kw, signal.from_at, signal.until_at) == (None, 150.5, None, None)
        bed.page.said = Said("normal")
        signal = await bed.read()
        assert (signal.level, signal.drop_kw, signal.event_id, signal.reason) == (Level.NORMAL, None, "", "")


@pytest.mark.asyncio
async def test_the_number_page_tells_a_level_by_the_operators_numbers() -> None:
    async with bench("/number", form="text", vocabulary=(("0", "normal"), ("1..2", "watch"), ("3..4", "control"))) as bed:
        assert (await bed.read()).level is Level.NORMAL
        bed.page.said = Said("emergency")
        assert (await bed.read()).level is Level.CONTROL


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "keys"), [("/", CSS), ("/signal.json", JSON), ("/number", {"vocabulary": (("0", "normal"),)})])
@pytest.mark.parametrize("fault", ["garbage", "truncated", "huge", "html", "error", "redirect", "empty"])
async def test_a_page_that_answers_nonsense_is_unknown_with_a_reason_and_the_next_good_one_counts(
    path: str, keys: dict[str, Any], fault: str
) -> None:
    async with bench(path, **keys) as bed:
        bed.faults.set("signal", fault)
        signal = await bed.read()
        assert signal.level is Level.UNKNOWN
        assert signal.reason
        bed.faults.clear()
        assert (await bed.read()).level is Level.NORMAL


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "keys"), [("/", CSS), ("/signal.json", JSON)])
async def test_a_page_that_stopped_updating_is_unknown(path: str, keys: dict[str, Any]) -> None:
    async with bench(path, **keys) as bed:
        bed.faults.set("signal", "stale")
        signal = await bed.read()
        assert signal.level is Level.UNKNOWN
        assert "stale" in signal.reason


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "value"), [("hang", 1), ("reset", 1), ("slow", 5)])
async def test_without_an_answer_in_time_the_page_is_unreachable_and_no_signal_is_told(fault: str, value: float) -> None:
    async with bench() as bed:
        bed.faults.set("signal", fault, value)
        with pytest.raises(Unreachable):
            await bed.read()
        bed.faults.clear()
        assert (await bed.read()).level is Level.NORMAL


@pytest.mark.asyncio
async def test_a_page_that_is_not_there_is_unreachable_and_the_error_tells_no_credentials() -> None:
    async with bench() as bed:
        port = bed.page.port
    driver = driver_of(f"http://operator:hunter2@127.0.0.1:{port}/?token=s3cret")
    with pytest.raises(Unreachable) as caught:
        await driver.poll(0.0)
    await driver.close()
    assert "hunter2" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.asyncio
async def test_an_unchanged_page_counts_as_long_as_what_it_told_was_a_level() -> None:
    asked: list[str | None] = []

    async def page(request: web.Request) -> web.Response:
        asked.append(request.headers.get("If-None-Match"))
        if asked[-1] == '"one"':
            return web.Response(status=304)
        return web.Response(text="control", headers={"ETag": '"one"'})

    async with answering(page) as driver:
        levels = [(await driver.poll(0.0))[0].level for _ in range(3)]  # type: ignore[attr-defined]
    assert levels == [Level.CONTROL] * 3
    assert asked == [None, '"one"', '"one"']


@pytest.mark.asyncio
async def test_an_unchanged_page_that_was_never_read_is_unknown() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(status=304)

    async with answering(page) as driver:
        assert (await driver.poll(0.0))[0].level is Level.UNKNOWN  # type: ignore[attr-defined]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [
        {"Age": "5000"},
        {"Date": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"Content-Type": "image/png"},
        {"Content-Type": "application/pdf"},
    ],
)
async def test_a_stale_copy_or_another_kind_of_content_is_unknown(headers: dict[str, str]) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(body=b"normal", headers=headers)

    async with answering(page) as driver:
        assert (await driver.poll(0.0))[0].level is Level.UNKNOWN  # type: ignore[attr-defined]
