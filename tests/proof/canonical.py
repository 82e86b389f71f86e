"""When two moments count as one state: every stamp by the class of its age, every figure that only tells left out.

The classes are parted by the times of the small site (`AGES_S`). What is left out changes no decision: calendar figures, hours,
reasons in words, since when a mode or an alarm stands. The learnt watts of a fan count as learnt or not.

Of each class the first moment that is met stands for all: two ages of one class may part later, so a walk that ends has seen
every class that it can come to by its steps, not every number. The walks by chance and the days do not know these classes.
"""

from bisect import bisect_left
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any

from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.orders import Sent
from tests.proof.model import World
from tests.proof.small_site import AGES_S

_LEFT_OUT = frozenset(
    {"mode_since", "alarmed", "alarm_ranks", "hours", "reason", "drilled", "interval", "id", "out_by", "cleared_kw"}
)
_AS_KNOWN = frozenset({"baseline_w", "baseline_kw"})


def canonical(world: World) -> tuple[Any, ...]:
    """The class of a moment; hashable."""
    at = world.mono_s
    seen = world.seen
    return (
        world.inputs,
        world.trusted,
        world.awake,
        world.closed,
        tuple(at >= back for back in world.fan_back_mono_s),
        _of(world.state, at),
        tuple((one.level, one.target_kw, _age(at, one.mono_s)) for one in seen.signals),
        tuple((one.celsius, _age(at, one.mono_s)) for one in seen.temperatures),
        tuple((one.active, _age(at, one.mono_s)) for one in seen.switches),
        tuple((one.state, one.outlet, _age(at, one.state_mono_s), _age(at, one.watts_mono_s)) for one in seen.loads),
        _age(at, seen.devices[0].last_ok_mono_s),
        tuple(sorted((key, _order(sent, at)) for key, sent in world.last.items())),
    )


def _order(sent: Sent, at: float) -> tuple[Any, ...]:
    return sent.order.act, sent.done, sent.failed, min(sent.order.attempt, 2), _age(at, sent.sent_mono_s)


def _age(at: float, mono_s: float | None) -> int:
    return -1 if mono_s is None else bisect_left(AGES_S, at - mono_s)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name not in _LEFT_OUT)


def _of(value: Any, at: float) -> Any:
    if isinstance(value, Now):
        return _age(at, value.mono_s)
    if isinstance(value, Enum | str | float | int | bool | None):
        return value
    if isinstance(value, tuple):
        return tuple(_of(one, at) for one in value)
    if isinstance(value, frozenset):
        return value
    return tuple(
        getattr(value, name) is not None if name in _AS_KNOWN else _of(getattr(value, name), at) for name in _names(type(value))
    )


def class_of(state: State, at: float) -> Any:
    """The class of what is remembered alone."""
    return _of(state, at)
