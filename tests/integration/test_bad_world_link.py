"""The way out is cut: nothing is flooded, the loss counts, the contact acts, and all comes back by itself at its pace."""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.whole_site import SERVICES
from tests.integration.bad_link import BadLink
from tests.integration.bad_world import World
from tests.waiting import wait

LONG = os.environ.get("MINE_PROOF") == "long"
CUT_S = 1_200.0 if LONG else 3.0
"""How long it stays cut in each of two ways after the loss counts."""
pytestmark = pytest.mark.timeout(2 * CUT_S + 120)
OUTSIDE = {
    "APIS_CORNBELT_URL": "0/power-signal", "APIS_FOREMAN_API": "3", "NOTIFICATIONS_TELEGRAM_API": "6",
    "NOTIFICATIONS_SMS_URL": "7", "NOTIFICATIONS_WEBHOOK_URL": "8/hook",
}  # fmt: skip
"""By the last figures of its port in the simulated site; e-mail besides."""
MAIL = "NOTIFICATIONS_EMAIL_SMTP_PORT"
SOON = {"MINE_SIGNAL_HEARTBEAT_MINUTES": "0.1", "MINE_FOREMAN_CALLS_PER_SECOND": "4"}


@pytest.fixture
def cut(world: Callable[..., World]) -> Iterator[tuple[World, BadLink]]:
    it = world(**SOON)
    offsets = {name: int(rest.partition("/")[0]) for name, rest in OUTSIDE.items()} | {MAIL: 5}
    link = BadLink({name: it.site.base + offset for name, offset in offsets.items()})
    for name, rest in OUTSIDE.items():
        it.site.env[f"MINE_{name}"] = f"http://127.0.0.1:{link.ports[name]}/{rest.partition('/')[2]}".rstrip("/")
    it.site.env[f"MINE_{MAIL}"] = str(link.ports[MAIL])
    yield it, link
    link.close()


def memory(it: World) -> dict[str, int]:
    """RSS of each service, in kB."""
    return {name: it.rss_kb(name) for name in SERVICES}


def nothing_grows(it: World) -> None:
    """While the way out is cut: neither logs nor memory."""
    lines, before, began = it.lines(), memory(it), time.monotonic()
    wait(lambda: time.monotonic() - began >= CUT_S, CUT_S + 5, "a while")
    more = {name: count - lines[name] for name, count in it.lines().items()}
    grown = {name: kb - before[name] for name, kb in memory(it).items()}
    assert max(more.values()) <= 10 + CUT_S / 60, (CUT_S, more)
    assert max(grown.values()) < 8_000, (CUT_S, grown)


def test_a_site_whose_way_out_is_cut_takes_load_off_and_brings_it_back_without_a_storm(cut: tuple[World, BadLink]) -> None:
    it, link = cut
    it.site.start().settled()
    told = {channel: len(it.told(channel)) for channel in ("telegram", "sms", "smtp", "webhook")}
    link.set("refuses")
    wait(
        lambda: it.site.open_outlets() == 0 or it.site.mode() in ("curtailing", "curtailed"), 20, "the loss of the signal counts"
    )
    it.site.tell("switch", name="utility", closed=False)
    wait(lambda: "contact" in str(it.site.status()), 10, "the utility's own wire is read all the while")
    nothing_grows(it)
    link.set("swallows")
    nothing_grows(it)
    assert all(len(it.told(channel)) == count for channel, count in told.items()), "nobody is reached"
    it.site.tell("switch", name="utility", closed=True)
    back = time.monotonic()
    link.set("passes")
    wait(lambda: it.site.hashing() == 20 and it.site.mode() == "normal", 60, "all is as before")
    wait(lambda: all(len(it.told(channel)) > told[channel] for channel in ("telegram", "smtp")), 60, "people read of it late")
    calls = [at for at in link.asked["APIS_FOREMAN_API"] if at > back]
    assert len(calls) > 20
    most = max(sum(first <= at < first + 1 for at in calls) for first in calls)
    assert most <= 10, f"{most} calls within a second: four orders and two readings, and a second's that waited"
    assert len(it.told("telegram")) - told["telegram"] <= 4, it.told("telegram")
