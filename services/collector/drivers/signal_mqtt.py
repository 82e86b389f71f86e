"""A power signal that another program publishes. It ages from its receipt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from services.collector.drivers.listening import MAX_BYTES, PERIOD_S, Listening, Topics
from services.collector.judge import Judge, LevelVerdict, as_message, unknown
from services.shared.bus import Foreign
from services.shared.clock import Clock, Moment
from services.shared.messages import Message
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level


@dataclass(frozen=True, slots=True)
class _Heard:
    verdict: LevelVerdict
    received_mono_s: float


class SignalMqtt:
    """One topic, or all that a filter takes. Where topics disagree a positive control wins, then unknown, then the severest.

    A topic that fell silent keeps its say with its age: the signal is lost with it, and never milder for it.
    """

    kind = "signal_mqtt"
    period_s = PERIOD_S

    def __init__(self, name: str, source: SignalSource, *, topics: Topics, clock: Clock, zone: tzinfo) -> None:
        self.device = name
        self._source = source
        self._clock = clock
        self._zone = zone
        self._listening = Listening(topics, source.topic, heartbeat_s=source.heartbeat_minutes * 60, clock=clock)
        self.deadline_s = self._listening.deadline_s
        self._judges: dict[str, Judge] = {}
        self._heard: dict[str, _Heard] = {}

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """What the topics ask for now. Waits for a message; raises Unreachable after `heartbeat_minutes` of silence."""
        for foreign in await self._listening.arrivals():
            self._heard[foreign.topic] = _Heard(self._judged(foreign), foreign.received_mono_s)
        now = self._clock.now()
        worst = max(self._heard.values(), key=lambda heard: _weight(heard, now))
        received_at = now.wall_s - (now.mono_s - worst.received_mono_s)
        return [as_message(self.device, worst.verdict, worst.received_mono_s, received_at)]

    async def close(self) -> None:
        """The bus keeps the connection."""

    def _judged(self, foreign: Foreign) -> LevelVerdict:
        if len(foreign.payload) > MAX_BYTES:
            return unknown("", f"more than {MAX_BYTES} bytes")
        judge = self._judges.setdefault(foreign.topic, Judge(self._source, self._zone))
        return judge.judge(foreign.payload.decode("utf-8", "replace"), self._clock.now())


def _weight(heard: _Heard, now: Moment) -> tuple[bool, bool, int, float, float, float]:
    """Of two under control the one that allows less: no figure (all off), then the lower target, then the larger drop."""
    verdict, event = heard.verdict, heard.verdict.event
    level = verdict.level_at(now)
    return (
        level.curtails,
        level is Level.UNKNOWN,
        level.severity,
        -(event.target_kw if event.target_kw is not None else 0.0 if event.drop_kw is None else math.inf),
        event.drop_kw or 0.0,
        -heard.received_mono_s,
    )
