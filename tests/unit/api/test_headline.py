"""The five-second answer says no more than what is measured."""

import json
from functools import partial
from inspect import signature
from typing import Any

import pytest

from services.api.headline import headline, silent
from services.api.kept import Kept
from services.api.tile_views import Headline
from services.shared.messages import FanView, Limit, State, Trip
from services.shared.site_time import SiteTime
from services.shared.vocabulary import Control, FanState, Mode, PowerState, Proof, RuleKind
from tests.integration.api_running import state
from tests.unit.api.builders import answered

SINCE = 1_795_366_920.0
STILL_ON = "4 kW of 990 kW still on, 0 kW unknown"
ASKS = Limit(
    rule="signal utility", kind=RuleKind.SIGNAL, scope="site", ceiling_kw=0.0, reason="utility signal: Control",
    clause="utility signal Control",
)  # fmt: skip


def held_by_air(reason: str) -> Limit:
    return Limit(rule="airflow unproven", kind=RuleKind.AIR_UNPROVEN, scope="site", ceiling_kw=0.0, reason=reason)


def said(mode: Mode, *, load: dict[str, Any] | None = None, **changes: Any) -> State:
    base = state(mode, **changes)
    measured = {"measured_kw": 3.5, "unknown_kw": 0.0, "target_kw": 4.0, "setpoint_kw": 4.0} | (load or {})
    return base.model_copy(update={"load": base.load.model_copy(update=measured)})


def told(mode: Mode, **changes: Any) -> Headline:
    return answered(said(mode, **changes))


def test_whoever_forgets_what_is_unknown_of_a_site_is_told_no_headline_of_it() -> None:
    parameters = signature(headline).parameters.values()
    assert [one.name for one in parameters if one.default is not one.empty] == []


def test_curtailed_and_proven_is_safe_and_yes_with_since_why_what_is_on_and_when_it_may_return() -> None:
    asked: dict[str, Any] = {"since_at": SINCE, "limits": (ASKS,), "reasons": (ASKS.reason,), "back_at": SINCE + 7200}
    found = told(Mode.CURTAILED, load={"proven": True, "measured_kw": 12.0}, **asked)
    assert found.sentence == (
        "Safe. Curtailed since 17:02: utility signal Control. 12 kW of 990 kW still on, 0 kW unknown. Back at the earliest 19:02."
    )
    assert (found.safe, found.curtailed, found.tone, found.back_at) == (True, True, "good", SINCE + 7200)


def test_when_it_was_asked_and_when_it_was_proven_off_stand_in_one_sentence() -> None:
    proven = said(Mode.CURTAILED, since_at=SINCE + 90, limits=(ASKS,), load={"proven": True})
    found = answered(proven, since=(SINCE, SINCE + 90))
    assert found.brief == "Safe. Curtailed, asked 17:02, proven off 17:03: utility signal Control."
    at_once = answered(proven, since=(SINCE, SINCE + 10))
    assert at_once.brief == "Safe. Curtailed since 17:02: utility signal Control."
    lost = answered(proven, since=(SINCE, SINCE + 90), measured=False)
    assert "proven off" not in lost.sentence


def test_proven_off_is_when_a_measurement_first_showed_what_it_shows_still() -> None:
    def heard(kept: Kept, mode: Mode, since_s: float, sent_s: float, *, proven: bool) -> float | None:
        kept.take(said(mode, since_at=SINCE + since_s, load={"proven": proven}).model_copy(update={"sent_at": SINCE + sent_s}))
        return kept.proven_off_at

    kept = Kept()
    assert heard(kept, Mode.CURTAILING, 0, 1, proven=False) is None
    assert heard(kept, Mode.CURTAILED, 90, 91, proven=True) == SINCE + 90
    assert heard(kept, Mode.CURTAILED, 90, 200, proven=True) == SINCE + 90
    assert heard(kept, Mode.CURTAILED, 90, 300, proven=False) is None, "a meter fell silent"
    assert heard(kept, Mode.CURTAILED, 90, 400, proven=True) == SINCE + 400
    assert heard(kept, Mode.RESTORING, 500, 500, proven=True) is None


