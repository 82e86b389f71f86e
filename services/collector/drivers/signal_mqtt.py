"""A power signal that another program publishes. It ages from its receipt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from services.collector.drivers.listening import MAX_BYTES, PERIOD_S, Listening, Topics
from services.collector.judge import Judge, LevelVerdict, as_message, unknown
from services.collector.levels import text_for_people
from services.shared.bus import Foreign
from services.shared.clock import Clock, Moment
from services.shared.messages import Message
from services.shared.settings.sections import SignalSource
from services.shared.spans import span
from services.shared.vocabulary import Level


@dataclass(frozen=True, slots=True)
class _Heard:
    topic: str
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
        self._told: _Heard | None = None

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """What the topics ask for now. Waits for a message; raises Unreachable after `heartbeat_minutes` of silence."""
        for foreign in await self._listening.arrivals():
            self._heard[foreign.topic] = _Heard(foreign.topic, self._judged(foreign), foreign.received_mono_s)
        now = self._clock.now()
        self._told = told = self._tellable(max(self._heard.values(), key=lambda heard: _weight(heard, now)), now)
        received_at = now.wall_s - (now.mono_s - told.received_mono_s)
        return [as_message(self.device, told.verdict, told.received_mono_s, received_at)]

    async def close(self) -> None:
        """The bus keeps the connection."""

    def _tellable(self, worst: _Heard, now: Moment) -> _Heard:
        """Never older than what was told last, for the controller refuses that as late.

        When another verdict is left over, it is told once as new as the message that left it. From then on it ages, until the
        topics that it needs speak; and where its own topic is silent beyond the heartbeat, nobody knows whether it still holds.
        """
        told = self._told
        if told is None or worst.received_mono_s > told.received_mono_s:
            return worst
        if _asks(worst.verdict) == _asks(told.verdict):
            return replace(worst, received_mono_s=told.received_mono_s)
        verdict, silent_s = worst.verdict, now.mono_s - worst.received_mono_s
        if silent_s > self._source.heartbeat_minutes * 60:
            verdict = unknown(verdict.raw_text, f"nothing on {text_for_people(worst.topic)} for {span(silent_s)}")
        return _Heard(worst.topic, verdict, max(heard.received_mono_s for heard in self._heard.values()))

    def _judged(self, foreign: Foreign) -> LevelVerdict:
        if len(foreign.payload) > MAX_BYTES:
            return unknown("", f"more than {MAX_BYTES} bytes")
        judge = self._judges.setdefault(foreign.topic, Judge(self._source, self._zone))
        return judge.judge(foreign.payload.decode("utf-8", "replace"), self._clock.now())


def _asks(verdict: LevelVerdict) -> tuple[object, ...]:
    """What the controller compares: without the words around it."""
    return verdict.level, replace(verdict.event, reasons=())


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
