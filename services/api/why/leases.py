"""Whose leases held load down at a moment of the past, from the audit; in the database thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.decision_inputs import read, texts
from services.shared.vocabulary import LeaseKind, Level, Mode, name_of

_LONGEST_MIN = 1440.0
_USUAL_MIN = 30.0  # of a lease that was asked for without its minutes
_ACTS = sa.text(
    "SELECT happened_ms, title, who, reasons, detail FROM events WHERE kind = 'audit' AND happened_ms > :from_ms"
    " AND happened_ms <= :at AND (title LIKE 'lease %' OR title LIKE 'release by %') ORDER BY happened_ms, id"
)


@dataclass(frozen=True, slots=True)
class _Lease:
    """A lease as it was asked for. `holds_down` is what it limits load by; None for fans, temperatures and milder wishes."""

    id: str
    kind: str
    who: str
    why: str
    members: tuple[str, ...]
    sensor: str
    until_ms: float
    holds_down: LeaseKind | None
    is_exercise: bool

    @property
    def scope(self) -> tuple[str, ...]:
        """A newer lease of the same takes its place (controller/core/holds.py). Leases of fans hold no load."""
        return (self.kind, name_of(self.who), *self.members, self.sensor)


def of(kind: LeaseKind, wish: dict[str, Any]) -> bool:
    """Whether a lease as it was asked for holds load down, and is of this kind."""
    if wish.get("kind") != kind:
        return False
    if kind is LeaseKind.MINERS:
        return wish.get("action") == "sleep"
    level = wish.get("level")
    return kind is LeaseKind.POWER_SIGNAL and isinstance(level, str) and level in set(Level) and Level(level).curtails


def holding(mode: str | None) -> LeaseKind:
    """The kind of lease that limits in a mode: loads held down by name, else a signal by hand."""
    return LeaseKind.MINERS if mode == Mode.MANUAL else LeaseKind.POWER_SIGNAL


def holders(connection: sa.Connection, at_ms: int, mode: str) -> list[str]:
    """Who, and why: of each lease that limited then, begun before and neither over nor released. Oldest first."""
    return [one.who + (f": {one.why}" if one.why else "") for one in _limiting(connection, at_ms, mode)]


def is_exercise(connection: sa.Connection, at_ms: int, mode: str) -> bool:
    """Whether a lease limited then, and each that did was forced by a debug call: whoever asked in earnest makes it none."""
    return bool(limiting := _limiting(connection, at_ms, mode)) and all(one.is_exercise for one in limiting)


def _limiting(connection: sa.Connection, at_ms: int, mode: str) -> list[_Lease]:
    acts = connection.execute(_ACTS, {"from_ms": at_ms - _LONGEST_MIN * 60_000, "at": at_ms})
    kind, standing = holding(mode), _standing(acts.mappings())
    return [one for one in standing if one.holds_down is kind and one.until_ms > at_ms]


def _standing(acts: Iterable[Any]) -> list[_Lease]:
    standing: list[_Lease] = []
    for act in acts:
        title, said = act["title"], read(act["detail"])
        if title.startswith("lease by "):
            new = _lease(act, said) if _is_granted(title) else None
            standing = [one for one in standing if one.scope != new.scope] + [new] if new else standing
        elif title.startswith("release by "):
            standing = [one for one in standing if not (_is_granted(title) and _is_released(one, said))]
        else:
            standing = [one for one in standing if one.id != said.get("id")]
    return standing


def _is_granted(title: str) -> bool:
    return title.endswith(": done") or ": noted;" in title


def _lease(act: Any, wish: dict[str, Any]) -> _Lease:
    minutes = wish.get("minutes")
    length_min = float(minutes) if isinstance(minutes, (int, float)) else _USUAL_MIN
    return _Lease(
        id=str(wish.get("id")),
        kind=str(wish.get("kind")),
        who=act["who"],
        why="; ".join(texts(act["reasons"])),
        members=_names(wish),
        sensor=str(wish.get("sensor") or ""),
        until_ms=act["happened_ms"] + length_min * 60_000,
        holds_down=next((kind for kind in LeaseKind if of(kind, wish)), None),
        is_exercise=wish.get("exercise") is True,
    )


def _is_released(lease: _Lease, wish: dict[str, Any]) -> bool:
    """As `holds.release` does it: by id, or by kind and what it names."""
    if wish.get("id") is not None:
        return bool(lease.id == wish["id"])
    if lease.kind != wish.get("kind") or wish.get("sensor") not in (None, lease.sensor):
        return False
    members = set(_names(wish))
    return not members or "all" in members or bool(members & set(lease.members))


def _names(wish: dict[str, Any]) -> tuple[str, ...]:
    found = wish.get("members")
    return tuple(str(one) for one in found) if isinstance(found, list) else ()
