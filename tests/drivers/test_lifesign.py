"""The sign of life against an outside watcher on a real socket: when, with what, and what is told when the watcher is away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from services.notifier import lifesign
from services.notifier.lifesign import LifeSign, life_sign, watcher_words
from services.notifier.pinging import BODY_BYTES, Pinging, endpoint
from services.shared.clock import Clock, Moment
from services.shared.mask import Mask, secrets_of
from services.shared.settings.sections import Notifications
from services.shared.settings.tree import Settings
from services.simulator.devices.healthchecks_sink import HealthchecksSink
from services.simulator.site import Faults
from tests.waiting import until

UUID = "3f1c2b8e-6a4d-4c0b-9e57-d0a1b2c3d4e5"
KEY = "fqOOd6-F4MMNuCEnzTU01w"
CLOCK = Clock("yes")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifesign, "LOOK_S", 0.02)
    monkeypatch.setattr(lifesign, "GAP_S", 0.05)


@dataclass
class Outside:
    """The watcher, and a site whose health is set by hand."""

    sink: HealthchecksSink
    faults: Faults
    port: int
    reasons: tuple[str, ...] = ()
    content: str = "Load 987 kW of 1000 kW"
    signs: list[LifeSign] = field(default_factory=list)

    def sign(self, path: str = UUID, period_s: float = 60.0, port: int | None = None) -> LifeSign:
        url = f"http://127.0.0.1:{port or self.port}/{path}"
        self.signs.append(LifeSign(url, period_s, CLOCK, lambda _: self.reasons, lambda _: self.content))
        return self.signs[-1]

    def pings(self) -> list[dict[str, Any]]:
        return self.sink.inbox.all()

    def acts(self) -> list[str]:
        return [ping["act"] for ping in self.pings()]


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    faults = Faults()
    sink = HealthchecksSink(faults, uuid=UUID, ping_key=KEY)
    yield Outside(sink, faults, await sink.start("127.0.0.1", 0))
    await sink.stop()


@asynccontextmanager
async def running(sign: LifeSign) -> AsyncIterator[LifeSign]:
    task = asyncio.create_task(sign.run())
    try:
        yield sign
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("url", "act", "whole"),
    [
        ("https://hc-ping.com/uuid", "", "https://hc-ping.com/uuid"),
        ("https://hc-ping.com/uuid/", "fail", "https://hc-ping.com/uuid/fail"),
        ("https://hc-ping.com/key/slug?create=1", "start", "https://hc-ping.com/key/slug/start?create=1"),
        ("https://hc-ping.com/key/slug?create=1&rid=7#x", "", "https://hc-ping.com/key/slug?create=1&rid=7"),
    ],
)
def test_the_act_follows_the_path_and_the_query_stays(url: str, act: str, whole: str) -> None:
    assert endpoint(url, act) == whole


@pytest.mark.asyncio
async def test_it_says_that_it_starts_and_then_that_all_is_well_with_what_the_site_does(outside: Outside) -> None:
    async with running(outside.sign()) as sign:
        await until(lambda: outside.acts() == ["start", "success"])
        assert outside.pings()[1]["body"] == "Load 987 kW of 1000 kW"
        assert outside.pings()[1]["method"] == "POST"
        assert watcher_words(sign, CLOCK.now()).startswith("The outside watcher heard us at 20")


@pytest.mark.asyncio
async def test_it_pings_each_period(outside: Outside) -> None:
    async with running(outside.sign(period_s=0.1)):
        await until(lambda: outside.acts().count("success") >= 3)


@pytest.mark.asyncio
async def test_a_self_test_that_fails_is_told_with_its_reasons_at_once_and_its_end_too(outside: Outside) -> None:
    async with running(outside.sign()):
        await until(lambda: outside.acts() == ["start", "success"])
        outside.reasons = ("the controller was not heard", "the api has fallen silent")
        await until(lambda: outside.acts()[2:] == ["fail"])
        body = outside.pings()[2]["body"]
        assert body == "- the controller was not heard\n- the api has fallen silent\nLoad 987 kW of 1000 kW"
        outside.reasons = ()
        await until(lambda: outside.acts()[3:] == ["success"])


@pytest.mark.asyncio
async def test_after_a_start_nothing_is_called_a_failure_until_it_had_its_time(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifesign, "SETTLING_S", 0.3)
    outside.reasons = ("the controller was not heard",)
    async with running(outside.sign()) as sign:
        await until(lambda: sign.reasons)
        assert outside.acts() == ["start"]
        await until(lambda: outside.acts() == ["start", "fail"])


@pytest.mark.asyncio
async def test_a_self_test_that_breaks_is_a_failure_and_no_end(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifesign, "SETTLING_S", 0.0)

    def broken(_: Moment) -> tuple[str, ...]:
        raise ZeroDivisionError

    sign = LifeSign(f"http://127.0.0.1:{outside.port}/{UUID}", 60.0, CLOCK, broken, lambda _: "x" * 200_000)
    async with running(sign):
        await until(lambda: outside.acts() == ["start", "fail"])
    assert outside.pings()[1]["body"].startswith("- the self-test itself failed: a fault of our own; the log says more\nxxx")
    assert len(outside.pings()[1]["body"]) == BODY_BYTES


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["error", "reset", "rate_limit", "garbage"])
async def test_a_watcher_that_takes_nothing_is_asked_again_until_it_does(outside: Outside, fault: str) -> None:
    outside.faults.set("watcher", fault, 1)
    async with running(outside.sign(period_s=0.1)) as sign:
        if fault == "garbage":  # any 2xx that is no refusal counts: other services answer in words of their own
            await until(lambda: sign.door.last_at is not None)
            return
        await until(lambda: sign.door.fault and sign.is_lost(CLOCK.now()))
        assert sign.door.last_at is None
        assert UUID not in watcher_words(sign, CLOCK.now())
        outside.faults.clear("watcher", fault)
        await until(lambda: "success" in outside.acts() and not sign.is_lost(CLOCK.now()))
        assert sign.door.fault == ""


@pytest.mark.asyncio
async def test_an_address_that_is_nobodys_check_counts_as_not_reached(outside: Outside) -> None:
    async with running(outside.sign("00000000-0000-4000-8000-000000000000", period_s=0.1)) as sign:
        await until(lambda: sign.door.fault == "it answers (not found)")
    assert sign.door.last_at is None


@pytest.mark.asyncio
async def test_a_check_by_slug_is_made_on_demand(outside: Outside) -> None:
    async with running(outside.sign(f"{KEY}/mine?create=1")):
        await until(lambda: outside.acts() == ["start", "success"])
    assert [ping["query"] for ping in outside.pings()] == ["create=1", "create=1"]


@pytest.mark.asyncio
async def test_the_address_stands_in_no_line_of_the_log(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that is cut while a long body is written makes the client name the whole address in its error."""
    caplog.set_level(logging.DEBUG, logger="services")
    outside.content = "x" * 90_000
    for fault in ("reset", "truncated", "error"):
        outside.faults.set("watcher", fault)
        async with running(outside.sign(period_s=0.05)) as sign:
            await until(lambda sign=sign: sign._failures >= 5 or sign.door.last_at is not None)  # type: ignore[misc]
        outside.faults.clear("watcher", fault)
    assert "the outside watcher is not reached" in caplog.text
    assert UUID not in caplog.text


def test_without_an_address_there_is_none_and_with_one_it_is_a_secret() -> None:
    assert life_sign(Notifications(), CLOCK, lambda _: (), lambda _: "") is None
    assert "Nobody outside watches this site" in watcher_words(None, CLOCK.now())
    told = Notifications.model_validate({"heartbeat_url": f"https://hc-ping.com/{UUID}"})
    assert life_sign(told, CLOCK, lambda _: (), lambda _: "") is not None
    assert UUID not in repr(told)
    mask = Mask(secrets_of(Settings(notifications=told)))
    assert mask(f"asking https://hc-ping.com/{UUID}") == "asking ***"


@pytest.mark.asyncio
@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999/key", "http://127.0.0.1:x/key", "http://", "\udce4", ""])
async def test_an_address_that_cannot_be_read_is_a_fault_and_ends_nobody(url: str) -> None:
    door = Pinging(url, CLOCK)
    assert await door.ping("start", "we start") == 0.0
    assert "address" in door.fault and (not url or url not in door.fault)
    assert door.last_at is None
    await door.close()
