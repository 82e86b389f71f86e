"""What the page tells of alarms, devices, ourselves, and the last days."""

import re

import pytest
from playwright.async_api import expect

from services.shared.messages import Lockout
from services.shared.vocabulary import AlarmKind, Priority
from tests.end_to_end import page_feed
from tests.end_to_end.page_visit import DESKTOP, PHONE, page_and_browser, visit

__all__ = ["page_and_browser"]


@pytest.mark.asyncio
async def test_alarms_are_short_and_those_that_are_over_do_not_bury_the_others() -> None:
    async with visit(page_feed.trouble()) as seen:
        panel = seen.page.locator(".panel.alarms")
        told = panel.locator(".told").first
        await expect(told.locator("summary")).to_have_text(
            "not acknowledged, escalated 2 times; telegram, e-mail, SMS accepted 17:04"
        )
        await expect(told.locator("li").first).to_be_hidden()
        await told.locator("summary").click()
        await expect(told.locator("li").first).to_have_text("telegram accepted at 17:04:00 (id 0)")
        await expect(panel.locator(".told summary").nth(1)).to_have_text(
            "acknowledged by Ruth until 18:04; telegram refused 16:58"
        )
        cards = panel.locator(".cards > li")
        await expect(cards.first).to_contain_text("high priority, since")
        await expect(cards.nth(2)).to_contain_text("shelved by Ben until 17:34; told nobody yet")
        await expect(panel.locator(".note")).to_have_text("3 open, 1 not acknowledged, 1 shelved")
        over = panel.locator(".over > li")
        await expect(over).to_have_count(5)
        assert [await one.is_visible() for one in await over.all()] == [True] * 3 + [False] * 2
        await expect(over.first).to_contain_text("Door 4 was open.")
        await expect(panel.get_by_text("2 older")).to_be_visible()


@pytest.mark.asyncio
async def test_an_alarm_has_the_colour_of_its_priority_and_the_word_of_its_kind() -> None:
    feed = page_feed.trouble()
    one = next(alarm for alarm in feed.alarms.alarms if alarm.kind is AlarmKind.EMERGENCY)
    low, medium, high = (one.model_copy(update={"key": rank, "priority": Priority(rank)}) for rank in ("low", "medium", "high"))
    tile = feed.alarms.model_copy(update={"alarms": (low, medium, high)})
    async with visit(feed.model_copy(update={"alarms": tile})) as seen:
        panel = seen.page.locator(".panel.alarms")
        badges = panel.locator(".cards .badge")
        await expect(badges).to_have_class(["badge tone-bad", "badge tone-warning", "badge tone-good"])
        await expect(badges).to_have_text(["Emergency"] * 3)
        await expect(panel).to_have_class(re.compile("tone-bad"))
        seen.server.show(feed.model_copy(update={"alarms": tile.model_copy(update={"alarms": (medium,)})}))
        await expect(panel).to_have_class(re.compile("tone-warning"))


@pytest.mark.asyncio
async def test_a_trip_says_in_words_what_it_is_and_why_it_cannot_be_reset_yet() -> None:
    feed = page_feed.trouble()
    (trip,) = feed.trips
    hot = trip.model_copy(update={"key": "over_temperature_east", "present": "the cause persists: it has 39.0 °C"})
    lockout = Lockout(target="fan-3", owner="Ruth", reason="", since_at=trip.since_at)
    async with visit(feed.model_copy(update={"trips": (hot,), "lockouts": (lockout,)})) as seen:
        held = seen.page.locator(".missing-and-held li")
        await expect(held.first).to_contain_text("Over-temperature, zone east: 40.6 °C at Cold aisle east")
        await expect(held.first).to_contain_text("Not to be reset yet: the cause persists: it has 39.0 °C.")
        await expect(held.filter(has_text="fan-3")).to_contain_text("fan-3 by Ruth, since")


@pytest.mark.asyncio
async def test_devices_that_answer_are_one_line_and_those_that_do_not_are_told_in_full() -> None:
    async with visit(page_feed.trouble()) as seen:
        panel = seen.page.locator(".panel.devices")
        await expect(panel).to_contain_text(re.compile(r"6 devices answer, oldest answer 1[1-9] s\."))
        lost = panel.get_by_role("region", name="Devices that do not answer").locator("tbody tr")
        await expect(lost).to_have_count(1)
        await expect(lost).to_contain_text(re.compile("pdu-2 snmp pdu.*no answer within 2 s.*lost.*since 16:57.*6 min"))
        await expect(panel.get_by_text("foreman, relay-1")).to_be_hidden()
        await panel.get_by_text("2 devices never drilled").click()
        await expect(panel.get_by_text("foreman, relay-1")).to_be_visible()
        await panel.get_by_text("All 7 devices").click()
        rows = panel.get_by_role("region", name="All devices").locator("tbody tr")
        await expect(rows.filter(has_text="pdu-1")).to_contain_text("drilled 16:49, proven in 12 s")


