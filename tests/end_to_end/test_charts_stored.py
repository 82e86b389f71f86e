"""The charts in a browser against the real service, with rows that it stored itself."""

import re
import time
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from services.shared.settings import sections
from tests.end_to_end.page_visit import CHROMIUM, FLAGS, page_and_browser
from tests.integration.api_running import running
from tests.unit.api.curtailment_records import Records, utility_event

__all__ = ["page_and_browser"]
NOBODY = sections.Broker(host="127.0.0.1", port=1)


@pytest.mark.asyncio
async def test_a_stored_curtailment_is_drawn_marked_and_told_in_figures_from_six_hours_to_a_year(tmp_path: Path) -> None:
    begin = time.time() - 3 * 3600
    of = Records(tmp_path, begin)
    utility_event(of, 3600, lasts_s=3600)
    for after in range(3300, 7200, 30):
        of.read(after, "roomalert-1", 24.0 + after / 3600, "sensor-1", "Cel")
    await of.stored()
    async with running(tmp_path, NOBODY) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{api.lan}/#range=6h&show=power,temperature")
        await expect(page.locator(".panel.charts")).to_be_attached()
        await page.evaluate("document.querySelector('.panel.charts').scrollIntoView()")
        for name in ("6 h", "Year"):
            await page.locator(".chart-tools").get_by_role("button", name=name, exact=True).click()
            await expect(page.locator(".marked summary")).to_have_text("Marked: 1 curtailment, 2 alarms")
            await expect(page.locator(".chart canvas")).to_have_count(2)
            if name == "6 h":
                await page.locator(".figures summary").click()
                await page.locator(".marked summary").click()
            rows = page.locator(".figures tbody tr")
            await expect(rows.first).to_have_text(re.compile(r"Power: site ?12\.0 ?\d{3}\.\d ?990\.0 ?kW"))
            await expect(rows.last).to_contain_text("Temperature:")
        link = page.locator(".marked").get_by_role("link")
        await expect(link).to_have_text("Curtailed: power signal utility, at most 20 kW")
        number = (await api.get("/api/v1/curtailments")).body["curtailments"][0]["id"]
        await expect(link).to_have_attribute("href", f"/event.html?id={number}")
        csv = await page.locator(".of-power header a").get_attribute("href")
        answer = await api.get(csv or "")
        assert answer.text.startswith("time,sensor,unit,mean")
        assert "pdu-1/power" in answer.text
        assert complaints == []
        await chromium.close()
