"""/ack, /silence and /test: what people do with alarms and with the ways by which they are told."""

import asyncio
from collections.abc import Iterable, Sequence

from services.notifier.channels import telegram_buttons
from services.notifier.chat import silencing
from services.notifier.chat.asking import Asking, NoAnswer, result_of
from services.notifier.chat.command import Answer, Call, Desk, Pressed, Wrong
from services.notifier.chat.how_long import how_long
from services.notifier.chat.silencing import EVERYTHING
from services.notifier.record import Record, severity
from services.shared.site_time import SiteTime
from services.shared.vocabulary import HealthState

_MOST_BUTTONS = 20
_TEST_WITHIN_S = 30.0
_LABEL = 40


class Tending:
    """`_listed` are the keys as each user saw them last: a number means what the person has before the eyes."""

    def __init__(self, desk: Desk, asking: Asking, time: SiteTime) -> None:
        self._desk = desk
        self._asking = asking
        self._time = time
        self._listed: dict[int, tuple[str, ...]] = {}

    async def ack(self, call: Call) -> Answer:
        """Say that somebody has seen an alarm; without a key the list."""
        if not call.words:
            return self._list(call)
        if len(call.words) > 1:
            raise Wrong(
                "Found more than one word; allowed is /ack, /ack 2 (the number in the list), or /ack and the alarm's key."
            )
        key = self._key(call.words[0], call)
        refusal = await self._desk.acknowledge(key, call.who)
        return Answer(f"Not acknowledged: {refusal}." if refusal else f"Acknowledged: {key}.")

    async def pressed(self, call: Call, data: str) -> Pressed:
        """The button below a message, or one of the list."""
        if data == telegram_buttons.LIST:
            return Pressed("The list follows", then=lambda: self._listing(call))
        found = telegram_buttons.meant(data, self._desk.records.values()) or []
        waiting = [one for one in found if one.shown and not one.acknowledged_by]
        done = [one.key for one in waiting if await self._desk.acknowledge(one.key, call.who) is None]
        if done:
            return Pressed(f"Acknowledged: {', '.join(done)}")
        by = next((one.acknowledged_by for one in found if one.acknowledged_by), "")
        return Pressed(f"Acknowledged before, by {by}" if by else "This is over, and nobody need acknowledge it any more")

    async def silence(self, call: Call) -> Answer:
        """Nobody is told for so long: of one alarm, of a pattern, or of all warnings. 0 or off: tell again."""
        if call.words and call.words[0].lower() in ("0", "off"):
            return await self._told_again(call.words[-1] if len(call.words) > 1 else EVERYTHING, call)
        minutes, rest = how_long(call.words, call.now, self._time.zone)
        if len(rest) > 1:
            raise Wrong(f"Found {' '.join(rest)[:60]!r}; allowed is one key, or a pattern such as device_lost_*.")
        pattern = silencing.as_known(rest[0], self._desk.records) if rest else EVERYTHING
        refusal = await self._desk.shelve(pattern, minutes, call.who, "asked for in the chat")
        if refusal:
            return Answer(f"Not silenced: {refusal}.")
        until = self._time.clock(call.now.wall_s + minutes * 60, call.now.wall_s)
        named = silencing.named(pattern, self._desk.records)
        return Answer(f"Silent until {until}: {named}. /silence off {pattern} ends it before.")

    async def _told_again(self, pattern: str, call: Call) -> Answer:
        standing = [shelf.pattern for shelf in self._desk.shelves.standing]
        pattern = next((one for one in standing if one.lower() == pattern.lower()), pattern)
        refusal = await self._desk.unshelve(pattern, call.who)
        if refusal:
            return Answer(f"Not done: {refusal}.")
        again = "all warnings" if pattern == EVERYTHING else pattern
        left = ", ".join(shelf.pattern for shelf in self._desk.shelves.standing)[:200]
        return Answer(f"Told again: {again}. " + (f"Still silent: {left}." if left else "Nothing is silent any more."))

    async def test(self, call: Call) -> Answer:
        """A test message by one way, or by each that is set up, and what its provider said."""
        health = {one.name: one for one in self._desk.outbox.health()}
        set_up = [name for name, one in health.items() if one.state is not HealthState.NOT_CONFIGURED]
        if len(call.words) > 1 or (call.words and call.words[0].lower() not in health):
            raise Wrong(f"Found {' '.join(call.words)[:60]!r}; allowed is /test, or /test and one of {', '.join(health)}.")
        names = [call.words[0].lower()] if call.words else set_up
        lines = await asyncio.gather(*(self._tested(name, call.who) for name in names))
        return Answer("\n".join(lines) or "No way is set up.")

    async def _tested(self, name: str, who: str) -> str:
        try:
            reply = await self._asking.ask("test", {"channel": name}, who, of="notifier", within_s=_TEST_WITHIN_S)
        except NoAnswer as none:
            return f"{name}: {none}"
        said = result_of(reply).get("receipt") or reply.reason
        return f"{name}: accepted by the provider ({said})" if reply.accepted else f"{name}: NOT sent: {reply.reason}"

    async def _listing(self, call: Call) -> Answer:
        return self._list(call)

    def _list(self, call: Call) -> Answer:
        waiting = self._waiting()
        self._listed[call.user] = tuple(one.key for one in waiting)
        if not waiting:
            return Answer("There is no alarm that nobody has acknowledged.")
        lines = [self._line(number, one, call) for number, one in enumerate(waiting, 1)]
        return Answer("\n".join(["Not acknowledged:", *lines]), _buttons(waiting[:_MOST_BUTTONS]))

    def _line(self, number: int, one: Record, call: Call) -> str:
        over = "" if one.active else " (over)"
        return f"{number}. {one.key}: {one.kind.value} since {self._time.clock(one.since_at, call.now.wall_s)}{over}: {one.cause}"

    def _key(self, word: str, call: Call) -> str:
        if not (word.isascii() and word.isdigit()):
            return word
        listed = self._listed.get(call.user) or tuple(one.key for one in self._waiting())
        if not 1 <= int(word[:6]) <= len(listed):
            raise Wrong(f"Found number {word[:20]}; the list has {len(listed)}. Send /ack for the list.")
        return listed[int(word[:6]) - 1]

    def _waiting(self) -> list[Record]:
        found: Iterable[Record] = (one for one in self._desk.records.values() if one.shown and not one.acknowledged_by)
        return sorted(found, key=lambda one: (-severity(one.kind), one.since_at, one.key))


def _buttons(waiting: Sequence[Record]) -> list[list[tuple[str, str]]]:
    return [[(f"Acknowledge {one.key}"[:_LABEL], telegram_buttons.data_of("", [one.key]))] for one in waiting]