@pytest.mark.asyncio
async def test_our_own_health_says_what_is_stored_and_what_it_takes() -> None:
    async with visit(page_feed.trouble()) as seen:
        panel = seen.page.locator(".panel.own-health")
        await expect(panel).to_contain_text("notifier offline")
        await expect(panel).to_contain_text("telegram ok last 16:44, tested 16:54")
        facts = re.compile("Records ?stored ?Disk free ?21 GB ?Written today ?48 MB ?Memory ?180 MB ?Processor core ?8 %")
        await expect(panel.locator(".facts")).to_have_text(facts)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_how_commands_fared_can_be_read_on_desk_and_phone(size: tuple[int, int]) -> None:
    async with visit(page_feed.normal(), size) as seen:
        panel = seen.page.locator(".panel.commands")
        rows = panel.locator("tbody tr:not(.more)")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_have_text(re.compile("foreman sleep ?300 ?300 ?0 ?11 s ?48 s"))
        await expect(panel.locator(".more")).to_have_text(
            "1 open; 16:58 miner-107 expired: outlet 7 still draws 3.2 kW after 60 s"
        )
        await expect(rows.nth(1).locator("td")).to_have_text(["12", "9", "2", "11 s", "48 s"])
        fits = "box => box.scrollWidth <= box.clientWidth"
        assert await panel.locator(".scroll").evaluate(fits), "a column of the table is out of sight"
        assert await seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.asyncio
async def test_events_stand_by_day_and_older_ones_come_on_asking() -> None:
    async with visit(page_feed.curtailed()) as seen:
        panel = seen.page.locator(".panel.events")
        rows = panel.locator("li")
        await expect(rows).to_have_count(30)
        await expect(rows.first).to_have_text(re.compile("16:49:00 ?Normal to curtailing ?utility signal: Control"))
        assert (await panel.locator("h3").all_inner_texts())[:2] == ["Today", "Yesterday"]
        await panel.get_by_role("button", name="More").click()
        await expect(rows).to_have_count(60)
        await panel.get_by_role("button", name="More").click()
        await expect(rows).to_have_count(76)
        await expect(panel.get_by_role("button", name="More")).to_have_count(0)


@pytest.mark.asyncio
async def test_events_of_one_kind_can_be_seen_alone() -> None:
    async with visit(page_feed.curtailed()) as seen:
        panel = seen.page.locator(".panel.events")
        await panel.get_by_label("Which events").select_option(label="acts of people")
        await expect(panel.locator("li")).to_have_count(1)
        await expect(panel.locator("li")).to_contain_text("belt changed; by Ruth")
        await panel.get_by_label("Which events").select_option(label="all but commands")
        await expect(panel.locator("li")).to_have_count(30)


@pytest.mark.asyncio
async def test_what_is_over_and_not_acknowledged_has_its_button_and_no_colour() -> None:
    feed = page_feed.trouble()
    one = next(alarm for alarm in feed.alarms.alarms if alarm.kind is AlarmKind.EMERGENCY)
    over = {"active": False, "ended_at": one.since_at + 60, "acknowledged_by": "", "priority": Priority.HIGH}
    told = [
        one.model_copy(update=over | {"key": f"trip_{state}", "state": state, "cause": f"Tripped {state}."})
        for state in ("returned", "unacknowledged")
    ]
    tile = feed.alarms.model_copy(update={"alarms": tuple(told), "open": 0, "unacknowledged": 2})
    async with visit(feed.model_copy(update={"alarms": tile})) as seen:
        panel = seen.page.locator(".panel.alarms")
        await expect(panel).to_have_class(re.compile("tone-good"))
        for row in await panel.locator(".over > li").all():
            await expect(row.get_by_role("button", name=re.compile("cknowledge"))).to_have_count(1)
        stands = told[0].model_copy(update={"active": True, "ended_at": None, "state": "unacknowledged"})
        seen.server.show(feed.model_copy(update={"alarms": tile.model_copy(update={"alarms": (stands,), "open": 1})}))
        await expect(panel.locator(".cards > li")).to_contain_text("It ends when its trip is reset")
        await expect(panel).to_have_class(re.compile("tone-bad"))


@pytest.mark.asyncio
async def test_few_events_leave_no_long_blank_below_them() -> None:
    async with visit(page_feed.normal()) as seen:
        one = {"id": 1, "timestamp": "2026-11-22T23:00:00Z", "source": "controller", "kind": "transition", "title": "normal"}
        rest = {"severity": "info", "detail": "", "who": "", "reasons": [], "phase": None, "seconds": None, "clock_trusted": True}
        answer = {"events": [one | rest], "next_after": 1, "next_before": None}
        await seen.page.route("**/api/v1/events?*", lambda route: route.fulfill(json=answer))
        await seen.page.reload()
        await expect(seen.page.locator(".event-list li")).to_have_count(1)
        blank = "list => list.closest('.panel').clientHeight - [...list.children].reduce((sum, one) => sum + one.clientHeight, 0)"
        assert await seen.page.locator(".event-list").evaluate(blank) < 120
