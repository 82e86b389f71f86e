"""The page without scripts on a phone: its tables scroll, and no word in them is broken."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from services.api import plain
from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import CHROMIUM, FLAGS

CSS = Path(plain.__file__).parent / "page" / "plain.css"


@pytest.mark.asyncio
async def test_on_a_phone_the_headings_of_a_table_are_broken_between_words_alone() -> None:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": 390, "height": 844})
        await page.set_content(plain.page(page_feed.trouble(), ""))
        await page.add_style_tag(path=CSS)
        heads = await page.locator("tr:has(th)").evaluate_all(
            "rows => rows.map(row => [row.innerText, row.clientHeight / 22.4, Math.max(...[...row.cells].map(one => "
            "one.innerText.split(' ').length))])"
        )
        assert heads and [text for text, lines, words in heads if lines > words + 0.9] == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await chromium.close()
