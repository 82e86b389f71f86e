"""The page in a browser: safe or not, curtailed or not, and why; stale and unknown are seen as such; a lost server is told."""

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from services.api import dashboard, tile_views
from services.api.history import commands
from services.api.history.happened import EventRow
from services.shared import messages
from services.shared.settings import sections
from services.shared.vocabulary import Control
from tests.end_to_end import page_feed
from tests.end_to_end.page_server import DIST, PageServer
from tests.integration.api_running import running

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP, PHONE = (1280, 900), (390, 844)
TYPES = DIST.parent / "src" / "types.ts"
FEED_PARTS = (
    dashboard.Dashboard, dashboard.Headline, dashboard.SensorTile, dashboard.SwitchTile, dashboard.SignalTile,
    dashboard.LoadTile, dashboard.FanTile, dashboard.GroupTile, dashboard.TemperatureTile, dashboard.HumidityTile,
    dashboard.AlarmsTile, dashboard.ServiceTile, dashboard.DeviceTile, dashboard.HistoryTile, messages.OpenAlarm,
    messages.ChannelHealth, messages.Lease, messages.Limit, messages.Lockout, messages.Trip, messages.Drill,
    EventRow, commands.CommandRow, commands.CommandTruth, commands.Failure,
)  # fmt: skip


@pytest.fixture(autouse=True)
def page_and_browser() -> None:
    """Both are there, or the tests say what to do: a page that nobody looked at is not tested."""
    if not (DIST / "index.html").is_file():
        pytest.fail("the page is not built: make frontend")
    if not CHROMIUM.is_file():
        pytest.fail("there is no browser: apt-get install -y chromium")


