"""One curtailment told in time, put together from its records. In the database thread."""

from dataclasses import dataclass

import sqlalchemy as sa

from services.api.curtailments import commanded, decisions, stood, timeline, turns
from services.api.curtailments.curve import curve, steps
from services.api.curtailments.decisions import Decision
from services.api.curtailments.gaps import gaps
from services.api.curtailments.intervals import settled
from services.api.curtailments.kinds import signals_of
from services.api.curtailments.meters import meters_of
from services.api.curtailments.model import Curve, Decided, LoadProof, Story
from services.api.curtailments.records import PROVEN
from services.api.curtailments.summary import Known, known, released_ms
from services.api.why import Calendar
from services.shared.settings.tree import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What a story is told with: the settings, the moment now (Unix seconds), whether acts of people are told."""

    settings: Settings
    now_at: float
    with_people: bool

    @property
    def tolerance(self) -> float:
        """A share of the site's kW."""
        return self.settings.power.meter_tolerance_percent / 100


def story(connection: sa.Connection, id_: int, asked: Asked) -> Story | None:
    """None when no curtailment began with this event."""
    now_ms = int(asked.now_at * 1000)
    stretch = turns.one(connection, id_)
    found = known(connection, stretch, now_ms, asked.tolerance) if stretch else None
    return None if found is None else _told(connection, found, asked)


def _told(connection: sa.Connection, found: Known, asked: Asked) -> Story:
    told, stretch, settings = found.told, found.stretch, asked.settings
    start_ms, end_ms = stretch.begin.ms, stretch.end_ms(int(asked.now_at * 1000))
    released = released_ms(stretch)
    released_at = None if released is None else released / 1000
    decided = decisions.decisions(connection, start_ms, end_ms)
    lives = commanded.lives(connection, start_ms, end_ms)
    drawn = _drawn(connection, found, decided, asked, released_at, end_ms / 1000)
    limits = decisions.asked(decided)
    asked_until = released_at if released_at is not None else end_ms / 1000
    tolerance_kw = asked.tolerance * ((found.before.target_kw or 0.0) if found.before else 0.0)
    power = settings.power
    stages = commanded.stages(lives, drawn.setpoint, drawn.points, asked_until, end_ms / 1000) if released_at else []
    alarms = stood.open_in(connection, start_ms, end_ms)
    notice = stood.notice(connection, told.source, start_ms) if told.kind in ("signal", "contact") else None
    missing = gaps(found.rows, drawn.points, told.from_at, end_ms / 1000, settings.general.loop_interval_minutes * 60)
    proof = _proof(found, decided)
    done = decisions.acts(connection, start_ms - 1_000, end_ms) if asked.with_people else []
    calendar = Calendar(settings.general.timezone)
    return Story(
        curtailment=told,
        timezone=calendar.name,
        now_at=asked.now_at,
        sentence=timeline.sentence(told, calendar, asked.now_at),
        notice=notice,
        signals=tuple(signals_of(found.inputs)),
        decision=_decision(found, decided),
        first_sent_at=commanded.first_down_at(lives),
        last_sent_at=commanded.last_down_at(lives),
        last_confirmed_at=commanded.last_confirmed_at(lives),
        released_at=released_at,
        timeline=timeline.moments(timeline.Material(told, notice, decided, lives, proof, stages, alarms, done, missing)),
        commands=commanded.counted(lives),
        curve=drawn,
        intervals=settled(
            drawn.points, limits, asked_until, power.interval_minutes, power.response_deadline_minutes * 60, tolerance_kw
        ),
        stages=tuple(stages),
        alarms=alarms,
        proof=proof,
        gaps=missing,
        notes=tuple(_notes(found, decided, drawn, asked)),
    )


def _drawn(
    connection: sa.Connection, found: Known, decided: list[Decision], asked: Asked, released_at: float | None, until_at: float
) -> Curve:
    """The setpoint also of the decisions: each stage of the return is one."""
    settings = asked.settings
    meters = meters_of(connection, settings.meter)
    age_s = settings.power.meter_max_age_seconds
    drawn = curve(connection, meters, found.rows, found.told.from_at, released_at, until_at, age_s, asked.now_at)
    rows = [(row.at, row.setpoint_kw) for row in found.rows]
    said = [(one.at, one.setpoint_kw) for one in decided if one.setpoint_kw is not None]
    return drawn.model_copy(update={"setpoint": steps([*rows, *said])})


def _decision(found: Known, decided: list[Decision]) -> Decided:
    begin = found.stretch.begin
    reasons = next((one.reasons for one in decided if one.id == begin.id), ())
    return Decided(at=begin.ms / 1000, title=begin.title, mode=begin.mode, reasons=reasons, inputs=found.inputs)


def _proof(found: Known, decided: list[Decision]) -> LoadProof:
    at = found.confirmed_at
    if at is None:
        return LoadProof(proven=False, at=None, meters=(), words="no measurement on record shows the load within what was asked")
    one = next((one for one in decided if abs(one.at - at) < 0.002 and PROVEN in one.reasons), None)
    if one is None:
        return LoadProof(proven=True, at=at, meters=(), words="a row of the records shows the load within what was asked")
    return LoadProof(
        proven=True, at=at, meters=decisions.meters_of(one), words="the controller found the load within what was asked"
    )


def _notes(found: Known, decided: list[Decision], drawn: Curve, asked: Asked) -> list[str]:
    notes = []
    if not found.told.clock_trusted:
        notes.append("the clock was not trusted for some of it: moments may be wrong")
    if found.before is None:
        notes.append("no row of the hour before is kept: what was not used is not known")
    if any(turn.mode == "starting" for turn in found.stretch.turns):
        notes.append("the controller was started anew in it")
    if found.told.exercised:
        notes.append("a drill or a lease of the debug listener brought it: it proves the equipment, not the utility's ask")
    if len(decided) >= decisions.MOST:
        notes.append(f"there were more than {decisions.MOST} decisions: later ones are not told")
    widest = max((point.width_s for point in drawn.points), default=0.0)
    if drawn.measured_by in ("site meter", "PDUs") and widest > asked.settings.power.interval_minutes * 60 > 0:
        notes.append(f"single readings are no longer kept: what is drawn are means of {widest / 60:.0f} min")
    return notes
