"""Many pages of one browser: each is live, with a stream or without, and what nobody sees takes no stream from the others."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from services.api.dashboard import Dashboard
from services.api.places import MOST_OF_ONE
from services.shared.settings import sections
from tests.end_to_end import page_feed
from tests.end_to_end.page_server import DIST
from tests.end_to_end.page_visit import page_and_browser, visit
from tests.integration.api_running import running
from tests.waiting import until

__all__ = ["page_and_browser"]
pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
HIDES = "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true}); away = true"
LOOKS = "document.dispatchEvent(new Event('visibilitychange'))"


def other() -> Dashboard:
    return page_feed.curtailed()


def asked_by(page: Page) -> list[str]:
    """The feeds that it asks for from now on, instead of listening."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "dashboard_data" in request.url else None)
    return asked


async def tabs(page: Page) -> BrowserContext:
    browser = page.context.browser
    assert browser is not None
    return await browser.new_context()


async def is_hidden(page: Page, *, hidden: bool) -> None:
    await page.evaluate(f"{HIDES if hidden else 'away = false'}; {LOOKS}")


async def test_a_page_without_a_place_for_its_stream_asks_once_a_second_and_listens_when_there_is_one() -> None:
    async with visit(page_feed.normal()) as seen:
        await until(lambda: seen.server.streams == 1)
        seen.server.most_streams = 1
        second = await (await tabs(seen.page)).new_page()
        asked = asked_by(second)
        await second.goto(seen.page.url)
        await until(lambda: len(asked) > 5, deadline_s=8.0)
        await expect(second.get_by_role("alert")).to_have_count(0)
        seen.server.show(other())
        await expect(second.locator(".headline")).to_contain_text("Curtailed since 16:49", timeout=2_000)
        await seen.page.close()
        await until(lambda: seen.server.streams == 0)
        await until(lambda: seen.server.streams == 1, deadline_s=15.0)


async def test_a_page_that_nobody_sees_leaves_its_stream_and_has_it_back_at_the_first_look() -> None:
    async with visit(page_feed.normal()) as seen:
        await until(lambda: seen.server.streams == 1)
        asked = asked_by(seen.page)
        await is_hidden(seen.page, hidden=True)
        await until(lambda: seen.server.streams == 0)
        await until(lambda: asked, deadline_s=15.0, what="it asks seldom: a page that is seen would have been lost by then")
        await expect(seen.page.get_by_role("alert")).to_have_count(0)
        assert not (await seen.page.title()).startswith("No connection")
        seen.server.show(other())
        await is_hidden(seen.page, hidden=False)
        await expect(seen.page.locator(".headline")).to_contain_text("Curtailed since 16:49", timeout=1_000)
        await until(lambda: seen.server.streams == 1)


async def test_a_page_that_nobody_sees_tells_in_its_title_that_the_server_is_gone() -> None:
    async with visit(page_feed.normal()) as seen:
        await is_hidden(seen.page, hidden=True)
        await seen.server.stop()
        await expect(seen.page).to_have_title("No connection · humboldt-1", timeout=15_000)


async def test_seven_pages_of_one_browser_load_and_are_live_at_the_real_service(tmp_path: Path) -> None:
    async with visit(page_feed.normal()) as seen, running(tmp_path, NOBODY, page=DIST) as api:
        context = await tabs(seen.page)
        pages = [await context.new_page() for _ in range(MOST_OF_ONE + 3)]
        asked = asked_by(pages[-1])
        for page in pages:
            await page.goto(f"{api.lan}/", timeout=10_000)
            await expect(page.locator(".headline")).to_be_visible(timeout=10_000)
        await until(lambda: len(asked) > 6, deadline_s=15.0, what="the last of them lives without a stream")
        for page in pages:
            assert "No connection" not in await page.title()
