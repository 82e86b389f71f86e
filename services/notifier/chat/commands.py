"""The commands by name, as they are offered, explained and carried out; and the buttons by the beginning of their data."""

from collections.abc import Callable, Mapping

from services.notifier.channels import telegram_buttons
from services.notifier.chat.asking import Asking
from services.notifier.chat.command import Answer, Call, Command, Desk, PressHandler
from services.notifier.chat.holding import RELEASE, Holding
from services.notifier.chat.looking import Looking
from services.notifier.chat.stopping import NO, YES, Stopping
from services.notifier.chat.tending import Tending
from services.notifier.chat.times import SiteTime
from services.shared.messages import State
from services.shared.settings import Settings


class Commands:
    """`named` by what follows the stroke, `pressed` by the beginning of a button's data."""

    def __init__(self, settings: Settings, desk: Desk, asking: Asking, state: Callable[[], State | None]) -> None:
        time = SiteTime(settings.general.timezone)
        looking = Looking(settings.general.site, state, desk, asking, time)
        tending = Tending(desk, asking, time)
        holding = Holding(state, asking, time)
        stopping = Stopping(settings.ops, asking)
        self.named: Mapping[str, Command] = {
            "status": Command("/status", "what the site does now", looking.status),
            "why": Command("/why [HH:MM]", "why it is, or was, so", looking.why),
            "ack": Command("/ack [key or number]", "acknowledge an alarm; alone: the list", tending.ack, repeatable=True),
            "curtail": Command("/curtail <until HH:MM or minutes> [kW]", "take load off; kW may stay on", holding.curtail),
            "hold": Command("/hold <until HH:MM or minutes> [names]", "let loads or groups sleep", holding.hold),
            "release": Command("/release [id]", "end a hold; alone: the list", holding.release),
            "silence": Command("/silence <minutes> [key or pattern]", "tell nobody for so long; off ends it", tending.silence),
            "test": Command("/test [way]", "send a test message by each way", tending.test),
            "stop": Command("/stop", "emergency stop, after a confirmation", stopping.stop),
            "help": Command("/help", "what may be asked", self._help),
        }
        self.pressed: Mapping[str, PressHandler] = {
            telegram_buttons.BEGIN: tending.pressed, RELEASE: holding.pressed, YES: stopping.pressed, NO: stopping.pressed,
        }  # fmt: skip

    @property
    def offered(self) -> list[tuple[str, str]]:
        """For the app's menu: name and description."""
        return [(name, f"{one.usage.partition(' ')[2]} {one.about}".strip()) for name, one in self.named.items()]

    def handler_of(self, data: str) -> PressHandler | None:
        """What a button's data belongs to."""
        return next((handler for begin, handler in self.pressed.items() if data.startswith(begin)), None)

    def unknown(self, word: str) -> Answer:
        """What is answered to anything else."""
        return Answer(f"Found {word[:40]!r}; allowed is one of {', '.join('/' + name for name in self.named)}.")

    async def _help(self, _call: Call) -> Answer:
        return Answer("\n".join(f"{one.usage}: {one.about}" for one in self.named.values()))
