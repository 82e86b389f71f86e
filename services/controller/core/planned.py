"""Planned power events: an alert before they begin, then the level they were announced with, then over.

Only a level that curtails plans an event. It is remembered over restarts and over the loss of its source, and begins and ends
by the calendar alone. Where nothing tells the time, one that may have begun counts as begun; only a certain calendar ends one.
An end that does not lie after the begin is no end.
"""

from dataclasses import replace

from services.controller.core.calendar import Reckoned
from services.controller.core.memory import EventStage, SourceMemory
from services.controller.core.moments import Now
from services.shared.vocabulary import Level

SOON_S = 600.0
"""A miner needs up to ten minutes from the call until it hashes."""


def staged(memory: SourceMemory, when: Reckoned) -> SourceMemory:
    """The memory with the stage of its event."""
    stage = _stage(memory, when)
    return memory if stage is memory.stage else replace(memory, stage=stage)


def in_force(memory: SourceMemory, when: Reckoned) -> Level:
    """The level that the source's last word means now."""
    if memory.stage is EventStage.OVER:
        return Level.NORMAL
    return Level.ALERT if is_planned(memory, when) else memory.level


def is_planned(memory: SourceMemory, when: Reckoned) -> bool:
    """Whether an event is announced that has surely not begun."""
    return memory.stage is EventStage.PLANNED and when.wall_s is not None


def begins_soon(memory: SourceMemory, when: Reckoned) -> bool:
    """Whether its event begins sooner than a miner that is woken now would work."""
    return memory.from_at is not None and when.wall_s is not None and memory.from_at - when.wall_s < SOON_S


def outlasts_loss(memory: SourceMemory, when: Reckoned) -> bool:
    """Whether an event runs whose end is known: it holds to its end, whatever the loss of its source leads to."""
    return _ends_at(memory) is not None and in_force(memory, when).curtails


def next_turn(memory: SourceMemory, when: Reckoned, now: Now) -> float:
    """The monotonic moment at which the event begins or ends; infinite when none is known."""
    turn = memory.from_at if memory.stage is EventStage.PLANNED else _ends_at(memory) if when.certain else None
    if turn is None or when.wall_s is None or turn <= when.wall_s:
        return float("inf")
    return now.mono_s + turn - when.wall_s


def _stage(memory: SourceMemory, when: Reckoned) -> EventStage:
    if not memory.level.curtails or (memory.from_at is None and memory.until_at is None):
        return EventStage.NONE
    ends_at = _ends_at(memory)
    if when.certain and when.wall_s is not None and ends_at is not None and when.wall_s >= ends_at:
        return EventStage.OVER
    if memory.stage is EventStage.OVER and not when.certain:
        return EventStage.OVER
    if memory.stage in (EventStage.NONE, EventStage.PLANNED):
        return _begun(memory, when)
    return EventStage.RUNNING


def _begun(memory: SourceMemory, when: Reckoned) -> EventStage:
    if when.wall_s is None:
        return memory.stage
    waits = memory.from_at is not None and when.wall_s < memory.from_at
    return EventStage.PLANNED if waits else EventStage.RUNNING


def _ends_at(memory: SourceMemory) -> float | None:
    if memory.until_at is None or (memory.from_at is not None and memory.until_at <= memory.from_at):
        return None
    return memory.until_at