@pytest.mark.parametrize(("seconds", "clock"), [(0.0, "17:02"), (0.4, "17:02"), (59.0, "17:02"), (60.0, "17:03")])
def test_no_return_is_told_later_than_it_can_be(seconds: float, clock: str) -> None:
    found = told(Mode.CURTAILED, load={"proven": True}, since_at=SINCE, back_at=SINCE + seconds)
    assert found.sentence.endswith(f" Back at the earliest {clock}.")


def test_the_load_that_comes_off_is_told_the_same_way_and_without_a_known_end_no_return() -> None:
    found = told(Mode.CURTAILING, since_at=SINCE, limits=(ASKS,), load={"measured_kw": 400.0})
    assert found.sentence == (
        "Safe. The load is coming off since 17:02: utility signal Control. 400 kW of 990 kW still on, 0 kW unknown."
    )
    assert found.back_at is None


def test_times_are_those_of_the_site_with_the_day_where_it_is_another() -> None:
    clock = partial(SiteTime("America/Chicago").brief, now_at=SINCE + 86_400)
    found = answered(said(Mode.CURTAILED, since_at=SINCE), clock=clock)
    assert found.sentence.startswith("Curtailed, unproven since 22 Nov 11:02")
    assert clock(SINCE + 86_400) == "11:02"
    assert clock(1e300) == "an unknown time"


def test_a_measured_load_that_is_too_old_proves_nothing_and_is_not_told() -> None:
    found = answered(said(Mode.CURTAILED, load={"proven": True}), measured=False)
    assert "How much is still on is not measured, 0 kW unknown." in found.sentence
    assert (found.safe, found.curtailed, found.tone) == (None, None, "unknown")


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.STARTING, Mode.RESTORING])
def test_load_that_nothing_holds_is_promised_no_return(mode: Mode) -> None:
    assert told(mode, back_at=SINCE).back_at is None


@pytest.mark.parametrize(
    ("load", "unknown"),
    [
        ({"measured_kw": None, "unknown_kw": 990.0, "proven": False}, 990),
        ({"measured_kw": 3.5, "unknown_kw": 12.0, "proven": False}, 12),
        ({"measured_kw": 3.5, "unknown_kw": 12.0, "proven": True}, 12),
        ({"measured_kw": None, "unknown_kw": 0.0, "proven": False}, 0),
    ],
)
def test_curtailed_without_proof_is_neither_safe_nor_curtailed_but_unknown(load: dict[str, Any], unknown: int) -> None:
    found = told(Mode.CURTAILED, load=load)
    assert found.sentence.startswith("Curtailed, unproven since ")
    assert found.sentence.endswith(f" {unknown} kW unknown.")
    assert (found.safe, found.curtailed, found.tone) == (None, None, "unknown")


def test_unproven_and_without_a_temperature_says_both() -> None:
    found = answered(said(Mode.CURTAILED), unknown=("the temperature is not read",))
    assert found.sentence.startswith("Not known to be safe: the temperature is not read. Curtailed, unproven since ")
    assert (found.safe, found.tone) == (None, "unknown")


@pytest.mark.parametrize("mode", [Mode.CURTAILING, Mode.CURTAILED, Mode.NORMAL])
def test_load_that_is_on_past_its_deadline_is_not_safe_whatever_else_is_unknown(mode: Mode) -> None:
    load = said(mode, load={"proven": True, "measured_kw": 818.0})
    found = answered(load, unknown=("the temperature is not read",), still_on=True)
    assert found.sentence.startswith("Load is on that was asked off. ")
    assert "Safe." not in found.sentence
    assert (found.safe, found.tone) == (False, "bad")


def test_a_return_that_a_rule_holds_is_waiting_and_names_the_rule() -> None:
    air = held_by_air("0 of 9 fans proven, enough for 0 kW")
    held: dict[str, Any] = {"limits": (air,), "load": {"setpoint_kw": 0.0, "target_kw": 990.0}}
    held["since_at"] = SINCE
    found = told(Mode.RESTORING, **held)
    assert found.sentence == "Safe. The load is waiting to return: 0 of 9 fans proven, enough for 0 kW."
    assert told(Mode.RESTORING, back_at=SINCE, **held).sentence == f"{found.sentence} The next stage at the earliest 17:02."


