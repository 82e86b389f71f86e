"""The debug page in a browser, beside the running simulated site: what it forces, the bus as it passes, faults and drills."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from services.controller.core.mode import TABLE
from tests.end_to_end.acting import DESKTOP, PHONE
from tests.end_to_end.whole_site import WholeSite
from tests.waiting import wait

pytestmark = pytest.mark.timeout(120)
ANSWER_MS = 15_000


@pytest.fixture
def site(shared_site: WholeSite) -> WholeSite:
    """Twenty miners; each test leaves it as it found it."""
    return shared_site.settled()


@pytest.fixture
def visit(site: WholeSite, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the debug page; at the end nothing may have been complained of."""
    pages: list[Page] = []
    complaints: list[str] = []

    def at(size: dict[str, int] = DESKTOP) -> Page:
        page = browser.new_page(viewport=size)  # type: ignore[arg-type]
        pages.append(page)
        page.set_default_timeout(ANSWER_MS)
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{site.debug_port}/debug.html")
        expect(form(page, "Force signal")).to_be_visible(timeout=ANSWER_MS)
        return page

    yield at
    for page in pages:
        page.close()
    assert [line for line in complaints if "status of 409" not in line] == []  # what is refused is an answer, and is shown


def form(page: Page, label: str) -> Locator:
    """The form whose button says so."""
    return page.get_by_role("form", name=label, exact=True)


def send(page: Page, label: str, **values: str) -> Locator:
    """Fill a form and send it. Returns the form."""
    one = form(page, label)
    for name, value in values.items():
        field = one.locator(f"[name='{name}']")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    one.get_by_role("button", name=label, exact=True).click()
    return one


def held(page: Page, kind: str) -> Locator:
    """The leases of a kind, as its form shows them."""
    return page.get_by_role("list", name=f"Held: {kind}", exact=True).locator("li")


def said(one: Locator) -> Locator:
    """What came of the form's call."""
    return one.locator(".said").first


def test_a_forced_temperature_is_a_lease_with_an_end_and_a_banner_until_it_is_released(
    visit: Callable[..., Page], site: WholeSite
) -> None:
    page = visit()
    expect(page.locator(".moves")).to_contain_text("DEBUG: this page moves the plant")
    one = send(page, "Force temperature", celsius="33", minutes="5", reason="a test")
    expect(said(one)).to_contain_text("Done, until")
    lease = held(page, "temperature")
    expect(lease).to_contain_text(re.compile(r"0:0[45]:\d\d.*33 °C in every zone"))
    expect(page.locator(".banners")).to_contain_text("Forced by")
    first = lease.locator(".count").inner_text()
    expect(lease.locator(".count")).not_to_have_text(first)
    one.locator("summary").click()
    expect(one.locator("pre")).to_contain_text('"celsius": 33')
    expect(one.locator("pre")).to_contain_text('"until_at"')
    assert site.status()["forced"] is True
    lease.get_by_role("button", name="Release").click()
    expect(lease).to_have_count(0)
    expect(page.locator(".banners")).not_to_contain_text("Forced")


def test_every_debug_call_has_its_form_and_what_is_refused_is_said_in_words(visit: Callable[..., Page], site: WholeSite) -> None:
    page = visit()
    expect(said(send(page, "Force stage", stage="9", minutes="1"))).to_contain_text("Done, until")
    expect(held(page, "fans")).to_contain_text("at least 9 fans on")
    fans = form(page, "Force stage")
    fans.get_by_role("button", name="Release").click()
    expect(held(page, "fans")).to_have_count(0)
    expect(said(send(page, "Force single fans", **{"1": "on"}))).to_contain_text("Done, until")
    expect(held(page, "fans")).to_contain_text("fan 1 on")
    form(page, "Force single fans").get_by_role("button", name="Release").click()
    expect(held(page, "fans")).to_have_count(0)
    miners = form(page, "Force miners")
    expect(said(send(page, "Force miners", names="A-99-99"))).to_contain_text("A-99-99")
    miners.locator("[name='names']").fill("")
    group = miners.get_by_role("checkbox").nth(1)
    group.check()
    send(page, "Force miners", action="sleep", minutes="10")
    expect(held(page, "miners")).to_have_count(1)
    wait(lambda: site.asleep() > 0, 60, "a group sleeps")
    send(page, "Force miners", action="release")
    expect(held(page, "miners")).to_have_count(0)
    expect(said(send(page, "Force signal", level="curtail", target_kw="20", minutes="5"))).to_contain_text("Done, until")
    expect(held(page, "power_signal")).to_have_count(1)
    expect(said(send(page, "Set phase", phase="shed"))).to_contain_text("cannot be set")
    expect(said(send(page, "Set phase", phase="free"))).to_contain_text("Done")
    expect(held(page, "power_signal")).to_have_count(0)
    expect(page.get_by_role("button", name="Hold for 2 s to stop the site")).to_be_visible()
    site.wait_mode("normal")


