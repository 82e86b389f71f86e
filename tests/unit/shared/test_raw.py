"""Raw answers: shown while a lease of the device runs, bounded, without secrets; else nothing is even made."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, NoReturn

import pytest
from pydantic import SecretStr

from services.shared import raw
from services.shared.clock import Moment
from services.shared.device import Unreachable
from services.shared.messages import Lease, Raw
from services.shared.raw_tap import Tap
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.shared.vocabulary import LeaseKind

WALL_S = 1_790_000_000.0
KEY = "Fore-man/Key<7>"
SETTINGS = Settings(foreman=sections.Foreman(api_key=SecretStr(KEY)))


class Clock:
    def __init__(self) -> None:
        self.mono_s = 100.0
        self.is_trusted = True
        self.wall_s = WALL_S

    def now(self) -> Moment:
        return Moment(self.mono_s, self.wall_s, self.is_trusted, "boot")


class Bus:
    def __init__(self) -> None:
        self.connected = True
        self.sent: list[Raw] = []

    def publish(self, message: Raw) -> None:
        self.sent.append(message)


class Bench:
    def __init__(self) -> None:
        self.clock, self.bus = Clock(), Bus()
        self.tap = Tap(self.bus, self.clock, SETTINGS)  # type: ignore[arg-type]

    def ask(
        self, sent: Callable[[], str] = lambda: "GET /", came: Callable[[], str] = lambda: "ok", device: str = "pdu-1"
    ) -> None:
        def run() -> None:
            raw.install(self.tap)
            raw.about(device)
            with raw.exchange(sent) as one:
                self.clock.mono_s += 0.25
                one.came(came)

        copy_context().run(run)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.bus.sent]


def lease(device: Any = "pdu-1", minutes: float = 5.0, kind: LeaseKind = LeaseKind.RAW, id_: str = "a") -> Lease:
    return Lease(
        id=id_, kind=kind, owner="ann", reason="", from_at=WALL_S, until_at=WALL_S + minutes * 60,
        payload=json.dumps({"device": device}),
    )  # fmt: skip


def nothing() -> NoReturn:
    raise AssertionError("it was made although nobody asked for it")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_without_a_lease_of_the_device_nothing_is_told_and_nothing_is_made(bench: Bench) -> None:
    bench.ask(nothing, nothing)
    bench.tap.hold([lease("pdu-2"), lease(kind=LeaseKind.DRILL, id_="b")])
    bench.ask(nothing, nothing)
    assert bench.texts == []


def test_while_the_lease_runs_each_exchange_is_told_with_what_was_sent_and_how_long_it_took(bench: Bench) -> None:
    bench.tap.hold([lease()])
    bench.ask()
    assert bench.texts == ["GET /, 0.250 s\nok"]
    assert bench.bus.sent[0].device == "pdu-1" and bench.bus.sent[0].received_at == WALL_S


def test_it_ends_with_the_lease_by_our_own_clock_though_no_further_state_comes(bench: Bench) -> None:
    bench.tap.hold([lease(minutes=5)])
    bench.clock.mono_s += 299.0
    bench.ask()
    bench.clock.mono_s += 1.0
    bench.ask(nothing, nothing)
    assert len(bench.texts) == 1


def test_it_ends_at_once_when_the_lease_is_released(bench: Bench) -> None:
    bench.tap.hold([lease()])
    bench.tap.hold([])
    bench.ask(nothing, nothing)
    assert bench.texts == []


def test_the_same_lease_told_again_and_again_does_not_last_longer_and_a_set_calendar_does_not_end_it(bench: Bench) -> None:
    bench.tap.hold([lease(minutes=5)])
    bench.clock.mono_s, bench.clock.wall_s = 350.0, WALL_S + 1e6
    bench.tap.hold([lease(minutes=5)])
    bench.ask()
    bench.clock.mono_s = 401.0
    bench.tap.hold([lease(minutes=5)])
    bench.ask(nothing, nothing)
    assert len(bench.texts) == 1


def test_a_retained_state_of_an_hour_ago_shows_nothing_and_a_lease_of_a_year_at_most_an_hour(bench: Bench) -> None:
    bench.clock.wall_s = WALL_S + 3600.0
    bench.tap.hold([lease(minutes=5)])
    assert not bench.tap.is_held("pdu-1")
    bench.tap.hold([lease(minutes=525_600, id_="b")])
    bench.clock.mono_s += 3599.0
    assert bench.tap.is_held("pdu-1")
    bench.clock.mono_s += 1.0
    assert not bench.tap.is_held("pdu-1")


@pytest.mark.parametrize("payload", ["", "[]", "{}", "not json", '{"device": NaN}', "5"])
def test_a_lease_whose_payload_is_garbage_is_of_no_device(bench: Bench, payload: str) -> None:
    bench.tap.hold([lease().model_copy(update={"payload": payload})])
    assert not bench.tap.is_held("") and not bench.tap.is_held("pdu-1")


def test_at_most_five_in_a_second_are_told_and_the_next_says_how_many_were_not(bench: Bench) -> None:
    bench.tap.hold([lease()])
    for _ in range(8):
        bench.clock.mono_s -= 0.25
        bench.ask()
    assert len(bench.texts) == 5
    bench.clock.mono_s += 1.0
    bench.ask()
    assert bench.texts[-1] == "GET /, 0.250 s (3 before it left out)\nok"


def test_two_devices_do_not_take_each_others_place(bench: Bench) -> None:
    bench.tap.hold([lease(), lease("pdu-2", id_="b")])
    for _ in range(6):
        bench.clock.mono_s -= 0.25
        bench.ask()
    bench.ask(device="pdu-2")
    assert [message.device for message in bench.bus.sent] == ["pdu-1"] * 5 + ["pdu-2"]


def test_what_comes_without_being_asked_is_told_from_another_task(bench: Bench) -> None:
    def listen() -> Any:
        raw.install(bench.tap)
        raw.about("barn")
        return raw.hearer()

    told = copy_context().run(listen)
    told(nothing, nothing)
    bench.tap.hold([lease("barn")])
    told(lambda: "site/barn", lambda: "21.5")
    assert bench.texts == ["site/barn\n21.5"]
    raw.hearer()(nothing, nothing)


def test_a_device_that_does_not_answer_is_told_with_the_reason_and_the_error_goes_on(bench: Bench) -> None:
    def fail() -> None:
        raise Unreachable("connection refused")

    bench.tap.hold([lease()])
    with pytest.raises(Unreachable):
        _within(bench, fail)
    with pytest.raises(asyncio.CancelledError):
        _within(bench, _cancel)
    assert bench.texts == ["GET /, 0.000 s\nno answer: connection refused", "GET /, 0.000 s\nno answer: given up"]


def test_without_a_broker_nothing_waits_to_be_told_later(bench: Bench) -> None:
    bench.tap.hold([lease()])
    bench.bus.connected = False
    bench.ask(nothing, nothing)
    assert bench.texts == []


def test_a_fault_of_our_own_in_the_text_does_not_harm_the_exchange(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.tap.hold([lease()])
    with caplog.at_level(logging.ERROR):
        bench.ask(came=nothing)
    assert bench.texts == [] and "pdu-1" in caplog.text


def _within(bench: Bench, do: Callable[[], None]) -> None:
    def run() -> None:
        raw.install(bench.tap)
        raw.about("pdu-1")
        with raw.exchange(lambda: "GET /"):
            do()

    copy_context().run(run)


def _cancel() -> None:
    raise asyncio.CancelledError