def test_a_return_that_waits_for_a_probe_promises_no_moment_that_runs_away_with_each_step_of_the_rest() -> None:
    probe = Limit(rule="temperature stale", kind=RuleKind.STALE, scope="zone west", ceiling_kw=0.0, reason="no fresh temperature")
    held: dict[str, Any] = {"limits": (probe,), "since_at": SINCE}
    for step in range(3):
        load = {"setpoint_kw": 100.0 * step, "target_kw": 990.0}
        found = told(Mode.RESTORING, back_at=SINCE + 60.0 * step, load=load, **held)
        assert found.back_at is None
        assert found.sentence == (
            "Safe. The load is coming back in stages, not all of it: no fresh temperature; not before the probe is back."
        )
    stands = told(Mode.RESTORING, load={"setpoint_kw": 500.0, "target_kw": 990.0}, **held)
    assert stands.sentence == "Safe. The load is waiting to return: no fresh temperature; not before the probe is back."


@pytest.mark.parametrize("ceiling_kw", [None, 500.0])
def test_a_return_that_goes_on_is_told_as_one(ceiling_kw: float | None) -> None:
    kw = ceiling_kw or 0.0
    limit = Limit(rule="site limit", kind=RuleKind.SITE_LIMIT, scope="site", ceiling_kw=kw, reason="site limit 500 kW")
    found = told(Mode.RESTORING, limits=(limit,) if ceiling_kw else (), load={"setpoint_kw": 100.0, "target_kw": 500.0})
    assert found.sentence == "Safe. The load is coming back in stages."


def test_an_emergency_names_its_trip_once() -> None:
    trip = Trip(key="stop", reason="emergency shutdown by Ruth", since_at=1.0)
    found = told(Mode.EMERGENCY, trips=(trip,), reasons=("tripped: emergency shutdown by Ruth", STILL_ON), still_on=STILL_ON)
    assert found.why == ("tripped: emergency shutdown by Ruth",)
    assert (found.safe, found.tone) == (False, "bad")


@pytest.mark.parametrize(
    ("load", "curtailed"),
    [
        ({}, True),
        ({"measured_kw": 8.0, "proven": True}, True),
        ({"measured_kw": 429.0}, False),
        ({"measured_kw": 429.0, "unknown_kw": 1.0}, None),
        ({"unknown_kw": 1.0}, None),
        ({"measured_kw": None}, None),
    ],
)
def test_an_emergency_is_curtailed_once_that_is_measured(load: dict[str, Any], curtailed: bool | None) -> None:
    assert told(Mode.EMERGENCY, load=load).curtailed is curtailed


@pytest.mark.parametrize("mode", list(Mode))
def test_the_reasons_do_not_repeat_the_measured_kw(mode: Mode) -> None:
    assert told(mode, reasons=("utility asks", STILL_ON), still_on=STILL_ON).why == ("utility asks",)


@pytest.mark.parametrize("mode", list(Mode))
def test_an_observing_site_says_what_would_be_done_and_is_not_called_safe_for_it(mode: Mode) -> None:
    found = told(mode, control=Control.OBSERVE, load={"proven": True, "measured_kw": 0.0})
    assert "Observing: " in found.sentence and " would " in found.sentence
    assert found.sentence.endswith("Nothing is switched.") and "Safe." not in found.sentence
    assert found.safe is not True or mode is Mode.NORMAL


def test_an_observing_site_tells_the_load_that_would_come_off_by_what_is_measured() -> None:
    asked: dict[str, Any] = {"control": Control.OBSERVE, "since_at": SINCE, "limits": (ASKS,)}
    found = told(Mode.CURTAILING, load={"measured_kw": 978.0}, **asked)
    assert found.sentence == (
        "Observing: the load would be coming off since 17:02: utility signal Control. 978 kW of 990 kW still on, 0 kW unknown."
        " Nothing is switched."
    )
    assert told(Mode.CURTAILED, load={"proven": True, "measured_kw": 0.0}, **asked).curtailed is True
    assert told(Mode.CURTAILED, load={"measured_kw": 978.0}, **asked).curtailed is None
    air = held_by_air("no fan is proven")
    held = told(Mode.RESTORING, limits=(air,), load={"setpoint_kw": 0.0, "target_kw": 990.0}, control=Control.OBSERVE)
    assert held.sentence == "Observing: the load would be waiting to return: no fan is proven. Nothing is switched."


