"""The fans of the page without scripts: one that rests is no problem, one that should run and is not proven is."""

import re

import pytest

from services.api import feed, plain
from services.api.image import Image
from services.controller.core.airflow import judge_fans
from services.controller.core.memory import FanMemory, Phase, State
from services.controller.core.seen import FanSeen
from services.shared.messages import FanView
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Mode, PowerState
from tests.integration.api_running import state
from tests.plant import limits, moment, seen
from tests.unit.api.builders import HandClock

ON, OFF, UNKNOWN = PowerState.ON, PowerState.OFF, PowerState.UNKNOWN


def row(wanted: PowerState, relay: PowerState, watts: float | None, since_s: float = 0.0) -> list[str]:
    """The row of a fan that was switched at `since_s`, as the controller judges it at 1000 s."""
    clock, site = HandClock(), limits(fans=1)
    read = FanSeen(relay, 1000.0, watts, None if watts is None else 1000.0)
    memory = State(Phase.FREE, moment(0.0), fans=(FanMemory(wanted, moment(since_s)),))
    figures = judge_fans(memory, seen(1000.0, site, fans=(read,)), site, moment(1000.0)).figures[0]
    fan = FanView(
        number=1, commanded=wanted, running=relay, proven=figures.proof, watts=watts, read_mono_s=1000.0, locked_out=False,
        reason=figures.reason, state=figures.state,
    )  # fmt: skip
    image = Image(Settings(), clock)
    image.take_state(state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1000.0, fans=(fan,)))
    html = plain.body(feed.build(image, Settings(), broker_connected=True, history=""))
    table = html.split("<h2>Fans</h2>")[1].split("</table>")[0]
    return re.findall("<td>(.*?)</td>", table)


@pytest.mark.parametrize(
    ("wanted", "relay", "watts", "word"),
    [
        (OFF, OFF, 0.0, "resting"),
        (OFF, OFF, None, "resting"),
        (OFF, OFF, 1500.0, "unproven"),
        (OFF, UNKNOWN, None, "unproven"),
        (OFF, ON, None, "unproven"),
        (ON, ON, 1500.0, "proven"),
        (ON, ON, None, "unproven"),
        (ON, OFF, None, "unproven"),
    ],
    ids=["no watts", "not metered", "draws by a welded contactor", "relay lost", "runs on", "runs", "not shown", "not started"],
)
def test_a_fan_that_is_not_asked_to_run_and_does_not_is_resting(
    wanted: PowerState, relay: PowerState, watts: float | None, word: str
) -> None:
    assert row(wanted, relay, watts) == ["1", wanted.value, relay.value, word]


def test_a_fan_that_was_switched_off_just_now_is_stopping() -> None:
    assert row(OFF, ON, 1500.0, since_s=995.0) == ["1", "off", "on", "stopping"]
