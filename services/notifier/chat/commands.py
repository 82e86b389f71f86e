"""The commands by name, as they are offered, explained and carried out, and the buttons; what may be asked without changing
anything (/status, /why, /help) is here itself."""

from collections.abc import Callable, Mapping

from services.notifier.account import Around, account, headline
from services.notifier.channels import telegram_buttons
from services.notifier.chat.asking import Asking, result_of
from services.notifier.chat.command import Answer, Call, Command, Desk, PressHandler, Wrong
from services.notifier.chat.controlling import RELEASE, Holding
from services.notifier.chat.stopping import NO, YES, Stopping
from services.notifier.chat.tending import Tending
from services.shared.messages import State
from services.shared.settings import Settings
from services.shared.site_time import SiteTime

_LONGEST_AT = 40

CurrentState = Callable[[], State | None]
"""The controller's last word, None before it spoke."""


class Commands:
    """`named` by what follows the stroke, `pressed` by the beginning of a button's data."""

    def __init__(self, settings: Settings, desk: Desk, asking: Asking, state: CurrentState) -> None:
        self._site, self._state, self._desk, self._asking = settings.general.site, state, desk, asking
        self._time = time = SiteTime(settings.general.timezone)
        tending = Tending(desk, asking, time)
        holding = Holding(state, asking, time)
        stopping = Stopping(settings.ops, asking)
        self.named: Mapping[str, Command] = {
            "status": Command("/status", "what the site does now", self._status),
            "why": Command("/why [HH:MM]", "why it is, or was, so", self._why),
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

    async def _status(self, call: Call) -> Answer:
        state, now = self._state(), call.now
        records, channels = tuple(self._desk.records.values()), self._desk.outbox.health()
        around = Around(records, channels, watcher="", clock=lambda at: self._time.clock(at, now.wall_s))
        return Answer("\n".join([f"[{self._site}] {headline(state, now)}", *account(state, around, now)]))

    async def _why(self, call: Call) -> Answer:
        """Signal, rule, command and confirmation, as the records have them, of now or of a moment."""
        words = [word for word in call.words if word.lower() != "at"]
        if len(words) > 2 or len(" ".join(words)) > _LONGEST_AT:
            raise Wrong("Found more than a moment; allowed is /why, or /why 14:05.")
        payload = {"at": "T".join(words)} if words else {}
        reply = await self._asking.ask("why", payload, call.who, of="api")
        if not reply.accepted:
            return Answer(f"Not known: {reply.reason}")
        text = result_of(reply).get("text")
        return Answer(text if isinstance(text, str) and text else "The api answered, but not in words that can be shown.")
