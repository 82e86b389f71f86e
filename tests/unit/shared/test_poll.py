"""One poll loop: its period, its deadline, its health, and how it behaves towards a sick device."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import pytest

from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused, Unreachable
from services.shared.messages import DeviceHealth
from services.shared.poll import LONGEST_RETRY_AFTER_S, Poller
from services.shared.vocabulary import HealthState
from tests.waiting import until

pytestmark = pytest.mark.asyncio


class Device:
    """Answers as told: each entry of `answers` is raised, None is an answer; after the last it repeats it."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers) or [None]
        self.asked_at: list[float] = []

    async def poll(self, _started_mono_s: float) -> None:
        self.asked_at.append(time.monotonic())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer


class Told(list[DeviceHealth]):
    """What `on_health` was told."""

    def states(self) -> list[HealthState]:
        return [health.state for health in self]


def a_poller(poll: Callable[[float], Awaitable[None]], told: Told, **options: object) -> Poller:
    values: dict[str, object] = {"period_s": 0.01, "deadline_s": 1.0, "max_backoff_s": 0.02, **options}
    return Poller("roomalert-1", "room_alert", poll=poll, clock=Clock(), on_health=told.append, **values)  # type: ignore[arg-type]


class running:  # noqa: N801 - reads as a phrase
    def __init__(self, poller: Poller) -> None:
        self._poller = poller

    async def __aenter__(self) -> asyncio.Task[None]:
        self.task = asyncio.create_task(self._poller.run())
        return self.task

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_a_device_that_answers_is_ok_and_says_so_once() -> None:
    device, told = Device(), Told()
    poller = a_poller(device.poll, told)
    assert poller.health.state is HealthState.STARTING
    async with running(poller):
        await until(lambda: len(device.asked_at) >= 5)
    assert told.states() == [HealthState.OK]
    assert poller.health.last_ok_mono_s is not None
    assert poller.health.last_ok_mono_s == pytest.approx(device.asked_at[-1], abs=0.5)


async def test_the_last_poll_is_told_with_its_begin_its_length_and_its_failure_before_the_device_is_lost() -> None:
    device = Device(None, Unreachable("connection refused"))
    poller = a_poller(device.poll, Told(), period_s=30.0, deadline_s=5.0)
    assert (poller.health.polled_mono_s, poller.health.took_s, poller.health.due_s) == (None, None, 35.0)
    async with running(poller):
        await until(lambda: poller.health.state is HealthState.OK)
        first_s, failure = poller.health.polled_mono_s, poller.health.failure
        assert first_s == pytest.approx(device.asked_at[0], abs=0.5) and failure == ""
        assert poller.health.took_s == pytest.approx(0.0, abs=0.5)
        poller.nudge()
        await until(lambda: poller.health.failure == "connection refused")
    assert (poller.health.state, poller.health.last_ok_mono_s) == (HealthState.OK, first_s)
    assert poller.health.polled_mono_s is not None and first_s is not None and poller.health.polled_mono_s > first_s


async def test_two_failures_do_not_lose_a_device_and_a_third_does() -> None:
    device, told = Device(None, Unreachable("no route"), Unreachable("no route"), None), Told()
    async with running(a_poller(device.poll, told)):
        await until(lambda: len(device.asked_at) >= 6)
    assert told.states() == [HealthState.OK]
    device, told = Device(None, Unreachable("no route")), Told()
    async with running(a_poller(device.poll, told)):
        await until(lambda: told.states() == [HealthState.OK, HealthState.LOST])
    assert told[-1].reason == "no route"
    assert told[-1].last_ok_mono_s is not None
    assert told[-1].lost_since_at == pytest.approx(time.time(), abs=5)


async def test_a_device_that_never_answered_is_lost_after_three_polls_and_has_no_last_ok() -> None:
    device, told, polls_when_told = Device(Unreachable("refused")), Told(), []
    poller = a_poller(device.poll, told)
    poller._on_health = lambda health: (told.append(health), polls_when_told.append(len(device.asked_at)))  # type: ignore[assignment, func-returns-value]
    async with running(poller):
        await until(lambda: told)
    assert told[0].state is HealthState.LOST
    assert told[0].last_ok_mono_s is None
    assert polls_when_told[0] == 3


