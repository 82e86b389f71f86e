"""Requests: granted, or refused with the reason; nothing that a request holds can leave as an exception."""

import json
import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.controller.asked import carry_out
from services.controller.core.holds import HoldRefused
from services.controller.core.moments import Now
from services.shared.vocabulary import Level, LoadTarget
from tests.plant import Site, limits, moment, seen
from tests.unit.controller.parts import WALL_S, request

SITE = limits(fans=9)


def ask(verb, payload, *, state=None, at=200.0, **more):
    state = state or Site(SITE).settle(100.0).state
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return carry_out(request(verb, text, **more), state, seen(at, SITE), SITE, moment(at))


@pytest.mark.parametrize(
    ("verb", "payload", "reason"),
    [
        ("lease", "not json", "JSON"),
        ("lease", "[]", "object"),
        ("lease", {}, "kind"),
        ("lease", {"kind": "weather"}, "kind"),
        ("lease", {"kind": "miners", "action": "sleep", "members": ["all"], "minutes": 0}, "minutes"),
        ("lease", {"kind": "miners", "action": "sleep", "members": ["all"], "minutes": 1441}, "minutes"),
        ("lease", '{"kind": "miners", "action": "sleep", "members": ["all"], "minutes": NaN}', "minutes"),
        ("lease", '{"kind": "miners", "action": "sleep", "members": ["all"], "minutes": 1e999}', "minutes"),
        ("lease", {"kind": "miners", "action": "sleep", "members": ["all"], "minutes": "soon"}, "minutes"),
        ("lease", {"kind": "miners", "action": "sleep", "members": ["m-99"]}, "m-99"),
        ("lease", {"kind": "miners", "action": "sleep", "members": []}, "none given"),
        ("lease", {"kind": "miners", "action": "sleep", "members": "all"}, "members"),
        ("lease", {"kind": "miners", "members": ["all"]}, "sleep"),
        ("lease", {"kind": "miners", "action": "reboot", "members": ["all"]}, "action"),
        ("lease", {"kind": "fans", "fans": {"12": "on"}}, "no fan 12"),
        ("lease", {"kind": "fans", "fans": {"one": "on"}}, "fans"),
        ("lease", {"kind": "fans", "fans": {"1": "toggle"}}, "fans"),
        ("lease", {"kind": "fans", "stage": 10}, "stage"),
        ("lease", {"kind": "fans", "stage": -1}, "stage"),
        ("lease", {"kind": "power_signal", "level": "normal"}, "stricter"),
        ("lease", {"kind": "power_signal", "level": "mild"}, "level"),
        ("lease", {"kind": "power_signal"}, "stricter"),
        ("lease", {"kind": "power_signal", "level": "control", "target_kw": -1}, "target_kw"),
        ("lease", {"kind": "temperature", "celsius": 1000}, "celsius"),
        ("lease", {"kind": "temperature", "celsius": None}, "celsius"),
        ("lease", {"kind": "raw"}, "device: found None; allowed: foreman, pdu-1$"),
        ("lease", {"kind": "raw", "device": "pdu-9"}, "device: found 'pdu-9'; allowed: foreman, pdu-1$"),
        ("lease", {"kind": "raw", "device": ["pdu-1"]}, "device"),
        ("lease", {"kind": "raw", "device": "pdu-1", "minutes": 0.5}, "1 to 60"),
        ("lease", {"kind": "raw", "device": "pdu-1", "minutes": 61}, "1 to 60"),
        ("release", {"kind": "raw"}, "no such lease"),
        ("release", {}, "no such lease"),
        ("release", {"id": "x"}, "no such lease"),
        ("lockout", {}, "target"),
        ("lockout", {"target": "fan-12"}, "fan-12"),
        ("unlock", {"target": "fan-1"}, "not locked"),
        ("reset", {"trip": "smoke"}, "no trip"),
        ("reset", {"trip": 5}, "trip"),
        ("service", {"signal": "utility"}, "in_service"),
        ("service", {"signal": "radio", "in_service": False}, "radio"),
        ("service", {"signal": "utility", "in_service": False}, "last source"),
        ("phase", {"phase": "normal"}, "cannot be set"),
        ("acknowledge", {"key": "x"}, "does not know"),
    ],
)
def test_what_cannot_be_granted_is_refused_with_its_reason(verb, payload, reason):
    with pytest.raises(HoldRefused, match=reason):
        ask(verb, payload)


def test_a_huge_request_is_refused_in_few_words():
    with pytest.raises(HoldRefused) as refusal:
        ask("lease", json.dumps({"kind": "x" * 200_000}))
    assert len(str(refusal.value)) < 1000


