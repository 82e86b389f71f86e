"""All records of one curtailment, as it is told from them. In the database thread."""

from dataclasses import dataclass

import sqlalchemy as sa

from services.api.curtailments import commanded, decisions, stood, turns
from services.api.curtailments.curve import Span, curve, steps
from services.api.curtailments.model import CurtailmentRow
from services.api.curtailments.model_load import Curve
from services.api.curtailments.model_story import AlarmStood, Notice
from services.api.curtailments.summary import Known, known
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is on record. `span`: from its begin to its end, or to now while it runs."""

    known: Known
    span: Span
    decided: list[decisions.Decision]
    lives: list[commanded.Life]
    curve: Curve
    alarms: tuple[AlarmStood, ...]
    notice: Notice | None
    acts: list[decisions.Act]

    @property
    def told(self) -> CurtailmentRow:
        """It in a line."""
        return self.known.told

    @property
    def asked_until_at(self) -> float:
        """Until when something asked."""
        return self.span.until_at if self.span.released_at is None else self.span.released_at


def evidence(connection: sa.Connection, id_: int, asked: Asked) -> Evidence | None:
    """None when no curtailment began with this event."""
    now_ms = int(asked.now_at * 1000)
    stretch = turns.one(connection, id_)
    found = known(connection, stretch, now_ms, asked.tolerance) if stretch else None
    if stretch is None or found is None:
        return None
    start_ms, end_ms = stretch.begin.ms, stretch.end_ms(now_ms)
    span = Span(found.told.from_at, found.told.released_at, end_ms / 1000, asked.now_at)
    decided = decisions.decisions(connection, start_ms, end_ms)
    is_utility = found.told.kind in ("signal", "contact")
    return Evidence(
        known=found,
        span=span,
        decided=decided,
        lives=commanded.lives(connection, start_ms, end_ms),
        curve=_with_stages(curve(connection, asked.settings, found.rows, span), found, decided),
        alarms=stood.open_in(connection, start_ms, end_ms),
        notice=stood.notice(connection, found.told.source, int(found.told.asks[0].from_at * 1000)) if is_utility else None,
        acts=decisions.acts(connection, start_ms - 1_000, end_ms) if asked.with_people else [],
    )


def _with_stages(drawn: Curve, found: Known, decided: list[decisions.Decision]) -> Curve:
    """The setpoint also of the decisions: each stage of the return is one."""
    rows = [(row.at, row.setpoint_kw) for row in found.rows]
    said = [(one.at, one.setpoint_kw) for one in decided if one.setpoint_kw is not None]
    return drawn.model_copy(update={"setpoint": steps([*rows, *said])})