def test_a_message_is_seen_on_the_bus_found_by_its_topic_and_opened(visit: Callable[..., Page]) -> None:
    page = visit()
    bus = page.get_by_role("region", name="Messages, newest first")
    expect(bus.locator("tbody tr").first).to_be_visible()
    page.locator("[name='topic']").fill("event/controller")
    expect(page.get_by_text("Connecting; 4 pages at most")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    send(page, "Force stage", stage="9", minutes="1", reason="seen on the bus")
    page.locator("[name='text']").fill("seen on the bus")
    line = bus.locator("tbody tr").first
    expect(line).to_contain_text("event/controller")
    line.locator("summary").click()
    shown = json.loads(line.locator("pre").inner_text())
    assert "seen on the bus" in json.dumps(shown)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is kept")).to_be_visible()
    before = bus.locator("tbody tr").count()
    form(page, "Force stage").get_by_role("button", name="Release").click()
    expect(held(page, "fans")).to_have_count(0)
    assert bus.locator("tbody tr").count() == before
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_the_diagram_marks_the_mode_and_decisions_stand_with_what_they_went_by(
    visit: Callable[..., Page], site: WholeSite
) -> None:
    page = visit()
    modes = page.locator("svg.modes")
    expect(modes.locator("g")).to_have_count(len(TABLE))
    expect(modes.locator("g.is-present .name")).to_have_text("▶ normal")
    send(page, "Set signal", level="control")
    expect(modes.locator("g.is-present .name")).to_contain_text(re.compile("curtail"))
    expect(modes).to_have_attribute("aria-label", re.compile("The mode is curtail"))
    expect(page.locator(".panel.mode ul li").first).to_contain_text(re.compile("normal to curtail"))
    decision = page.get_by_role("list", name="Last decisions").locator("li").filter(has_text="normal to curtail").first
    decision.locator("summary").click()
    expect(decision).to_contain_text(re.compile(r"signals: name utility, level control.*\d s old"))
    expect(decision).to_contain_text(re.compile(r"temperatures: .*celsius \d+"))
    send(page, "Set signal", level="normal")
    site.wait_mode("normal")


def test_a_fault_of_the_simulated_site_is_begun_seen_in_force_and_cleared(visit: Callable[..., Page], site: WholeSite) -> None:
    page = visit()
    faults = form(page, "Begin fault")
    faults.locator("[name='device']").fill("fan:3")
    expect(faults.locator("[name='kind'] option")).to_have_text(["lie", "offline", "stuck"])
    send(page, "Begin fault", kind="stuck")
    in_force = page.get_by_role("list", name="Faults in force")
    expect(in_force).to_contain_text("stuck of fan:3")
    assert list(site.plant()["faults"]) == ["fan:3/stuck"]
    in_force.get_by_role("button", name="Clear stuck").click()
    expect(in_force.locator("li")).to_have_count(0)
    assert site.plant()["faults"] == {}
    send(page, "Set speed", speed="21")
    expect(page.get_by_text("21 times the speed of life")).to_be_visible()
    expect(said(send(page, "Set contact", name="flood", closed="open"))).to_contain_text("Done")
    expect(said(send(page, "Set weather", celsius="18"))).to_contain_text("Done")
    send(page, "Set speed", speed="20")
    expect(page.get_by_text("20 times the speed of life")).to_be_visible()


def test_a_drill_waits_for_what_came_of_it(visit: Callable[..., Page]) -> None:
    page = visit()
    row = page.locator(".panel.drills tbody tr").filter(has_text="foreman")
    expect(row).to_contain_text("never")
    row.get_by_role("button", name="Drill now").click()
    expect(row.locator(".said")).to_contain_text(re.compile(r"proven in \d"), timeout=90_000)
    expect(row).not_to_contain_text("never")


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Callable[..., Page]) -> None:
    page = visit(PHONE)
    expect(page.locator(".panel.drills tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        "[...document.querySelectorAll('.desk button, .desk input:not([type=checkbox]), .desk select')]"
        ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_the_answers_of_a_device_are_shown_as_they_came_while_a_raw_lease_runs(visit: Callable[..., Page]) -> None:
    page = visit()
    answers = page.locator(".raw li")
    expect(answers).to_have_count(0)
    assert page.get_by_role("button", name="Release raw").count() == 0
    expect(said(send(page, "Ask for raw answers", device="iotawatt-1", minutes="5"))).to_contain_text("Done, until")
    expect(answers.first).to_contain_text("Vrms")
    held(page, "raw").get_by_role("button", name="Release").click()
    expect(held(page, "raw")).to_have_count(0)
