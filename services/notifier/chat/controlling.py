"""/curtail, /hold and /release: what a person asks of the controller for a while."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.notifier.chat.asking import Asking, result_of
from services.notifier.chat.command import Answer, Call, Pressed, Wrong
from services.notifier.chat.how_long import how_long
from services.shared.messages import Reply, State
from services.shared.site_time import SiteTime
from services.shared.slip import slip
from services.shared.vocabulary import LeaseKind, Level, name_of

RELEASE = "rel:"
BUTTON_S = 600.0
"""A press that comes later may be of another day: Telegram does not tell when it was."""
_KW = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(kw)?", re.IGNORECASE | re.ASCII)
_MOST_KW, _MOST_MEMBERS, _LONGEST_MEMBER, _LISTED = 100_000.0, 1_000, 100, 10
_REASON = "asked for in the chat"


class Holding:
    """`state` is the controller's last word."""

    def __init__(self, state: Callable[[], State | None], asking: Asking, time: SiteTime) -> None:
        self._state = state
        self._asking = asking
        self._time = time

    async def curtail(self, call: Call) -> Answer:
        """One more signal at the level control; kW is what may stay on, none: nothing."""
        minutes, rest = how_long(call.words, call.now, self._time.zone)
        kw, state = _kw(rest), self._state()
        if why := slip(kw, state.load.nominal_kw if state else None):
            raise Wrong(why)
        wish = {"kind": LeaseKind.POWER_SIGNAL.value, "level": Level.CONTROL.value, "target_kw": kw, "minutes": minutes}
        before = self._curtailing(call)
        return self._told(f"Curtailing to {kw:g} kW", await self._lease(wish, call), call, before)

    async def hold(self, call: Call) -> Answer:
        """Loads or groups sleep; without names all."""
        minutes, rest = how_long(call.words, call.now, self._time.zone)
        members = [name for word in rest for name in word.split(",") if name] or ["all"]
        if len(members) > _MOST_MEMBERS or any(len(name) > _LONGEST_MEMBER for name in members):
            raise Wrong(f"Found {len(members)} names; allowed are names of loads or groups, or all.")
        wish = {"kind": LeaseKind.MINERS.value, "action": "sleep", "members": members, "minutes": minutes}
        return self._told(f"Held asleep: {', '.join(members)[:200]}", await self._lease(wish, call), call)

    async def release(self, call: Call) -> Answer:
        """End a lease by its id; without one the list."""
        if len(call.words) > 1:
            raise Wrong("Found more than one word; allowed is /release, or /release and the id of a lease.")
        if call.words:
            return await self._released(call.words[0], call)
        return self._list(call)

    async def pressed(self, call: Call, data: str) -> Pressed:
        """A button of the list, by the one who asked for it or another on the list of people."""
        name, _, at = data.removeprefix(RELEASE).partition(":")
        if not (at.isascii() and at.isdigit()) or not 0 <= call.now.wall_s - int(at[:12]) <= BUTTON_S:
            return Pressed("This list is too old: send /release again", alert=True)
        return Pressed(f"Releasing {name}", then=lambda: self._released(name, call))

    async def _released(self, name: str, call: Call) -> Answer:
        reply = await self._asking.ask("release", {"id": name[:100]}, call.who, reason=_REASON)
        return Answer(f"Released: {name[:100]}.{_note(reply)}" if reply.accepted else f"Refused: {reply.reason}")

    async def _lease(self, wish: Mapping[str, Any], call: Call) -> Reply:
        return await self._asking.ask("lease", wish, call.who, reason=_REASON)

    def _curtailing(self, call: Call) -> str:
        """What stands already: a new one takes the place of its owner's own alone (controller/core/holds.py)."""
        state = self._state()
        held = [one for one in state.leases if one.kind is LeaseKind.POWER_SIGNAL] if state is not None else []
        told = {name_of(x.owner): f"{x.id} by {x.owner} until {self._time.clock(x.until_at, call.now.wall_s)}" for x in held}
        own = told.pop(name_of(call.who), "")
        replaced = f" It takes the place of {own}." if own else ""
        return replaced + (f" {', '.join(told.values())} stands too: the lowest counts." if told else "")

    def _told(self, done: str, reply: Reply, call: Call, before: str = "") -> Answer:
        if not reply.accepted:
            return Answer(f"Refused: {reply.reason}")
        lease = result_of(reply)
        name, until = lease.get("id"), lease.get("until_at")
        when = self._time.clock(until if isinstance(until, int | float) else None, call.now.wall_s)
        return Answer(f"{done} until {when}. /release {name} ends it before.{before}{_note(reply)}")

    def _list(self, call: Call) -> Answer:
        state = self._state()
        if state is None:
            return Answer("The controller was not heard yet: what is held is unknown. /release and an id works all the same.")
        lines, buttons = [], []
        for one in state.leases[:_LISTED]:
            why = f": {one.reason}" if one.reason else ""
            until = self._time.clock(one.until_at, call.now.wall_s)
            lines.append(f"{one.id} {one.kind.value.replace('_', ' ')} until {until} by {one.owner}{why}")
            data = f"{RELEASE}{one.id}:{int(call.now.wall_s)}"
            buttons += [[(f"Release {one.id}", data)]] if len(data.encode()) <= 64 else []
        return Answer("\n".join(["Held:", *lines]) if lines else "Nothing is held.", buttons)


def _kw(rest: Sequence[str]) -> float:
    word = " ".join(rest)
    found = _KW.fullmatch(word)
    if word and (found is None or float(found[1]) > _MOST_KW):
        raise Wrong(f"Found {word[:40]!r} for what may stay on; allowed is 0 to {_MOST_KW:.0f} kW, such as 200.")
    return float(found[1]) if found else 0.0


def _note(reply: Reply) -> str:
    return f" The controller says: {reply.reason}." if reply.reason not in ("", "done") else ""
