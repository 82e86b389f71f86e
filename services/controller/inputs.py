"""What a decision went by, with the age of each input: kept beside the decision, so that it can be judged years later."""

import json
from typing import Any

from services.controller.core.moments import Now
from services.controller.core.seen import SignalSeen, Snapshot
from services.controller.core.wanted import Decision

_MOST = 40  # of each kind; a decision is a row, not a dump
_MOST_LETTERS = 200


def inputs_json(decision: Decision, snapshot: Snapshot, now: Now) -> str:
    """JSON: `signals`, `temperatures`, `switches`, `meters` with `age_s` (seconds since their poll began, null: never in this
    boot) and a signal's raw text, `load` in kW and whether it is proven, `ceilings` in force. Unknown is null."""
    inputs = {
        "signals": [
            {"name": one.name, "level": one.level.value, "target_kw": one.target_kw, "age_s": _age_s(one.mono_s, now)}
            | _event(one)
            for one in snapshot.signals[:_MOST]
        ],
        "temperatures": [
            {"sensor": one.sensor, "zone": one.zone, "celsius": one.celsius, "age_s": _age_s(one.mono_s, now)}
            for one in snapshot.temperatures[:_MOST]
        ],
        "switches": [
            {"name": one.name, "active": one.active, "age_s": _age_s(one.mono_s, now)} for one in snapshot.switches[:_MOST]
        ],
        "meters": [{"name": one.name, "kw": one.kw, "age_s": _age_s(one.mono_s, now)} for one in snapshot.meters[:_MOST]],
        "load": {
            "measured_kw": _kw(decision.load.measured_kw),
            "unknown_kw": _kw(decision.load.unknown_kw),
            "setpoint_kw": _kw(decision.load.setpoint_kw),
            "proven": decision.load.proven,
        },
        "ceilings": [
            {"rule": one.rule, "kind": one.kind.value, "scope": one.scope, "kw": _kw(one.kw)} for one in decision.ceilings[:_MOST]
        ],
    }
    return json.dumps(inputs, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _event(signal: SignalSeen) -> dict[str, Any]:
    """The event that a signal names, where it names one, and what stood on its page."""
    named = {"event_id": signal.event_id or None, "from_at": signal.from_at, "until_at": signal.until_at,
             "raw_text": signal.raw_text[:_MOST_LETTERS] or None}  # fmt: skip
    return {key: value for key, value in named.items() if value is not None}


def _age_s(mono_s: float | None, now: Now) -> float | None:
    return None if mono_s is None else round(max(0.0, now.mono_s - mono_s), 1)


def _kw(kw: float | None) -> Any:
    return None if kw is None or kw == float("inf") else round(kw, 1)