def test_the_brief_sentence_has_no_figures_and_what_it_tells_is_not_told_again() -> None:
    reasons = (ASKS.reason, STILL_ON, "proven by measurement")
    told_by: dict[str, Any] = {"since_at": SINCE, "limits": (ASKS,), "reasons": reasons, "still_on": STILL_ON}
    found = told(Mode.CURTAILED, load={"proven": True}, back_at=SINCE + 7200, **told_by)
    assert found.brief == "Safe. Curtailed since 17:02: utility signal Control."
    assert (found.tells_since, found.why, found.more) == (True, (ASKS.reason, reasons[2]), reasons[2:])
    runs = told(Mode.NORMAL, reasons=("nothing limits the load",))
    assert (runs.brief, runs.tells_since, runs.more) == ("Safe. The load may run.", False, ("nothing limits the load",))
    nothing = silent("the controller is silent")
    assert (nothing.brief, nothing.more) == (nothing.sentence, ("the controller is silent",))


def test_what_is_proven_off_although_the_meter_reads_some_names_the_meters_tolerance() -> None:
    load = {"proven": True, "measured_kw": 12.0, "target_kw": 0.0, "tolerance_kw": 20.0}
    found = told(Mode.CURTAILED, limits=(ASKS,), load=load)
    assert found.sentence.endswith("12 kW of 990 kW still on, within the meter's tolerance of 20 kW, 0 kW unknown.")
    assert (found.curtailed, found.tolerance_kw) == (True, 20.0)


@pytest.mark.parametrize(
    ("mode", "load"),
    [
        (Mode.CURTAILED, {"measured_kw": 20.1}),
        (Mode.CURTAILED, {"measured_kw": 0.2}),
        (Mode.CURTAILED, {"measured_kw": 400.0, "target_kw": 400.0}),
        (Mode.CURTAILED, {"proven": False}),
        (Mode.CURTAILED, {"unknown_kw": 3.0}),
        (Mode.CURTAILED, {"tolerance_kw": None}),
        (Mode.CURTAILING, {}),
        (Mode.NORMAL, {}),
        (Mode.EMERGENCY, {}),
    ],
    ids=["above", "shown as 0 kW", "at its target", "not proven", "unknown", "not told", "coming off", "runs", "tripped"],
)
def test_a_tolerance_is_named_only_where_the_proof_rests_on_it(mode: Mode, load: dict[str, Any]) -> None:
    base = {"proven": True, "measured_kw": 12.0, "target_kw": 0.0, "tolerance_kw": 20.0}
    found = told(mode, limits=(ASKS,), load=base | load)
    assert "tolerance" not in found.sentence and found.tolerance_kw is None


def test_what_a_former_version_said_last_is_told_as_far_as_it_goes() -> None:
    """A retained message without the kinds, the clause and the tolerance, until the controller speaks again."""
    fan = FanView(
        number=1, commanded=PowerState.OFF, running=PowerState.OFF, proven=Proof.UNPROVEN, watts=0.0, read_mono_s=1.0,
        locked_out=False, reason="off as wanted",
    )  # fmt: skip
    message = said(Mode.CURTAILED, since_at=SINCE, limits=(ASKS,), fans=(fan,), load={"proven": True})
    old = message.model_dump(mode="json", by_alias=True)
    for name in ("kind", "clause"):
        del old["limits"][0][name]
    del old["load"]["tolerance_kw"], old["still_on"], old["limited_kind"], old["fans"][0]["state"]
    heard = State.model_validate_json(json.dumps(old))
    assert heard.fans[0].state is FanState.UNKNOWN
    found = answered(heard)
    assert "Curtailed since 17:02: utility signal: Control. 4 kW of 990 kW still on, 0 kW unknown." in found.sentence
