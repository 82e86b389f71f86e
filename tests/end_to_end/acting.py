"""A site that people ask for something in a real browser: who may come in, and what they see."""

import secrets
import time

from playwright.sync_api import Browser, Locator, Page, expect

from services.api.login import hashes
from services.api.login.access_file import SESSION_KEY, Access, PersonRecord
from services.api.login.person import Role
from tests.end_to_end.whole_site import WholeSite

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "right horse"
PEOPLE = {"ann": Role.OPERATOR, "vera": Role.VIEWER}
ANSWER_MS = 15_000


def write_people(site: WholeSite, **people: Role) -> None:
    """Exactly these may log in, all with one password; the api reads it within a second."""
    folder = site.folder / "data" / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / SESSION_KEY).exists():
        (folder / SESSION_KEY).write_bytes(secrets.token_hex(32).encode())
    record = hashes.of_password(PASSWORD)
    made = tuple(PersonRecord(name=name, role=role, password=record, made_at=time.time()) for name, role in people.items())
    fresh = folder / "access.new"
    fresh.write_text(Access(people=made, tokens=()).text(), encoding="utf-8")
    fresh.replace(folder / "access.json")


class Visit:
    """One browser of one person at the page of a site."""

    def __init__(self, browser: Browser, site: WholeSite, *, debug: bool = False, size: dict[str, int] = DESKTOP) -> None:
        self.context = browser.new_context(viewport=size, has_touch=size is PHONE)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(ANSWER_MS)
        self.page.goto(f"http://127.0.0.1:{site.debug_port if debug else site.page_port}/")
        expect(self.page.locator(".headline")).to_be_visible()

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        """By the dialog in the head of the page."""
        self.page.get_by_role("button", name="Log in", exact=True).click()
        self.fill_login(name, password)

    def sees_login_of(self, name: str) -> None:
        """Wait until the page says who is logged in."""
        expect(self.page.locator(".login")).to_contain_text(name)

    def fill_login(self, name: str, password: str = PASSWORD) -> None:
        """The dialog that is open."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Password").fill(password)
        dialog.get_by_role("button", name="Log in").click()

    def form(self, title: str) -> Locator:
        """A form, opened."""
        form = self.page.locator("details.form").filter(has=self.page.locator("summary", has_text=title)).first
        if form.get_attribute("open") is None:
            form.locator("summary").first.click()
        return form

    def button(self, name: str) -> Locator:
        """A button of the page by what its name begins with."""
        return self.page.locator("button.ask").filter(has_text=name).first

    def said(self, within: str) -> Locator:
        """What the answers to the buttons of a part of the page were."""
        return self.page.locator(f"{within} .said")

    def close(self) -> None:
        """Leave."""
        self.context.close()
