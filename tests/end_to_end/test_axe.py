"""Every page of ours, in every state, light and dark, on desk and phone, breaks no rule that axe-core can check."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.broker import LiveBroker
from tests.end_to_end.axe import violations
from tests.end_to_end.gallery_states import STATES
from tests.end_to_end.page_server import DIST
from tests.end_to_end.page_visit import CHROMIUM, DESKTOP, FLAGS, PHONE, Visit, page_and_browser, visit
from tests.integration.api_running import Running, running, state, voice
from tests.unit.api.curtailment_records import Records, utility_event
from tests.waiting import until

__all__ = ["page_and_browser"]
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]
LOOKS = [(size, scheme) for size in (DESKTOP, PHONE) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
async def test_the_page_breaks_no_rule_in_any_state(size: tuple[int, int], scheme: str) -> None:
    async with visit(STATES["normal"][1](), size, scheme) as seen:
        await seen.page.evaluate("document.querySelector('.panel.charts').scrollIntoView()")
        await expect(seen.page.locator(".plots canvas").first).to_be_visible()
        for name in sorted(STATES, key="offline".__eq__):
            await _bring(seen, name)
            assert await violations(seen.page) == [], name


async def _bring(seen: Visit, name: str) -> None:
    feed = STATES[name][1]()
    if name == "offline":
        await seen.server.stop()
        await expect(seen.page.locator(".banner.tone-bad")).to_contain_text("No connection")
    else:
        seen.server.show(feed)
        await expect(seen.page.locator(".headline .sentence")).to_contain_text(feed.headline.sentence[:16])


async def test_the_other_pages_break_no_rule(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    of = Records(tmp_path)
    utility_event(of)
    await of.stored()
    async with (
        running(tmp_path, broker.settings("api"), site, page=DIST) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
        async_playwright() as playwright,
    ):
        bus.publish(state())
        await until(lambda: _says(api))
        (told, *_) = (await api.get("/api/v1/curtailments")).body["curtailments"]
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        found = [await _read(chromium, api, f"/event.html?id={told['id']}", size, scheme) for size, scheme in LOOKS]
        await chromium.close()
    assert [line for lines in found for line in lines] == []


async def _says(api: Running) -> bool:
    return (await api.get("/api/status")).body["mode"] == "curtailed"


async def _read(chromium: Browser, api: Running, event: str, size: tuple[int, int], scheme: str) -> list[str]:
    page = await chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    found = []
    for address, landmark in _addresses(api, event):
        await page.goto(address)
        await expect(page.locator(landmark).first).to_be_visible()
        found += [f"{address} {size} {scheme}: {line}" for line in await violations(page)]
    await page.close()
    return found


def _addresses(api: Running, event: str) -> list[tuple[str, str]]:
    """Each with what is there once it is drawn."""
    return [
        (api.lan + event, ".drawing svg"),
        (api.debug + "/debug.html", "form"),
        (api.lan + "/login", "form"),
        (api.lan + "/plain", "h1"),
        (api.lan + "/offline.html", "h1"),
    ]
