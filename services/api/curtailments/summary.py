"""A curtailment in one line: what asked, when, how low, when it was shown, and what was not used. In the database thread."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.curtailments import records
from services.api.curtailments.kinds import Ask, ask_of, signals_of
from services.api.curtailments.model import CurtailmentRow, Kind
from services.api.curtailments.records import PROVEN, Row, texts
from services.api.curtailments.turns import ASKS, Stretch, Turn
from services.api.why_asked import holders
from services.api.why_inputs import read
from services.api.why_words import tidy
from services.shared.vocabulary import Mode

_DETAIL = sa.text("SELECT detail FROM events WHERE id = :id")
_DRILL = sa.text(
    "SELECT 1 FROM events WHERE kind = 'audit' AND happened_ms > :start AND happened_ms <= :end AND title LIKE 'drill by %'"
    " AND title NOT LIKE '%: refused%' LIMIT 1"
)
_DRILL_MS = 600_000
_SLACK_MS = 2_000  # a lease and what follows from it are recorded at about the same moment
_DEBUG = ("(local", "(loopback)")
_OF_CURTAILED: frozenset[str] = frozenset({Mode.CURTAILING, Mode.CURTAILED})


@dataclass(frozen=True, slots=True)
class Known:
    """A curtailment with what it was told from. `confirmed_at` Unix seconds; `before` the last row of the hour before it."""

    told: CurtailmentRow
    stretch: Stretch
    inputs: dict[str, Any]
    rows: list[Row]
    before: Row | None
    confirmed_at: float | None


def known(connection: sa.Connection, stretch: Stretch, now_ms: int, tolerance: float) -> Known | None:
    """None for what only a lock-out brought: it asks nothing of the site. `tolerance` is a share of the site's kW, 0 to 1."""
    begin, end_ms = stretch.begin, stretch.end_ms(now_ms)
    inputs = read(str(connection.execute(_DETAIL, {"id": begin.id}).scalar() or ""))
    ask = ask_of(begin.mode, inputs)
    who = holders(connection, begin.ms + _SLACK_MS, begin.mode) if ask.kind == "lease" else []
    is_drill = ask.kind == "lease" and not who and _drilled(connection, begin.ms)
    if stretch.is_held and not who and not is_drill:
        return None
    kind: Kind = "drill" if is_drill else ask.kind
    rows, before = records.between(connection, begin.ms, end_ms), records.before(connection, begin.ms)
    allowed_kw = before.target_kw if before else None
    confirmed = _confirmed(stretch, rows, tolerance * (allowed_kw or 0.0))
    kwh = records.not_used_kwh(rows, before.whole_kw if before else None, end_ms / 1000)
    said = next((one for one in signals_of(inputs) if one.source == ask.source), None)
    told = CurtailmentRow(
        id=begin.id,
        kind=kind,
        kinds=(kind, *(other for other in _others(stretch) if other != kind)),
        source=ask.source,
        from_at=begin.ms / 1000,
        until_at=stretch.until.ms / 1000 if stretch.until else None,
        reason=_reason(begin),
        level=said.level if said else None,
        event_id=said.event_id if said else None,
        target_kw=ask.kw,
        lowest_kw=records.lowest_kw(rows),
        confirmed_s=None if confirmed is None else round(max(0.0, confirmed - begin.ms / 1000), 1),
        proven=confirmed is not None,
        energy_not_used_kwh=None if kwh is None else round(kwh, 1),
        forced=kind in ("lease", "drill") or any(row.forced for row in rows),
        exercised=is_drill or (bool(who) and all(any(how in one for how in _DEBUG) for one in who)),
        clock_trusted=all(turn.clock_trusted for turn in stretch.turns),
    )
    return Known(told, stretch, inputs, rows, before, confirmed)


def released_ms(stretch: Stretch) -> int | None:
    """When nothing asked any more; None while something does."""
    last_ask = max((n for n, turn in enumerate(stretch.turns) if turn.mode in (*ASKS, Mode.MANUAL)), default=0)
    after = [*stretch.turns[last_ask + 1 :], *([stretch.until] if stretch.until else [])]
    return after[0].ms if after else None


def asked_in(turn: Turn, inputs: dict[str, Any]) -> Ask:
    """What asked at a change of mode."""
    return ask_of(turn.mode, inputs)


def _drilled(connection: sa.Connection, at_ms: int) -> bool:
    return connection.execute(_DRILL, {"start": at_ms - _DRILL_MS, "end": at_ms + _SLACK_MS}).scalar() is not None


def _confirmed(stretch: Stretch, rows: Iterable[Row], tolerance_kw: float) -> float | None:
    """The first moment at which a measurement showed it: the controller's own word, or a row while it was asked."""
    said = [turn.ms / 1000 for turn in stretch.turns if turn.mode == Mode.CURTAILED and PROVEN in texts(turn.reasons)]
    released = released_ms(stretch)
    asked = [row for row in rows if released is None or row.at < released / 1000]
    if stretch.begin.mode in _OF_CURTAILED:  # the controller says itself when it is shown
        asked = [row for row in asked if row.is_proven]
    row = records.first_within((one for one in asked if one.at > stretch.begin.ms / 1000), tolerance_kw)
    return min([*said, *([row.at] if row else [])], default=None)


def _others(stretch: Stretch) -> Iterator[Kind]:
    """The graver things that came in between, by their modes alone."""
    seen = dict.fromkeys(turn.mode for turn in stretch.turns[1:] if turn.mode in ASKS - _OF_CURTAILED)
    for mode in seen:
        yield ask_of(mode, {}).kind


def _reason(turn: Turn) -> str:
    found = texts(turn.reasons)
    return tidy(found[0]) if found else turn.title
