"""Ways in memory that fail half of the time in every way that a provider can."""

import asyncio
import random
from collections.abc import Collection, Mapping

from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Outgoing, Sent
from tests.proof.notifier_day import Told

RECIPIENTS = {"telegram": ("", "77"), "email": ("",), "sms": ("+1", "+2"), "webhook": ("",)}
_HANGS_S = 86_400.0


class Fickle:
    """A channel with its provider."""

    deadline_s = 15.0

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name, self.recipients, self.edits = name, RECIPIENTS[name], name in ("telegram", "webhook")
        self.taken: list[Told] = []
        self.asked = 0
        self.fails = True
        self._chance = chance

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        self.asked += 1
        fails = self.fails and self._chance.random() < 0.5
        fate = self._chance.choice(("refuse", "hang", "swallow", "cut", "pause")) if fails else "take"
        await asyncio.sleep(self._chance.uniform(0.05, 3.0))
        if fate == "refuse":
            raise Failed("refused")
        if fate == "pause":
            raise Failed("slower", retry_after_s=self._chance.uniform(1.0, 60.0))
        if fate == "hang":
            await asyncio.sleep(_HANGS_S)
        self.taken.append(Told(f"{self.name} {recipient}", message.act.value, message.text.subject, message.id))
        if fate == "swallow":
            await asyncio.sleep(_HANGS_S)
        if fate == "cut":
            raise Failed("broken off", maybe_taken=True)
        return Sent("taken", f"{recipient}/{len(self.taken)}")

    async def check(self) -> str:
        return "knows us"

    async def unreached(self, _addresses: Collection[str]) -> dict[str, str]:
        return {}

    async def close(self) -> None: ...


class FickleWays:
    """All four of them."""

    def __init__(self, chance: random.Random) -> None:
        self._fickle = {name: Fickle(name, chance) for name in RECIPIENTS}
        self.channels: Mapping[str, Channel] = self._fickle

    @property
    def fails(self) -> bool:
        """Whether they fail."""
        return any(one.fails for one in self._fickle.values())

    @fails.setter
    def fails(self, value: bool) -> None:
        for one in self._fickle.values():
            one.fails = value

    def told(self) -> list[Told]:
        """Everything that was taken."""
        return [told for one in self._fickle.values() for told in one.taken]

    def ways(self) -> list[str]:
        """Each recipient of each channel."""
        return [f"{name} {recipient}" for name, those in RECIPIENTS.items() for recipient in those]

    @property
    def asked(self) -> int:
        """How often any of them was asked."""
        return sum(one.asked for one in self._fickle.values())
