"""The page between a phone and a desktop: nothing that belongs together is torn apart."""

import pytest

from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import page_and_browser, visit

__all__ = ["page_and_browser"]
pytestmark = pytest.mark.asyncio
TORN = "all => all.filter(one => one.getClientRects().length > 1).map(one => one.className)"


async def test_in_two_columns_nothing_is_torn_and_the_stop_stands_with_its_button() -> None:
    async with visit(page_feed.curtailed(), (820, 1000)) as seen:
        alarms, parts = seen.page.locator(".side .alarms"), seen.page.locator(".side section")
        for height in range(200, 480, 40):  # as more and more alarms stand
            await alarms.evaluate("(one, px) => { one.style.minHeight = `${px}px`; }", height)
            assert await parts.evaluate_all(TORN) == [], f"alarms of {height} px"


async def test_on_a_phone_each_kw_of_the_load_stands_on_one_line() -> None:
    feed = page_feed.normal()
    whole = feed.load.model_copy(update={"nominal_kw": 1015.0, "target_kw": 1015.0, "setpoint_kw": 1015.0, "ready_kw": 1015.0})
    async with visit(feed.model_copy(update={"load": whole}), (390, 844)) as seen:
        tall = await seen.page.locator(".load .facts dd").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert max(tall) < 30
