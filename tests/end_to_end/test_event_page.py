"""The page of one curtailment in a browser, served by the real api from records that the real writer made."""

import csv
import io
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from services.shared.settings import sections
from tests.end_to_end.page_server import DIST
from tests.end_to_end.whole_site import WholeSite
from tests.integration.api_running import Running, running
from tests.unit.api.curtailment_records import T0, Records, utility_event
from tests.waiting import wait

NOBODY = sections.Broker(host="127.0.0.1", port=1)
CHROMIUM = Path("/usr/bin/chromium")
DESKTOP, PHONE = (1280, 900), (390, 844)
CHICAGO = sections.General(site="mine", timezone="America/Chicago")


@pytest.fixture(autouse=True)
def page_and_browser() -> None:
    """Both are there, or the tests say what to do."""
    if not (DIST / "event.html").is_file():
        pytest.fail("the page is not built: make frontend")
    if not CHROMIUM.is_file():
        pytest.fail("there is no browser: apt-get install -y chromium")


@dataclass
class Visit:
    page: Page
    api: Running
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def visit(
    folder: Path, story: Callable[[Records], None], *, size: tuple[int, int] = DESKTOP, scheme: str = "light", t0: float = T0
) -> AsyncIterator[Visit]:
    of = Records(folder, t0)
    story(of)
    await of.stored()
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with running(folder, NOBODY, general=CHICAGO) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        page = await chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        seen = Visit(page, api)
        page.on("console", lambda line: seen.complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        yield seen
        await chromium.close()


async def open_newest(seen: Visit) -> int:
    (newest, *_) = (await seen.api.get("/api/v1/curtailments")).body["curtailments"]
    await seen.page.goto(f"{seen.api.lan}/event.html?id={newest['id']}")
    await expect(seen.page.locator(".sentence")).to_be_visible()
    return int(newest["id"])


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_curtailment_is_told_from_top_to_bottom_on_desk_and_phone(
    tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    async with visit(tmp_path, utility_event, size=size, scheme=scheme) as seen:
        await open_newest(seen)
        page = seen.page
        assert await page.title() == "Curtailment of 2027-01-15 03:00"
        await expect(page.locator(".sentence")).to_contain_text("The power signal utility asked at")
        facts = page.locator(".facts-of-it")
        await expect(facts).to_contain_text(re.compile(r"Confirmed\s*after 90 s"))
        by = facts.get_by_text("measured by 2 PDUs")
        await expect(facts.get_by_text("read 3 s before")).to_be_hidden()
        await by.click()
        await expect(facts.get_by_text("read 3 s before")).to_be_visible()
        await expect(facts).to_contain_text(re.compile(r"Worst interval\s*12 kW of 20 kW"))
        await expect(facts).to_contain_text("event EV-7")
        await expect(page.locator(".drawing svg")).to_have_count(3)
        assert len(await page.locator(".drawing .measured").first.get_attribute("d") or "") > 200
        flags = page.locator(".drawing").first.locator(".flags text")
        assert await flags.all_text_contents() == ["A", "L", "C", "R", "E"]
        await expect(page.locator(".legend")).to_contain_text("measured: sum of 2 PDUs")
        times = page.locator(".timeline li")
        await expect(times.first).to_contain_text("The plan was first seen")
        await expect(times.last).to_contain_text("Normal (was restoring)")
        await expect(page.locator("tr.is-worst")).to_contain_text("worst")
        await expect(page.get_by_role("region", name="Commands").locator("tbody tr").first).to_contain_text("foreman")
        await expect(page.locator(".stood")).to_contain_text("Foreman did not take 1 load off")
        await expect(page.locator(".signals-said")).to_contain_text("Full Load Control")
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert seen.complaints == []


@pytest.mark.asyncio
async def test_on_paper_it_is_black_on_white_without_buttons_and_as_wide_as_a4(tmp_path: Path) -> None:
    async with visit(tmp_path, utility_event, scheme="dark", size=(680, 960)) as seen:
        await open_newest(seen)
        page = seen.page
        await page.emulate_media(media="print", color_scheme="dark")
        await expect(page.get_by_role("button", name="Print")).to_be_hidden()
        await expect(page.get_by_role("link", name="CSV")).to_be_hidden()
        colours = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        assert await page.locator("body").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert await page.locator(".panel").first.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert await page.evaluate("document.documentElement.scrollWidth") <= 680
        await expect(page.locator(".drawing svg").first).to_be_visible()
        assert (await page.pdf(format="A4")).startswith(b"%PDF")


@pytest.mark.asyncio
async def test_the_csv_is_linked_and_has_what_the_page_draws(tmp_path: Path) -> None:
    async with visit(tmp_path, utility_event) as seen:
        id_ = await open_newest(seen)
        link = seen.page.get_by_role("link", name="CSV")
        assert await link.get_attribute("href") == f"/api/v1/curtailments/{id_}.csv"
        answer = await seen.api.get(f"/api/v1/curtailments/{id_}.csv")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert {"time", "kw", "target_kw", "setpoint_kw", "event"} <= rows[0].keys()
        assert any(row["event"].startswith("Curtailed (was curtailing)") for row in rows)
        assert {float(row["kw"]) for row in rows if row["kw"]} >= {990.0, 12.0, 400.0}


@pytest.mark.asyncio
async def test_one_that_runs_says_so_and_tells_by_itself_that_it_is_over(tmp_path: Path) -> None:
    t0 = time.time() - 3600 - 1300
    async with visit(tmp_path, lambda of: utility_event(of, ends=False, lasts_s=1200), t0=t0) as seen:
        await open_newest(seen)
        page = seen.page
        await expect(page.locator(".top .badge")).to_have_text("runs")
        await expect(page.locator(".sentence")).to_contain_text("It runs, for 21 min")
        await expect(page.locator(".facts-of-it")).to_contain_text(re.compile(r"Back\s*not yet"))
        of = Records(tmp_path, t0, after_seq=1_000)
        of.turn(3600 + 1250, "curtailed", "restoring", "restoring")
        of.turn(3600 + 1280, "restoring", "normal", "nothing limits the load")
        await of.stored()
        await expect(page.locator(".sentence")).to_contain_text("Load was free again at", timeout=20_000)
        await expect(page.locator(".top .badge")).to_have_count(0)
        line = page.locator(".drawing .measured").first
        drawn = await line.get_attribute("d") or ""
        later = Records(tmp_path, t0)
        for after in range(3600 + 1200, 3600 + 1290, 10):
            later.read(after, "pdu-1", 495.0)
            later.read(after, "pdu-2", 495.0)
        await later.stored()  # readings reach the disk after the end is known
        await expect(line).not_to_have_attribute("d", drawn, timeout=20_000)


@pytest.mark.asyncio
async def test_one_that_ended_before_an_interval_began_says_that_none_was_judged(tmp_path: Path) -> None:
    async with visit(tmp_path, lambda of: utility_event(of, lasts_s=300)) as seen:
        await open_newest(seen)
        await expect(seen.page.locator(".facts-of-it")).to_contain_text(re.compile(r"Worst interval\s*no interval was judged"))


@pytest.mark.asyncio
async def test_an_unknown_number_no_number_and_no_history_are_said_in_words(tmp_path: Path) -> None:
    async with visit(tmp_path, utility_event) as seen:
        page = seen.page
        for address, words in (
            ("?id=999999", "No curtailment on record has this number."),
            ("", "This address names no curtailment."),
            ("?id=abc%3Cb%3E", "The number in this address is none."),
        ):
            await page.goto(f"{seen.api.lan}/event.html{address}")
            await expect(page.locator(".waiting")).to_have_text(words)
            await expect(page.locator(".curtailments li")).to_have_count(1)
            await expect(page.locator(".curtailments a").first).to_contain_text("power signal utility, at most 20 kW")
        await page.route(
            "**/api/v1/curtailments/**", lambda route: route.fulfill(status=503, json={"detail": "the disk is full"})
        )
        await page.goto(f"{seen.api.lan}/event.html?id=7")
        await expect(page.locator(".waiting")).to_have_text("The history cannot be read now. the disk is full")


@pytest.mark.asyncio
async def test_when_the_api_is_gone_the_page_says_so_and_keeps_what_it_knew(tmp_path: Path) -> None:
    t0 = time.time() - 3600 - 1300
    async with visit(tmp_path, lambda of: utility_event(of, ends=False, lasts_s=1200), t0=t0) as seen:
        await open_newest(seen)
        await seen.page.route("**/api/v1/curtailments/**", lambda route: route.abort())
        await expect(seen.page.get_by_role("alert")).to_contain_text(
            "Not live. The site's server does not answer.", timeout=20_000
        )
        await expect(seen.page.locator(".panel.load")).to_have_class(re.compile("is-past"))
        await expect(seen.page.locator(".timeline")).to_be_visible()
        await seen.page.unroute("**/api/v1/curtailments/**")
        await expect(seen.page.get_by_role("alert")).to_have_count(0, timeout=20_000)
        await expect(seen.page.locator(".panel.load")).not_to_have_class(re.compile("is-past"))


@pytest.mark.asyncio
async def test_what_the_records_say_is_text_and_no_markup(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.turn(-10, "starting", "normal")
        of.turn(0, "normal", "curtailing", "<img src=x onerror=alert(1)>", detail='{"signals": [{"name": "<b>", "level": "x"}]}')
        of.turn(60, "curtailing", "normal")

    async with visit(tmp_path, story) as seen:
        await open_newest(seen)
        await expect(seen.page.locator(".facts-of-it")).to_contain_text("<img src=x onerror=alert(1)>")
        await expect(seen.page.locator("#page img")).to_have_count(0)
        await expect(seen.page.locator(".drawing").first).to_be_visible()
        assert seen.complaints == []


@pytest.mark.timeout(170)
def test_the_simulated_sites_curtailment_is_listed_and_its_numbers_are_what_the_site_did(
    whole_site: Callable[..., WholeSite],
) -> None:
    site = whole_site(MINE_POWER_RESPONSE_DEADLINE_MINUTES="0.2", MINE_POWER_INTERVAL_MINUTES="0.25").start().settled()
    asked_at = time.time()
    site.tell("signal", level="control", target_kw=20)
    site.wait_mode("curtailed")
    curtailed_at = time.time()
    (runs,) = wait(lambda: site.get("/api/v1/curtailments")["curtailments"], 10, "it is listed")
    assert runs["until_at"] is None
    asleep = site.asleep()
    wait(lambda: time.time() > asked_at + 30, 40, "a settlement interval and more")
    site.tell("signal", level="normal")
    site.wait_mode("normal", 90)
    normal_at = time.time()
    one = wait(
        lambda: (told := site.get(f"/api/v1/curtailments/{runs['id']}"))["curtailment"]["until_at"] and told, 10, "its end"
    )
    line = one["curtailment"]
    assert (line["kind"], line["source"], line["level"], line["target_kw"]) == ("signal", "utility", "control", 20)
    assert asked_at - 1 <= line["from_at"] <= asked_at + 5
    assert line["confirmed_s"] == pytest.approx(curtailed_at - asked_at, abs=4)
    assert line["until_at"] == pytest.approx(normal_at, abs=4)
    assert line["lowest_kw"] <= 20 * 1.03 + 0.03 * 68
    assert not line["forced"]
    sleeps = next(row for row in one["commands"] if row["act"] == "sleep")
    assert sleeps["sent"] >= asleep > 0 and sleeps["confirmed"] >= asleep - 1
    assert any(said["raw_text"] for said in one["signals"]), "what stood on the utility's page"
    measured = [point["kw"] for point in one["curve"]["points"] if line["from_at"] + 15 < point["at"] < asked_at + 28]
    assert measured and max(measured) <= 22
    assert one["intervals"]["rows"] and one["intervals"]["rows"][one["intervals"]["worst"]]["mean_kw"] <= 22
    assert len(one["stages"]) >= 2 and sum(stage["loads"] for stage in one["stages"]) >= asleep - 1
    assert {"mode", "proof", "restore", "end"} <= {moment["kind"] for moment in one["timeline"]}
