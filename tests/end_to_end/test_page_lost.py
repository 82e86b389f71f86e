"""The page when nothing new comes: numbers turn stale by themselves, a lost server is told, and both end by themselves."""

import re
import time

import pytest
from playwright.async_api import expect

from services.api.dashboard import Dashboard
from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import page_and_browser, visit

__all__ = ["page_and_browser"]
TOLD_WITHIN_S = 5.0
SOON = {"age_s": 0.0, "stale_after_s": 2.0}


def soon_stale() -> Dashboard:
    """Everything measured is stale in two seconds."""
    feed = page_feed.normal()
    tiles = {
        name: tuple(one.model_copy(update=SOON) for one in getattr(feed, name))
        for name in ("sensors", "switches", "fans", "pdus")
    }
    return feed.model_copy(update={"load": feed.load.model_copy(update=SOON), **tiles})


@pytest.mark.asyncio
async def test_live_numbers_turn_stale_by_themselves_when_nothing_new_comes() -> None:
    async with visit(soon_stale()) as seen:
        page = seen.page
        numbers = page.locator(".value")
        assert await numbers.count() == 1 + 4 + 2 + 9 + 8 + 1  # load, sensors, the highest, fans, PDUs, a meter
        await expect(page.locator(".value.is-stale")).to_have_count(0)
        seen.server.silent = True
        await expect(page.locator(".value.is-stale")).to_have_count(await numbers.count())
        await expect(page.locator(".contacts .is-stale.count")).to_have_count(4)
        await expect(page.locator(".fan").first).to_contain_text("was proven")
        await expect(page.get_by_role("alert")).to_have_count(0)
        await expect(page.locator(".headline .on")).to_contain_text("How much is on is unknown")
        seen.server.silent = False
        await expect(page.locator(".value.is-stale")).to_have_count(0)


@pytest.mark.asyncio
async def test_a_lost_server_is_told_at_once_and_nothing_looks_live_until_it_is_back() -> None:
    async with visit(page_feed.curtailed()) as seen:
        page = seen.page
        await expect(page.get_by_role("alert")).to_have_count(0)
        await seen.server.stop()
        await expect(page.get_by_role("alert")).to_contain_text("No connection since", timeout=TOLD_WITHIN_S * 1000)
        await expect(page.get_by_role("status").first).to_contain_text("Not known now. At 17:04 it was: Safe.")
        await expect(page.locator(".answers")).to_contain_text(re.compile("Safe ?Unknown ?Curtailed ?Unknown"))
        await expect(page.locator(".top")).to_contain_text("no connection")
        await expect(page.locator(".panel:is(.load, .loads, .fans, .pdus, .temperature):not(.is-past)")).to_have_count(0)
        await seen.server.start()
        await expect(page.get_by_role("alert")).to_have_count(0, timeout=15_000)
        await expect(page.locator(".panel.is-past:not(.charts)")).to_have_count(0)
        await expect(page.get_by_role("status").first).to_contain_text("Safe. Curtailed since 16:49")


@pytest.mark.asyncio
async def test_a_server_that_stands_still_is_told_within_five_seconds_and_its_return_is_seen() -> None:
    async with visit(page_feed.normal()) as seen:
        seen.server.freeze()
        began = time.monotonic()
        await expect(seen.page.get_by_role("alert")).to_contain_text("No connection since", timeout=10_000)
        assert time.monotonic() - began < TOLD_WITHIN_S + 0.5
        seen.server.thaw()
        await expect(seen.page.get_by_role("alert")).to_have_count(0)


@pytest.mark.asyncio
async def test_what_a_silent_collector_told_is_not_drawn_as_live() -> None:
    feed = page_feed.normal()
    gone = tuple(one.model_copy(update={"state": "offline"}) if one.name == "collector" else one for one in feed.services)
    async with visit(feed.model_copy(update={"services": gone})) as seen:
        for panel in ("temperature", "contacts-and-meters", "power-signals"):
            await expect(seen.page.locator(f".panel.{panel}.is-past")).to_contain_text("last known, not live")
        devices = seen.page.locator(".panel.devices")
        await expect(devices.get_by_text("unknown: collector is silent").first).to_be_visible()
        await expect(devices).to_contain_text("3 devices answer")


@pytest.mark.asyncio
async def test_the_past_is_unknown_while_the_history_does_not_answer() -> None:
    async with visit(page_feed.normal()) as seen:
        seen.server.history = False
        await seen.page.reload()
        await expect(seen.page.locator(".panel.commands")).to_contain_text("Unknown: the history does not answer.")
        await expect(seen.page.locator(".panel.commands tbody tr")).to_have_count(0)
        await expect(seen.page.locator(".panel.events")).to_contain_text("Unknown: the history does not answer.")
        await expect(seen.page.locator(".sensor svg")).to_have_count(0)
        await expect(seen.page.locator(".temperature .big .value").first).to_have_text("29.4 °C")
