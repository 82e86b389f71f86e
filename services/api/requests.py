"""Requests to the controller and the notifier: published with an expiry, answered by a reply, or not."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from services.api import direct_stop
from services.api.asked import Asked, Register, Wish
from services.api.login.book import Book
from services.api.problems import Problem
from services.shared.bus import Arrival, Bus
from services.shared.clock import Clock
from services.shared.messages import ANOTHER_REQUEST, Reply, Request
from services.shared.settings.sections import Ops

EXPIRES_S = 10.0
ANSWER_S = 5.0
NO_BROKER = "the broker cannot be reached"
STOP_BY_BUS_S = 2.0  # then the direct way is tried: a stop must not wait for a broker
_SLOW_S = {"test": 20.0, "check": 20.0}  # a channel's provider takes its time
_OF_NOTIFIER = {"acknowledge", "test", "check"}  # it has no ledger: what is asked of it is an entry of ours


class Requests:
    """Asks, and remembers what was asked."""

    def __init__(
        self, bus: Bus, clock: Clock, ops: Ops, book: Book, *, answer_s: float = ANSWER_S, stopped: Callable[[float], None]
    ) -> None:
        """`stopped` is told since when (monotonic seconds) the site is stopped by a way that no state has told of yet."""
        self.register = Register()
        self._bus = bus
        self._clock = clock
        self._ops = ops
        self._book = book
        self._answer_s = answer_s
        self._stopped = stopped

    def take_reply(self, reply: Reply, _arrival: Arrival) -> None:
        """What became of a request; one that is not known is nobody's."""
        asked = self.register.get(reply.request_id, self._clock.now().mono_s)
        if asked is None:
            return
        if not reply.accepted and reply.reason == ANOTHER_REQUEST:
            self.register.forget(asked)  # the key is the earlier request's, which may come again
        asked.settle(reply)

    def begin(self, wish: Wish) -> tuple[Asked, bool]:
        """Ask, and whether it was asked before and is not asked again. Problem: 409 late, 422 key of another, 503 no broker."""
        asked, again = self._entered(wish)
        if not again:
            self._publish(asked)
            if wish.verb in _OF_NOTIFIER:
                detail = json.dumps(wish.payload, ensure_ascii=False)
                self._book.tell(f"{wish.verb} asked of the notifier", wish.who, reason=wish.reason, detail=detail)
        return asked, again

    async def ask(self, wish: Wish) -> dict[str, Any]:
        """The result of a request. Raises Problem: 409 refused, 502 unreadable, 503 no broker, 504 no answer."""
        asked, _ = self.begin(wish)
        if not await asked.wait(self._answer_s):
            expires_s = asked.expires_at - self._clock.now().wall_s
            detail = (
                f"no answer to {wish.verb} within {self._answer_s:g} s; it may still be done within {max(0.0, expires_s):.0f} s"
            )
            raise Problem(HTTPStatus.GATEWAY_TIMEOUT, "no-answer", detail)
        return result_of(asked)

    async def stop(self, wish: Wish) -> Asked:
        """The emergency stop: over the bus, and where that does not answer, straight to the controller. Raises Problem."""
        asked, _ = self._entered(wish)
        before = NO_BROKER
        by_bus = self._bus.connected
        if by_bus:
            self._publish(asked)
            before = f"no answer over the bus within {STOP_BY_BUS_S:g} s"
            if await asked.wait(STOP_BY_BUS_S):
                asked.result = {"stopped": True, "by": "bus", **result_of(asked)}
                return asked
        since_s = self._clock.now().mono_s
        asked.settle(await direct_stop.stop(self._ops, asked, before, self._answer_s, by_bus=by_bus))
        self._stopped(since_s)
        return asked

    def _entered(self, wish: Wish) -> tuple[Asked, bool]:
        now, request_id = self._clock.now(), wish.id
        found = self.register.get(request_id, now.mono_s)
        if found is not None:
            if found.wish.digest != wish.digest:
                detail = f"found another request under the key {wish.key}; allowed: the same request, or a new key"
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-conflict", detail)
            return found, True
        if now.wall_s > wish.until_at:
            late_s = now.wall_s - wish.until_at
            raise Problem(HTTPStatus.CONFLICT, "too-late", f"it came {late_s:.0f} s too late; it was not begun")
        open_s = EXPIRES_S + _SLOW_S.get(wish.verb, self._answer_s)
        expires_at = min(now.wall_s + EXPIRES_S, wish.until_at)
        asked = Asked(request_id, wish, now.wall_s, expires_at, now.mono_s, now.mono_s + open_s)
        self.register.add(asked)
        return asked, False

    def _publish(self, asked: Asked) -> None:
        if not self._bus.connected:
            self.register.forget(asked)
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-broker", "the broker cannot be reached; nothing was asked")
        wish = asked.wish
        self._bus.publish(
            Request(
                subject=(wish.verb,),
                id=asked.id,
                verb=wish.verb,
                who=wish.who,
                reason=wish.reason,
                expires_at=asked.expires_at,
                payload=json.dumps(wish.payload, allow_nan=False),
            )
        )


def result_of(asked: Asked) -> dict[str, Any]:
    """The result of an answered request. Raises Problem: 409 refused, 502 unreadable."""
    if not asked.accepted:
        raise Problem(HTTPStatus.CONFLICT, "refused", asked.reason)
    if asked.result is None:
        raise Problem(HTTPStatus.BAD_GATEWAY, "bad-answer", asked.reason)
    return asked.result
