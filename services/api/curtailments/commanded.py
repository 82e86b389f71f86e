"""What was commanded in a curtailment, what came of it, and the stages in which load was given back. In the database thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from services.api.curtailments.model_load import HeldFrom, Point, Stage
from services.api.curtailments.model_story import CommandCount

MOST = 60_000
_LATE_MS = 900_000  # an end that comes after the curtailment's own is still the end of its command
_DOWN, _UP = frozenset({"sleep", "outlet_off"}), frozenset({"wake", "outlet_on"})
_STEPS = sa.text(
    "SELECT happened_ms, device, act, phase, source, command_id FROM events WHERE kind = 'command' AND happened_ms >= :start"
    " AND happened_ms <= :end AND phase IS NOT NULL AND command_id <> '' ORDER BY happened_ms LIMIT :most"
)


@dataclass(slots=True)
class Life:
    """One command that was sent. Moments are Unix seconds."""

    device: str
    act: str
    sent_at: float
    ends: dict[str, float] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """A measurement's word outweighs a late answer of the device."""
        return next((phase for phase in ("confirmed", "expired", "failed", "refused") if phase in self.ends), "open")


def lives(connection: sa.Connection, start_ms: int, end_ms: int) -> list[Life]:
    """The commands that were sent in a time (Unix milliseconds), in the order of sending."""
    found: dict[tuple[str, str], Life] = {}
    asked = {"start": start_ms, "end": end_ms + _LATE_MS, "most": MOST}
    for row in connection.execute(_STEPS, asked):
        key = (row.source, row.command_id)
        if row.phase == "sent" and row.happened_ms <= end_ms:
            found[key] = Life(row.device, row.act, row.happened_ms / 1000)
        elif key in found and row.phase != "acknowledged":
            found[key].ends.setdefault(row.phase, row.happened_ms / 1000)
    return list(found.values())


def counted(all_: Sequence[Life]) -> tuple[CommandCount, ...]:
    """By device and act, in the order in which they began."""
    by: dict[tuple[str, str], list[Life]] = {}
    for life in all_:
        by.setdefault((life.device, life.act), []).append(life)
    return tuple(_count(device, act, some) for (device, act), some in by.items())


def last_down_at(all_: Sequence[Life]) -> float | None:
    """When the last command that took load off was sent."""
    return max((life.sent_at for life in all_ if life.act in _DOWN), default=None)


def first_down_at(all_: Sequence[Life]) -> float | None:
    """When the first was."""
    return min((life.sent_at for life in all_ if life.act in _DOWN), default=None)


def last_confirmed_at(all_: Sequence[Life]) -> float | None:
    """When a measurement confirmed the last command that took load off."""
    return max((life.ends["confirmed"] for life in all_ if life.act in _DOWN and life.end == "confirmed"), default=None)


def stages(
    all_: Sequence[Life], setpoints: Sequence[HeldFrom], points: Sequence[Point], from_at: float, until_at: float
) -> list[Stage]:
    """One for each time the released load rose, with the commands until the next. Without such a word all are one stage."""
    risen = list(_risen(setpoints, from_at))
    woken = [life for life in all_ if life.act in _UP and life.sent_at >= from_at - 1.0]
    if not risen and woken:
        risen = [HeldFrom(at=woken[0].sent_at, kw=None)]
    risen = [step for step in risen if step.at < until_at - 0.5]  # with the last word all is back
    ends = [*(step.at for step in risen[1:]), until_at]
    return [_stage(step, end, woken, points) for step, end in zip(risen, ends, strict=False)]


def _risen(setpoints: Sequence[HeldFrom], from_at: float) -> Iterator[HeldFrom]:
    highest: float | None = None
    for step in setpoints:
        if step.kw is None:
            continue
        if step.at > from_at and highest is not None and step.kw > highest + 0.05:
            yield step
        highest = step.kw


def _stage(step: HeldFrom, end: float, woken: Sequence[Life], points: Sequence[Point]) -> Stage:
    mine = [life for life in woken if step.at - 1.0 <= life.sent_at < end - 1.0]
    after = [point.kw for point in points if step.at < point.at + point.width_s <= end and not point.partial]
    return Stage(
        at=step.at,
        until_at=end,
        loads=len(mine),
        confirmed=sum(life.end == "confirmed" for life in mine),
        setpoint_kw=step.kw,
        kw_after=after[-1] if after else None,
    )


def _count(device: str, act: str, some: Sequence[Life]) -> CommandCount:
    ends = [life.end for life in some]
    return CommandCount(
        device=device,
        act=act,
        sent=len(some),
        confirmed=ends.count("confirmed"),
        refused=ends.count("refused"),
        failed=ends.count("failed"),
        expired=ends.count("expired"),
        open=ends.count("open"),
        first_sent_at=min(life.sent_at for life in some),
        last_confirmed_at=max((life.ends["confirmed"] for life in some if life.end == "confirmed"), default=None),
    )
