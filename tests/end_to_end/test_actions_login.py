"""The form at /login, and the page where only who is known may look."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from services.api.login.access_file import Access, PersonRecord
from services.api.login.hashes import of_password
from services.api.login.person import Role
from services.shared.settings import sections
from tests.end_to_end.acting import PASSWORD, PHONE
from tests.end_to_end.page_visit import CHROMIUM, FLAGS
from tests.integration.api_running import Running, running

pytestmark = pytest.mark.asyncio
NOBODY_HOME = sections.Broker(host="127.0.0.1", port=1)


@asynccontextmanager
async def at_the_door(folder: Path) -> AsyncIterator[tuple[Page, Running, list[str]]]:
    """A phone before a site that shows nothing to strangers; what its console said."""
    (folder / "secrets").mkdir()
    ann = PersonRecord(name="ann", role=Role.OPERATOR, password=of_password(PASSWORD), made_at=0)
    (folder / "secrets" / "access.json").write_text(Access(people=(ann,), tokens=()).text(), encoding="utf-8")
    said: list[str] = []
    async with running(folder, NOBODY_HOME, api={"view": "login"}) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport=PHONE)  # type: ignore[arg-type]
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page, api, said
        await chromium.close()


async def fill(page: Page, password: str = PASSWORD) -> None:
    """Name and password, and Enter."""
    await page.get_by_label("Name").fill("ann")
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")


async def test_the_form_leads_back_to_what_was_asked_for_and_never_to_another_site(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (page, api, said):
        await page.goto(f"{api.lan}/cost?of=today")
        await expect(page).to_have_url(f"{api.lan}/login?back=%2Fcost%3Fof%3Dtoday")
        await fill(page, "wrong horse")
        await expect(page.get_by_role("status")).to_have_text("the name or the password is wrong")
        await fill(page)
        await expect(page).to_have_url(f"{api.lan}/cost?of=today")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for back in ("//evil.example/", "https://evil.example", r"/\evil.example", "javascript:alert(1)", "http://", "/login"):
            await page.goto(f"{api.lan}/login?back={back}")
            await expect(page.get_by_role("status")).to_have_text("logged in as ann, operator")
            assert await page.get_by_role("link", name="The page").get_attribute("href") == "/", back
        assert [line for line in said if "401" not in line] == []


async def test_a_page_left_open_asks_for_the_login_when_it_is_over_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (page, api, _):
        await page.goto(f"{api.lan}/")
        await fill(page)
        await expect(page.locator(".headline")).to_be_visible()
        await page.context.clear_cookies()
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Only who is known may look here.")
        await dialog.get_by_label("Name").fill("ann")
        await dialog.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
        await expect(page.locator(".login")).to_contain_text("ann, operator")
        await page.get_by_role("button", name="Log out").click()
        await expect(page).to_have_url(f"{api.lan}/login")


async def test_on_a_phone_who_is_logged_in_takes_one_row_of_the_head_and_a_name_is_said_once(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (page, api, _):
        until = {"how": "session", "name": "operator", "role": "operator", "until_at": 1_900_000_000.0}
        await page.route("**/api/v1/me", lambda route: route.fulfill(json=until))
        await page.goto(f"{api.lan}/")
        await fill(page)
        who = page.locator(".login > span").first
        await expect(who).to_have_text(re.compile("^operator, until "))
        assert await who.evaluate("one => one.clientHeight") < 30
        assert await page.locator(".login").evaluate("one => one.clientHeight") <= 50
