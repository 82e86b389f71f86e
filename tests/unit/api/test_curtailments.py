"""Each time the site left normal running because something asked for less, from records that the real writer made."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.api.curtailments.listing import listed
from services.api.curtailments.model import CurtailmentRow
from services.api.history.database import Database
from services.shared.settings.tree import Settings
from tests.unit.api.curtailment_records import FULL_KW, OFF_KW, T0, UTILITY, Records, inputs, utility_event

pytestmark = pytest.mark.asyncio
Story = Callable[[Records], None]


def told(
    path: Path, *, limit: int = 10, start_s: float = 0.0, end_s: float = 1e6, now_s: float = 20_000.0
) -> list[CurtailmentRow]:
    database = Database(path)
    try:
        ms = [int((T0 + after) * 1000) for after in (start_s, end_s, now_s)]

        def work(connection: sa.Connection) -> list[CurtailmentRow]:
            return list(listed(connection, (ms[0], ms[1]), limit, ms[2], Settings()).curtailments)

        return database.read(work)
    finally:
        database.close()


async def recorded(folder: Path, *stories: Story) -> Path:
    of = Records(folder)
    for story in stories:
        story(of)
    return await of.stored()


async def test_the_utilitys_curtailment_is_told_with_its_target_its_proof_and_what_was_not_used(tmp_path: Path) -> None:
    (one,) = told(await recorded(tmp_path, utility_event))
    assert (one.kind, one.source, one.level, one.event_id, one.target_kw) == ("signal", "utility", "control", "EV-7", 20.0)
    assert (one.from_at, one.until_at) == (T0 + 3600, T0 + 3600 + 7200 + 180)
    assert (one.confirmed_s, one.proven, one.lowest_kw) == (90.0, True, OFF_KW)
    assert one.reason == "utility signal: Control, at most 20 kW"
    assert not one.forced and not one.exercised and one.clock_trusted
    off_kwh = (FULL_KW - OFF_KW) * (7200 + 90 - 90) / 3600 + (FULL_KW - 400) * 90 / 3600
    assert one.energy_not_used_kwh == pytest.approx(off_kwh, abs=1)


async def test_one_that_runs_comes_first_and_has_no_end(tmp_path: Path) -> None:
    path = await recorded(tmp_path, utility_event, lambda of: utility_event(of, 18_000, lasts_s=1800, ends=False))
    newest, oldest = told(path, now_s=19_800)
    assert (newest.until_at, newest.from_at, newest.proven) == (None, T0 + 18_000, True)
    assert oldest.until_at == T0 + 10_980
    assert newest.id > oldest.id


async def test_the_list_is_chosen_by_time_and_says_nothing_twice_or_too_much(tmp_path: Path) -> None:
    def many(of: Records) -> None:
        for n in range(450):  # more changes of mode than one page of the query has
            of.turn(n * 100, "normal", "curtailing", "x", detail=inputs(UTILITY))
            of.turn(n * 100 + 50, "curtailing", "normal")

    path = await recorded(tmp_path, many)
    everything = told(path, limit=100, now_s=50_000)
    assert [one.from_at for one in everything] == [T0 + n * 100 for n in range(449, 349, -1)]
    assert len(told(path, limit=100, start_s=1_020, end_s=1_410, now_s=50_000)) == 5, "1000, which reaches in, to 1400"
    assert [one.from_at - T0 for one in told(path, limit=2, start_s=0, end_s=301)] == [300, 200]
    assert told(path, start_s=60, end_s=90) == []


@pytest.mark.parametrize(
    ("mode", "ceiling", "kind", "source"),
    [
        ("curtailing", {"rule": "signal roomalert-1_switch-1", "scope": "site", "kw": 0.0}, "contact", "roomalert-1_switch-1"),
        ("curtailing", {"rule": "schedule summer-peak", "scope": "site", "kw": 200.0}, "schedule", "summer-peak"),
        ("curtailing", {"rule": "something else", "scope": "site", "kw": 200.0}, "unknown", None),
        ("thermal_limit", {"rule": "too warm", "scope": "zone east", "kw": 200.0}, "thermal", None),
        ("emergency", {"rule": "trip stop", "scope": "site", "kw": 0.0}, "trip", None),
        ("failsafe", {"rule": "signal utility lost", "scope": "site", "kw": 0.0}, "failsafe", None),
        ("failsafe", {"rule": "signal utility lost", "kind": "signal_lost", "scope": "site", "kw": 0.0}, "failsafe", None),
        ("curtailing", {"rule": "signal a", "kind": "contact", "scope": "site", "kw": 0.0}, "contact", "a"),
        ("emergency", {"rule": "airflow", "kind": "airflow", "scope": "zone east", "kw": 0.0}, "trip", None),
        ("curtailing", {"rule": "signal utility", "kind": "of a later version", "scope": "site", "kw": 0.0}, "signal", "utility"),
    ],
)
async def test_what_asked_is_named_by_its_kind(
    tmp_path: Path, mode: str, ceiling: dict[str, object], kind: str, source: str | None
) -> None:
    def story(of: Records) -> None:
        of.turn(0, "starting", "normal")
        of.turn(10, "normal", mode, "why", detail=inputs(ceiling))
        of.turn(90, mode, "normal")

    (one,) = told(await recorded(tmp_path, story))
    assert (one.kind, one.source) == (kind, source)


async def test_an_ask_that_comes_while_load_returns_is_a_curtailment_of_its_own_and_graver_things_are_named(
    tmp_path: Path,
) -> None:
    def story(of: Records) -> None:
        modes = ("starting", "normal", "curtailing", "restoring", "curtailing", "emergency", "restoring", "normal")
        for n, (before, mode) in enumerate(pairwise(modes)):
            of.turn(n * 10, before, mode, detail=inputs(UTILITY))

    later, first = told(await recorded(tmp_path, story))
    assert (first.from_at, first.released_at, first.until_at, first.asked_anew) == (T0 + 10, T0 + 20, T0 + 30, True)
    assert (later.from_at, later.released_at, later.until_at, later.asked_anew) == (T0 + 30, T0 + 50, T0 + 60, False)
    assert (first.kinds, later.kinds) == (("signal",), ("signal", "trip"))


async def test_a_trip_that_was_reset_runs_no_more_was_shown_by_what_the_reset_found_and_leaves_a_later_lease_to_itself(
    tmp_path: Path,
) -> None:
    stop, by_hand = ({"rule": rule, "scope": "site", "kw": kw} for rule, kw in (("trip", 0.0), ("lease", 200.0)))

    def tripped(of: Records) -> None:
        of.row(-30, "normal", FULL_KW, 1000.0)
        of.turn(0, "normal", "emergency", "tripped: emergency stop", detail=inputs(stop, signals=()))
        of.row(0, "emergency", FULL_KW, 0.0)
        of.turn(16, "emergency", "restoring", "restoring", detail=inputs(signals=(), kw=0.0, setpoint_kw=0.0))
        of.row(16, "restoring", 0.0, 1000.0)

    def curtailed(of: Records) -> None:
        tripped(of)
        lease(of, 200, "ann (session, 192.168.1.7)", kind="power_signal", level="control")
        of.turn(200, "restoring", "curtailing", "forced signal control by ann", detail=inputs(by_hand, signals=(), kw=500.0))
        of.turn(230, "curtailing", "curtailed", "proven", detail=inputs(by_hand, signals=(), kw=210.0, proven=True))

    (one,) = told(await recorded(tmp_path / "reset", tripped), now_s=196)
    assert (one.kind, one.released_at, one.until_at, one.asks[0].until_at) == ("trip", T0 + 16, None, T0 + 16)
    assert (one.confirmed_s, one.proven, one.lowest_kw) == (16.0, True, 0.0)
    later, first = told(await recorded(tmp_path / "asked", curtailed), now_s=400)
    assert (first.kinds, first.until_at, first.asked_anew) == (("trip",), T0 + 200, True)
    assert (later.kinds, later.from_at, later.until_at, later.confirmed_s) == (("lease",), T0 + 200, None, 30.0)


def lease(of: Records, after_s: float, who: str, **wish: object) -> None:
    of.event(after_s, "audit", f"lease by {who}: done", who=who, detail=inputs_of(wish))


def inputs_of(wish: dict[str, object]) -> str:
    return json.dumps({"id": "l-1", "minutes": 60, **wish})


async def test_what_a_debug_call_forces_is_an_exercise_and_what_a_person_asks_for_is_none_from_wherever(tmp_path: Path) -> None:
    def by(who: str, at: float, **mark: bool) -> Story:
        def story(of: Records) -> None:
            of.turn(at - 5, "starting", "normal")
            lease(of, at, who, kind="power_signal", level="control", **mark)
            of.turn(
                at,
                "normal",
                "curtailing",
                f"forced signal control by {who}",
                detail=inputs({"rule": "lease", "scope": "site", "kw": 0.0}),
            )
            of.turn(at + 60, "curtailing", "normal")

        return story

    debug = "debug listener (local, 127.0.0.1)"
    people = ("ann (session, 192.168.1.7)", "cli:pi (loopback)", "cli:pi (local, 172.17.0.1)", debug)
    stories = (by(who, 100 + number * 100_000) for number, who in enumerate(people))
    newest, *others = told(await recorded(tmp_path, *stories, by(debug, 500_000, exercise=True)), now_s=600_000)
    assert (newest.kind, newest.forced, newest.exercised) == ("lease", True, True)
    assert [(one.kind, one.forced, one.exercised) for one in others] == [("lease", True, False)] * len(people)


async def test_a_debug_call_beside_a_persons_ask_makes_it_no_exercise(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.turn(0, "starting", "normal")
        lease(of, 99, "debug listener (local, 127.0.0.1)", id="l-0", kind="power_signal", level="control", exercise=True)
        lease(of, 100, "cli:pi (loopback)", kind="power_signal", level="control")
        of.turn(100, "normal", "curtailing", "forced", detail=inputs({"rule": "lease", "scope": "site", "kw": 0.0}))

    (one,) = told(await recorded(tmp_path, story), now_s=200)
    assert (one.kind, one.exercised) == ("lease", False)


async def test_a_hold_of_miners_is_told_a_lock_out_or_a_devices_drill_is_not_and_the_utility_ends_a_hold(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.turn(0, "starting", "normal")
        of.turn(10, "normal", "manual", "1 load held down by a person")  # locked out: for a month, it may be
        of.turn(90_000, "manual", "curtailing", "utility", detail=inputs(UTILITY))
        of.turn(90_060, "curtailing", "manual")
        of.turn(90_100, "manual", "normal")
        lease(of, 200_000, "ann (session, 10.0.0.1)", kind="miners", action="sleep", members=["m-1"])
        of.turn(200_000, "normal", "manual", "1 load held down by a person")
        of.turn(200_100, "manual", "normal")
        of.event(300_000, "audit", "drill by ann (session, 10.0.0.1): foreman: done", who="ann (session, 10.0.0.1)")
        of.turn(300_000, "normal", "manual", "1 load held down by a person")
        of.turn(300_100, "manual", "normal")

    found = told(await recorded(tmp_path, story), now_s=400_000)
    assert [(one.kind, one.from_at - T0, one.exercised) for one in found] == [
        ("lease", 200_000, False), ("signal", 90_000, False),
    ]  # fmt: skip


async def test_load_that_is_unknown_is_neither_low_nor_proven_nor_saved(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.row(-60, "normal", FULL_KW, FULL_KW)
        of.turn(0, "normal", "curtailing", "utility", detail=inputs(UTILITY))
        of.turn(300, "curtailing", "curtailed", "utility", "unproven, 600 kW unknown", detail=inputs(UTILITY, unknown_kw=600.0))
        for at in range(0, 900, 120):
            of.row(at, "curtailed", 5.0, 20.0, "utility", "unproven, 600 kW unknown", unknown_kw=600.0)
        of.turn(900, "curtailed", "normal")

    (one,) = told(await recorded(tmp_path, story))
    assert (one.lowest_kw, one.confirmed_s, one.proven, one.energy_not_used_kwh) == (None, None, False, None)


@pytest.mark.parametrize(
    ("load", "proven"), [({"proven": True}, True), ({"proven": False}, False), ({}, True), ({"unknown_kw": 3.0}, False)]
)
async def test_what_is_proven_is_a_field_of_the_decision_and_no_words(tmp_path: Path, load: dict[str, Any], proven: bool) -> None:
    def story(of: Records) -> None:
        of.turn(0, "normal", "curtailing", "utility", detail=inputs(UTILITY))
        of.turn(90, "curtailing", "curtailed", "in other words", detail=inputs(UTILITY, kw=OFF_KW, **load))
        of.turn(900, "curtailed", "normal", "proven by measurement")

    (one,) = told(await recorded(tmp_path, story))
    assert (one.proven, one.confirmed_s) == ((True, 90.0) if proven else (False, None))


async def test_what_is_no_curtailment_is_not_listed_and_no_record_is_no_list(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.turn(0, "starting", "starting")
        of.turn(5, "starting", "restoring")
        of.turn(10, "restoring", "normal")
        of.turn(20, "normal", "normal", detail="{}")

    assert told(await recorded(tmp_path / "some", story)) == []
    assert told(await recorded(tmp_path / "none")) == []


async def test_records_that_begin_in_the_middle_are_told_from_there_and_garbage_is_no_crash(tmp_path: Path) -> None:
    def story(of: Records) -> None:
        of.turn(0, "curtailing", "curtailed", "x" * 5_000, detail="[1, not json")
        of.turn(50, "curtailed", "normal", detail='{"ceilings": 7, "signals": [1, null]}')

    (one,) = told(await recorded(tmp_path, story))
    assert (one.kind, one.target_kw, one.from_at) == ("unknown", None, T0)


async def test_the_utilitys_ask_while_load_returns_from_heat_and_a_trip_is_told_by_itself_with_its_own_times(
    tmp_path: Path,
) -> None:
    calm = {"name": "utility", "level": "normal", "age_s": 2.0}
    heat = {"rule": "temperature", "scope": "zone east", "kw": 300.0}
    smoke, stop = ({"rule": "trip", "scope": "site", "kw": 0.0} for _ in range(2))
    at_most_200 = {"rule": "signal utility", "scope": "site", "kw": 200.0}

    def story(of: Records) -> None:
        of.row(-60, "normal", FULL_KW, 1000.0)
        of.turn(0, "normal", "thermal_limit", "zone east too warm", detail=inputs(heat, signals=(calm,)))
        of.turn(10, "thermal_limit", "emergency", "tripped: smoke", "zone east", detail=inputs(smoke, heat, signals=(calm,)))
        of.event(20, "decision", "limited by trip", mode="emergency", reasons=("tripped: smoke", "tripped: emergency stop"),
                 detail=inputs(smoke, stop, signals=(calm,)))  # fmt: skip
        of.row(52, "emergency", OFF_KW, 0.0)
        holding = {"rule": "signal utility", "scope": "site", "kw": 500.0}  # announced: it only holds the rise
        of.turn(100, "emergency", "restoring", "restoring", detail=inputs(holding, signals=(calm,)))
        of.turn(185, "restoring", "curtailing", "utility signal: Control, at most 200 kW", detail=inputs(at_most_200))
        of.turn(200, "curtailing", "curtailed", "proven by measurement", detail=inputs(at_most_200, kw=218.0))
        of.turn(500, "curtailed", "restoring")
        of.turn(560, "restoring", "normal")

    one, heat_and_trip = told(await recorded(tmp_path, story))
    assert (one.kind, one.source, one.kinds) == ("signal", "utility", ("signal",))
    assert (one.from_at - T0, one.target_kw, one.level, one.confirmed_s) == (185, 200.0, "control", 15.0)
    asks = [*one.asks, *heat_and_trip.asks]
    assert [(ask.reason, ask.from_at - T0, (ask.until_at or 0) - T0, ask.confirmed_s) for ask in asks] == [
        ("utility signal: Control, at most 200 kW", 185, 500, 15.0),
        ("zone east too warm", 0, 20, None),
        ("tripped: smoke", 10, 100, 42.0),
        ("tripped: emergency stop", 20, 100, 32.0),
    ]


async def test_the_utilitys_ask_within_a_trip_needs_no_change_of_mode_and_a_persons_hold_hides_no_trip(tmp_path: Path) -> None:
    smoke, by_hand = {"rule": "trip", "scope": "site", "kw": 0.0}, {"rule": "lease", "scope": "site", "kw": 0.0}

    def story(of: Records) -> None:
        of.row(-60, "normal", FULL_KW, 1000.0)
        of.turn(0, "normal", "curtailing", "forced signal control by ann", detail=inputs(by_hand, signals=()))
        of.turn(10, "curtailing", "emergency", "tripped: smoke", "forced signal", detail=inputs(smoke, by_hand, signals=()))
        of.event(30, "decision", "limited by trip", mode="emergency", reasons=("tripped: smoke", "utility asks"),
                 detail=inputs(smoke, UTILITY))  # fmt: skip
        of.row(40, "emergency", OFF_KW, 0.0)
        of.turn(100, "emergency", "normal")

    (one,) = told(await recorded(tmp_path, story))
    assert [(ask.kind, ask.from_at - T0, ask.confirmed_s) for ask in one.asks] == [
        ("signal", 30, 10.0), ("lease", 0, None), ("trip", 10, 30.0),
    ]  # fmt: skip
