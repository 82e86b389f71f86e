"""People ask the running simulated site for something, in a real browser: every button waits for the answer."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.end_to_end.acting import PHONE, Visit
from tests.end_to_end.whole_site import WholeSite
from tests.waiting import wait

pytestmark = pytest.mark.timeout(120)
ORDERED_UNTIL = re.compile(r"^Ordered, until (\d{4}-\d\d-\d\d )?\d\d:\d\d\.$")
CONTACT = "roomalert-1_switch-1"  # the utility's dry contact is a source too


@pytest.fixture(autouse=True, scope="module")
def open_door(shared_site: WholeSite) -> None:
    """A warning, told some seconds later."""
    shared_site.tell("switch", name="door", closed=True)


def said(of: Locator) -> Locator:
    """What the answer to a button is."""
    return of.locator(".said")


def test_a_wrong_login_says_so_a_right_one_says_who_and_logging_out_ends_it(visit: Callable[..., Visit]) -> None:
    seen = visit()
    page = seen.page
    seen.log_in("ann", "wrong horse")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    seen.log_in("ann")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".login")).to_contain_text(re.compile(r"ann, operator, until .*\d\d:\d\d"))
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert [line for line in seen.complaints if "401" not in line] == []


def test_too_many_wrong_logins_tell_when_to_come_again(visit: Callable[..., Visit]) -> None:
    seen = visit()
    page = seen.page
    page.get_by_role("button", name="Log in", exact=True).click()
    answer = page.get_by_role("dialog").get_by_role("alert")
    page.route("**/api/v1/login", lambda route: route.fulfill(
        status=429, headers={"Retry-After": "12", "Content-Type": "application/problem+json"},
        json={"type": "urn:mine:problem:too-many-tries", "detail": "too many wrong logins; wait"},
    ))  # fmt: skip
    seen.fill_login("ann", "wrong")
    expect(answer).to_have_text("Too many wrong logins; wait. Try again in 12 s.")
    page.unroute("**/api/v1/login")
    page.context.set_offline(True)
    seen.fill_login("ann")
    expect(answer).to_contain_text("No answer from the site's computer.")


def test_nobody_and_a_viewer_are_asked_to_log_in_and_a_viewer_is_told_why(visit: Callable[..., Visit]) -> None:
    seen = visit()
    page = seen.page
    seen.form("Curtail")
    seen.button("Log in to curtail all load until").click()
    expect(page.get_by_role("dialog")).to_contain_text("Log in as an operator to curtail all load until")
    seen.fill_login("vera")
    expect(page.locator(".login")).to_contain_text("vera, viewer")
    seen.button("Log in to curtail all load until").click()
    expect(page.get_by_role("dialog")).to_contain_text("vera may look, and ask for nothing. Log in as an operator")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Log in to stop the site").click()
    expect(page.get_by_role("dialog")).to_contain_text("vera may look, and ask for nothing.")


def test_what_the_site_refuses_a_viewer_is_shown_in_its_words(visit: Callable[..., Visit]) -> None:
    seen = visit("vera")
    as_if = {"name": "vera", "role": "operator", "how": "session", "csrf": "", "until_at": None}
    seen.page.route("**/api/v1/me", lambda route: route.fulfill(json=as_if))
    seen.page.reload()
    form = seen.form("Curtail")
    seen.button("Curtail all load until").click()
    expect(said(form)).to_have_text("Refused. Vera may look, and ask for nothing.")


def test_on_the_debug_listener_nobody_needs_a_login_and_none_is_shown(visit: Callable[..., Visit]) -> None:
    seen = visit(debug=True)
    seen.form("Curtail")
    expect(seen.button("Curtail all load until")).to_be_visible()
    expect(seen.page.locator(".login")).to_have_count(0)
    assert seen.complaints == []


def test_a_curtailment_asked_on_the_page_takes_the_load_off_and_its_release_brings_it_back(
    visit: Callable[..., Visit], shared_site: WholeSite
) -> None:
    shared_site.settled()
    seen = visit("ann")
    form = seen.form("Curtail")
    form.get_by_label("How much comes off").select_option("Down to so many kW")
    ask = form.locator("button.ask")
    expect(ask).to_be_disabled()
    expect(form).to_contain_text("Give the kW that may stay on.")
    form.get_by_label("kW that may stay on").fill("20")
    form.get_by_label("Minutes").fill("5000")
    expect(form).to_contain_text("Give the minutes: more than 0, at most 1440.")
    form.get_by_label("Minutes").fill("30")
    form.get_by_label("Reason").fill("evening peak")
    expect(ask).to_have_text(re.compile(r"^Curtail to 20 kW until .*\d\d:\d\d$"))
    ask.dblclick()
    expect(said(form)).to_have_text(ORDERED_UNTIL)
    lease = shared_site.get("/api/v1/leases", debug=True)["leases"]
    assert [(one["kind"], one["reason"]) for one in lease] == [("power_signal", "evening peak")], "asked once"
    assert "ann (session" in lease[0]["owner"]
    held = seen.page.locator(".missing-and-held")
    expect(held).to_contain_text("evening peak")
    shared_site.wait_mode("curtailed")
    assert 0 < shared_site.status()["load"]["measured_kw"] < 22
    held.get_by_role("button", name="End the curtailment by ann").click()
    expect(held).not_to_contain_text("evening peak")
    assert seen.complaints == []


def test_groups_are_held_asleep_until_a_time_of_day_of_the_site(visit: Callable[..., Visit], shared_site: WholeSite) -> None:
    seen = visit("ann", size=PHONE)
    form = seen.form("Hold miners asleep")
    expect(form).to_contain_text("Choose a group, or name a load.")
    group = shared_site.get("/dashboard_data.json")["groups"][0]["name"]
    form.get_by_label(group, exact=True).check()
    form.get_by_label("How long").select_option("until a time")
    expect(form).to_contain_text("Give a time of day at the site.")
    zone = ZoneInfo(shared_site.get("/dashboard_data.json")["timezone"])
    now = datetime.now(zone)
    past = now - timedelta(minutes=2)
    form.get_by_label("Time of day at the site").fill(f"{past:%H:%M}")
    day = "tomorrow" if past.date() == now.date() else "today"
    expect(form.locator(".badge")).to_have_text(f"until {day} {past:%H:%M}: more than 12 h")
    end = f"{now + timedelta(hours=1):%H:%M}"
    form.get_by_label("Time of day at the site").fill(end)
    expect(form.locator(".badge")).to_have_count(0)
    ask = form.locator("button.ask")
    expect(ask).to_have_text(re.compile(rf"^Hold {group} asleep until .*{end}$"))
    ask.tap()
    expect(said(form)).to_have_text(ORDERED_UNTIL)
    (lease,) = shared_site.get("/api/v1/leases", debug=True)["leases"]
    assert (lease["kind"], f"{datetime.fromtimestamp(lease['until_at'] + 1, zone):%H:%M}") == ("miners", end)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    seen.page.get_by_role("button", name="Release miners").tap()
    wait(lambda: not shared_site.get("/api/v1/leases", debug=True)["leases"], 10)
    assert seen.complaints == []


def test_a_fan_is_locked_out_and_given_back_with_the_keyboard_alone(visit: Callable[..., Visit], shared_site: WholeSite) -> None:
    seen = visit("ann")
    keys = seen.page.keyboard
    seen.page.locator("details.form summary", has_text="Lock out").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type("fan-12")
    keys.press("Tab")
    keys.type("belt")
    keys.press("Enter")  # in a field: nothing is asked
    keys.press("Tab")
    keys.press("Space")
    form = seen.form("Lock out")
    expect(said(form)).to_have_text("Refused. No fan, load, outlet or group is named fan-12.")
    form.get_by_label("Fan, load").fill("fan-3")
    form.locator("button.ask").focus()
    keys.press("Enter")
    expect(said(form)).to_have_text("Done.")
    back = seen.page.get_by_role("button", name="Give fan-3 back")
    expect(back).to_be_visible()
    assert [one["reason"] for one in shared_site.get("/api/v1/lockouts", debug=True)["lockouts"]] == ["belt"]
    back.focus()
    keys.press("Space")
    expect(back).to_be_hidden()


def test_the_last_signal_source_goes_out_of_service_only_when_that_is_confirmed(
    visit: Callable[..., Visit], shared_site: WholeSite
) -> None:
    seen = visit("ann")
    form = seen.form("Take a signal source out of service")
    form.get_by_label("Source").select_option(CONTACT)
    form.locator("button.ask", has_text=f"Take {CONTACT} out of service until").click()
    expect(form).to_contain_text(f"{CONTACT} is out of service already.")
    expect(form.get_by_label("Source")).to_have_value(CONTACT)  # it does not go on to another by itself
    form.get_by_label("Source").select_option("utility")
    expect(form).to_contain_text("Confirm that no signal counts then.")
    form.get_by_role("checkbox", name="utility is the last source in service").check()
    form.locator("button.ask", has_text="Take utility out of service until").click()
    expect(form).to_contain_text("utility is out of service already.")
    for name in ("utility", CONTACT):
        back = seen.page.locator(".missing-and-held").get_by_role("button", name=f"Put {name} back into service")
        expect(seen.page.locator(".power-signals li").filter(has_text=name).last).to_contain_text(
            re.compile(r"out of service by ann \(.*\) until \w")
        )
        back.click()
        expect(back).to_be_hidden()
    assert all(one["in_service"] for one in shared_site.get("/dashboard_data.json")["signals"])


def test_a_trip_is_not_reset_while_its_cause_stands_and_is_when_it_is_gone(
    visit: Callable[..., Visit], shared_site: WholeSite
) -> None:
    seen = visit("ann")
    shared_site.post("/api/debug/temperature", {"celsius": 41.0, "sensor": "roomalert-1/sensor-1", "minutes": 10})
    held = seen.page.locator(".missing-and-held")
    expect(held).to_contain_text("Over-temperature, zone east: forced to 41.0 °C", timeout=20_000)
    expect(held.locator(".present")).to_contain_text("Not to be reset yet: the cause of over-temperature in zone east persists")
    reset = held.get_by_role("button", name="Reset over-temperature, zone east")
    reset.click()
    expect(said(held).first).to_contain_text("Refused. The cause of over-temperature in zone east persists: 41.0 °C is forced")
    held.get_by_role("button", name="Release temperature").click()
    expect(held.get_by_role("button", name="Release temperature")).to_be_hidden()
    reset.click()
    expect(reset).to_be_hidden()
    assert shared_site.get("/api/v1/trips")["trips"] == []


def test_an_alarm_is_shelved_taken_back_and_acknowledged(visit: Callable[..., Visit]) -> None:
    seen = visit("ann")
    alarm = seen.page.locator(".alarms .cards li").filter(has_text=re.compile("door", re.IGNORECASE)).first
    expect(alarm).to_be_visible(timeout=30_000)
    alarm.locator("summary", has_text="Shelve").click()
    alarm.get_by_role("button", name="Shelve until").click()
    expect(alarm).to_contain_text("shelved by ann")
    alarm.get_by_role("button", name="Take back from the shelf").click()
    button = alarm.get_by_role("button", name=re.compile("^Acknowledge: .*door", re.IGNORECASE))
    button.focus()
    seen.page.keyboard.press("Enter")
    expect(alarm).to_contain_text("acknowledged by ann")
    expect(alarm).to_be_focused()
