"""/stop: the emergency stop by a person in the chat, once the same person has confirmed it."""

from services.notifier.chat.asking import Asking, NoAnswer
from services.notifier.chat.command import Answer, Call, Pressed
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings.sections import Ops

YES, NO = "stop:", "nostop:"
CONFIRM_S = 60.0
BY_BUS_S, DIRECT_S = 3.0, 8.0  # a stop must not wait for a broker; the controller itself gives its loop 5 s
_ORDERED = (
    "ORDERED: the whole site is tripped, and its load goes off; /status says when it is proven off. "
    "It stays so until somebody has looked and resets it (mine reset)."
)
_BY_HAND = "Stop the site by hand. It may still be carried out when they answer again."
_STOP_REASON = "emergency stop in the chat"
_QUESTION, _CONFIRMED = "Stop the whole site now?", "Stopping, confirmed by"
_REMEMBERED = 100


class Stopping:
    """The buttons name the person and the moment by themselves, and the message says what was answered, so that a restart changes
    nothing. `_answered` is for a message whose change has not arrived: what it is to say, by its place."""

    def __init__(self, ops: Ops, asking: Asking, *, by_bus_s: float = BY_BUS_S) -> None:
        self._ops = ops
        self._asking = asking
        self._by_bus_s = by_bus_s
        self._answered: dict[object, str] = {}

    async def stop(self, call: Call) -> Answer:
        """Ask whether it is meant."""
        at = f"{call.user}:{int(call.now.wall_s)}"
        words = f"{_QUESTION} Everything goes off and stays off. Confirm within {CONFIRM_S:.0f} s; only you can."
        return Answer(words, [[("STOP THE SITE", YES + at), ("No", NO + at)]])

    async def pressed(self, call: Call, data: str) -> Pressed:
        """The confirmation, or the no. The first answer to a question stands."""
        wanted, _, rest = data.partition(":")
        user, _, at = rest.partition(":")
        if user != str(call.user):
            return Pressed("Only the person who sent /stop can answer this; send /stop yourself", alert=True)
        in_time = at.isascii() and at.isdigit() and 0 <= call.now.wall_s - int(at[:12]) <= CONFIRM_S
        question = call.message or data
        answered = self._answered.get(question) or _as_told(call.text, again=wanted + ":" == YES and in_time)
        if answered:
            return Pressed(f"Answered before: {answered} To stop, send /stop", alert=True, edit=answered)
        pressed = self._answer(call, wanted + ":" == NO, in_time)
        self._remember(question, pressed.edit or "")
        return pressed

    def _answer(self, call: Call, no: bool, in_time: bool) -> Pressed:
        if no:
            return Pressed("Nothing is stopped", edit="Not stopped: taken back.")
        if not in_time:
            return Pressed("Too late", alert=True, edit="NOT stopped: not confirmed within 60 s. Send /stop again.")
        # A second stop stops nothing more, but one that a kill of this process lost would be missed.
        return Pressed(
            "Stopping", edit=f"{_CONFIRMED} {call.who}.", then=lambda: self._stopped(call), repeatable=True
        )  # fmt: skip

    def _remember(self, question: object, answer: str) -> None:
        self._answered[question] = answer
        if len(self._answered) > _REMEMBERED:
            del self._answered[next(iter(self._answered))]

    async def _stopped(self, call: Call) -> Answer:
        try:
            reply = await self._asking.ask("stop", {}, call.who, reason=_STOP_REASON, within_s=self._by_bus_s)
        except NoAnswer as first:
            return await self._directly(call, str(first))
        if reply.accepted:
            return Answer(_ORDERED + _noted(reply.reason))
        return await self._directly(call, f"The controller refused: {reply.reason}.")

    async def _directly(self, call: Call, first: str) -> Answer:
        """To the controller's own small app, which needs no broker."""
        token = self._ops.token.get_secret_value()
        client = HttpClient(deadline_s=DIRECT_S)
        try:
            answer = await client.request(
                "POST", f"http://{self._ops.controller_host}:{self._ops.controller_port}/stop",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                json_body={"who": call.who[:100], "reason": _STOP_REASON},
            )  # fmt: skip
            said = answer.json() if answer.status == 200 else None
        except DeviceError as error:
            return Answer(f"NOT STOPPED. {first} The controller directly: {error}. {_BY_HAND}")
        finally:
            await client.close()
        if isinstance(said, dict) and said.get("stopped") is True:
            return Answer(f"{_ORDERED}{_noted(str(said.get('reason', '')))} (Straight to the controller: {first})")
        return Answer(f"NOT STOPPED. {first} The controller directly: HTTP {answer.status}. {_BY_HAND}")


def _noted(reason: str) -> str:
    """What the controller adds: that it only observes, or that a full card forgets."""
    return f" The controller says: {reason}." if reason not in ("", "done") else ""


def _as_told(text: str, *, again: bool) -> str:
    """What a message says of its answer; empty while it asks. `again`: a stop in its time, which a kill may have lost."""
    return "" if text.startswith(_QUESTION) or (again and text.startswith(_CONFIRMED)) else text
