"""The built page as files: small, and from nowhere else."""

import gzip
import re

import pytest
from playwright.async_api import async_playwright, expect

from services.shared.settings import sections
from tests.end_to_end.page_server import DIST
from tests.end_to_end.page_visit import CHROMIUM, FLAGS, PHONE, page_and_browser
from tests.integration.api_running import running

__all__ = ["page_and_browser"]


@pytest.mark.parametrize("page", ["index.html", "event.html", "debug.html"])
def test_all_scripts_that_a_page_can_ever_load_are_below_60_kb_packed(page: str) -> None:
    found: set[str] = set()
    left = re.findall(r"/assets/([\w.-]+\.js)", (DIST / page).read_text())
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += re.findall(r"\./([\w.-]+\.js)", (DIST / "assets" / name).read_text())
    assert len(found) > 1
    assert sum(len(gzip.compress((DIST / "assets" / name).read_bytes())) for name in found) < 60_000


def test_nothing_that_a_page_needs_comes_from_elsewhere() -> None:
    own = (path for path in DIST.rglob("*") if DIST / "swagger" not in path.parents)  # the API has a page of its own
    files = [path for path in own if path.suffix in {".js", ".css", ".html", ".svg"}]
    assert files
    for path in files:
        asked = re.findall(r"(?:src|href|url|import)\s*[=(]\s*[\"']?(https?:[^\"')\s]+)", path.read_text())
        assert asked == [], path.name


@pytest.mark.asyncio
async def test_the_plain_page_fits_a_phone_in_the_dark_and_tells_the_time_of_its_data(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("plain")
    async with running(folder, sections.Broker(host="127.0.0.1", port=1)) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": PHONE[0], "height": PHONE[1]}, color_scheme="dark")
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        await page.goto(api.debug + "/plain")
        await expect(page.get_by_text(re.compile(r"^(Data )?of \S+")).first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"
        assert (await api.get("/favicon.ico")).headers["Content-Type"] == "image/svg+xml"
        assert complaints == []
        await chromium.close()