def test_a_late_request_is_refused_only_where_both_clocks_are_trusted():
    late = {"expires_at": WALL_S}
    with pytest.raises(HoldRefused, match="too late"):
        ask("cycle", "{}", **late)
    ask("cycle", "{}", clock_trusted=False, **late)
    blind = Now(200.0, WALL_S + 200.0, False, "this-boot")
    carry_out(request("cycle", "{}", **late), Site(SITE).state, seen(200.0, SITE), SITE, blind)


def test_a_lease_is_granted_and_told():
    state, told = ask("lease", {"kind": "miners", "action": "sleep", "members": ["m-1"], "minutes": 10})
    assert told["kind"] == "miners" and told["until_at"] - told["from_at"] == 600.0
    site = Site(SITE)
    site.state = state
    assert site.at(201.0).targets.loads[1] is LoadTarget.SLEEP


def test_raw_answers_of_a_device_are_one_lease_beside_those_of_others_and_end_together():
    state, _ = ask("lease", {"kind": "raw", "device": "pdu-1", "minutes": 5})
    state, _ = ask("lease", {"kind": "raw", "device": "foreman", "minutes": 5}, state=state)
    state, made = ask("lease", {"kind": "raw", "device": "pdu-1", "minutes": 10}, state=state)
    assert [(hold.sensor, hold.seconds) for hold in state.holds] == [("foreman", 300.0), ("pdu-1", 600.0)]
    assert json.loads(made["payload"]).items() >= {"kind": "raw", "device": "pdu-1"}.items()
    assert ask("release", {"kind": "raw"}, state=state)[0].holds == ()


def test_a_raw_lease_decides_nothing():
    free, held = Site(SITE).settle(), Site(SITE).settle()
    held.state, _ = ask("lease", {"kind": "raw", "device": "pdu-1", "minutes": 5}, state=held.state)
    for at in (210.0, 220.0, 500.0, 510.0):
        without, beside = free.at(at), held.at(at)
        assert bool(beside.state.holds) is (at < 500.0)
        assert replace(beside, state=replace(beside.state, holds=())) == without


def test_auto_gives_a_fan_back():
    state, _ = ask("lease", {"kind": "fans", "fans": {"1": "on", "2": "on"}})
    state, told = ask("lease", {"kind": "fans", "fans": {"1": "auto"}}, state=state)
    assert told == {"released": [1]}
    assert [number for number, _ in state.holds[0].fans] == [2]


def test_the_stop_is_always_granted_and_twice_is_once():
    state, told = ask("stop", "{}")
    state, _ = ask("stop", "{}", state=state)
    assert told == {"done": "stop", "control": "armed"} and [trip.key for trip in state.trips] == ["stop"]


def test_a_confirmed_last_source_goes_out_of_service_and_comes_back_by_itself():
    body = {"signal": "utility", "in_service": False, "minutes": 5, "confirmed": True}
    site = Site(SITE)
    site.state, _ = ask("service", body)
    assert not site.at(201.0, level=Level.CONTROL).signals[0].in_service
    back = site.at(501.0, level=Level.CONTROL)
    assert back.signals[0].in_service and set(back.targets.loads) == {LoadTarget.SLEEP}


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_KEYS = (
    "kind", "minutes", "level", "target_kw", "action", "members", "fans", "stage", "celsius", "sensor", "id", "target", "trip",
    "signal", "in_service", "phase",
)  # fmt: skip
_keys = st.sampled_from(_KEYS)
_verbs = st.sampled_from(["lease", "release", "lockout", "unlock", "reset", "stop", "service", "phase", "cycle"])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    _verbs,
    st.dictionaries(_keys, _values, max_size=6) | st.just({"kind": "fans"}),
    st.sampled_from(["miners", "fans", "temperature"]),
)
def test_any_request_is_granted_or_refused_and_never_a_fault(verb, payload, kind):
    try:
        state, told = ask(verb, json.dumps({"kind": kind, **payload}), state=Site(SITE).state)
    except HoldRefused as refusal:
        assert str(refusal)
    else:
        json.dumps(told)
        site = Site(SITE)
        site.state = state
        assert site.at(201.0).reasons


def test_a_wake_of_what_another_holds_is_granted_and_told_with_who_holds_it():
    state, _ = ask("lease", {"kind": "miners", "action": "sleep", "members": ["m-1"]}, who="ann (session, 192.168.1.7)")
    wake = {"kind": "miners", "action": "wake", "members": ["m-1"]}
    _, other = ask("lease", wake, state=state, who="bob (session, 192.168.1.7)")
    assert "1 of 1 loads stay asleep" in other["note"] and "of ann (session, 192.168.1.7)" in other["note"]
    _, own = ask("lease", wake, state=state, who="ann (token, 10.0.0.4)")
    assert "note" not in own and own["owner"] == "ann (token, 10.0.0.4)"