@dataclass
class Visit:
    page: Page
    server: PageServer
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def visit(feed: dashboard.Dashboard, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> AsyncIterator[Visit]:
    server = PageServer(feed)
    address = await server.start()
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    try:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
            page = await chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            seen = Visit(page, server)
            page.on("console", lambda line: seen.complaints.append(line.text) if line.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            await page.goto(address)
            await expect(page.locator(".headline")).to_be_visible()
            yield seen
            await chromium.close()
    finally:
        await server.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_says_curtailed_since_when_and_why_on_desk_and_phone(size: tuple[int, int], scheme: str) -> None:
    async with visit(page_feed.curtailed(), size, scheme) as seen:
        page = seen.page
        await expect(page.get_by_role("status")).to_have_text("Safe. The load is curtailed. Since 16:49.")
        await expect(page.locator(".headline .on")).to_have_text("12 kW of 985 kW on, 0 kW unknown.")
        await expect(page.locator(".headline .why")).to_contain_text("utility asks for control")
        await expect(page.locator(".answers")).to_contain_text(
            re.compile("Safe ?Yes ?Curtailed ?Yes ?Limited by ?Signal utility")
        )
        await expect(page.locator(".last-events")).to_contain_text("Mode normal to curtailing")
        assert await page.title() == "Curtailed · humboldt-1"
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        top = await page.locator(".headline").bounding_box()
        assert top is not None
        assert top["y"] + top["height"] <= size[1], "the answer is not on the first screen"
        assert seen.complaints == []


@pytest.mark.asyncio
async def test_stale_is_drawn_as_stale_and_unknown_is_a_word_and_never_0() -> None:
    async with visit(page_feed.trouble()) as seen:
        rows = seen.page.locator(".sensors-and-contacts tbody tr")
        stale = rows.filter(has_text="Hot aisle")
        await expect(stale.locator(".value.is-stale")).to_have_text("44.1 °C")
        await expect(stale).to_contain_text("stale, 5 min old")
        await expect(rows.filter(has_text="Cold aisle east").locator(".is-stale")).to_have_count(0)
        await expect(rows.filter(has_text="plugged in").locator(".value")).to_have_text("unknown")
        await expect(seen.page.locator(".fan").nth(6)).to_contain_text(re.compile("unknown, wanted off.*never measured"))
        await expect(seen.page.locator(".loads li").nth(2)).to_contain_text("unknown kW")
        await expect(seen.page.locator(".headline .on .is-unknown")).to_have_text("117 kW unknown")
        await expect(seen.page.get_by_role("note").first).to_contain_text("Ruth holds temperature until 17:19")
        assert seen.complaints == []


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
        await expect(told.locator("li").first).to_have_text("telegram accepted at 2026-11-22T23:04:00Z (id 0)")
        await expect(panel.locator(".told summary").nth(1)).to_have_text(
            "acknowledged by Ruth until 18:04; telegram refused 16:58"
        )
        cards = panel.locator(".cards > li")
        await expect(cards.first).to_contain_text("high priority, since")
        await expect(cards.nth(2)).to_contain_text("shelved by Ben until 17:34; told nobody yet")
        await expect(panel.locator(".note")).to_have_text("3 open, 1 not acknowledged, 1 shelved")
        await expect(seen.page.locator(".devices-and-services .chips").last.locator("li").first).to_contain_text(", tested 16:54")
        over = panel.locator(".over > li")
        await expect(over).to_have_count(5)
        assert [await one.is_visible() for one in await over.all()] == [True] * 3 + [False] * 2
        await expect(over.first).to_contain_text("Door 4 was open.")
        await expect(panel.get_by_text("2 older")).to_be_visible()


@pytest.mark.asyncio
async def test_the_reason_of_a_signal_is_told_once_and_the_last_answer_of_a_device_by_its_age() -> None:
    feed = page_feed.curtailed()
    reason = feed.headline.why[0]
    asks = feed.signals[0].model_copy(update={"reason": reason})
    async with visit(feed.model_copy(update={"signals": (asks,)})) as seen:
        present = seen.page.locator(".headline, .power-signals, .missing-and-held")
        await expect(present.get_by_text(reason)).to_have_count(1)
        devices = seen.page.locator(".devices-and-services tbody tr")
        await expect(devices.nth(1)).to_contain_text(re.compile(r"[3-9] s$"))
        await expect(devices.filter(has_text="pdu-1")).to_contain_text("drilled 16:49, proven in 12 s")


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["/plain", "/debug-plain.html"])
async def test_the_plain_pages_fit_a_phone_in_the_dark_and_tell_the_time_of_their_data(name: str, tmp_path: Path) -> None:
    async with running(tmp_path, sections.Broker(host="127.0.0.1", port=1)) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = await chromium.new_page(viewport={"width": PHONE[0], "height": PHONE[1]}, color_scheme="dark")
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        await page.goto(api.debug + name)
        await expect(page.get_by_text(re.compile(r"^(Data )?of \S+")).first).to_be_visible()
        lines = "'line\\n'.repeat(3000) + 'x'.repeat(3000)"
        await page.evaluate(f"for (const box of document.querySelectorAll('pre')) box.textContent = {lines}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert await page.evaluate("document.documentElement.scrollHeight") < 5000
        assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"
        assert (await api.get("/favicon.ico")).headers["Content-Type"] == "image/svg+xml"
        assert complaints == []
        await chromium.close()


@pytest.mark.asyncio
async def test_a_live_number_turns_stale_by_itself_when_nothing_new_comes() -> None:
    old = page_feed.normal()
    load = old.load.model_copy(update={"age_s": 0.0, "stale_after_s": 2.0})
    async with visit(old.model_copy(update={"load": load})) as seen:
        number = seen.page.locator(".panel.load .value")
        await expect(number).to_have_class("value")
        await expect(number).to_have_class("value is-stale")
        await expect(seen.page.locator(".headline .on")).to_contain_text("How much is on is unknown")


@pytest.mark.asyncio
async def test_a_change_at_the_site_is_shown_without_asking() -> None:
    async with visit(page_feed.normal()) as seen:
        await expect(seen.page.get_by_role("status")).to_contain_text("The load may run")
        seen.server.show(page_feed.curtailed())
        await expect(seen.page.get_by_role("status")).to_contain_text("curtailed")


@pytest.mark.asyncio
async def test_a_lost_server_is_told_at_once_and_nothing_looks_live_until_it_is_back() -> None:
    async with visit(page_feed.curtailed()) as seen:
        await expect(seen.page.get_by_role("alert")).to_have_count(0)
        await seen.server.stop()
        await expect(seen.page.get_by_role("alert")).to_contain_text("No connection since")
        await expect(seen.page.get_by_role("status")).to_contain_text("Not known now. At 17:04 it was: Safe.")
        await expect(seen.page.locator(".answers")).to_contain_text(re.compile("Safe ?Unknown ?Curtailed ?Unknown"))
        await expect(seen.page.locator(".top")).to_contain_text("no connection")
        await expect(seen.page.locator(".panel:not(.is-past)")).to_have_count(0)
        await seen.server.start()
        await expect(seen.page.get_by_role("alert")).to_have_count(0, timeout=15_000)
        await expect(seen.page.locator(".panel.is-past")).to_have_count(0)
        await expect(seen.page.get_by_role("status")).to_contain_text("Safe. The load is curtailed.")


@pytest.mark.asyncio
async def test_a_silent_controller_and_a_silent_notifier_leave_nothing_that_looks_calm() -> None:
    quiet = page_feed.normal()
    sentence = "Nothing is known of the site at present."
    nothing = dict.fromkeys(dashboard.LoadTile.model_fields) | {"stale": True, "stale_after_s": 60, "interval_minutes": 15}
    silent = quiet.model_copy(update={
        "headline": dashboard.Headline(sentence=sentence, why=(), tone="unknown", safe=None, curtailed=None),
        "state_stale": True, "mode": None, "since_at": None, "control": None, "limited_by": None, "forced": None,
        "fans": (), "groups": (),
        "load": dashboard.LoadTile(**nothing),
        "alarms": quiet.alarms.model_copy(update={"known": False, "open": None, "unacknowledged": None}),
    })  # fmt: skip
    async with visit(silent) as seen:
        await expect(seen.page.locator(".answers")).to_contain_text(re.compile("Safe ?Unknown ?Curtailed ?Unknown"))
        await expect(seen.page.locator(".panel.missing-and-held")).to_contain_text("not live")
        await expect(seen.page.locator(".panel.load")).not_to_contain_text("0 kW")
        await expect(seen.page.locator(".panel.load")).to_contain_text("ready: unknown")
        await expect(seen.page.locator(".panel.alarms")).to_contain_text("Whether an alarm is open is unknown.")
        await expect(seen.page.locator(".top")).to_contain_text("control unknown")


@pytest.mark.asyncio
async def test_the_load_says_what_is_ready_what_limits_it_and_how_the_quarter_hour_will_end() -> None:
    async with visit(page_feed.normal()) as seen:
        lines = seen.page.locator(".panel.load .power li")
        await expect(lines).to_have_text(["ready: 960 kW can be taken off and confirmed now"])
        seen.server.show(page_feed.curtailed())
        await expect(lines).to_have_text([
            "ready: 0 kW can be taken off and confirmed now", "limited by signal utility",
            "this quarter hour: 8.5 kW of at most 0 kW",
        ])  # fmt: skip


@pytest.mark.asyncio
async def test_a_planned_event_is_told_before_it_begins_and_not_as_planned_once_it_has() -> None:
    async with visit(page_feed.announced()) as seen:
        lines = seen.page.locator(".panel.load .power li")
        await expect(lines.last).to_have_text("planned: Control from 18:04 to 22:04, at most 400 kW")
        begun = page_feed.announced()
        seen.server.show(begun.model_copy(update={"time": begun.time + 3601}))
        await expect(lines).to_have_count(1)


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
async def test_commands_are_unknown_while_the_history_does_not_answer() -> None:
    async with visit(page_feed.normal()) as seen:
        seen.server.history = False
        await seen.page.reload()
        await expect(seen.page.locator(".panel.commands")).to_contain_text("Unknown: the history does not answer.")
        await expect(seen.page.locator(".panel.commands tbody tr")).to_have_count(0)


@pytest.mark.asyncio
async def test_observing_is_told_with_what_would_be_done() -> None:
    feed = page_feed.curtailed().model_copy(update={"control": Control.OBSERVE, "would_do": ("hall-a: sleep 108 loads",)})
    async with visit(feed) as seen:
        await expect(seen.page.locator(".top")).to_contain_text("Observing: it sends nothing")
        await expect(seen.page.locator(".missing-and-held")).to_contain_text("hall-a: sleep 108 loads")


@pytest.mark.asyncio
async def test_the_page_can_be_read_by_ear_and_walked_by_keyboard() -> None:
    async with visit(page_feed.trouble()) as seen:
        page = seen.page
        assert await page.locator("h1").count() == 1
        await expect(page.get_by_role("main")).to_be_visible()
        for name in ("State of the site", "Load", "Temperature", "Alarms", "Fans", "Power signals", "Missing and held"):
            await expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)
        nameless = "svgs => svgs.filter(one => !one.closest('[aria-hidden=true]') && !one.ariaLabel).length"
        assert await page.locator("svg").evaluate_all(nameless) == 0
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text("To the state of the site")


def test_the_scripts_of_the_page_are_below_60_kb_packed_and_nothing_comes_from_elsewhere() -> None:
    own = (path for path in DIST.rglob("*") if DIST / "swagger" not in path.parents)  # the API has a page of its own
    files = [path for path in own if path.suffix in {".js", ".css", ".html", ".svg"}]
    scripts = [path.read_bytes() for path in files if path.suffix == ".js"]
    assert 0 < sum(len(gzip.compress(one)) for one in scripts) < 60_000
    for path in files:
        asked = re.findall(r"(?:src|href|url|import)\s*[=(]\s*[\"']?(https?:[^\"')\s]+)", path.read_text())
        assert asked == [], path.name


@pytest.mark.parametrize("model", FEED_PARTS, ids=lambda model: model.__name__)
def test_the_page_knows_the_fields_of_the_feed_and_no_others(model: type) -> None:
    found = re.search(rf"export interface {model.__name__}( extends Aged)? {{(.*?)\n}}", TYPES.read_text(), re.DOTALL)
    assert found is not None, f"{model.__name__} is missing in types.ts"
    known = set(re.findall(r"^  (\w+):", found[2], re.MULTILINE)) | (set(tile_views.Aged.model_fields) if found[1] else set())
    assert known == set(model.model_fields)
