"""The page in a browser: safe or not, curtailed or not, why, and what to do; by the eye, by ear and by keyboard."""

import re

import pytest
from playwright.async_api import expect

from services.api import dashboard
from services.shared.vocabulary import Control
from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import DESKTOP, PHONE, page_and_browser, visit

__all__ = ["page_and_browser"]
ANSWERS = re.compile("Safe ?Yes ?Curtailed ?Yes ?Control ?Armed: it acts ?Limited by ?Signal utility ?Mode ?Curtailed")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_says_curtailed_since_when_why_and_until_when_on_desk_and_phone(
    size: tuple[int, int], scheme: str
) -> None:
    async with visit(page_feed.curtailed(), size, scheme) as seen:
        page = seen.page
        await expect(page.get_by_role("status").first).to_have_text("Safe. Curtailed since 16:49: utility signal Control.")
        figures = "12 kW of 985 kW still on, within the meter's tolerance of 20 kW, 0 kW unknown. Back at the earliest 18:49."
        await expect(page.locator(".headline .on")).to_have_text(figures)
        await expect(page.locator(".headline .why, .headline .todo")).to_have_count(0)
        await expect(page.locator(".answers")).to_contain_text(ANSWERS)
        assert await page.title() == "Curtailed · humboldt-1"
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert await seen.is_on_first_screen(".headline"), "the answer is not on the first screen"
        assert await seen.is_on_first_screen(".panel.alarms"), "the alarms are not on the first screen"
        assert seen.complaints == []


@pytest.mark.asyncio
async def test_at_a_desk_the_whole_plant_is_seen_without_scrolling() -> None:
    async with visit(page_feed.normal()) as seen:
        for panel in ("load", "temperature", "fans", "alarms", "power-signals", "loads"):
            assert await seen.is_on_first_screen(f".panel.{panel}"), panel


@pytest.mark.asyncio
async def test_on_a_phone_in_trouble_what_to_do_is_on_the_first_screen_and_the_alarms_stand_below() -> None:
    async with visit(page_feed.trouble(), PHONE, "dark") as seen:
        page = seen.page
        await expect(page.locator(".headline .todo li").first).to_have_text(
            "Look at the fans of the east wall, then reset the trip."
        )
        assert await seen.is_on_first_screen(".headline")
        below = "one => one.getBoundingClientRect().top"
        edge = await page.locator(".headline").evaluate("one => one.getBoundingClientRect().bottom")
        others = [await one.evaluate(below) for one in await page.locator(".panel:not(.alarms)").all()]
        alarms = await page.locator(".panel.alarms").evaluate(below)
        assert edge < alarms < min(others)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.asyncio
async def test_the_load_that_runs_is_told_since_when_and_that_nothing_limits_it() -> None:
    async with visit(page_feed.normal()) as seen:
        await expect(seen.page.get_by_role("status").first).to_have_text(
            "Safe. The load may run. Since 16:49: no rule limits the load."
        )
        await expect(seen.page.locator(".headline .on")).to_have_text("978 kW of 985 kW on, 0 kW unknown.")
        seen.server.show(page_feed.curtailed())
        await expect(seen.page.get_by_role("status").first).to_contain_text("Curtailed")


@pytest.mark.asyncio
async def test_what_is_forced_is_told_with_whose_it_is_and_until_when() -> None:
    async with visit(page_feed.trouble()) as seen:
        banners = seen.page.get_by_role("note")
        await expect(banners.first).to_contain_text("Forced by Ruth: temperature until 17:19 (drill)")
        await expect(banners.nth(1)).to_contain_text("Forced: Cold aisle west: not what the plant says")


@pytest.mark.asyncio
async def test_observing_is_told_with_what_would_be_done() -> None:
    feed = page_feed.curtailed().model_copy(update={"control": Control.OBSERVE, "would_do": ("hall-a: sleep 108 loads",)})
    async with visit(feed) as seen:
        await expect(seen.page.locator(".answers")).to_contain_text("Observing: it sends nothing")
        await expect(seen.page.locator(".missing-and-held")).to_contain_text("hall-a: sleep 108 loads")


@pytest.mark.asyncio
async def test_on_a_phone_what_is_answered_stays_within_its_card() -> None:
    feed = page_feed.curtailed().model_copy(update={"control": Control.OBSERVE})
    async with visit(feed, PHONE) as seen:
        badge, card = seen.page.locator(".answers .badge").last, seen.page.locator(".answers")
        await expect(badge).to_have_text("Observing: it sends nothing")
        inner, outer = await badge.bounding_box(), await card.bounding_box()
        assert inner and outer and inner["x"] + inner["width"] <= outer["x"] + outer["width"]


@pytest.mark.asyncio
async def test_a_silent_controller_and_a_silent_notifier_leave_nothing_that_looks_calm() -> None:
    async with visit(page_feed.silent()) as seen:
        await expect(seen.page.locator(".answers")).to_contain_text(
            re.compile("Safe ?Unknown ?Curtailed ?Unknown ?Control ?Unknown")
        )
        await expect(seen.page.locator(".panel.missing-and-held")).to_contain_text("not live")
        await expect(seen.page.locator(".panel.load")).not_to_contain_text("0 kW")
        await expect(seen.page.locator(".panel.alarms")).to_contain_text("Whether an alarm is open is unknown.")


@pytest.mark.asyncio
async def test_the_page_can_be_read_by_ear_and_walked_by_keyboard() -> None:
    async with visit(page_feed.trouble()) as seen:
        page = seen.page
        assert await page.locator("h1").count() == 1
        await expect(page.get_by_role("main")).to_be_visible()
        for name in ("State of the site", "Load", "Loads", "Temperature", "Alarms", "Fans", "Power signals", "PDUs", "Devices"):
            await expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)
        nameless = "svgs => svgs.filter(one => !one.closest('[aria-hidden=true]') && !one.ariaLabel).length"
        assert await page.locator("svg").evaluate_all(nameless) == 0
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text("To the state of the site")


@pytest.mark.asyncio
async def test_the_reason_of_a_signal_is_told_once() -> None:
    feed = page_feed.normal()
    reason = feed.headline.why[0]
    asks = feed.signals[0].model_copy(update={"reason": reason})
    async with visit(feed.model_copy(update={"signals": (asks,)})) as seen:
        present = seen.page.locator(".headline, .power-signals, .missing-and-held")
        await expect(present.get_by_text(reason)).to_have_count(1)


def test_the_canned_feeds_are_whole() -> None:
    for feed in (page_feed.normal(), page_feed.curtailed(), page_feed.trouble(), page_feed.silent(), page_feed.announced()):
        assert dashboard.Dashboard.model_validate_json(feed.model_dump_json()) == feed
