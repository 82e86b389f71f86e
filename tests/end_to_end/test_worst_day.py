"""The page where no script runs: the state stands in it; a login and the emergency stop are forms that say what came of them."""

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.broker import LiveBroker
from tests.end_to_end.page_server import DIST
from tests.end_to_end.page_visit import CHROMIUM
from tests.integration.api_running import Running, running, state, voice
from tests.integration.test_login import NOBODY_HOME, asking, secrets_of
from tests.waiting import until

pytestmark = pytest.mark.asyncio
PHONE = {"width": 390, "height": 844}
SCRIPTS = re.compile(r'src="(/assets/[^"]+\.js)"')
SHOWN = """(button) => ["backgroundColor", "color"].map(
    (one) => getComputedStyle(button)[one].match(/[0-9.]+/g).slice(0, 3).map(Number))"""


def contrast(one: list[float], other: list[float]) -> float:
    """The ratio of two colours in sRGB, 1 to 21 (WCAG 2.2, 1.4.3)."""

    def light(colour: list[float]) -> float:
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@asynccontextmanager
async def without_scripts(scheme: str = "dark") -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        context = await chromium.new_context(java_script_enabled=False, viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
        yield await context.new_page()
        await chromium.close()


async def _said(api: Running) -> bool:
    return (await api.get("/api/status")).body["mode"] == "curtailed"


async def stop(page: Page, api: Running, name: str, password: str) -> None:
    await page.goto(f"{api.lan}/")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_label("Reason").fill("smoke & sparks")
    await page.get_by_role("button", name="Stop the whole site").click()


async def test_without_scripts_the_page_shows_state_reason_and_alarms_and_asks_for_itself_again(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site, page=DIST) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
        without_scripts() as page,
    ):
        bus.publish(state())
        await until(lambda: _said(api))
        await page.goto(f"{api.lan}/")
        await expect(page.get_by_text("the utility asks for control").first).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        for title in ("Why", "The load", "Temperatures", "Fans", "Alarms", "Services", "Emergency stop"):
            await expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        assert await page.locator('meta[http-equiv="refresh"]').get_attribute("content") == "30"
        plain = await page.goto(f"{api.lan}/plain")
        assert plain is not None and plain.headers["refresh"] == "30"
        form = await page.goto(f"{api.lan}/stop")
        assert form is not None and "refresh" not in form.headers and "refresh" not in await form.text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_without_scripts_the_stop_is_read_and_is_red_right_under_the_state_before_the_load(
    tmp_path: Path, broker: LiveBroker, site: str, scheme: str
) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site, page=DIST) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
        without_scripts(scheme) as page,
    ):
        bus.publish(state())
        await until(lambda: _said(api))
        for address in ("/", "/plain", "/stop"):
            await page.goto(api.lan + address)
            ground, letters = await page.get_by_role("button", name="Stop the whole site").evaluate(SHOWN)
            assert ground[0] > 2 * max(ground[1:]), f"{address}: not red: {ground}"
            assert contrast(ground, letters) >= 4.5, f"{address}: {letters} on {ground}"
        await page.goto(f"{api.lan}/")
        await expect(page.get_by_text("Safe: unknown. Curtailed: unknown.")).to_be_visible()
        titles = await page.get_by_role("heading", level=2).all_inner_texts()
        assert titles.index("Emergency stop") == titles.index("Why") + 1


async def test_the_stop_of_the_page_without_scripts_needs_an_operator_and_says_what_came_of_it(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    password = secrets_of(tmp_path)["password"]
    async with (
        running(tmp_path, broker.settings("api"), site, page=DIST) as api,
        asking(broker, site) as asked,
        without_scripts() as page,
    ):
        await stop(page, api, "operator", "guessed")
        await expect(page.get_by_role("heading", name="Not stopped")).to_be_visible()
        await expect(page.get_by_text("the name or the password is wrong")).to_be_visible()
        assert asked == []
        await stop(page, api, "operator", password)
        await expect(page.get_by_role("heading", name="Stopped", exact=True)).to_be_visible()
        assert [(one.verb, one.reason) for one in asked] == [("stop", "smoke & sparks")]
        assert asked[0].who.startswith("operator (password, ")


async def test_who_is_logged_in_by_the_form_stops_without_a_password_and_no_foreign_page_can(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    password = secrets_of(tmp_path)["password"]
    async with (
        running(tmp_path, broker.settings("api"), site, page=DIST) as api,
        asking(broker, site) as asked,
        without_scripts() as page,
    ):
        await page.goto(f"{api.lan}/login")
        await page.get_by_label("Name").fill("operator")
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Log in").click()
        await expect(page).to_have_url(f"{api.lan}/")
        await expect(page.get_by_label("Password")).to_have_count(0)
        cookie = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in await page.context.cookies())}
        await page.get_by_role("button", name="Stop the whole site").click()
        await expect(page.get_by_role("heading", name="Stopped", exact=True)).to_be_visible()
        for headers in (cookie, cookie | {"Origin": "http://elsewhere.example"}):
            assert (await api.post("/stop", base=api.lan, data={"csrf": "guessed"}, headers=headers)).status == 403
        assert len(asked) == 1


async def test_on_the_debug_listener_the_stop_asks_nobody_and_what_is_no_form_stops_too(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with running(tmp_path, broker.settings("api"), site, page=DIST) as api, asking(broker, site) as asked:
        for body in (b"", b"\xff\xfe", b"reason=" + b"x" * 10_000, b"&".join(b"a=b" for _ in range(99))):
            answer = await api.ask("POST", "/stop", base=api.debug, data=body)
            assert (answer.status, "<h1>Stopped</h1>" in answer.text) == (200, True)
        assert {one.verb for one in asked} == {"stop"}
        assert max(len(one.reason) for one in asked) == 500


async def test_a_stop_that_reaches_nobody_says_so_and_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME, page=DIST) as api:
        answer = await api.ask("POST", "/stop", base=api.debug, data={})
        assert answer.status in (502, 504)
        assert "open its breakers" in answer.text


async def test_scripts_and_styles_go_packed_to_a_browser_that_takes_it_and_whole_to_others(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME, page=DIST) as api:
        path = SCRIPTS.findall((await api.get("/")).text)[0]
        whole = (DIST / path[1:]).read_bytes()
        async with api.session.get(api.lan + path, headers={"Accept-Encoding": "identity"}) as plain:
            assert (await plain.read(), plain.headers.get("Content-Encoding")) == (whole, None)
        async with api.session.get(api.lan + path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
            assert gzip.decompress(await packed.read()) == whole


async def test_an_installed_page_that_reaches_nobody_says_so_and_shows_no_number(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY_HOME, page=DIST) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = await chromium.new_page()
        await page.goto(api.lan)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        manifest = (await api.get("/manifest.webmanifest")).body
        for icon in manifest["icons"]:
            async with api.session.get(api.lan + icon["src"]) as found:
                assert found.status == 200
        await api.stop()
        await page.goto(api.lan)
        await expect(page.get_by_role("heading", name="No connection to the site")).to_be_visible()
        await chromium.close()
