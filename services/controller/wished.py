"""What a request asks for, in a few words for the audit: "curtail to 200 kW, 60 min"; empty where its payload says no more."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.shared.messages import Request

_MOST_MEMBERS = 5
_LONGEST = 200
_MINUTES = 30.0  # of a request that names none, as leases.py and asked.py give it
_LEVELS = {"control": "curtail", "emergency": "emergency", "normal": "signal normal"}
_Body = Mapping[str, Any]


def words(request: Request) -> str:
    """Of a request as it came: it may have been refused, and its payload may be garbage."""
    try:
        body = json.loads(request.payload or "{}")
        told = _VERBS.get(request.verb, _nothing)(body) if isinstance(body, dict) else ""
    except (ValueError, TypeError, RecursionError, OverflowError):
        return ""
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def _lease(body: _Body) -> str:
    return f"{_KINDS.get(str(body.get('kind')), _nothing)(body)}, {_minutes(body)}"


def _signal(body: _Body) -> str:
    level, target_kw = str(body.get("level")), body.get("target_kw")
    return _LEVELS.get(level, level) + ("" if target_kw is None else f" to {float(target_kw):g} kW")


def _miners(body: _Body) -> str:
    return f"{body.get('action')} {_members(body)}"


def _fans(body: _Body) -> str:
    if body.get("stage") is not None:
        return f"at least {body['stage']} fans"
    fans = body.get("fans")
    return ", ".join(f"fan-{number} {wish}" for number, wish in fans.items()) if isinstance(fans, dict) else ""


def _temperature(body: _Body) -> str:
    return f"{body.get('celsius')} °C at {body.get('sensor') or 'every zone'}"


def _raw(body: _Body) -> str:
    return f"raw answers of {body.get('device')}"


def _release(body: _Body) -> str:
    if body.get("id") is not None:
        return f"lease {body['id']}"
    return " ".join(part for part in (f"all of {body.get('kind')}", _members(body), str(body.get("sensor") or "")) if part)


def _service(body: _Body) -> str:
    if body.get("in_service"):
        return f"{body.get('signal')} back in service"
    return f"{body.get('signal')} out of service, {_minutes(body)}"


def _minutes(body: _Body) -> str:
    return f"{float(body.get('minutes', _MINUTES)):g} min"


def _members(body: _Body) -> str:
    found = body.get("members")
    names = [str(one) for one in found] if isinstance(found, list) else []
    return ", ".join(names[:_MOST_MEMBERS]) + (f" and {len(names) - _MOST_MEMBERS} more" if len(names) > _MOST_MEMBERS else "")


def _field(name: str) -> Callable[[_Body], str]:
    return lambda body: str(body.get(name, ""))


def _nothing(_body: _Body) -> str:
    return ""


_KINDS: Mapping[str, Callable[[_Body], str]] = {
    "power_signal": _signal,
    "miners": _miners,
    "fans": _fans,
    "temperature": _temperature,
    "raw": _raw,
}
_VERBS: Mapping[str, Callable[[_Body], str]] = {
    "lease": _lease,
    "release": _release,
    "service": _service,
    "lockout": _field("target"),
    "unlock": _field("target"),
    "reset": _field("trip"),
    "phase": _field("phase"),
    "drill": _field("device"),
}
