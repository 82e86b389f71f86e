"""What another version wrote into the ledger: nothing that holds load down is lost over an update, or on the way back."""

import json
from pathlib import Path

import pytest

from services.controller.core.memory import Phase
from services.controller.documents import read_sent, read_state, sent_document, state_document
from services.shared.vocabulary import Level, Mode
from tests.plant import Site, limits
from tests.unit.controller.test_ledger import an_order

OLD = (Path(__file__).parents[2] / "data" / "ledger_state_old.json").read_text(encoding="utf-8")


def changed(**parts):
    return json.dumps(json.loads(OLD) | parts)


def test_a_state_comes_back_as_it_was_written():
    state = Site(limits(fans=3)).settle(30.0).state
    assert read_state(state_document(state)) == (state, ())


def test_a_document_of_an_older_version_loads_and_what_it_did_not_know_has_its_default():
    state, lost = read_state(OLD)
    assert lost == ()
    assert (state.phase, state.mode) == (Phase.SHED, Mode.CURTAILED)
    assert [trip.key for trip in state.trips] == ["over_temperature"]
    assert [lock.target for lock in state.lockouts] == ["fan-2"]
    assert [hold.members for hold in state.holds] == [("m-2",)]
    assert [(one.name, one.level) for one in state.sources] == [("utility", Level.CONTROL)]
    assert state.opened == {"m-3"} and state.fans[0].baseline_w == 1510.5
    assert read_state(state_document(state)) == (state, ()), "and is written again in the form of today"


def test_what_a_newer_version_added_is_left_out_and_the_rest_stays():
    newer = json.loads(changed(weather={"wind": 3}))
    newer["trips"][0]["seen_by"] = "sensor-9"
    assert read_state(json.dumps(newer)) == read_state(OLD)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("holds", [{"id": "x", "kind": "of a newer version", "owner": "ana", "reason": "", "seconds": 1.0}]),
        ("sources", [{"name": "utility", "level": "of a newer version"}]),
        ("mode", "of a newer version"),
        ("phase", "of a newer version"),
        ("started", None),
        ("setpoint_kw", "much"),
        ("fans", {"1": "on"}),
        ("opened", 7),
    ],
)
def test_a_part_that_cannot_be_read_takes_no_trip_and_no_lock_out_along(part, value):
    state, lost = read_state(changed(**{part: value}))
    old, _ = read_state(OLD)
    assert lost == (part,)
    assert (state.trips, state.lockouts, state.ceilings) == (old.trips, old.lockouts, old.ceilings)


def test_one_lease_of_an_unknown_kind_takes_no_other_along():
    holds = json.loads(OLD)["holds"]
    state, lost = read_state(changed(holds=[*holds, holds[0] | {"kind": "of a newer version"}]))
    assert lost == ("holds",)
    assert [hold.id for hold in state.holds] == ["lease-1"]


def test_a_phase_that_cannot_be_read_begins_as_a_start_that_raises_nothing():
    state, _ = read_state(changed(phase="of a newer version"))
    assert state.phase is Phase.STARTING
    assert state.sources[0].level is Level.CONTROL, "the last level holds"


@pytest.mark.parametrize("document", ["", "null", "[]", '"text"', "{" * 50, '{"phase": "shed"'])
def test_what_is_no_state_at_all_is_said(document):
    with pytest.raises(ValueError, match=r"."):
        read_state(document)


def test_an_order_comes_back_and_garbage_is_no_order():
    assert read_sent(sent_document(an_order())) == an_order()
    assert read_sent('{"order": {"act": "explode"}}') is None
    assert read_sent("") is None
