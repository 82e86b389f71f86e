"""How many messages a channel may have: what is more waits, and goes as one digest. Pure; stored, so that a restart keeps it.

A lane is a channel, for warnings; `ended-` and a channel, for their ends; or `emergency`, for the emergencies on all channels.
While something waits on a lane whatever comes later joins it.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from services.notifier.reckoning import Step

log = logging.getLogger(__name__)

FACT = "budget"
WINDOW_S = 600.0
EMERGENCY_LANE = "emergency"
ENDED_LANE = "ended-"
EMERGENCIES_AT_ONCE = 10
EMERGENCIES_GATHER_S, EMERGENCIES_WAIT_S = 3.0, 30.0
"""The first three digests of emergencies in ten minutes leave soon; in a storm that goes on each gathers for half a minute."""
_SOON = EMERGENCIES_AT_ONCE + 3


@dataclass(frozen=True, slots=True)
class Lane:
    """`posted_at`: Unix seconds of its latest messages. `waiting`: the alarms of the next digest, the first since `since_at`."""

    posted_at: tuple[float, ...] = ()
    waiting: tuple[str, ...] = ()
    since_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit` is how many messages each lane may have in ten minutes, the emergencies' aside."""

    limit: int
    lanes: Mapping[str, Lane] = field(default_factory=dict)

    def may_post(self, lane: str, now_at: float) -> bool:
        """Whether one more may go at once."""
        limit = EMERGENCIES_AT_ONCE if lane == EMERGENCY_LANE else self.limit
        found = self.lanes.get(lane, Lane())
        return not found.waiting and len(_lately(found, now_at)) < limit

    def posted(self, lane: str, now_at: float) -> "Budget":
        """One more went; nothing waits there any more."""
        return self._with(lane, Lane((*_lately(self.lanes.get(lane, Lane()), now_at), now_at)))

    def waits(self, lane: str, keys: Iterable[str], now_at: float) -> "Budget":
        """These wait for the digest."""
        found = self.lanes.get(lane, Lane())
        since_at = found.since_at if found.waiting else now_at
        return self._with(lane, replace(found, waiting=tuple(dict.fromkeys((*found.waiting, *keys))), since_at=since_at))

    def without(self, lane: str, keys: frozenset[str]) -> "Budget":
        """These wait there no more."""
        found = self.lanes[lane]
        return self._with(lane, replace(found, waiting=tuple(key for key in found.waiting if key not in keys)))

    def due(self, now_at: float) -> list[str]:
        """The lanes whose digest goes now. A calendar that was set back does not hold it."""
        return [
            name
            for name, lane in self.lanes.items()
            if lane.waiting and not 0 <= now_at - lane.since_at < _patience_s(name, lane, now_at)
        ]

    def waiting(self, lane: str) -> tuple[str, ...]:
        """The alarms that wait there."""
        return self.lanes.get(lane, Lane()).waiting

    @property
    def stamps(self) -> list[float]:
        """When something was sent, or began to wait (Unix seconds)."""
        waiting = [lane.since_at for lane in self.lanes.values() if lane.waiting]
        return [*(at for lane in self.lanes.values() for at in lane.posted_at), *waiting]

    def set_by(self, step: Step) -> "Budget":
        """As after the clock was set."""
        lanes = {
            name: replace(lane, posted_at=tuple(step.moved(at) for at in lane.posted_at), since_at=step.moved(lane.since_at))
            for name, lane in self.lanes.items()
        }
        return replace(self, lanes=lanes)

    def document(self) -> str:
        """As JSON text, to be stored."""
        return _LANES.dump_json(dict(self.lanes)).decode()

    @classmethod
    def load(cls, limit: int, text: str) -> "Budget":
        """From what was stored. What cannot be read counts as nothing sent."""
        try:
            return cls(limit, _LANES.validate_json(text) if text else {})
        except ValidationError:
            log.error("how much was sent lately cannot be read and begins anew: %.200s", text)
            return cls(limit)

    def _with(self, name: str, lane: Lane) -> "Budget":
        return replace(self, lanes={**self.lanes, name: lane})


_LANES = TypeAdapter(dict[str, Lane])


def _lately(lane: Lane, now_at: float) -> tuple[float, ...]:
    return tuple(at for at in lane.posted_at if 0 <= now_at - at < WINDOW_S)


def _patience_s(name: str, lane: Lane, now_at: float) -> float:
    if name != EMERGENCY_LANE:
        return WINDOW_S
    return EMERGENCIES_GATHER_S if len(_lately(lane, now_at)) < _SOON else EMERGENCIES_WAIT_S
