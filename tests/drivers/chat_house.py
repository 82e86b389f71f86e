"""A chat with everything around it: Telegram on real sockets, a file of facts, and services that answer or do not."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.notifier.chat.asking import Asking
from services.notifier.chat.chat import Chat, Pace
from services.notifier.record import Phase, Record
from services.notifier.shelves import Shelves
from services.notifier.store import Store
from services.shared.clock import Clock, Moment
from services.shared.messages import ChannelHealth, Message, Reply, Request, State
from services.shared.settings import Settings
from services.shared.settings import sections as s
from services.shared.vocabulary import AlarmKind, HealthState
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults
from tests.ports import free_port
from tests.waiting import until

HOST, TOKEN, GROUP = "127.0.0.1", "4200042:AAdemo-token-of-a-test", -5
ANNA, BOB, STRANGER = 7, 8, 666
PACE = Pace(poll_s=1.0, first_s=0.02, longest_s=0.1, taken_s=0.1)


def record(key: str, thread: str = "", kind: AlarmKind = AlarmKind.WARNING, **more: Any) -> Record:
    return Record(
        key=key, source="controller", boot="b", seq=1, kind=kind, active=True, cause=f"{key} is bad", consequence="", action="",
        since_at=Clock().now().wall_s - 60, began_mono_s=0.0, phase=Phase.UNACKNOWLEDGED, told=kind, thread=thread or f"i-{key}",
        **more,
    )  # fmt: skip


@dataclass
class Ways:
    def health(self) -> tuple[ChannelHealth, ...]:
        states = {"telegram": HealthState.OK, "email": HealthState.LOST, "sms": HealthState.NOT_CONFIGURED}
        return tuple(
            ChannelHealth(name=name, state=state, reason="no answer", waiting=0, last_delivered_at=None)
            for name, state in states.items()
        )


@dataclass
class Desk:
    """Does what a person asks of alarms, and keeps what was asked."""

    records: dict[str, Record] = field(default_factory=dict)
    outbox: Ways = field(default_factory=Ways)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    shelves: Shelves = field(default_factory=Shelves)

    def stands(self, *records: Record) -> None:
        self.records |= {one.key: one for one in records}

    async def acknowledge(self, key: str, who: str) -> str | None:
        self.asked.append(("acknowledge", key, who))
        one = self.records.get(key)
        if one is None or not one.shown:
            return f"there is no open alarm {key}"
        if one.acknowledged_by:
            return f"{key} was acknowledged by {one.acknowledged_by} before"
        self.records[key] = replace(one, phase=Phase.ACKNOWLEDGED, acknowledged_by=who)
        return None

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str) -> str | None:
        self.asked.append(("shelve", pattern, minutes, who))
        now = Clock().now()
        return self.shelves.add(pattern, now.wall_s + minutes * 60, who, reason, now)

    async def unshelve(self, pattern: str, who: str) -> str | None:
        self.asked.append(("unshelve", pattern, who))
        return None if self.shelves.remove(pattern) else f"{pattern} is not shelved"


class HandClock(Clock):
    """The real time, moved by hand."""

    def __init__(self) -> None:
        super().__init__("yes")
        self.ahead_s = 0.0
        self.trusted = True

    def now(self) -> Moment:
        now = super().now()
        return replace(now, wall_s=now.wall_s + self.ahead_s, mono_s=now.mono_s + self.ahead_s, wall_trusted=self.trusted)


class House:
    """`requests` is what was asked of the other services; `answers` what they say, by verb; None: nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.faults, self.clock = folder, Faults(), HandClock()
        self.sink = TelegramSink(self.faults, token=TOKEN, chats=[str(GROUP), str(ANNA), str(BOB)])
        self.desk = Desk()
        self.requests: list[Request] = []
        self.answers: dict[str, Reply | None] = {}
        self.connected = True
        self.state: State | None = None
        self.asking_over_the_bus: Asking | None = None
        self.controller_port = free_port()
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self.port = await self.sink.start(HOST, 0)
        await self.begin()

    async def begin(self) -> None:
        """A new process of the notifier, on the same file."""
        self.store = Store(self.folder / "alerts.db")
        self.asking = self.asking_over_the_bus or Asking(self._publish, self.clock, lambda: self.connected, within_s=0.5)
        self.chat = Chat(
            self.settings(), self.store, self.desk, self.asking, self.clock, lambda: self.state, pace=PACE
        )  # fmt: skip
        self.task = asyncio.create_task(self.chat.run())

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            self.task = None
            self.store.close()

    async def close(self) -> None:
        await self.end()
        await self.sink.stop()

    def settings(self) -> Settings:
        told = s.Notifications(
            telegram_token=SecretStr(TOKEN), telegram_chat_id=str(GROUP), telegram_api=f"http://{HOST}:{self.port}",
            telegram_users=(str(BOB),),
        )  # fmt: skip
        return Settings(
            general=s.General(site="mine", timezone="America/Chicago"), notifications=told,
            persons={"anna": s.Person(telegram=str(ANNA))}, ops=s.Ops(controller_port=self.controller_port),
        )  # fmt: skip

    def _publish(self, message: Message) -> None:
        assert isinstance(message, Request)
        self.requests.append(message)
        answer = self.answers.get(message.verb, Reply(request_id="", accepted=True, reason="done"))
        if answer is not None:
            self.asking.take_reply(answer.model_copy(update={"request_id": message.id}))

    def lease(self, name: str = "bf1ce76d15b5", reason: str = "done") -> None:
        """The controller makes leases of this id."""
        result = json.dumps({"id": name, "until_at": self.clock.now().wall_s + 1_800})
        self.answers["lease"] = Reply(request_id="", accepted=True, reason=reason, result=result)

    def said(self, chat: int = ANNA) -> list[str]:
        """The bot's words in a chat, as they stand."""
        return [str(one["text"]) for one in self.sink.chat(chat)]

    async def ask(self, words: str, user: int = ANNA, chat: int | None = None, **more: Any) -> str:
        """The answer to what a person writes."""
        chat = user if chat is None else chat
        before = len(self.sink.chat(chat))
        self.sink.say(words, user, chat, **more)
        await until(lambda: len(self.sink.chat(chat)) > before, what=f"an answer to {words}")
        return self.said(chat)[-1]

    async def heard_all(self) -> None:
        """Whatever was written or pressed before is handled."""
        await self.ask("/help", ANNA)

    def buttons(self, chat: int = ANNA) -> list[tuple[int, str]]:
        """Message and data of each button of the newest message."""
        newest = self.sink.chat(chat)[-1]
        rows = newest.get("reply_markup", {}).get("inline_keyboard", [])
        return [(newest["message_id"], one["callback_data"]) for row in rows for one in row]

    async def press(self, message: int, data: str, user: int = ANNA) -> str:
        """The note to the person who presses."""
        query = self.sink.press(message, data, user)
        return str(await until(lambda: self.note(query), what="a note to the button"))

    def note(self, query: str) -> str:
        found = [one["text"] for one in self.sink.inbox.all() if one.get("callback_query_id") == query]
        return str(found[0]) if found else ""
