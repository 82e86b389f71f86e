"""What a person must find at once: the emergency stop from anywhere, a source out of service, loads nobody confirms."""

import re

import pytest
from playwright.async_api import expect

from tests.end_to_end.page_feed import STALE, normal, trouble
from tests.end_to_end.page_visit import DESKTOP, PHONE, page_and_browser, visit

__all__ = ["page_and_browser"]
pytestmark = pytest.mark.asyncio
FOCUSED = "document.activeElement.className"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_the_emergency_stop_is_one_press_away_wherever_one_reads(size: tuple[int, int]) -> None:
    async with visit(trouble(), size) as seen:
        stop = seen.page.get_by_role("link", name="Emergency stop")
        for where in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            await seen.page.evaluate(f"window.scrollTo(0, {where})")
            await expect(stop).to_be_in_viewport(ratio=1)
        await stop.focus()
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_function(f"{FOCUSED} === 'hold'")
        await expect(seen.page.locator(".stop .hold")).to_be_in_viewport(ratio=1)


async def test_a_source_out_of_service_stands_under_what_is_missing_with_its_end_and_the_way_back() -> None:
    base = normal()
    told = "out of service by kim until 23:10"
    out = base.signals[0].model_copy(update={"in_service": False, "reason": told})
    async with visit(base.model_copy(update={"signals": (out, *base.signals[1:])})) as seen:
        line = seen.page.locator(".missing-and-held li").filter(has_text=told)
        await expect(line.get_by_role("button", name="put utility back into service")).to_be_visible()
        await expect(seen.page.locator(".power-signals")).to_contain_text(told)


async def test_loads_behind_silent_pdus_are_drawn_as_last_known_and_never_as_hashing_now() -> None:
    base = normal()
    async with visit(base) as seen:
        cells = seen.page.locator(".rack .cells .whole")
        await expect(cells.first).to_have_attribute("d", re.compile("^M"))
        seen.server.show(base.model_copy(update={"pdus": tuple(one.model_copy(update=STALE) for one in base.pdus)}))
        await expect(seen.page.locator(".rack").first).to_contain_text("last known")
        old = seen.page.locator(".rack").filter(has_text="last known").locator(".whole")
        assert [await one.get_attribute("d") for one in await old.all()] == [""] * len(base.pdus)
