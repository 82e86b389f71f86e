"""The owner of the sensing connections: a driver that breaks is told as lost and stops nobody else."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from services.collector.owner import Owner
from services.shared.clock import Clock
from services.shared.messages import Alarm, Devices, Message
from services.shared.vocabulary import HealthState
from tests.waiting import until


class Paper:
    """Keeps what would go on the bus."""

    def __init__(self) -> None:
        self.said: list[Message] = []

    def publish(self, message: Message) -> None:
        self.said.append(message)


class Sensor:
    kind = "test"
    period_s = 0.01
    deadline_s = 1.0

    def __init__(self, device: str, fault: Exception | None = None) -> None:
        self.device = device
        self.polls = 0
        self.closed = False
        self._fault = fault

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        self.polls += 1
        if self._fault:
            raise self._fault
        return []

    async def close(self) -> None:
        self.closed = True


@pytest.mark.asyncio
async def test_a_driver_that_breaks_is_lost_with_one_alarm_and_the_others_go_on_and_all_are_closed() -> None:
    paper, broken, sound = Paper(), Sensor("broken", KeyError("oops")), Sensor("sound")
    task = asyncio.create_task(Owner([broken, sound], paper, Clock()).run())  # type: ignore[arg-type]
    await until(lambda: broken.polls > 6 and sound.polls > 6)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    last = [message for message in paper.said if isinstance(message, Devices)][-1]
    assert {one.device: one.state for one in last.devices} == {"broken": HealthState.LOST, "sound": HealthState.OK}
    assert last.devices[0].reason == "a fault of our own; the log says more"
    assert [alarm.active for alarm in paper.said if isinstance(alarm, Alarm) and alarm.key == "device_lost_broken"] == [True]
    assert broken.closed
    assert sound.closed


@pytest.mark.asyncio
async def test_without_any_sensor_the_collector_stays_and_says_that_it_owns_none() -> None:
    paper = Paper()
    task = asyncio.create_task(Owner([], paper, Clock()).run())  # type: ignore[arg-type]
    await until(lambda: paper.said)
    assert not task.done()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert [message.devices for message in paper.said if isinstance(message, Devices)] == [()]
