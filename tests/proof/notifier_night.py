"""A night at the site: the desk with the real channels and the providers' fakes, in time that leaps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.notifier.desk import Desk
from services.notifier.store import Store
from services.shared.messages import Alarm
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind
from tests.drivers.providers import Providers, providers_on
from tests.proof.leaping import LoopClock

CHAT = 42


@dataclass
class Night:
    """The desk with its ways and the providers."""

    those: Providers
    desk: Desk
    seq: int = 0

    def smoke(self, *, active: bool = True) -> None:
        """An emergency."""
        self.say("signal_drop", "Smoke is seen", AlarmKind.EMERGENCY, active=active)

    def say(self, key: str, cause: str, kind: AlarmKind = AlarmKind.WARNING, *, active: bool = True) -> None:
        """The owner's word."""
        self.seq += 1
        self.desk.hear(
            Alarm(key=key, active=active, kind=kind, cause=cause, source="collector", boot="boot-1", seq=self.seq,
                  since_at=LoopClock().now().wall_s)
        )  # fmt: skip

    def mailed(self) -> list[str]:
        """The subjects of what came by mail."""
        return [one["subject"] for one in self.those.smtp.inbox.all()]

    def texted(self) -> list[str]:
        """What came by SMS."""
        return [one["text"] for one in self.those.sms.inbox.all()]

    def chat(self) -> list[tuple[str, bool]]:
        """What stands in the chat: the first line, and whether it answers another."""
        return [(one["text"].partition("\n")[0], "reply_to_message" in one) for one in self.those.telegram.chat(CHAT)]


@asynccontextmanager
async def night(folder: Path) -> AsyncIterator[Night]:
    """From dusk till dawn."""
    async with providers_on(folder) as those:
        store = Store(folder / "alerts.db")
        channels = {name: those.channel(name) for name in ("telegram", "email", "sms")}
        desk = Desk(Settings(), store, LoopClock(), lambda _: None, channels)
        tasks = [asyncio.create_task(worker.run()) for worker in desk.outbox.workers.values()]
        tasks.append(asyncio.create_task(desk.run(lambda _: (), lambda _, __: False)))
        try:
            yield Night(those, desk)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await desk.outbox.close()
            store.close()
