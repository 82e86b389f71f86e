"""The charts in a browser with a canned history: ranges, zoom, gaps, marks, silence; by mouse, by keyboard, on a phone."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.end_to_end import page_feed
from tests.end_to_end.page_charts import GAP, PART, ChartServer, visit_charts
from tests.end_to_end.page_feed import NOW
from tests.end_to_end.page_visit import DESKTOP, PHONE, Visit, page_and_browser
from tests.waiting import until

__all__ = ["page_and_browser"]
pytestmark = pytest.mark.asyncio
SPANS = {"Hour": 3600, "6 h": 21_600, "Day": 86_400, "Week": 604_800, "Month": 2_592_000, "Year": 31_536_000}
INKED = """(canvas, [from, to]) => {
  const [left, right] = [from, to].map(share => Math.round(share * canvas.width));
  const seen = canvas.getContext("2d").getImageData(left, 0, right - left, canvas.height * 0.6).data;
  let dark = 0;
  for (let i = 0; i < seen.length; i += 4) dark += seen[i + 3] > 200 && seen[i] + seen[i + 1] + seen[i + 2] < 200;
  return dark;
}"""


def server_of(seen: Visit) -> ChartServer:
    assert isinstance(seen.server, ChartServer)
    return seen.server


def button(page: Page, name: str) -> Locator:
    return page.locator(".chart-tools").get_by_role("button", name=name, exact=True)


async def point(page: Page, at: float, within_s: float = 3600) -> None:
    """The mouse at a moment of a range that ends now."""
    over = page.locator(".of-power .u-over")
    box = await until(over.bounding_box, what="the chart is drawn")
    await page.mouse.move(box["x"] + box["width"] * (1 - (NOW - at) / within_s), box["y"] + box["height"] / 2)


def of_power(page: Page) -> Locator:
    return page.locator(".of-power .values")


async def test_each_range_is_asked_for_and_stands_in_the_address() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        for name, span in SPANS.items():
            await button(seen.page, name).click()
            await expect(button(seen.page, name)).to_have_attribute("aria-pressed", "true")
            times = server_of(seen).times
            await until(lambda span=span, times=times: any(end - start == span for start, end in times))
            assert re.search(rf"#range={name.lower().replace(' ', '')}&", seen.page.url)
        await expect(of_power(seen.page).locator("li")).to_have_count(1)  # the target is told for a month at most
        assert seen.complaints == []


async def test_a_link_shows_the_same_range_and_series() -> None:
    at = f"#range={NOW - 7200:.0f}-{NOW - 3600:.0f}&show=temperature,humidity"
    async with visit_charts(page_feed.normal(), at=at) as seen:
        await until(lambda: (NOW - 7200, NOW - 3600) in server_of(seen).times)
        await expect(seen.page.locator(".charts .pointed")).to_contain_text("15:04 to 16:04")
        assert await seen.page.locator(".chart h3").all_text_contents() == ["Temperature, °C", "Humidity, %"]


async def test_a_stretch_is_zoomed_by_dragging_and_one_button_goes_back_to_live() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        page = seen.page
        await expect(button(page, "Back to live")).to_be_disabled()
        await point(page, NOW - 1500)
        await page.mouse.down()
        await point(page, NOW - 900)
        await page.mouse.up()
        await expect(button(page, "Back to live")).to_be_enabled()
        await expect(page).to_have_url(re.compile(r"#range=\d+-\d+"))
        found = re.search(r"#range=(\d+)-(\d+)", page.url)
        assert found is not None
        assert abs(float(found[1]) - (NOW - 1500)) < 20
        assert abs(float(found[2]) - (NOW - 900)) < 20
        await until(lambda: server_of(seen).times[-1] == (float(found[1]), float(found[2])))
        await button(page, "Back to live").click()
        await expect(button(page, "Hour")).to_have_attribute("aria-pressed", "true")
        assert "#range=hour" in page.url


async def test_no_line_is_drawn_over_what_nobody_saw() -> None:
    async with visit_charts(page_feed.normal(), at="#range=hour&show=power") as seen:
        canvas = seen.page.locator(".of-power canvas")
        await expect(of_power(seen.page)).to_contain_text("site")
        await until(lambda: canvas.evaluate("one => one.clientWidth > 0"))
        left, width = 46, await canvas.evaluate("one => one.clientWidth")

        def share(at: float) -> float:
            return (left + (width - left - 8) * (1 - (NOW - at) / 3600)) / width

        await until(lambda: canvas.evaluate(INKED, [share(GAP[1] + 60), share(NOW - 1000)]), what="the line is drawn")
        assert await canvas.evaluate(INKED, [share(GAP[0] + 30), share(GAP[1] - 30)]) == 0
        assert await canvas.evaluate(INKED, [share(PART[0] + 30), share(PART[1] - 30)]) > 0, "the target goes on"
        await point(seen.page, (GAP[0] + GAP[1]) / 2)
        await expect(of_power(seen.page).locator("li").first).to_have_text("site no reading")
        await point(seen.page, (PART[0] + PART[1]) / 2)
        await expect(of_power(seen.page)).to_have_text(re.compile("site unknown.*part of the site 4[67]. kW a meter is silent"))


async def test_curtailments_and_alarms_are_told_at_the_cursor_and_in_a_list() -> None:
    async with visit_charts(page_feed.curtailed()) as seen:
        page = seen.page
        listed = page.locator(".marked")
        await expect(listed.locator("summary")).to_have_text("Marked: 1 curtailment, 2 alarms")
        await point(page, NOW - 300)
        await expect(page.locator(".pointed")).to_contain_text("Curtailed: power signal utility, at most 0 kW, since 16:49")
        await expect(of_power(page)).to_have_text(re.compile(r"site 1\d\.\d kW.*target 0\.0 kW"))
        await expect(page.locator(".of-temperature .values")).to_contain_text("forced")
        await point(page, NOW - 1200)
        await expect(page.locator(".pointed")).to_contain_text("Emergency: Intake temperature above 40 °C")
        await listed.locator("summary").click()
        await expect(listed.get_by_role("link")).to_have_attribute("href", "/event.html?id=76")
        await expect(listed.locator("li").nth(2)).to_contain_text("Warning: The door is open. 16:37 to 16:39")


async def test_a_silent_history_is_told_and_what_is_drawn_stays_marked_as_old() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        page = seen.page
        await expect(of_power(page)).to_contain_text("site")
        await expect(page.locator(".marked summary")).to_contain_text("2 alarms")
        seen.server.history = False
        await button(page, "Day").click()
        await expect(page.locator(".charts .silent")).to_contain_text("The history does not answer since 17:0")
        await expect(page.locator(".charts .silent")).to_contain_text("What is drawn is of 17:0")
        await expect(page.locator(".panel.charts")).to_have_class(re.compile("is-past"))
        await expect(page.locator(".of-power canvas")).to_be_visible()
        seen.server.history = True
        await button(page, "6 h").click()
        await expect(page.locator(".charts .silent")).to_have_count(0)
        await expect(page.locator(".panel.charts")).not_to_have_class(re.compile("is-past"))


async def test_an_earlier_choice_is_given_up_and_only_the_last_is_drawn() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        await expect(seen.page.locator(".marked summary")).to_contain_text("2 alarms")
        server = server_of(seen)
        server.freeze()
        for name in ("Year", "Week", "Day"):
            await button(seen.page, name).click()
        server.times.clear()
        server.thaw()
        await until(lambda: len(server.times) >= 2)
        await expect(seen.page.locator(".panel.charts .note").first).not_to_have_text("asking")
        assert {end - start for start, end in server.times[-2:]} == {86_400}
        assert seen.complaints == []


async def test_the_charts_are_walked_by_keyboard() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        page = seen.page
        await page.locator(".plots").focus()
        await page.keyboard.press("Shift+ArrowLeft")
        await expect(page.locator(".pointed strong")).to_have_text("17:03:24")
        await page.locator(".plots").press("Escape")
        await expect(page.locator(".pointed strong")).to_contain_text("Latest")
        await page.keyboard.press("+")
        await expect(page.locator(".pointed strong")).to_have_text("16:19 to 16:49")
        await page.keyboard.press("ArrowLeft")
        await expect(page.locator(".pointed strong")).to_have_text(re.compile("16:1[12] to 16:4[12]"))
        await page.keyboard.press("-")
        await expect(page.locator(".pointed strong")).to_have_text(re.compile("15:5[67] to 16:5[67]"))
        await page.keyboard.press("Escape")
        await expect(button(page, "Hour")).to_have_attribute("aria-pressed", "true")


async def test_series_are_chosen_by_group_with_their_figures_and_a_spreadsheet() -> None:
    async with visit_charts(page_feed.normal(), at="#range=hour&show=power") as seen:
        page = seen.page
        await button(page, "Humidity").click()
        await expect(page.locator(".of-humidity .values")).to_have_text(re.compile(r"Cold aisle west \d\d\.\d %"))
        href = await page.locator(".of-humidity a").get_attribute("href")
        assert href is not None
        assert href.startswith("/api/v1/series.csv?sensor=roomalert-1%2Fsensor-1-humidity&from=")
        await page.locator(".figures summary").click()
        rows = page.locator(".figures tbody tr")
        await expect(rows.first).to_have_text(
            re.compile(r"Power: site ?9\d\d\.\d ?9\d\d\.\d ?9\d\d\.\d ?kW|Power: site ?1\d\.\d")
        )
        await expect(rows.last).to_contain_text("Humidity: Cold aisle west")
        await button(page, "Power").click()
        await expect(page.locator(".chart")).to_have_count(1)
        await button(page, "Humidity").click()
        await expect(page.locator(".chart")).to_have_count(1)  # the last one stays


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_charts_fit_desk_and_phone_in_both_schemes(size: tuple[int, int], scheme: str) -> None:
    async with visit_charts(page_feed.curtailed(), size, scheme, "#range=year&show=power,temperature,humidity,fans,pdus") as seen:
        await expect(seen.page.locator(".chart canvas")).to_have_count(5)
        assert await seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        if size is PHONE:
            boxes = [await one.bounding_box() for one in await seen.page.locator(".chart-tools button").all()]
            assert all(box is not None and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
        assert seen.complaints == []


async def test_nothing_is_asked_while_nobody_looks() -> None:
    async with visit_charts(page_feed.normal()) as seen:
        page, server = seen.page, server_of(seen)
        await expect(page.locator(".marked summary")).to_contain_text("2 alarms")
        await page.evaluate(
            "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true}); away = true"
        )
        server.times.clear()
        await page.wait_for_timeout(11_000)  # the hour is asked for again each 10 s
        assert server.times == []
        await page.evaluate("away = false; document.dispatchEvent(new Event('visibilitychange'))")
        await until(lambda: len(server.times) >= 1)
