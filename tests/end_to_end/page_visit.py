"""A visit to the built page in a browser, with a canned feed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from services.api.dashboard import Dashboard
from tests.end_to_end.page_server import DIST, PageServer

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP, PHONE = (1440, 900), (390, 844)


@pytest.fixture(autouse=True)
def page_and_browser() -> None:
    """Both are there, or the tests say what to do: a page that nobody looked at is not tested."""
    if not (DIST / "index.html").is_file():
        pytest.fail("the page is not built: make frontend")
    if not CHROMIUM.is_file():
        pytest.fail("there is no browser: apt-get install -y chromium")


@dataclass
class Visit:
    """The page, what serves it, and what the browser complained of."""

    page: Page
    server: PageServer
    complaints: list[str] = field(default_factory=list)

    async def is_on_first_screen(self, selector: str) -> bool:
        """Whether all of it is seen without scrolling."""
        box, size = await self.page.locator(selector).first.bounding_box(), self.page.viewport_size
        return box is not None and size is not None and box["y"] + box["height"] <= size["height"]


@asynccontextmanager
async def visit(feed: Dashboard, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> AsyncIterator[Visit]:
    """Open the page and wait for its headline."""
    server = PageServer(feed)
    address = await server.start()
    try:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = await chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            seen = Visit(page, server)
            page.on("console", lambda line: seen.complaints.append(line.text) if line.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            await page.goto(address)
            await expect(page.locator(".headline")).to_be_visible()
            yield seen
            await chromium.close()
    finally:
        await server.stop()
