"""The plant on the page: load, temperatures, fans, the map of the loads, PDUs, signals; stale and unknown are seen as such."""

import re

import pytest
from playwright.async_api import expect

from services.shared.vocabulary import FanState
from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import DESKTOP, PHONE, page_and_browser, visit

__all__ = ["page_and_browser"]


@pytest.mark.asyncio
async def test_stale_is_drawn_as_stale_and_unknown_is_a_word_and_never_0() -> None:
    async with visit(page_feed.trouble()) as seen:
        page = seen.page
        sensors = page.locator(".sensor")
        stale = sensors.filter(has_text="Hot aisle")
        await expect(stale.locator(".value.is-stale")).to_have_text("44.1 °C")
        await expect(stale).to_contain_text("stale, 5 min old")
        await expect(sensors.filter(has_text="Cold aisle east").locator(".is-stale")).to_have_count(0)
        await expect(sensors.filter(has_text="plugged in").locator(".value")).to_have_text("unknown")
        await expect(page.locator(".fan").nth(6)).to_contain_text(re.compile("unknown.*wanted off.*never measured"))
        await expect(page.locator(".loads .groups > li").nth(2)).to_contain_text("unknown kW")
        await expect(page.locator(".headline .on .is-unknown")).to_have_text("117 kW unknown")
        await expect(page.locator(".pdus li").nth(1)).to_contain_text(re.compile("stale, 5 min old.*36 outlets unknown"))
        assert seen.complaints == []


@pytest.mark.asyncio
async def test_the_load_says_target_what_can_come_off_and_how_the_interval_will_end() -> None:
    async with visit(page_feed.normal()) as seen:
        panel = seen.page.locator(".panel.load")
        await expect(panel.locator(".facts")).to_contain_text(re.compile("Target ?985 kW.*Can come off ?960 kW ?Unknown ?0 kW"))
        await expect(panel).to_contain_text("No interval of 15 min is judged now.")
        seen.server.show(page_feed.curtailed())
        await expect(panel.locator(".interval")).to_contain_text("Interval of 15 min to 17:11, 7 min left")
        await expect(panel.locator(".interval")).to_contain_text("Its mean will be 8.5 kW, asked for: at most 15 kW")


@pytest.mark.asyncio
async def test_a_planned_event_is_told_before_it_begins_and_not_as_planned_once_it_has() -> None:
    async with visit(page_feed.announced()) as seen:
        lines = seen.page.locator(".panel.load .planned li")
        await expect(lines).to_have_text(["planned: Control from 18:04 to 22:04, at most 400 kW"])
        begun = page_feed.announced()
        seen.server.show(begun.model_copy(update={"time": begun.time + 3601}))
        await expect(lines).to_have_count(0)
        await expect(seen.page.locator(".power-signals .cards > li")).to_contain_text("until 22:04")


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
async def test_each_sensor_stands_in_its_zone_with_the_last_hour_beside_it(size: tuple[int, int], scheme: str) -> None:
    async with visit(page_feed.normal(), size, scheme) as seen:
        zones = seen.page.locator(".temperature .zone")
        await expect(zones.locator("h3")).to_have_text(["east", "main", "west"])
        await expect(zones.nth(2).locator(".sensor")).to_have_count(2)
        await expect(zones.nth(2)).to_contain_text(re.compile(r"Cold aisle west intake.*28\.3 °C ?3 s.*humidity.*41\.0 %"))
        lines = seen.page.locator(".sensor svg.spark")
        await expect(lines).to_have_count(4)
        await expect(lines.first).to_have_attribute("aria-label", re.compile(r"last hour 27\.9 to 30\.9"))
        path = await lines.first.locator("path").get_attribute("d")
        assert path is not None
        assert path.count("M") == 2, "a line goes across what nobody saw"


@pytest.mark.asyncio
async def test_a_resting_fan_is_calm_and_a_disproved_one_is_not() -> None:
    async with visit(page_feed.trouble()) as seen:
        fans = seen.page.locator(".fan")
        await expect(fans.nth(4)).to_have_class("fan tone-good is-resting")
        await expect(fans.nth(4)).to_contain_text(re.compile("5 off.*at rest.*1,701 h in all"))
        await expect(fans.nth(2)).to_contain_text(re.compile("disproved.*12 W.*learnt 1421 W"))
        await expect(fans.nth(2).locator(".mark rect")).to_have_count(1)
        await expect(fans.nth(3)).to_contain_text("stale, 5 min old")


