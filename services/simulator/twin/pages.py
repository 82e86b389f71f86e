"""What the power signals' pages say, as the faults let them be read. Each answer carries the start of its own poll."""

from dataclasses import replace

from services.controller.core.moments import Now
from services.controller.core.seen import SignalSeen
from services.shared.vocabulary import Level
from services.simulator.twin.day import Day, PowerEvent
from services.simulator.twin.faults import Does
from services.simulator.twin.trouble import Trouble

_CLEAR = PowerEvent("", Level.NORMAL, 0.0, 0.0)


class Signals:
    """The sources' pages. A level that was matched outlives answers that match nothing."""

    def __init__(self, day: Day, trouble: Trouble, wall_s: float) -> None:
        """`wall_s`: the true calendar at simulated second 0, in which a page tells its times."""
        self._day = day
        self._wall_s = wall_s
        self._trouble = trouble
        self._seen: dict[str, SignalSeen] = {}
        self._polls: dict[str, int] = {}

    def forget(self) -> None:
        """The collector and the broker started anew."""
        self._seen.clear()

    def seen(self) -> tuple[SignalSeen, ...]:
        """Every source that ever answered."""
        return tuple(self._seen.values())

    def poll(self, name: str, sim_s: float, now: Now) -> None:
        """Read one page."""
        part, known = f"signal:{name}", self._seen.get(name)
        self._polls[name] = self._polls.get(name, 0) + 1
        slow = self._trouble.of(part, Does.SLOW)
        if slow is not None and self._polls[name] % int(slow.fault.value):
            return
        if self._trouble.has(part, Does.FROZEN) and known is not None and known.mono_s is not None:
            self._seen[name] = replace(known, mono_s=now.mono_s, wall_s=now.wall_s)
        elif self._trouble.has(part, Does.NONSENSE):
            base = known or SignalSeen(name, Level.UNKNOWN, None)
            self._seen[name] = replace(base, raw_text="Just a moment", reason="another page: it contains 'Just a moment'")
        else:
            self._seen[name] = self._read(name, part, sim_s, now)

    def _read(self, name: str, part: str, sim_s: float, now: Now) -> SignalSeen:
        event, number = told(self._day, name, sim_s)
        if self._trouble.has(part, Does.ASKS):
            event, number = replace(_CLEAR, source=name, level=Level.CONTROL), 0
        flaps = self._trouble.of(part, Does.FLAPS)
        if flaps is not None:
            asks = int((sim_s - flaps.begins_s) / flaps.fault.value) % 2 == 0
            event, number = replace(_CLEAR, source=name, level=Level.CONTROL if asks else Level.NORMAL), 0
        planned = event.announced_s > 0
        return SignalSeen(
            name, event.level, now.mono_s, now.wall_s, event.target_kw, event.drop_kw,
            from_at=self._wall_s + event.begins_s if planned else None,
            until_at=self._wall_s + event.ends_s if planned else None,
            raw_text=event.level.value, event_id=f"event-{number}" if number else "",
        )  # fmt: skip


def told(day: Day, source: str, sim_s: float) -> tuple[PowerEvent, int]:
    """What a source's page says at a moment, and which event of the day it is (from 1; 0: none)."""
    found, number = _CLEAR, 0
    for index, event in enumerate(day.events, 1):
        is_told = event.source == source and event.begins_s - event.announced_s <= sim_s < event.ends_s
        if is_told and event.level.severity > found.level.severity:
            found, number = event, index
    return found, number
