"""The emergency stop, an answer that is lost, a login that ends: what the page says then is true."""

import contextlib
import json
import re
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.end_to_end.acting import ANSWER_MS, PEOPLE, PHONE, Visit, write_people
from tests.end_to_end.whole_site import WholeSite
from tests.waiting import wait

pytestmark = pytest.mark.timeout(120)
MAY_STILL = re.compile(
    r"^No answer\. It may still be carried out until (?:\d{4}-\d\d-\d\d )?(\d\d:\d\d:\d\d)\. The state of the site"
)


def leases(site: WholeSite) -> list[str]:
    """The kinds of what is held."""
    return [one["kind"] for one in site.get("/api/v1/leases", debug=True)["leases"]]


def curtail(seen: Visit) -> None:
    """Press the button of the form."""
    seen.form("Curtail")
    seen.button("Curtail all load until").click()


def stop_button(page: Page) -> Locator:
    """Its name says what it does; while it is held, that it is."""
    return page.locator(".stop button.hold")


def stopped(site: WholeSite) -> bool:
    """Whether the site is tripped."""
    return bool(site.get("/api/v1/trips")["trips"])


def reset(seen: Visit, site: WholeSite) -> None:
    """Give the site back, as its operator does."""
    seen.page.get_by_role("button", name="Reset stop").click()
    wait(lambda: not stopped(site), 10)


def test_the_emergency_stop_is_held_not_clicked_and_says_what_it_did(visit: Callable[..., Visit], shared_site: WholeSite) -> None:
    seen = visit("ann")
    page, button = seen.page, stop_button(seen.page)
    expect(page.locator(".stop")).to_contain_text("Takes the whole site off. It stays off until a person resets it.")
    button.click()
    expect(page.locator(".stop")).to_contain_text("Let go too early: nothing was asked.")
    button.dispatch_event("click")
    page.keyboard.press("Enter")
    button.hover()
    page.mouse.down()
    expect(button).to_have_text("Keep holding")
    page.mouse.move(0, 0)
    expect(button).to_have_text("Hold for 2 s to stop the site")
    page.mouse.up()
    assert not stopped(shared_site)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.locator(".stop").get_by_label("Reason").fill("smell of smoke")
    button.hover()
    page.mouse.down()
    expect(seen.said(".stop")).to_contain_text("Done.")
    page.mouse.up()
    (trip,) = shared_site.get("/api/v1/trips", debug=True)["trips"]
    assert trip["key"] == "stop"
    assert trip["reason"].startswith("emergency stop by ann (session")
    assert trip["reason"].endswith("smell of smoke")
    expect(page.locator(".headline")).to_contain_text(re.compile("emergency", re.IGNORECASE))
    reset(seen, shared_site)
    assert seen.complaints == []


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_the_emergency_stop_is_held_by_a_key_too(visit: Callable[..., Visit], shared_site: WholeSite, key: str) -> None:
    seen = visit("ann")
    keys, button = seen.page.keyboard, stop_button(seen.page)
    button.focus()
    keys.down(key)
    expect(button).to_have_text("Keep holding")
    keys.up(key)
    expect(button).to_have_text("Hold for 2 s to stop the site")
    assert not stopped(shared_site)
    keys.down(key)
    expect(seen.said(".stop")).to_contain_text("Done.")
    keys.up(key)
    assert stopped(shared_site)
    reset(seen, shared_site)


def test_a_login_that_ended_meanwhile_asks_for_nothing_and_says_so(visit: Callable[..., Visit], shared_site: WholeSite) -> None:
    seen = visit("ann")
    write_people(shared_site, **PEOPLE)  # hashed anew, as after another password
    wait(lambda: seen.page.evaluate("fetch('/api/v1/me').then((a) => a.json())")["how"] == "free view", 10)
    curtail(seen)
    expect(seen.said(".ask-the-site").first).to_have_text("Not asked: nobody is logged in. Log in, then ask again.")
    expect(seen.page.get_by_role("dialog")).to_contain_text("Nobody is logged in here.")
    expect(seen.page.locator(".login")).to_contain_text("Your login has ended.")
    assert leases(shared_site) == []
    seen.page.get_by_role("button", name="Cancel").click()
    seen.page.get_by_role("button", name="Log in again").click()
    seen.fill_login("ann")
    seen.sees_login_of("ann")