@pytest.mark.asyncio
async def test_a_fan_that_was_just_switched_off_is_stopping_and_nothing_contradicts_it() -> None:
    feed = page_feed.normal()
    told = {"commanded": "off", "running": "on", "proven": "unproven", "watts": 1474.0}
    stopping = page_feed.fan(1, **told, state=FanState.STOPPING, reason="stopping: 1474 W")
    reason = "1474 W although it is wanted off"
    runs_on = page_feed.fan(2, **told, state=FanState.UNASKED, reason=reason, tone="unknown")
    async with visit(feed.model_copy(update={"fans": (stopping, runs_on, *feed.fans[2:])})) as seen:
        first, second = seen.page.locator(".fan").nth(0), seen.page.locator(".fan").nth(1)
        await expect(first).to_contain_text(re.compile("1 on.*stopping.*1,474 W"))
        for word in ("wanted", "unproven"):
            await expect(first).not_to_contain_text(word)
        await expect(second).to_contain_text(re.compile("2 on.*wanted off.*although it is wanted off"))


@pytest.mark.asyncio
async def test_the_map_says_by_words_what_it_draws_and_opens_a_rack_by_keyboard() -> None:
    async with visit(page_feed.trouble()) as seen:
        racks = seen.page.locator(".rack")
        await expect(racks).to_have_count(9)
        rack = seen.page.get_by_role("button", name="pdu-4: 4 hashing, 2 waking, 30 asleep", exact=True)
        await rack.focus()
        await seen.page.keyboard.press("Enter")
        rows = seen.page.get_by_role("region", name="Loads of pdu-4").locator("tbody tr")
        await expect(rows).to_have_count(36)
        await expect(rows.first).to_have_text(re.compile("miner-109 ?1 on ?hashing ?3,250 W ?[4-6] s"))
        await seen.page.get_by_role("button", name="pdu-1: 36 asleep", exact=True).click()
        await expect(seen.page.get_by_role("region", name="Loads of pdu-4")).to_have_count(0)
        await expect(seen.page.get_by_role("region", name="Loads of pdu-1").locator("tbody tr").nth(4)).to_contain_text(
            "locked out"
        )
        await expect(seen.page.locator(".loads .groups > li").nth(2).locator(".badge")).to_have_text("18 unknown")
        await expect(seen.page.get_by_role("button", name="pdu-8: 18 asleep, 12 off, 6 unknown", exact=True)).to_be_visible()


@pytest.mark.asyncio
async def test_three_hundred_loads_are_drawn_with_each_feed_in_a_moment() -> None:
    async with visit(page_feed.normal()) as seen:
        assert await seen.page.locator(".cells path").count() <= 4 * (9 + 5)
        cells = "paths => paths.map(one => one.getAttribute('d').split('M').length - 1).reduce((a, b) => a + b)"
        assert await seen.page.locator(".rack .cells .whole").evaluate_all(cells) == 300


@pytest.mark.asyncio
async def test_a_pdu_shows_what_it_delivers_against_what_its_feeder_carries() -> None:
    async with visit(page_feed.normal()) as seen:
        first = seen.page.locator(".pdus li").first
        await expect(first).to_contain_text(re.compile("pdu-1 ?118 kW ?36 on ?3 s ?its feeder carries at most 140 kW"))
        await expect(first.locator(".meter .limit")).to_have_count(1)


@pytest.mark.asyncio
async def test_a_signal_says_whether_it_counts() -> None:
    feed = page_feed.normal()
    aside = feed.signals[0].model_copy(update={"in_service": False, "commissioned": False})
    async with visit(feed) as seen:
        card = seen.page.locator(".power-signals .cards > li")
        await expect(card).to_contain_text("utility in service, commissioned")
        seen.server.show(feed.model_copy(update={"signals": (aside,)}))
        await expect(card).to_contain_text("utility out of service, not commissioned")
