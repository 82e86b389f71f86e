"""Telegram's Bot API as far as a bot that notifies and listens uses it (core.telegram.org/bots/api), for one bot.

Faults of `telegram`, beside those of every sink: `rate_limit` (429, `value` is retry_after in seconds), `unauthorised` (401),
`offline` (nothing listens).
"""

from collections.abc import Awaitable, Callable, Collection
from itertools import count
from typing import Any

from aiohttp import web

from services.simulator.devices import telegram_form as form
from services.simulator.devices import telegram_objects as objects
from services.simulator.devices.sink import HttpSink
from services.simulator.devices.telegram_form import ApiError
from services.simulator.devices.telegram_updates import Updates
from services.simulator.site import Faults

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


class TelegramSink(HttpSink):
    """Keeps what is sent; `say` and `press` are what a person does in a chat. `commands` are those that the app offers.

    A chat is known that the bot was told of, or in which somebody wrote. `messages` are all that stand in the chats.
    """

    goes_away = True

    def __init__(self, faults: Faults, *, token: str, chats: Collection[str], name: str = "telegram") -> None:
        super().__init__(name, faults)
        self.messages: dict[int, dict[str, Any]] = {}
        self.commands: list[dict[str, str]] = []
        self.updates = Updates()
        self._token = token
        self._chats, self._blocked, self._moved = set(chats), set[str](), dict[str, int]()
        self._numbers, self._queries, self._asked = count(1), count(8_000_000_001), set[str]()
        self._methods: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "getme": self._get_me, "getchat": self._get_chat, "sendmessage": self._send, "editmessagetext": self._edit,
            "getupdates": self.updates.get, "answercallbackquery": self._answer_query, "setmycommands": self._set_commands,
        }  # fmt: skip
        self.app.router.add_route("*", "/bot{token}/{method}", self._call)

    def say(
        self, words: str, user_id: int, chat_id: int, *, kind: str = "message", date: float | None = None, **more: Any
    ) -> int:
        """A person writes into the chat; `more` are further fields of the message. Returns the message's number."""
        self._chats.add(str(chat_id))
        number = next(self._numbers)
        self.updates.add(**{kind: {**objects.message(number, chat_id, words, objects.person(user_id), date), **more}})
        return number

    def press(self, message_id: int, data: str, user_id: int) -> str:
        """A person presses a button. Returns the query's id. Raises LookupError for a message that was never sent."""
        query, message = str(next(self._queries)), self.messages[message_id]
        self._asked.add(query)
        pressed = {"id": query, "from": objects.person(user_id), "message": dict(message), "chat_instance": "1", "data": data}
        self.updates.add(callback_query=pressed)
        return query

    def chat(self, chat_id: int) -> list[dict[str, Any]]:
        """What the bot has in a chat as it stands there, the oldest first."""
        return [message for message in self.messages.values() if message["chat"]["id"] == chat_id]

    def delete(self, message_id: int) -> None:
        """A person deletes a message."""
        del self.messages[message_id]

    def block(self, chat: str) -> None:
        """The bot is blocked by its user, or removed from the group."""
        self._blocked.add(chat)

    def move(self, chat: str, to: int) -> None:
        """A group becomes a supergroup, which has another number."""
        self._chats.add(str(to))
        self._moved[chat] = to

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        try:
            self._admit(request.match_info["token"])
            if method not in self._methods:
                raise ApiError(404, "Not Found")
            return web.json_response({"ok": True, "result": await self._methods[method](await form.parameters(request))})
        except ApiError as error:
            return web.json_response(error.answer, status=int(str(error.answer["error_code"])))

    def _admit(self, token: str) -> None:
        if token != self._token or self._faults.has(self.name, "unauthorised"):
            raise ApiError(401, "Unauthorized")
        if (retry_after := self._faults.value(self.name, "rate_limit")) is not None:
            seconds = int(float(retry_after))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    async def _get_me(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return objects.BOT

    async def _get_chat(self, asked: dict[str, Any]) -> dict[str, Any]:
        return objects.full_chat(self._chat(asked))

    async def _set_commands(self, asked: dict[str, Any]) -> bool:
        self.commands = form.commands(asked)
        return True

    async def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(asked)
        more = form.markup(asked) | self._reply(asked, chat)
        message = objects.message(next(self._numbers), chat, form.text(asked)) | more
        self.messages[int(message["message_id"])] = message
        answered = {"reply_to": more["reply_to_message"]["message_id"]} if "reply_to_message" in more else {}
        self.inbox.add(kind="message", message_id=message["message_id"], chat_id=chat, text=message["text"],
                       silent=form.is_true(asked.get("disable_notification")), **form.markup(asked), **answered)  # fmt: skip
        return message

    def _reply(self, asked: dict[str, Any], chat: int) -> dict[str, Any]:
        to, without = form.reply(asked)
        found = self.messages.get(to) if to is not None else None
        if found is not None and found["chat"]["id"] == chat:
            return {"reply_to_message": {key: value for key, value in found.items() if key != "reply_to_message"}}
        if to is not None and not without:
            raise ApiError(400, "Bad Request: message to be replied not found")
        return {}

    async def _edit(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat, message = self._chat(asked), self.messages.get(form.number(asked, "message_id"))
        if message is None or message["chat"]["id"] != chat:
            raise ApiError(400, "Bad Request: message to edit not found")
        new = {"text": form.text(asked), **form.markup(asked)}
        if new == {part: message[part] for part in ("text", "reply_markup") if part in message}:
            raise ApiError(400, _NOT_MODIFIED)
        message.pop("reply_markup", None)
        message.update(new, edit_date=int(message["date"]))
        self.inbox.add(kind="edit", message_id=message["message_id"], chat_id=chat, **new)
        return message

    async def _answer_query(self, asked: dict[str, Any]) -> bool:
        query = str(asked.get("callback_query_id"))
        if query not in self._asked:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._asked.discard(query)
        self.inbox.add(kind="answer", callback_query_id=query, text=str(asked.get("text", "")))
        return True

    def _chat(self, asked: dict[str, Any]) -> int:
        chat = str(asked.get("chat_id", ""))
        if not chat:
            raise ApiError(400, "Bad Request: chat_id is empty")
        if chat in self._moved:
            upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, upgraded, migrate_to_chat_id=self._moved[chat])
        if chat not in self._chats:
            raise ApiError(400, "Bad Request: chat not found")
        if chat in self._blocked:
            why = "bot was kicked from the group chat" if int(chat) < 0 else "bot was blocked by the user"
            raise ApiError(403, f"Forbidden: {why}")
        return int(chat)
