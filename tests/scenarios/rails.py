"""Power signals judged again and again, as a decision does it, with a clock that leaps and a calendar that may jump."""

from dataclasses import replace
from typing import Any

from services.controller.core import calendar
from services.controller.core.memory import Phase, SourceMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Source
from services.controller.core.proof import Measured
from services.controller.core.seen import SignalSeen, Snapshot
from services.controller.core.signals import SignalVerdict, judge_signals
from services.controller.core.stamps import resume
from services.shared.vocabulary import Level, OnLoss
from tests.plant import BOOT, limits, moment

NORMAL, ALERT, CONTROL, EMERGENCY = Level.NORMAL, Level.ALERT, Level.CONTROL, Level.EMERGENCY
WALL_0 = moment(0.0).wall_s


def page(level: Level, mono_s: float | None, name: str = "utility", **changes: Any) -> SignalSeen:
    """What a source's page said."""
    return replace(SignalSeen(name, level, mono_s, WALL_0 + (mono_s or 0.0)), **changes)


def source(name: str = "utility", on_loss: OnLoss = OnLoss.CURTAIL, heartbeat_s: float = 900.0, contact: str = "") -> Source:
    """A source lost after 15 minutes unless told otherwise."""
    return Source(name, heartbeat_s, on_loss, contact)


def metered(kw: float | None, unknown_kw: float = 0.0) -> Measured:
    """What the meters say."""
    return Measured(kw, None if kw is None else 0.0, unknown_kw, frozenset(), frozenset())


class Rails:
    """All signal sources of a site of 30 kW, started long ago."""

    def __init__(self, *sources: Source, **changes: Any) -> None:
        self.limits: Limits = limits(sources=sources or (source(),), **changes)
        self.state = State(Phase.STARTING, started=moment(-1000.0))
        self.kw: Measured = metered(None)
        self.jump_s = 0.0
        self.trusted = True
        self.boot = BOOT

    def now(self, mono_s: float) -> Now:
        """The moment as the clocks tell it."""
        return Now(mono_s, WALL_0 + mono_s + self.jump_s, self.trusted, self.boot)

    def at(self, mono_s: float, *said: SignalSeen, **more: Any) -> SignalVerdict:
        """Judge at a moment on what the pages said last, and remember."""
        now = self.now(mono_s)
        verdict = judge_signals(self.state, Snapshot(signals=said, **more), self.limits, now, 30.0, self.kw)
        self.state = replace(self.state, sources=verdict.memories, calendar=calendar.remember(self.state, now))
        assert verdict.next_due > mono_s
        return verdict

    def restart(self, mono_s: float, **changes: Any) -> None:
        """The controller is started anew, on a new boot of the Pi if `boot` says so."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.state = resume(self.state, self.now(mono_s))

    def memory(self, name: str = "utility") -> SourceMemory:
        """What is kept of a source."""
        return next(one for one in self.state.sources if one.name == name)


def asked_kw(verdict: SignalVerdict) -> float | None:
    """The lowest ceiling, None where nothing is asked."""
    return min((one.kw for one in verdict.ceilings), default=None)


def alarms(verdict: SignalVerdict) -> dict[str, str]:
    """The alarms by key, with their whole text."""
    return {one.key: f"{one.cause} {one.consequence}" for one in verdict.alarms}