def test_a_page_left_open_says_when_its_login_is_over(visit: Callable[..., Visit]) -> None:
    seen = visit("ann")
    me = seen.page.evaluate("fetch('/api/v1/me').then((a) => a.json())")
    seen.page.route("**/api/v1/me", lambda route: route.fulfill(json=me | {"until_at": time.time() + 2}), times=1)
    seen.page.reload()
    seen.sees_login_of("ann")
    seen.context.clear_cookies()
    expect(seen.page.locator(".login")).to_contain_text("Your login has ended.")
    expect(seen.page.get_by_role("button", name="Log in again")).to_be_visible()


def test_an_answer_lost_with_the_api_is_asked_for_again_and_done_once(
    visit: Callable[..., Visit], shared_site: WholeSite
) -> None:
    seen = visit("ann")
    sent: list[str] = []
    seen.page.on("request", lambda one: sent.append(one.headers["idempotency-key"]) if one.method == "POST" else None)
    shared_site.send("api", signal.SIGSTOP)
    curtail(seen)
    expect(seen.said(".ask-the-site").first).to_have_text("Asked, waiting for the controller.")
    expect(seen.button("Curtail all load until")).to_be_disabled()
    seen.button("Curtail all load until").click(force=True)
    shared_site.send("api", signal.SIGKILL)
    shared_site.start("api")
    expect(seen.said(".ask-the-site").first).to_contain_text("Ordered, until", timeout=ANSWER_MS)
    assert len(sent) > 1
    assert len(set(sent)) == 1
    assert leases(shared_site) == ["power_signal"]
    seen.page.get_by_role("button", name="End the curtailment by ann").click()
    wait(lambda: not leases(shared_site), 10)


def test_a_frozen_api_begins_nothing_after_the_moment_that_the_page_named_and_a_stop_says_what_to_do_instead(
    visit: Callable[..., Visit], shared_site: WholeSite
) -> None:
    seen = visit("ann", size=PHONE)
    zone = ZoneInfo(shared_site.get("/dashboard_data.json")["timezone"])
    asked, stop = seen.said(".ask-the-site").first, stop_button(seen.page)
    shared_site.send("api", signal.SIGSTOP)
    try:
        with seen.page.expect_request("**/api/v1/requests/curtail") as sent:
            curtail(seen)
        waiting = _left_in_the_socket(seen, sent.value, shared_site.page_port)
        stop.focus()
        seen.page.keyboard.down("Space")
        expect(seen.said(".stop")).to_have_text("Stop asked, waiting for the controller.")
        seen.page.keyboard.up("Space")
        expect(seen.page.locator(".stop")).to_contain_text("Open the site's main breaker, or run mine stop")
        expect(asked).to_have_text(MAY_STILL, timeout=ANSWER_MS)
        named = MAY_STILL.search(asked.inner_text())
        assert named is not None
        until_at = _at(named[1], zone)
        assert 0 < until_at - time.time() < 20
        told = "No answer. It may still be carried out when the site answers again."
        expect(seen.said(".stop")).to_contain_text(told, timeout=ANSWER_MS)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        wait(lambda: time.time() > until_at + 1, 20)
    finally:
        shared_site.send("api", signal.SIGCONT)
    with contextlib.closing(waiting):
        late = waiting.getresponse()
        assert (late.status, json.loads(late.read())["type"]) == (409, "urn:mine:problem:too-late")
    assert leases(shared_site) == []


def _left_in_the_socket(seen: Visit, sent: Request, port: int) -> HTTPConnection:
    """The same request on a connection that stays: a browser's own may be closed before anybody has read it."""
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in seen.context.cookies())
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/api/v1/requests/curtail", sent.post_data, {**sent.headers, "Cookie": cookies})
    return connection


def _at(clock: str, zone: ZoneInfo) -> float:
    """Unix seconds of a time of day there that is not long past."""
    now = datetime.now(zone)
    at = now.replace(hour=int(clock[:2]), minute=int(clock[3:5]), second=int(clock[6:]), microsecond=0)
    return (at if at > now - timedelta(hours=1) else at + timedelta(days=1)).timestamp()