async def test_one_line_when_lost_and_one_when_it_returns(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    device, told = Device(*[Unreachable("no route")] * 8, None), Told()
    async with running(a_poller(device.poll, told)):
        await until(lambda: told.states() == [HealthState.LOST, HealthState.OK])
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if "roomalert-1" in record.getMessage()]
    assert lines == [("WARNING", "roomalert-1 is lost: no route"), ("INFO", "roomalert-1 answers again")]


async def test_another_reason_while_lost_is_told() -> None:
    device, told = Device(*[Unreachable("no route")] * 3, Refused("HTTP 401")), Told()
    async with running(a_poller(device.poll, told)):
        await until(lambda: [health.reason for health in told] == ["no route", "HTTP 401"])


async def test_a_poll_that_hangs_ends_at_its_deadline() -> None:
    told = Told()

    async def hang(_started_mono_s: float) -> None:
        await asyncio.Event().wait()

    async with running(a_poller(hang, told, deadline_s=0.02)):
        await until(lambda: told)
    assert told[0].state is HealthState.LOST
    assert told[0].reason == "no answer within 0.02 s"


async def test_a_fault_of_our_own_is_a_failure_and_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    device, told = Device(ZeroDivisionError("division by zero")), Told()
    async with running(a_poller(device.poll, told)) as task:
        await until(lambda: len(device.asked_at) >= 5)
        assert not task.done()
    assert told[0].reason == "a fault of our own; the log says more"
    assert len([record for record in caplog.records if record.exc_info]) == 1


async def test_a_health_listener_that_raises_does_not_end_the_polls() -> None:
    device = Device()

    def raises(_health: DeviceHealth) -> None:
        raise RuntimeError("no")

    poller = Poller(
        "pdu-1", "pdu", period_s=0.01, deadline_s=1, poll=device.poll, clock=Clock(), on_health=raises, max_backoff_s=1
    )
    async with running(poller):
        await until(lambda: len(device.asked_at) >= 3)


async def test_a_nudge_polls_at_once() -> None:
    device, told = Device(), Told()
    poller = a_poller(device.poll, told, period_s=600)
    async with running(poller):
        await until(lambda: len(device.asked_at) == 1)
        poller.nudge()
        await until(lambda: len(device.asked_at) == 2)


async def test_a_nudge_during_a_poll_polls_once_more() -> None:
    gate, polls, told = asyncio.Event(), [], Told()

    async def slow(started_mono_s: float) -> None:
        polls.append(started_mono_s)
        await gate.wait()

    poller = a_poller(slow, told, period_s=600, deadline_s=600)
    async with running(poller):
        await until(lambda: polls)
        poller.nudge()
        gate.set()
        await until(lambda: len(polls) == 2)


@pytest.mark.parametrize(
    ("failures", "chance", "delay_s"),
    [
        (0, 1.0, 10.0),
        (2, 1.0, 10.0),
        (3, 0.0, 10.0),
        (3, 1.0, 20.0),
        (4, 1.0, 40.0),
        (5, 1.0, 60.0),
        (5, 0.5, 35.0),
        (99, 1.0, 60.0),
    ],
)
async def test_the_pause_grows_with_jitter_from_the_third_failure_up_to_its_bound(
    failures: int, chance: float, delay_s: float
) -> None:
    poller = a_poller(Device().poll, Told(), period_s=10.0, max_backoff_s=60.0, chance=lambda: chance)
    poller._failures = failures
    assert poller._delay_s(DeviceError("x") if failures else None) == delay_s


async def test_a_slow_poller_never_asks_a_lost_device_oftener_than_a_healthy_one() -> None:
    poller = a_poller(Device().poll, Told(), period_s=300.0, max_backoff_s=60.0, chance=lambda: 0.0)
    poller._failures = 9
    assert poller._delay_s(DeviceError("x")) == 300.0


async def test_a_device_that_asks_to_be_left_alone_is_but_not_for_ever() -> None:
    poller = a_poller(Device().poll, Told(), period_s=10.0)
    assert poller._delay_s(Refused("429", retry_after_s=45.0)) == 45.0
    assert poller._delay_s(Refused("429", retry_after_s=1.0)) == 10.0
    assert poller._delay_s(Refused("429", retry_after_s=1e9)) == LONGEST_RETRY_AFTER_S


async def test_a_cancelled_poller_ends() -> None:
    poller = a_poller(Device().poll, Told())
    async with running(poller) as task:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
