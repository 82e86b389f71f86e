"""Telegram's Bot API as far as a notifying bot uses it (core.telegram.org/bots/api), for one bot and the chats it knows.

Faults of `telegram`, beside those of every sink: `rate_limit` (429, `value` is retry_after in seconds), `unauthorised` (401).
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection
from itertools import count
from typing import Any

from aiohttp import web

from services.simulator.devices.sink import HttpSink
from services.simulator.devices.telegram_form import ApiError, is_true, markup, number, parameters, text
from services.simulator.site import Faults

BOT = {
    "id": 4200042, "is_bot": True, "first_name": "Mine Demo", "username": "mine_demo_bot", "can_join_groups": True,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip

_LONGEST_POLL_S = 50.0
_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class TelegramSink(HttpSink):
    """Keeps what is sent; `say` and `press` are what a person does in the chat."""

    def __init__(self, faults: Faults, *, token: str, chats: Collection[str], name: str = "telegram") -> None:
        super().__init__(name, faults)
        self._token = token
        self._chats = set(chats)
        self._messages: dict[int, dict[str, Any]] = {}
        self._updates: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._message_ids, self._update_ids, self._polls = count(1), count(1001), 0
        self._queries: set[str] = set()
        self._methods: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "getme": self._get_me, "sendmessage": self._send, "editmessagetext": self._edit,
            "getupdates": self._get_updates, "answercallbackquery": self._answer_query,
        }  # fmt: skip
        self.app.router.add_route("*", "/bot{token}/{method}", self._call)

    def say(self, words: str, user_id: int, chat_id: int) -> None:
        """A person writes into the chat."""
        self._update(message={**self._message(chat_id, words), "from": _person(user_id)})

    def press(self, message_id: int, data: str, user_id: int) -> None:
        """A person presses a button. Raises LookupError for a message that was never sent."""
        query = str(8_000_000_000 + next(self._update_ids))
        self._queries.add(query)
        message = self._messages[message_id]
        pressed = {"id": query, "from": _person(user_id), "message": message, "chat_instance": "1", "data": data}
        self._update(callback_query=pressed)

    async def _call(self, request: web.Request) -> web.Response:
        try:
            self._admit(request.match_info["token"])
            method = self._methods.get(request.match_info["method"].lower())
            if method is None:
                raise ApiError(404, "Not Found")
            return web.json_response({"ok": True, "result": await method(await parameters(request))})
        except ApiError as error:
            return web.json_response(error.answer, status=int(str(error.answer["error_code"])))

    def _admit(self, token: str) -> None:
        if token != self._token or self._faults.has(self.name, "unauthorised"):
            raise ApiError(401, "Unauthorized")
        if (retry_after := self._faults.value(self.name, "rate_limit")) is not None:
            seconds = int(float(retry_after))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    async def _get_me(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return BOT

    async def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = self._message(self._chat(asked), text(asked)) | markup(asked)
        self._messages[int(message["message_id"])] = message
        self.inbox.add(kind="message", message_id=message["message_id"], chat_id=message["chat"]["id"], text=message["text"],
                       silent=is_true(asked.get("disable_notification")), **markup(asked))  # fmt: skip
        return message

    async def _edit(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat, message = self._chat(asked), self._messages.get(number(asked, "message_id"))
        if message is None or message["chat"]["id"] != chat:
            raise ApiError(400, "Bad Request: message to edit not found")
        new = {"text": text(asked), **markup(asked)}
        if new == {part: message[part] for part in ("text", "reply_markup") if part in message}:
            raise ApiError(400, _NOT_MODIFIED)
        message.pop("reply_markup", None)
        message.update(new, edit_date=int(time.time()))
        self.inbox.add(kind="edit", message_id=message["message_id"], chat_id=chat, **new)
        return message

    async def _get_updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        offset, limit = number(asked, "offset", 0), number(asked, "limit", 100)
        until_s = time.monotonic() + min(number(asked, "timeout", 0), _LONGEST_POLL_S)
        self._polls += 1
        mine = self._polls
        self._news.set()
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        while not self._updates and mine == self._polls and time.monotonic() < until_s:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), until_s - time.monotonic())
        if mine != self._polls:
            raise ApiError(409, _CONFLICT)
        return self._updates[:limit]

    async def _answer_query(self, asked: dict[str, Any]) -> bool:
        query = str(asked.get("callback_query_id"))
        if query not in self._queries:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(query)
        self.inbox.add(kind="answer", callback_query_id=query, text=str(asked.get("text", "")))
        return True

    def _chat(self, asked: dict[str, Any]) -> int:
        chat = str(asked.get("chat_id", ""))
        if not chat:
            raise ApiError(400, "Bad Request: chat_id is empty")
        if chat not in self._chats:
            raise ApiError(400, "Bad Request: chat not found")
        return int(chat)

    def _message(self, chat_id: int, words: str) -> dict[str, Any]:
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "group"}
        chat |= {"first_name": "Operator"} if chat_id > 0 else {"title": "Operators"}
        return {"message_id": next(self._message_ids), "from": BOT, "chat": chat, "date": int(time.time()), "text": words}

    def _update(self, **content: Any) -> None:
        self._updates.append({"update_id": next(self._update_ids), **content})
        self._news.set()


def _person(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Operator", "language_code": "en"}
