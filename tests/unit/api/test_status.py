"""The status and the headline, mode by mode."""

from typing import Any

import pytest

from services.api import feed, plain, status
from services.api.image import SILENT_TO_SEE_S, Image
from services.shared.messages import Drill, FanView, Limit, State, Trip
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Level, Mode, PowerState, Proof, RuleKind
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock, answered


def said(mode: Mode = Mode.NORMAL, **changes: Any) -> State:
    return state(mode, host_boot="this-boot", decided_mono_s=1000.0, **changes)


def built(clock: HandClock, message: State) -> status.Status:
    image = Image(Settings(), clock)
    image.take_state(message)
    return status.build(feed.build(image, Settings(), broker_connected=True, history=""))


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_has_a_sentence_and_its_reasons(mode: Mode) -> None:
    found = answered(said(mode))
    assert found.sentence
    assert found.why
    assert (found.safe is False) == (mode in (Mode.EMERGENCY, Mode.FAILSAFE, Mode.THERMAL_LIMIT))


def test_a_trip_is_never_safe_and_is_named_first() -> None:
    found = answered(said(trips=(Trip(key="smoke", reason="smoke in zone 1", since_at=1.0),)))
    assert (found.safe, found.tone) == (False, "bad")
    assert found.why[0] == "tripped: smoke in zone 1"


def test_after_the_controller_fell_silent_nothing_it_said_is_the_present() -> None:
    clock = HandClock()
    fan = FanView(
        number=1, commanded=PowerState.ON, running=PowerState.ON, proven=Proof.PROVEN, watts=400.0, read_mono_s=1000.0,
        locked_out=False, reason="",
    )  # fmt: skip
    message = said(fans=(fan,))
    clock.leap(SILENT_TO_SEE_S)
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
    assert "<script" not in plain.page(feed.build(image, Settings(), broker_connected=True, history=""), "")


def in_event(**load: float | None) -> State:
    """Control by the utility down to 400 kW; a heat ceiling of one zone and a stage of the interval guard stand too."""
    base = said(Mode.CURTAILED)
    guard = "this quarter hour would end above 400 kW"
    limits = (
        Limit(rule="worst interval", kind=RuleKind.INTERVAL, scope="site", ceiling_kw=350.0, reason=guard),
        Limit(rule="signal utility", kind=RuleKind.SIGNAL, scope="site", ceiling_kw=400.0, reason="utility signal: Control"),
        Limit(rule="temperature", kind=RuleKind.TEMPERATURE, scope="zone west", ceiling_kw=120.0, reason="39 °C"),
    )
    event = {"target_kw": 400.0, "event_id": "e-7", "from_at": 1_800_000_000.0, "until_at": 1_800_014_400.0}
    drill = Drill(device="pdu-1", at=1_800_000_000.0, proven=True, seconds=12.0, how="outlet 24")
    return base.model_copy(update={
        "limits": limits, "drills": (drill, Drill(device="pdu-2", at=None, proven=False, seconds=None, how="")),
        "signals": (base.signals[0].model_copy(update=event),), "load": base.load.model_copy(update=load),
    })  # fmt: skip


def test_an_event_is_told_with_its_target_its_interval_and_what_is_ready() -> None:
    found = built(HandClock(), in_event(ready_kw=380.0, interval_kw=391.0))
    assert (found.load.ready_kw, found.load.interval_kw, found.load.interval_limit_kw) == (380.0, 391.0, 400.0)
    assert (found.signal.event_id, found.signal.target_kw) == ("e-7", 400.0)
    assert (found.signal.from_at, found.signal.until_at) == ("2027-01-15T08:00:00Z", "2027-01-15T12:00:00Z")
    assert found.limits is not None
    assert [(one.scope, one.ceiling_kw) for one in found.limits] == [("site", 350.0), ("site", 400.0), ("zone west", 120.0)]
    assert found.drills is not None
    assert [(one.device, one.at) for one in found.drills] == [("pdu-1", "2027-01-15T08:00:00Z"), ("pdu-2", None)]


def test_outside_an_event_there_is_no_interval_and_nothing_that_it_may_not_pass() -> None:
    found = built(HandClock(), said())
    assert (found.load.interval_kw, found.load.interval_limit_kw, found.signal.event_id) == (None, None, None)


def test_a_planned_event_is_told_although_another_signal_is_as_strict() -> None:
    base = said()
    calm = base.signals[0].model_copy(update={"level": Level.ALERT, "effective": Level.ALERT})
    planned = calm.model_copy(update={"name": "grid", "level": Level.CONTROL, "event_id": "e-8", "from_at": 1_900_000_000.0})
    found = built(HandClock(), base.model_copy(update={"signals": (calm, planned)}))
    assert (found.signal.source, found.signal.level, found.signal.event_id) == ("grid", Level.ALERT, "e-8")


def test_what_a_silent_controller_said_is_ready_is_unknown() -> None:
    clock = HandClock()
    message = in_event(ready_kw=380.0, interval_kw=391.0)
    clock.leap(SILENT_TO_SEE_S + 0.1)
    found = built(clock, message)
    assert (found.load.ready_kw, found.load.interval_kw, found.load.interval_limit_kw) == (None, None, None)
    assert (found.limits, found.drills, found.signal.event_id) == (None, None, None)
