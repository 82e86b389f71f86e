"""The gallery of the page's states, for developers: its data is that of the tests, and every state of it draws."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import async_playwright, expect

from tests.end_to_end.gallery_feeds import FILE, text
from tests.end_to_end.gallery_states import STATES
from tests.end_to_end.page_server import DIST, POLICY
from tests.end_to_end.page_visit import CHROMIUM, DESKTOP, FLAGS, page_and_browser

__all__ = ["page_and_browser"]
GALLERY = DIST.parent / "dist-gallery"
PANELS = 14


def test_the_data_of_the_gallery_is_what_the_tests_of_the_page_draw() -> None:
    again = "run python -m tests.end_to_end.gallery_feeds"
    assert FILE.read_text(encoding="utf-8") == text(), again


def test_the_product_does_not_serve_the_gallery() -> None:
    assert [path.name for path in DIST.rglob("*gallery*")] == []


@pytest.mark.asyncio
async def test_every_state_of_the_gallery_draws_every_panel_without_a_complaint() -> None:
    async with _served() as address, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        for name, (title, feed) in STATES.items():
            await page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
            await expect(page.get_by_role("link", name=title, exact=True)).to_have_attribute("aria-current", "page")
            await expect(page.locator(".headline .sentence")).to_contain_text(feed().headline.sentence[:16])
            assert await page.locator(".panel").count() >= PANELS, name
            assert "17:04:00" in await page.locator(".top").inner_text() or name == "offline", "time does not stand still"
        await chromium.close()
        assert complaints == []


@asynccontextmanager
async def _served() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.FileResponse:
        return web.FileResponse(GALLERY / "gallery.html", headers=POLICY)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/", GALLERY)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
