"""The status and the headline, mode by mode."""

from typing import Any

import pytest

from services.api import feed, plain, status
from services.api.headline import headline
from services.api.image import STATE_STALE_S, Image
from services.shared.messages import FanView, State, Trip
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Mode, PowerState, Proof
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock


def said(mode: Mode = Mode.NORMAL, **changes: Any) -> State:
    return state(mode, host_boot="this-boot", decided_mono_s=1000.0, **changes)


def built(clock: HandClock, message: State) -> status.Status:
    image = Image(Settings(), clock)
    image.take_state(message)
    return status.build(feed.build(image, Settings(), broker_connected=True, history=""))


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_has_a_sentence_and_its_reasons(mode: Mode) -> None:
    found = headline(said(mode), False, True)
    assert found.sentence
    assert found.why
    assert (found.safe is False) == (mode in (Mode.EMERGENCY, Mode.FAILSAFE, Mode.THERMAL_LIMIT))


def test_a_site_without_a_known_temperature_is_never_called_safe() -> None:
    assert headline(said(temperature_max_c=None), False, True).safe is None


def test_a_trip_is_never_safe_and_is_named_first() -> None:
    found = headline(said(trips=(Trip(key="smoke", reason="smoke in zone 1", since_at=1.0),)), False, True)
    assert (found.safe, found.tone) == (False, "bad")
    assert found.why[0] == "tripped: smoke in zone 1"


def test_after_the_controller_fell_silent_nothing_it_said_is_the_present() -> None:
    clock = HandClock()
    fan = FanView(
        number=1, commanded=PowerState.ON, running=PowerState.ON, proven=Proof.PROVEN, watts=400.0, read_mono_s=1000.0,
        locked_out=False, reason="",
    )  # fmt: skip
    message = said(fans=(fan,))
    clock.leap(STATE_STALE_S)
    assert built(clock, message).mode is Mode.NORMAL
    assert [f.proven for f in built(clock, message).fans] == [Proof.PROVEN]
    clock.leap(0.1)
    found = built(clock, message)
    assert found.stale
    assert (found.mode, found.control, found.limited_by, found.load.target_kw, found.forced) == (None, None, None, None, None)
    assert (found.temperature_c.max, found.signal.level, found.fans) == (None, None, [])


def test_text_from_outside_is_escaped_on_the_plain_page() -> None:
    image = Image(Settings(), HandClock())
    image.take_state(said(reasons=("<script>alert(1)</script>",)))
    assert "<script" not in plain.page(feed.build(image, Settings(), broker_connected=True, history=""))
