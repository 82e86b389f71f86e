"""The state and the orders as the ledger keeps them: JSON that another version of this program may have written.

What an older version did not know has its default; what a newer one added is left out. Where a part cannot be read, that part
alone is lost: a lease of a kind unknown here must not take the trips and lock-outs beside it along.
"""

import json
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from services.controller.core.memory import Phase, State
from services.controller.core.moments import Stamp
from services.controller.core.orders import Sent

_STATE = TypeAdapter(State)
_SENT = TypeAdapter(Sent)
_HINTS = get_type_hints(State)
_LONG = ("running", "lowered", "proven_off", "opened", "lockouts", "drilled")
_UNREAD: dict[str, Any] = {"phase": Phase.STARTING, "started": Stamp(0.0, 0.0, False, "")}
"""For what has no default: as after any start, nothing is raised and airflow comes first."""


def state_document(state: State) -> str:
    """The state as JSON. What is long and seldom changes comes first, so that a change rewrites the end of it alone."""
    parts = _STATE.dump_python(state, mode="json")
    ordered = {name: parts[name] for name in sorted(parts, key=lambda name: name not in _LONG)}
    return json.dumps(ordered, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read_state(document: str) -> tuple[State, tuple[str, ...]]:
    """The state, and the names of its parts that could not be read. Raises ValueError when the document is no JSON object."""
    try:
        return _STATE.validate_json(document), ()
    except ValidationError:
        return _in_parts(document)


def sent_document(sent: Sent) -> str:
    """An order as JSON."""
    return _SENT.dump_json(sent).decode()


def read_sent(document: str) -> Sent | None:
    """The order; None when it cannot be read. Orders are levels: one that is forgotten is decided anew."""
    try:
        return _SENT.validate_json(document)
    except ValidationError:
        return None


def _in_parts(document: str) -> tuple[State, tuple[str, ...]]:
    given = json.loads(document)
    if not isinstance(given, dict):
        raise ValueError("the state is no JSON object")
    parts: dict[str, Any] = dict(_UNREAD)
    lost: list[str] = []
    for name in (field.name for field in fields(State) if field.name in given):
        whole, value = _read(_HINTS[name], given[name])
        if value is not None or whole:
            parts[name] = value
        if not whole:
            lost.append(name)
    return State(**parts), tuple(lost)


def _read(kind: Any, given: Any) -> tuple[bool, Any]:
    """Whether all of it could be read, and what could; None when nothing could."""
    try:
        return True, TypeAdapter(kind).validate_json(json.dumps(given))
    except ValidationError:
        if get_origin(kind) not in (tuple, frozenset) or not isinstance(given, list):
            return False, None
    items = [_read(get_args(kind)[0], item) for item in given]
    return False, get_origin(kind)(value for whole, value in items if whole)
