"""One curtailment told in time, from its evidence."""

from collections.abc import Iterator

import sqlalchemy as sa

from services.api.curtailments import commanded, decisions, timeline
from services.api.curtailments.evidence import Asked, Evidence, evidence
from services.api.curtailments.gaps import gaps
from services.api.curtailments.intervals import settled
from services.api.curtailments.kinds import signals_of
from services.api.curtailments.model_load import Gap, Intervals, LoadProof, Stage
from services.api.curtailments.model_story import Decided, Moment, Story
from services.api.decision_inputs import number
from services.shared.settings.tree import Settings
from services.shared.site_time import SiteTime
from services.shared.spans import span

__all__ = ["Asked", "story"]
_SAME_S = 0.002


def story(connection: sa.Connection, id_: int, asked: Asked) -> Story | None:
    """None when no curtailment began with this event. In the database thread."""
    found = evidence(connection, id_, asked)
    return None if found is None else _told(found, asked)


def _told(of: Evidence, asked: Asked) -> Story:
    calendar = SiteTime(asked.settings.general.timezone)
    decision = _decision(of)
    proof, stages, missing = _proof(of, _tolerance_kw(of, asked)), _stages(of), _gaps(of, asked.settings)
    return Story(
        curtailment=of.told,
        site=asked.settings.general.site,
        timezone=calendar.name,
        now_at=asked.now_at,
        sentence=timeline.sentence(of.told, calendar, asked.now_at),
        notice=of.notice,
        signals=tuple(signals_of(decision.inputs)),
        decision=decision,
        first_sent_at=commanded.first_down_at(of.lives),
        last_sent_at=commanded.last_down_at(of.lives),
        last_confirmed_at=commanded.last_confirmed_at(of.lives),
        released_at=of.span.released_at,
        timeline=_timeline(of, proof, stages, missing),
        commands=commanded.counted(of.lives),
        curve=of.curve,
        intervals=_intervals(of, asked),
        stages=stages,
        alarms=of.alarms,
        proof=proof,
        gaps=missing,
        notes=tuple(_notes(of, asked.settings)),
    )


def _timeline(of: Evidence, proof: LoadProof, stages: tuple[Stage, ...], missing: tuple[Gap, ...]) -> tuple[Moment, ...]:
    return timeline.moments(
        timeline.Material(of.told, of.notice, of.decided, of.lives, proof, stages, of.alarms, of.acts, missing)
    )


def _stages(of: Evidence) -> tuple[Stage, ...]:
    if of.span.released_at is None:
        return ()
    return tuple(commanded.stages(of.lives, of.curve.setpoint, of.curve.points, of.span.released_at, of.span.until_at))


def _gaps(of: Evidence, settings: Settings) -> tuple[Gap, ...]:
    interval_s = settings.general.loop_interval_minutes * 60
    return gaps(of.known.rows, of.curve.points, of.span.from_at, of.span.until_at, interval_s)


def _tolerance_kw(of: Evidence, asked: Asked) -> float:
    """The meters' tolerance, of the load that was allowed before."""
    return asked.tolerance * ((of.known.before.target_kw or 0.0) if of.known.before else 0.0)


def _intervals(of: Evidence, asked: Asked) -> Intervals:
    power, tolerance_kw = asked.settings.power, _tolerance_kw(of, asked)
    limits, deadline_s = decisions.asked(of.decided), power.response_deadline_minutes * 60
    return settled(of.curve.points, limits, of.asked_until_at, power.interval_minutes, deadline_s, tolerance_kw)


def _decision(of: Evidence) -> Decided:
    """That with which the first of those who asked was heard; else the change of mode with which it began."""
    at, begin = of.told.asks[0].from_at, of.known.stretch.begin
    one = next((one for one in of.decided if abs(one.at - at) < _SAME_S and one.inputs), None)
    if one is None:
        reasons = next((one.reasons for one in of.decided if one.id == begin.id), ())
        return Decided(at=begin.ms / 1000, title=begin.title, mode=begin.mode, reasons=reasons, inputs=of.known.inputs)
    return Decided(at=one.at, title=one.title, mode=one.mode, reasons=one.reasons, inputs=one.inputs)


def _proof(of: Evidence, tolerance_kw: float) -> LoadProof:
    at = of.known.confirmed_at
    if at is None:
        return LoadProof(proven=False, at=None, meters=(), words="no measurement on record shows the load within what was asked")
    one = next((one for one in of.decided if abs(one.at - at) < _SAME_S and one.is_proven), None)
    if one is None:
        kw = next((row.whole_kw for row in of.known.rows if abs(row.at - at) < _SAME_S), None)
        words = "a row of the records shows the load within what was asked" + _figures(kw, of.told.target_kw, tolerance_kw)
        return LoadProof(proven=True, at=at, meters=(), words=words)
    load = one.inputs.get("load")
    kw = number(load.get("measured_kw")) if isinstance(load, dict) else None
    words = "the controller found the load within what was asked" + _figures(kw, of.told.target_kw, tolerance_kw)
    return LoadProof(proven=True, at=at, meters=decisions.meters_of(one), words=words)


def _figures(kw: float | None, target_kw: float | None, tolerance_kw: float) -> str:
    """Such as ": 208 kW of at most 200 kW, within the tolerance of 30 kW"."""
    if kw is None or target_kw is None:
        return ""
    above = f", within the tolerance of {tolerance_kw:.0f} kW" if kw > target_kw and tolerance_kw > 0 else ""
    return f": {kw:.0f} kW of at most {target_kw:.0f} kW{above}"


def _notes(of: Evidence, settings: Settings) -> Iterator[str]:
    if not of.told.clock_trusted:
        yield "the clock was not trusted for some of it: moments may be wrong"
    if of.known.before is None:
        yield "no row of the hour before is kept: what was not used is not known"
    if any(turn.mode == "starting" for turn in of.known.stretch.turns):
        yield "the controller was started anew in it"
    if of.told.exercised:
        yield "a drill, or a debug call that forced it, brought it: it proves the equipment, not the utility's ask"
    if len(of.decided) >= decisions.MOST:
        yield f"there were more than {decisions.MOST} decisions: later ones are not told"
    widest = max((point.width_s for point in of.curve.points), default=0.0)
    if of.curve.measured_by in ("site meter", "PDUs") and widest > settings.power.interval_minutes * 60 > 0:
        yield f"single readings are no longer kept: what is drawn are means of {span(widest)}"
