"""One curtailment told in time: notice, signal, commands, curve, settlement intervals, stages of the return, alarms, gaps."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.api.curtailments import sheet
from services.api.curtailments.intervals import mean_kw, settled
from services.api.curtailments.model_load import HeldFrom, Point
from services.api.curtailments.model_story import Story as Told
from services.api.curtailments.story import Asked, story
from services.api.history.database import Database
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from tests.unit.api.curtailment_records import FULL_KW, OFF_KW, T0, UTILITY, Records, inputs, utility_event

FROM = T0 + 3600
BACK = FROM + 7200


def tell(path: Path, id_: int | None = None, *, now_s: float = 20_000.0, people: bool = True, **parts: Any) -> Told | None:
    database = Database(path)
    try:
        asked = Asked(Settings(**parts), T0 + now_s, people)
        wanted = id_ or database.read(
            lambda c: c.exec_driver_sql("SELECT id FROM events WHERE mode <> 'normal' ORDER BY id").scalar()
        )
        return database.read(lambda connection: story(connection, int(wanted or 0), asked))
    finally:
        database.close()


async def utility(folder: Path, **how: Any) -> Path:
    of = Records(folder)
    utility_event(of, **how)
    return await of.stored()


def known(found: Told | None) -> Told:
    assert found is not None
    return found


@pytest.mark.asyncio
@pytest.mark.parametrize("title", ["curtailing", "curtailing to curtailing"])
async def test_a_mode_that_began_with_the_site_was_none_before(tmp_path: Path, title: str) -> None:
    of = Records(tmp_path)
    of.event(0, "transition", title, mode="curtailing", reasons=("utility signal: Control",), detail=inputs(UTILITY))
    one = known(tell(await of.stored(), now_s=600.0))
    assert "Curtailing" in [line.what for line in one.timeline]


@pytest.mark.asyncio
async def test_while_load_returns_nothing_asks_any_more_and_it_does_not_run(tmp_path: Path) -> None:
    of = Records(tmp_path)
    of.turn(0, "normal", "emergency", "tripped: emergency stop", detail=inputs({"rule": "trip", "scope": "site", "kw": 0.0}))
    of.turn(16, "emergency", "restoring", "restoring", detail=inputs(signals=()))
    one = known(tell(await of.stored(), now_s=196.0))
    assert "No measurement confirmed it. Nothing asks any more since " in one.sentence and "runs" not in one.sentence


@pytest.mark.asyncio
async def test_it_is_told_from_the_notice_to_the_end(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path)))
    assert one.notice is not None
    assert (one.notice.seen_at, one.notice.source) == (FROM - 1800, "utility")
    assert [(said.source, said.level, said.raw_text) for said in one.signals] == [("utility", "control", "Full Load Control")]
    assert one.decision.title == "normal to curtailing"
    assert one.decision.inputs["ceilings"] == [UTILITY]
    assert (one.first_sent_at, one.last_sent_at, one.last_confirmed_at) == (FROM + 1, FROM + 3, FROM + 62)
    assert one.released_at == BACK
    kinds = [line.kind for line in one.timeline]
    assert [line.at for line in one.timeline] == sorted(line.at for line in one.timeline)
    assert kinds[0] == "notice" and kinds[-1] == "end"
    assert {"mode", "command", "proof", "restore", "alarm"} <= set(kinds)
    assert "Confirmed by measurement after 1 min 30 s." in one.sentence and "2 h 3 min later" in one.sentence


@pytest.mark.asyncio
async def test_each_command_counts_once_by_its_end(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path)))
    sleep = next(row for row in one.commands if row.act == "sleep")
    assert (sleep.device, sleep.sent, sleep.confirmed, sleep.failed, sleep.open) == ("foreman", 3, 2, 1, 0)
    assert (sleep.first_sent_at, sleep.last_confirmed_at) == (FROM + 1, FROM + 62)
    assert [(row.sent, row.confirmed) for row in one.commands if row.act == "wake"] == [(2, 2)]


@pytest.mark.asyncio
async def test_the_curve_is_the_sum_of_the_pdus_finely_at_begin_and_return(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path)))
    assert (one.curve.measured_by, one.curve.meters) == ("PDUs", ("pdu-1/power", "pdu-2/power"))
    at = {point.at - FROM: point for point in one.curve.points}
    assert _kw(one, FROM - 60) == FULL_KW and _kw(one, FROM + 100) == OFF_KW
    assert _kw(one, FROM + 3000) == OFF_KW and _kw(one, BACK + 60) == 400.0 and _kw(one, BACK + 170) == FULL_KW
    fine = [point.width_s for after, point in at.items() if 0 <= after <= 600]
    assert max(fine) <= 10
    assert not any(point.partial for point in one.curve.points)
    ends = [(point.at, point.at + point.width_s) for point in one.curve.points]
    assert all(later[0] >= earlier[1] - 0.001 for earlier, later in pairwise(ends)), "none lies over another"
    assert [step.kw for step in one.curve.target] == [20.0, FULL_KW]


@pytest.mark.asyncio
async def test_a_site_meter_counts_before_the_pdus_and_without_its_base(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of)
    for after in range(3300, 11_200, 10):
        of.read(after, "iotawatt-1", 30_000.0, "site_total", "W")
    meter = sections.Meter(site_meter="iotawatt-1/site_total", base_kw=10)
    one = known(tell(await of.stored(), meter=meter))
    assert (one.curve.measured_by, one.curve.meters) == ("site meter", ("iotawatt-1/site_total",))
    assert _kw(one, FROM + 1000) == 20.0


@pytest.mark.asyncio
async def test_a_pdu_that_fell_silent_makes_the_sum_partial_and_what_it_proves_unknown(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of, meters=False)
    for after in range(3300, 11_200, 10):
        of.read(after, "pdu-1", OFF_KW / 2)
        if not 5_000 < after < 7_000:
            of.read(after, "pdu-2", OFF_KW / 2)
    one = known(tell(await of.stored()))
    assert any(point.partial and point.kw == OFF_KW / 2 for point in one.curve.points)
    assert _point(one, T0 + 6_000).partial and not _point(one, T0 + 4_500).partial
    assert any(gap.what.startswith("only some of the meters") for gap in one.gaps)
    assert [row.within for row in one.intervals.rows] == [True, None, None, None, True, True, True, True]


@pytest.mark.asyncio
async def test_a_pdu_that_is_silent_until_the_end_is_missed_in_every_stretch_and_no_interval_is_within(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of, meters=False)
    for after in range(3300, 11_200, 10):
        of.read(after, "pdu-1", 100.0)
        if after < 3900:
            of.read(after, "pdu-2", 100.0)
    one = known(tell(await of.stored()))
    silent = [point for point in one.curve.points if point.at > T0 + 3960]
    assert {point.width_s >= 60 for point in silent} == {True, False} and all(point.partial for point in silent)
    assert [row.within for row in one.intervals.rows] == [None] * 8, "one of two PDUs of 100 kW within 120 kW proves nothing"
    assert one.intervals.worst is None


@pytest.mark.asyncio
async def test_a_configured_pdu_that_never_spoke_in_it_leaves_every_interval_unknown(tmp_path: Path) -> None:
    of = Records(tmp_path)
    of.read(-86_400, "pdu-2", 100.0)
    utility_event(of, meters=False)
    for after in range(3300, 11_200, 10):
        of.read(after, "pdu-1", 1.0)
    path = await of.stored()
    missed = known(tell(path, apis=sections.Apis(pdu_ip=("10.0.0.1", "10.0.0.2"))))
    assert [row.within for row in missed.intervals.rows] == [None] * 8
    gone = known(tell(path))  # it is no part of the site any more
    assert all(row.within for row in gone.intervals.rows)


@pytest.mark.asyncio
async def test_the_curve_has_no_hole_where_one_fineness_follows_another(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of, at_s=3617.0)
    points = known(tell(await of.stored())).curve.points
    assert all(later.at - (earlier.at + earlier.width_s) < 0.001 for earlier, later in pairwise(points))


@pytest.mark.asyncio
async def test_load_that_is_not_stored_yet_is_not_drawn_as_the_last_that_was(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of, meters=False)
    for after in range(3300, 10_960, 10):  # the last readings before the end wait for the disk
        of.read(after, "pdu-1", OFF_KW)
    path = await of.stored()
    soon, late = (known(tell(path, now_s=BACK + after - T0)) for after in (185, 400))
    last = max(point.at + point.width_s for point in soon.curve.points)
    assert BACK + 150 < last <= BACK + 160, "the line ends with what is known"
    assert not any(point.kw is None for point in soon.curve.points)
    assert _kw(late, BACK + 175) is None, "what did not come within a minute was not measured"


@pytest.mark.asyncio
async def test_without_any_meter_the_rows_of_the_records_tell_the_load(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path, meters=False)))
    assert (one.curve.measured_by, one.curve.meters) == ("records", ())
    assert _kw(one, FROM + 3000) == OFF_KW


@pytest.mark.asyncio
async def test_the_settlement_intervals_run_from_the_moment_the_ask_must_be_met_to_the_release(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path))).intervals
    assert (one.minutes, one.begin_at) == (15, FROM + 600)
    assert len(one.rows) == 8
    assert [row.complete for row in one.rows] == [True] * 7 + [False]
    assert one.rows[-1].until_at == BACK
    assert {row.mean_kw for row in one.rows} == {OFF_KW} and {row.limit_kw for row in one.rows} == {20.0}
    assert all(row.within for row in one.rows) and one.worst == 0


@pytest.mark.asyncio
async def test_load_is_given_back_in_stages(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path)))
    assert [(stage.at - BACK, stage.setpoint_kw, stage.loads, stage.confirmed) for stage in one.stages] == [
        (30, 400.0, 1, 1), (90, 990.0, 1, 1),
    ]  # fmt: skip
    assert [stage.kw_after for stage in one.stages] == [400.0, FULL_KW]


@pytest.mark.asyncio
async def test_alarms_that_were_open_in_it_are_told_and_no_others(tmp_path: Path) -> None:
    of = Records(tmp_path)
    of.alarm(100, "door", "The door is open.", until_s=200)
    of.alarm(300, "fan_3", "Fan 3 draws nothing.")
    utility_event(of)
    of.alarm(15_000, "later", "Later.")
    one = known(tell(await of.stored()))
    assert [alarm.key for alarm in one.alarms] == ["fan_3", "signal_planned_utility", "load_still_on"]
    assert [alarm.ended_at for alarm in one.alarms] == [None, FROM, FROM + 600]


@pytest.mark.asyncio
async def test_what_is_not_known_is_told(tmp_path: Path) -> None:
    of = Records(tmp_path)
    of.turn(0, "normal", "curtailing", "utility", detail=inputs(UTILITY))
    of.row(0, "curtailing", FULL_KW, 20.0)
    of.turn(60, "curtailing", "starting", "starting: loads as they are")
    of.row(3_000, "curtailed", None, 20.0, unknown_kw=990.0)
    of.turn(3_060, "starting", "normal")
    one = known(tell(await of.stored()))
    assert one.proof.proven is False and one.proof.at is None
    assert any("no row of the records" in gap.what for gap in one.gaps)
    assert "the controller was started anew in it" in one.notes
    assert any("what was not used is not known" in note for note in one.notes)
    assert "No measurement confirmed it." in one.sentence


@pytest.mark.asyncio
async def test_one_that_runs_is_told_so_far_and_acts_of_people_only_to_who_is_known(tmp_path: Path) -> None:
    of = Records(tmp_path)
    utility_event(of, ends=False, lasts_s=1200)
    of.event(3700, "audit", "acknowledge by ann: done", who="ann")
    path = await of.stored()
    one = known(tell(path, now_s=4_800))
    assert (one.curtailment.until_at, one.released_at, one.stages) == (None, None, ())
    assert "It runs, for 20 min so far." in one.sentence
    assert [line.who for line in one.timeline if line.kind == "act"] == ["ann"]
    assert not [line for line in known(tell(path, now_s=4_800, people=False)).timeline if line.kind == "act"]


@pytest.mark.asyncio
async def test_a_clock_that_was_set_back_before_the_records_harms_nothing(tmp_path: Path) -> None:
    one = known(tell(await utility(tmp_path), now_s=-30_000_000))
    assert one.curtailment.proven and len(one.curve.points) < 1_000


@pytest.mark.asyncio
async def test_no_curtailment_began_with_another_event(tmp_path: Path) -> None:
    path = await utility(tmp_path)
    for id_ in (1, 3, 5, 10**12):
        assert tell(path, id_) is None


@pytest.mark.asyncio
async def test_the_sheet_has_load_and_events_in_the_order_of_time_and_empty_cells_for_unknown(tmp_path: Path) -> None:
    rows = sheet.rows(known(tell(await utility(tmp_path))))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(len(row) == len(sheet.HEAD) for row in rows)
    events = [row for row in rows if row[-1]]
    assert any(
        row[-1].startswith("Curtailing (was normal): utility signal") and row[1] is None and row[5] == 20.0 for row in events
    )
    assert {row[1] for row in rows if row[-1] == ""} >= {FULL_KW, OFF_KW, 400.0}


def test_the_worst_interval_is_the_highest_mean_and_time_that_nothing_measured_proves_nothing() -> None:
    def point(at: float, kw: float | None, *, partial: bool = False) -> Point:
        return Point(at=at, width_s=60, kw=kw, lowest_kw=kw, highest_kw=kw, partial=partial)

    points = [point(n * 60, 10.0 if n < 20 else 40.0) for n in range(30)] + [point(1800 + n * 60, None) for n in range(15)]
    found = settled(points, (HeldFrom(at=0, kw=20.0),), 2700, 15, 0.0, 5.0)
    assert [(row.mean_kw, row.within, row.unknown_s) for row in found.rows] == [
        (10.0, True, 0.0), (30.0, False, 0.0), (None, None, 900.0),
    ]  # fmt: skip
    assert found.worst == 1
    assert mean_kw([point(0, 10.0), point(60, 99.0, partial=True)], 0, 120) == (10.0, 60.0)
    assert settled(points, (HeldFrom(at=0, kw=None),), 2700, 15, 0.0, 5.0).begin_at is None
    assert settled(points, (HeldFrom(at=0, kw=20.0),), 2700, 0, 0.0, 5.0).rows == ()
    assert settled(points, (HeldFrom(at=0, kw=20.0),), 300, 15, 600.0, 5.0).rows == ()


def _point(one: Told, at: float) -> Point:
    return next(point for point in one.curve.points if point.at <= at < point.at + point.width_s)


def _kw(one: Told, at: float) -> float | None:
    return _point(one, at).kw


@pytest.mark.asyncio
async def test_a_load_above_the_ask_says_by_what_tolerance_it_is_proven_and_the_ask_is_told_not_the_trip_before(
    tmp_path: Path,
) -> None:
    of, calm = Records(tmp_path), {"name": "utility", "level": "normal", "age_s": 2.0}
    smoke, at_most_200 = ({"rule": rule, "scope": "site", "kw": kw} for rule, kw in (("trip", 0.0), ("signal utility", 200.0)))
    of.row(-60, "normal", FULL_KW, 1000.0)
    of.turn(0, "normal", "emergency", "tripped: smoke", detail=inputs(smoke, signals=(calm,)))
    of.turn(100, "emergency", "restoring", detail=inputs(signals=(calm,)))
    of.turn(185, "restoring", "curtailing", "utility signal: Control", detail=inputs(at_most_200))
    of.turn(200.353, "curtailing", "curtailed", "proven by measurement", detail=inputs(at_most_200, kw=218.0))
    of.turn(500, "curtailed", "normal")
    path = await of.stored()
    one = known(tell(path, 3))
    assert one.proof.words.endswith(": 218 kW of at most 200 kW, within the tolerance of 30 kW") and one.proof.meters
    assert (one.decision.at, [said.level for said in one.signals]) == (T0 + 185, ["control"])
    assert one.sentence.startswith("The power signal utility asked at ") and "tripped" not in one.sentence
    assert known(tell(path)).sentence.endswith("something asked anew, before the load was free again.")
    assert one.site == Settings().general.site
