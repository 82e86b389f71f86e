"""What a row of `mine_states` may tell as the present, and what it must not."""

import json
from typing import Any

import pytest

from services.api.history.buffer import Buffer
from services.api.history.intake import Intake
from services.api.history.rows import Row
from services.api.image import STATE_STALE_S, Image
from services.api.recorder import Recorder, row
from services.shared.messages import State
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Mode
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock


class Kept(Intake):
    """Keeps the rows in memory."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(Buffer(), clock)
        self.rows: list[Row] = []

    def take_state(self, row: Row) -> None:
        self.rows.append(row)


def said(mode: Mode, decided_mono_s: float, **changes: Any) -> State:
    return state(mode, host_boot="this-boot", boot="b", decided_mono_s=decided_mono_s, seq=int(decided_mono_s), **changes)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def image(clock: HandClock) -> Image:
    return Image(Settings(), clock)


def test_a_change_of_mode_that_a_frozen_broker_held_back_is_recorded_when_it_was_and_not_when_it_came(
    image: Image, clock: HandClock
) -> None:
    kept = Kept(clock)
    recorder = Recorder(image, kept, 60.0, broker=lambda: True)

    def hear(message: State) -> None:
        image.take_state(message)
        recorder.take_state(message)

    hear(said(Mode.NORMAL, 1000.0))
    clock.leap(30.0)
    hear(said(Mode.CURTAILING, 1004.0))  # 26 s old: of that moment nothing is told
    hear(said(Mode.EMERGENCY, 1020.0))  # 10 s old
    assert [one["mode"] for one in kept.rows] == ["normal", "emergency"]
    assert kept.rows[0]["timestamp"].endswith("08:00:00.000Z")
    assert kept.rows[1]["timestamp"].endswith("08:00:20.000Z")


def test_a_row_of_a_moment_without_the_broker_or_after_a_stop_past_it_knows_nothing(image: Image, clock: HandClock) -> None:
    image.take_state(said(Mode.NORMAL, 1000.0))
    assert row(image)["mode"] == "normal"
    away = row(image, "the broker cannot be reached")
    assert (away["mode"], away["measured_kw"], away["fan_stage"], away["miners_asleep"]) == (None, None, None, None)
    assert json.loads(away["reasons"]) == ["the broker cannot be reached"]
    clock.leap(2.0)
    image.signs.overtake(clock.now().mono_s)
    assert row(image)["mode"] is None
    image.take_state(said(Mode.EMERGENCY, 1002.5))
    assert row(image)["mode"] == "emergency"


def test_a_row_that_rests_on_an_older_state_says_how_old_it_was(image: Image, clock: HandClock) -> None:
    image.take_state(said(Mode.NORMAL, 1000.0))
    clock.leap(STATE_STALE_S - 5.0)
    assert json.loads(row(image)["reasons"])[-1] == "the controller said this 10 s before"
    clock.leap(5.1)
    assert (row(image)["mode"], json.loads(row(image)["reasons"])) == (None, ["the controller is silent"])
