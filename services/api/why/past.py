"""Why the site was as it was at a moment of the past, from its records; in the database thread."""

from typing import Any

import sqlalchemy as sa

from services.api.decision_inputs import read
from services.api.history.moments import Recorded, moment
from services.api.rule_names import kind_of
from services.api.why.gaps import Gap, begun_anew, pause, silence, unread, unrecorded
from services.api.why.inputs import aged, inputs_of, signal_of, unread_then
from services.api.why.leases import holders
from services.api.why.model import Calendar, Why, WhyAct, WhySignal, sentence
from services.api.why.notes import of_a_start, of_ages, of_losses, of_records, of_the_minute, of_unread
from services.api.why.source import Source
from services.api.why.turns import times
from services.api.why.words import dated
from services.shared.vocabulary import Mode, RuleKind

_BEGINNING = sa.text(
    "SELECT min(first) FROM (SELECT min(happened_ms) AS first FROM events"
    " UNION ALL SELECT CAST(unixepoch(min(timestamp)) AS INTEGER) * 1000 FROM mine_states)"
)


def acts(connection: sa.Connection, at_ms: int, calendar: Calendar) -> list[WhyAct]:
    """Who did what in the hour before, and what began or ended by itself."""
    found = moment(connection, at_ms)
    return [] if found is None else _acts(found, calendar)


def past(connection: sa.Connection, at_ms: int, calendar: Calendar, now_at: float) -> Why:
    """The answer of the records."""
    found = moment(connection, at_ms)
    told: dict[str, Any] = {"at": calendar.iso(at_ms / 1000) or "", "timezone": calendar.name, "now": False}
    if found is None:
        return Why(**told, known=False, sentence=f"Nothing is known of that moment: {_beginning(connection, calendar)}.")
    told["acts"], minute = _acts(found, calendar), of_the_minute(connection, at_ms, calendar, now_at)
    minute = [*of_losses(connection, at_ms, calendar, now_at), *minute]
    unknown = _unknown(connection, found, at_ms, calendar, now_at)
    if unknown:
        notes = [unknown, *minute, *of_records(found, at_ms)]
        return Why(**told, known=False, sentence=f"Nothing is known of that moment: {unknown}.", notes=notes)
    notes = [*minute, *of_a_start(begun_anew(connection, found), calendar, now_at), *of_records(found, at_ms)]
    mode = Source(found).mode or ""
    return _known(connection, found, mode, at_ms, Why(**told, known=True, sentence="", mode=mode, notes=notes), calendar, now_at)


def _unknown(connection: sa.Connection, found: Recorded, at_ms: int, calendar: Calendar, now_at: float) -> str:
    """Why nothing is known of a moment; empty where something is."""
    mode = Source(found).mode
    if mode is None and found.state is None:
        return "no decision is on record"
    if mode is None:
        return f"{'; '.join(found.state['reasons'])} {silence(connection, at_ms).words(calendar, now_at)}" if found.state else ""
    gap = unrecorded(connection, found, at_ms, int(now_at * 1000)) or _away(connection, found, at_ms)
    if gap is None:
        return ""
    return f"nothing was recorded {gap.words(calendar, now_at)}, so what ran then is unknown; before that {mode}"


def _away(connection: sa.Connection, found: Recorded, at_ms: int) -> Gap | None:
    """The pause in which the whole computer was away, however short of the distance of two rows."""
    anew = begun_anew(connection, found)
    return None if anew is None or anew.until_ms is None else pause(connection, at_ms, anew.until_ms)


def _known(
    connection: sa.Connection, found: Recorded, mode: str, at_ms: int, base: Why, calendar: Calendar, now_at: float
) -> Why:
    row, deciding, source = found.state, found.deciding, Source(found)
    inputs = read(deciding.detail) if deciding else {}
    signal, went_by = signal_of(row if source.is_row else None, inputs, calendar), list(inputs_of(inputs))
    decided_at = deciding.at if deciding else None
    if decided_at is not None:
        passed_s = max(0.0, at_ms / 1000 - decided_at)
        signal, went_by = next(iter(aged([signal] if signal else [], passed_s)), None), aged(went_by, passed_s)
    silent = unread(connection, at_ms, int(now_at * 1000))
    if silent and silent.from_ms is not None and decided_at is not None:
        went_by = unread_then(went_by, decided_at, silent.from_ms / 1000, at_ms / 1000)
    of_inputs = of_unread(silent, calendar, now_at) or of_ages(decided_at, at_ms, calendar, now_at)
    reasons = dated(source.reasons, calendar.exact(source.at, now_at))
    caused_by = None if mode == Mode.NORMAL else _caused_by(connection, at_ms, mode, source.limited_by, reasons, signal)
    return base.model_copy(
        update={
            "sentence": _sentence(found, mode, source, calendar, now_at),
            **times(connection, found, mode, at_ms, calendar),
            "control": row["control"] if row else None,
            "limited_by": source.limited_by,
            "reasons": reasons,
            "load": source.load(calendar),
            "temperature_max_c": row["temperature_max_c"] if row else None,
            "signal": signal,
            "caused_by": caused_by,
            "decided_at": calendar.iso(decided_at),
            "inputs": went_by,
            "notes": [*base.notes, *(of_inputs if went_by or signal else ())],
        }
    )


def _sentence(found: Recorded, mode: str, source: Source, calendar: Calendar, now_at: float) -> str:
    began = calendar.clock(found.transition.at, now_at) if found.transition else None
    row_at = source.row_at
    load_at = "" if row_at is None or source.is_row else calendar.exact(row_at, now_at)
    return sentence(mode, began, source.load(calendar), source.reasons, load_at)


def _beginning(connection: sa.Connection, calendar: Calendar) -> str:
    first_ms = connection.execute(_BEGINNING).scalar()
    return "there are no records yet" if first_ms is None else f"the records begin at {calendar.iso(first_ms / 1000)}"


def _caused_by(
    connection: sa.Connection, at_ms: int, mode: str, rule: str | None, reasons: list[str], signal: WhySignal | None
) -> str | None:
    kind = kind_of(rule or "")
    asked = holders(connection, at_ms, mode) if kind is RuleKind.LEASE else []
    if asked:
        return "; ".join(asked)
    if signal is not None and kind.is_signal:
        return f"signal {signal.source}" + (f", event {signal.event_id}" if signal.event_id else "")
    return reasons[0] if reasons else None


def _acts(found: Recorded, calendar: Calendar) -> list[WhyAct]:
    return [WhyAct(at=calendar.iso(one.at) or "", who=one.who, what=one.title, reasons=list(one.reasons)) for one in found.acts]
