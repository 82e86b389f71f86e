"""The API describes itself without the internet: for programs, as Swagger's page, and as a list."""

import re
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from services.api.wiring import BUILT_PAGE
from services.shared.settings import sections
from tests.integration.api_running import running
from tests.integration.test_api import is_problem

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def page_and_browser() -> None:
    if not (BUILT_PAGE / "swagger" / "swagger-ui-bundle.js").is_file():
        pytest.fail("the page is not built: make frontend")
    if not CHROMIUM.is_file():
        pytest.fail("there is no browser: apt-get install -y chromium")


@pytest.mark.usefixtures("page_and_browser")
async def test_each_listener_shows_its_operations_in_a_browser_and_asks_nobody_else(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for address, count in ((api.lan, 0), (api.debug, 8)):
            page = await chromium.new_page()
            complaints: list[str] = []
            asked: list[str] = []
            page.on("console", lambda line, to=complaints: to.append(line.text) if line.type == "error" else None)
            page.on("request", lambda request, to=asked: to.append(request.url))
            await page.goto(f"{address}/api/docs")
            status = page.locator("#operations-present-getStatus")
            await expect(status).to_be_visible()
            assert await page.locator(".opblock-tag-section:has(#operations-tag-debug) .opblock").count() == count
            await status.click()
            await status.locator(".try-out__btn").click()
            await status.locator(".execute").click()
            await expect(status.locator(".live-responses-table tbody td.response-col_status")).to_have_text(re.compile("200"))
            assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
            assert complaints == []
        await chromium.close()


async def test_without_the_built_page_a_list_of_the_operations_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE_PAGE_FOLDER", str(tmp_path / "nothing"))
    async with running(tmp_path / "data", NOBODY) as api:
        page = await api.get("/api/docs")
        assert "GET /api/status" in page.text
        assert "<script" not in page.text
        is_problem(await api.get("/api/docs/swagger-ui.css"), 404)
        is_problem(await api.get("/api/docs/..%2fstart.js"), 404)
        assert "/api/debug/fans" not in page.text
        assert "/api/debug/fans" in (await api.get("/api/docs", base=api.debug)).text
