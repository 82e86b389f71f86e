"""Everybody who asked for less in a curtailment, each from when until when. In the database thread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.curtailments.kinds import UTILITY, Ask, asks_of, signals_of
from services.api.curtailments.model import Asker
from services.api.curtailments.records import Row, is_proven
from services.api.curtailments.turns import ASKS, Stretch
from services.api.decision_inputs import read, texts
from services.api.why.words import tidy
from services.shared.vocabulary import Mode

_MOST = 600
_OF_CURTAILED = frozenset({Mode.CURTAILING, Mode.CURTAILED})
_DECIDED = sa.text(
    "SELECT happened_ms, kind, title, mode, reasons, detail FROM events WHERE kind IN ('transition', 'decision')"
    " AND happened_ms >= :start AND happened_ms <= :end ORDER BY happened_ms, id LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """One decision. `is_proven`: it found the load within what was asked, by measurement."""

    at: float
    mode: str
    reasons: tuple[str, ...]
    inputs: dict[str, Any]
    is_proven: bool


def asks(connection: sa.Connection, stretch: Stretch, end_ms: int, rows: Sequence[Row], tolerance_kw: float) -> tuple[Asker, ...]:
    """The utility's first, then in the order in which they began; the same who asks again is told again. Never empty."""
    said = list(_said(connection, stretch.begin.ms, end_ms))
    found = [
        _confirmed(one, said, rows, tolerance_kw)
        for one in _asked(said, None if stretch.until is None else stretch.until.ms / 1000)
    ]
    return tuple(sorted(found, key=_order))


def _order(one: Asker) -> tuple[bool, float, float]:
    """Of those who began at once the one that left least comes first."""
    return one.kind not in UTILITY, one.from_at, float("inf") if one.target_kw is None else one.target_kw


def _said(connection: sa.Connection, start_ms: int, end_ms: int) -> Iterator[_Said]:
    """A decision whose inputs are not kept says nothing of who asks; a change of mode does by its mode."""
    for row in connection.execute(_DECIDED, {"start": start_ms, "end": end_ms, "most": _MOST}):
        inputs = read(row.detail)
        if row.kind == "transition" or inputs:
            reasons = tuple(tidy(one) for one in texts(row.reasons)) or (row.title,)
            yield _Said(row.happened_ms / 1000, row.mode, reasons, inputs, is_proven(row.mode, inputs))


def _asked(said: Iterable[_Said], ended_at: float | None) -> Iterator[Asker]:
    """Each from the decision that heard it first to the first that heard it no more."""
    open_: dict[tuple[str, ...], Asker] = {}
    for one in said:
        heard = {_key(ask): ask for ask in _heard(one)}
        if not one.inputs and one.mode in _OF_CURTAILED and open_:
            continue  # who asks is not kept: as before
        for key in [key for key in open_ if key not in heard]:
            yield open_.pop(key).model_copy(update={"until_at": one.at})
        for key, ask in heard.items():
            open_.setdefault(key, _asker(ask, one))
    for asker in open_.values():
        yield asker.model_copy(update={"until_at": ended_at})


def _heard(one: _Said) -> list[Ask]:
    return asks_of(one.mode, one.inputs, one.reasons) if one.mode in ASKS or one.mode == Mode.MANUAL else []


def _key(ask: Ask) -> tuple[str, ...]:
    """Two trips are two; heat is one, however many zones are warm."""
    return (ask.kind, ask.source or "", ask.reason if ask.kind == "trip" else "")


def _asker(ask: Ask, one: _Said) -> Asker:
    signal = next((said for said in signals_of(one.inputs) if ask.source is not None and said.source == ask.source), None)
    return Asker(
        kind=ask.kind,
        source=ask.source,
        from_at=one.at,
        until_at=None,
        target_kw=ask.kw,
        reason=ask.reason,
        level=signal.level if signal else None,
        event_id=signal.event_id if signal else None,
        confirmed_s=None,
    )


def _confirmed(asker: Asker, said: Iterable[_Said], rows: Iterable[Row], tolerance_kw: float) -> Asker:
    """With the first moment at which a measurement showed it while it asked: the controller's own word, or a row."""
    end = float("inf") if asker.until_at is None else asker.until_at
    moments = [one.at for one in said if one.is_proven and asker.from_at <= one.at < end]
    shown = [row.at for row in rows if asker.from_at < row.at <= end and _shows(row, asker, tolerance_kw)]
    moments += [at for at in shown if at < end or asker.kind == "trip"]  # what its reset found was measured before
    return asker.model_copy(update={"confirmed_s": round(min(moments) - asker.from_at, 3)}) if moments else asker


def _shows(row: Row, asker: Asker, tolerance_kw: float) -> bool:
    """While it curtails the controller says itself when it is shown."""
    if row.is_proven or row.mode in _OF_CURTAILED:
        return row.is_proven
    kw, limit_kw = row.whole_kw, asker.target_kw if asker.target_kw is not None else row.target_kw
    return kw is not None and limit_kw is not None and kw <= limit_kw + tolerance_kw
