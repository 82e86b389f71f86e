"""/stop: the emergency stop, after a confirmation by the same person; over the bus, and past a dead broker."""

from services.notifier.chat.asking import Asking, NoAnswer
from services.notifier.chat.command import Answer, Call, Pressed
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings.sections import Ops

YES, NO = "stop:", "nostop:"
CONFIRM_S = 60.0
BY_BUS_S, DIRECT_S = 3.0, 8.0  # a stop must not wait for a broker; the controller itself gives its loop 5 s
_STOPPED = "STOPPED: the whole site is tripped, and stays so until somebody has looked and resets it (mine reset)."
_BY_HAND = "Stop the site by hand. It may still be carried out when they answer again."
_REASON = "emergency stop in the chat"


class Stopping:
    """The buttons name the person and the moment by themselves, so that a restart changes nothing."""

    def __init__(self, ops: Ops, asking: Asking, *, by_bus_s: float = BY_BUS_S) -> None:
        self._ops = ops
        self._asking = asking
        self._by_bus_s = by_bus_s

    async def stop(self, call: Call) -> Answer:
        """Ask whether it is meant."""
        at = f"{call.user}:{int(call.now.wall_s)}"
        words = f"Stop the whole site now? Everything goes off and stays off. Confirm within {CONFIRM_S:.0f} s; only you can."
        return Answer(words, [[("STOP THE SITE", YES + at), ("No", NO + at)]])

    async def pressed(self, call: Call, data: str) -> Pressed:
        """The confirmation, or the no."""
        wanted, _, rest = data.partition(":")
        user, _, at = rest.partition(":")
        if user != str(call.user):
            return Pressed("Only the person who sent /stop can answer this; send /stop yourself", alert=True)
        if wanted + ":" == NO:
            return Pressed("Nothing is stopped", edit="Not stopped: taken back.")
        if not (at.isascii() and at.isdigit()) or not 0 <= call.now.wall_s - int(at[:12]) <= CONFIRM_S:
            return Pressed("Too late", alert=True, edit="NOT stopped: not confirmed within 60 s. Send /stop again.")
        # A second stop stops nothing more, but one that a kill of this process lost would be missed.
        return Pressed(
            "Stopping", edit=f"Stopping, confirmed by {call.who}.", then=lambda: self._stopped(call), repeatable=True
        )  # fmt: skip

    async def _stopped(self, call: Call) -> Answer:
        try:
            reply = await self._asking.ask("stop", {}, call.who, reason=_REASON, within_s=self._by_bus_s)
        except NoAnswer as first:
            return await self._directly(call, str(first))
        if reply.accepted:
            note = f" The controller says: {reply.reason}." if reply.reason not in ("", "done") else ""
            return Answer(_STOPPED + note)
        return await self._directly(call, f"The controller refused: {reply.reason}.")

    async def _directly(self, call: Call, first: str) -> Answer:
        """To the controller's own small app, which needs no broker."""
        token = self._ops.token.get_secret_value()
        client = HttpClient(deadline_s=DIRECT_S)
        try:
            answer = await client.request(
                "POST", f"http://{self._ops.controller_host}:{self._ops.controller_port}/stop",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                json_body={"who": call.who[:100], "reason": _REASON},
            )  # fmt: skip
            said = answer.json() if answer.status == 200 else None
        except DeviceError as error:
            return Answer(f"NOT STOPPED. {first} The controller directly: {error}. {_BY_HAND}")
        finally:
            await client.close()
        if isinstance(said, dict) and said.get("stopped") is True:
            return Answer(f"{_STOPPED} (Straight to the controller: {first})")
        return Answer(f"NOT STOPPED. {first} The controller directly: HTTP {answer.status}. {_BY_HAND}")
