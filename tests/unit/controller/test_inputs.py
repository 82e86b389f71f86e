"""A decision keeps what it went by, with the age of each input."""

import json
from dataclasses import replace

from services.controller.audit import Turns
from services.controller.inputs import inputs_json
from services.shared.vocabulary import Level
from tests.plant import Site, intake, limits, moment, pdu_meter, seen, signal


def decided(site, at, **changes):
    snapshot = seen(at, site.limits, **changes)
    return site.at(at, snapshot), snapshot


def test_a_decision_keeps_each_input_with_its_age():
    site = Site(limits()).settle()
    decision, snapshot = decided(
        site, 300.0, signals=(signal(Level.CONTROL, 298.0),), temperatures=(intake(24.5, 295.0), intake(None, None, "ra/s2")),
        meters=(pdu_meter(29.0, 290.0),),
    )  # fmt: skip
    told = json.loads(inputs_json(decision, snapshot, moment(300.0)))
    assert told["signals"] == [{"name": "utility", "level": "control", "target_kw": None, "age_s": 2.0}]
    assert [one["age_s"] for one in told["temperatures"]] == [5.0, None]
    assert told["meters"] == [{"name": "pdu-1", "kw": 29.0, "age_s": 10.0}]
    assert {"rule": "signal utility", "kind": "signal", "scope": "site", "kw": 0.0} in told["ceilings"]


def test_the_event_of_a_turn_carries_it_and_what_is_no_turn_is_no_event():
    site, turns = Site(limits()).settle(), Turns()
    before = site.state
    decision, snapshot = decided(site, 300.0, level=Level.CONTROL)
    (event,) = turns.of(before, decision, snapshot, moment(300.0))
    assert event.kind == "transition" and json.loads(event.detail)["signals"][0]["level"] == "control"
    before = site.state
    again, snapshot = decided(site, 301.0, level=Level.CONTROL)
    assert not turns.of(before, again, snapshot, moment(301.0))


def test_the_first_decision_of_a_new_site_begins_its_mode_and_is_no_change_from_it_to_itself():
    site, turns = Site(limits()), Turns()
    before = site.state
    decision, snapshot = decided(site, 1.0)
    (event,) = turns.of(before, decision, snapshot, moment(1.0))
    assert (event.kind, event.mode, event.title) == ("transition", "starting", "starting")


def test_a_decision_keeps_what_stood_on_the_signals_page_and_what_was_released():
    site = Site(limits()).settle()
    said = replace(signal(Level.CONTROL, 298.0), raw_text="Full Load Control" * 100)
    decision, snapshot = decided(site, 300.0, signals=(said,))
    told = json.loads(inputs_json(decision, snapshot, moment(300.0)))
    assert told["signals"][0]["raw_text"] == ("Full Load Control" * 100)[:200]
    assert told["load"]["setpoint_kw"] == 0.0
    assert told["load"]["proven"] is decision.load.proven is False


def test_each_stage_of_the_return_is_a_decision():
    site, turns = Site(limits()).settle(), Turns()
    decided(site, 300.0, level=Level.CONTROL)
    told = []
    for after in range(30):
        before = site.state
        decision, snapshot = decided(site, 400.0 + 20 * after, level=Level.NORMAL)
        told += turns.of(before, decision, snapshot, moment(400.0 + 20 * after))
    stages = [json.loads(one.detail)["load"]["setpoint_kw"] for one in told if one.mode == "restoring"]
    assert len(set(stages)) > 2 and stages == sorted(stages)
