"""No name is resolved: what has an address goes on being read and moved, and nothing waits for the resolver's half minute."""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.whole_site import SERVICES
from tests.integration.bad_resolver import BadResolver
from tests.integration.bad_world import World, needs
from tests.waiting import wait

pytestmark = [
    pytest.mark.timeout(90),
    needs("unshare", "--mount", "true", why="only root may have a resolver of its own"),
]
PATHS = {
    "APIS_CORNBELT_URL": "0/power-signal", "APIS_FOREMAN_API": "3", "NOTIFICATIONS_TELEGRAM_API": "6",
    "NOTIFICATIONS_SMS_URL": "7", "NOTIFICATIONS_WEBHOOK_URL": "8/hook",
}  # fmt: skip
"""What lies outside, by the last figures of its port in the simulated site."""


@pytest.fixture
def resolver() -> Iterator[BadResolver]:
    worker = int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
    made = BadResolver(f"127.53.53.{worker + 1}")
    yield made
    made.close()


def outside_by_name(it: World, resolver: BadResolver) -> None:
    for name, path in PATHS.items():
        offset, _, rest = path.partition("/")
        host = name.lower().replace("_", "-") + ".mine.test"
        it.site.env[f"MINE_{name}"] = f"http://{host}:{it.site.base + int(offset)}/{rest}".rstrip("/")
    named = it.site.folder / "resolv.conf"
    named.write_text(f"nameserver {resolver.host}\n")
    assert it.own_view().mount("--bind", str(named), "/etc/resolv.conf")


def health(it: World) -> dict[str, str]:
    return {one["name"]: one["state"] for one in it.site.get("/dashboard_data.json")["devices"]}


def test_without_names_the_contact_still_curtails_and_all_comes_back_by_itself(
    world: Callable[..., World], resolver: BadResolver
) -> None:
    it = world()
    outside_by_name(it, resolver)
    resolver.does = "swallows"
    it.site.start()
    wait(lambda: it.site.status().get("mode"), 30, "the page shows a mode")
    here = ("roomalert-1", "iotawatt-1", "pdu-1", "relay-1")
    wait(lambda: all(health(it).get(name) == "ok" for name in here), 15, "what has an address is read")
    it.site.tell("switch", name="utility", closed=False)
    began = time.monotonic()
    wait(lambda: it.site.mode() == "curtailing", 10, "the utility's own wire is enough")
    assert time.monotonic() - began < 5
    resolver.does = "knows none"
    wait(lambda: it.told("smtp"), 20, "the one way that has an address tells it")
    threads = [it.threads(name) for name in SERVICES]
    assert max(threads) < 20 and max(it.lines().values()) < 40, (threads, it.lines())
    resolver.does = "answers"
    it.site.wait_mode("curtailed", 60)
    assert it.site.asleep() == 20 and it.site.open_outlets() == 0
    wait(lambda: it.told("telegram") and it.told("sms") and it.told("webhook"), 60, "the others tell it late")
    assert it.messages_of("EMERGENCY") == 1
