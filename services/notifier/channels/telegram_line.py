"""One connection of a bot to Telegram's Bot API (core.telegram.org/bots/api), as far as it is used here (decision 0018).

The address holds the token: it is in no error and in no line of the log, which is the promise of the HTTP client.
"""

from collections.abc import Sequence
from typing import Any

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_errors import Unchanged, failed_of, no_sense
from services.shared.answer import Answer
from services.shared.device import DeviceError, Nonsense, may_have_arrived
from services.shared.http import HttpClient
from services.shared.settings.telling import Notifications

MAX_TEXT = 4096
ANSWER_S = 13.0
_NO_PREVIEW = {"is_disabled": True}
Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of (label, callback data of at most 64 bytes)."""


class Line:
    """Raises Failed, and nothing else of its own. Updates are asked for by a connection of their own."""

    def __init__(self, told: Notifications) -> None:
        self._address = f"{told.telegram_api.rstrip('/')}/bot{told.telegram_token.get_secret_value()}"
        self._http, self._polling = HttpClient(limit=4), HttpClient(limit=1)

    async def post(
        self, chat: str, words: str, *, silent: bool = False, buttons: Buttons = (), reply_to: int | None = None
    ) -> int:
        """Send a message, as an answer to another if that is still there. Returns its number."""
        fields = _message(chat, words, buttons) | {"disable_notification": silent}
        if reply_to is not None:
            fields["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
        posted = await self._object("sendMessage", fields)
        if not isinstance(number := posted.get("message_id"), int):
            raise no_sense()
        return number

    async def edit(self, chat: str, message: int, words: str, buttons: Buttons = ()) -> None:
        """Change a message of our own; one that says so already is well. Raises Gone."""
        try:
            await self._asked("editMessageText", _message(chat, words, buttons) | {"message_id": message}, edits=True)
        except Unchanged:
            return

    async def answer(self, query: str, words: str, *, alert: bool = False) -> None:
        """Say to a person who pressed a button what came of it, at most 200 characters."""
        await self._asked("answerCallbackQuery", {"callback_query_id": query, "text": words[:200], "show_alert": alert})

    async def me(self) -> str:
        """The bot's user name. A wrong token fails here."""
        return str((await self._object("getMe", {})).get("username") or "")

    async def chat(self, chat: str) -> str:
        """The chat's title, or its person's name."""
        found = await self._object("getChat", {"chat_id": chat})
        return str(found.get("title") or found.get("first_name") or found.get("id"))

    async def offer(self, commands: Sequence[tuple[str, str]]) -> None:
        """Let the app offer these commands, each with its description."""
        named = [{"command": name, "description": about} for name, about in commands]
        await self._asked("setMyCommands", {"commands": named})

    async def updates(self, offset: int, kinds: Sequence[str], wait_s: float) -> list[Any]:
        """What people did since `offset`, as it came; waits so long for something. Raises Failed for what is no list, too."""
        fields = {"offset": offset, "timeout": round(wait_s), "allowed_updates": list(kinds)}
        found = await self._asked("getUpdates", fields, http=self._polling, answer_s=ANSWER_S + wait_s)
        if not isinstance(found, list):
            raise no_sense()
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
        await self._polling.close()

    async def _object(self, method: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = await self._asked(method, fields)
        if not isinstance(found, dict):
            raise no_sense()
        return found

    async def _asked(
        self,
        method: str,
        fields: dict[str, Any],
        *,
        http: HttpClient | None = None,
        answer_s: float = ANSWER_S,
        edits: bool = False,
    ) -> Any:
        client = http or self._http
        try:
            answer = await client.request("POST", f"{self._address}/{method}", json_body=fields, deadline_s=answer_s)
        except DeviceError as error:
            raise Failed(f"no exchange with Telegram was possible: {error}", maybe_taken=may_have_arrived(error)) from None
        said = _said(answer)
        if answer.status != 200:
            parameters = said.get("parameters")
            about = parameters if isinstance(parameters, dict) else None
            raise failed_of(answer.status, str(said.get("description", "")), about, edits=edits)
        return said.get("result")


def fitting(words: str) -> str:
    """At most 4,096 UTF-16 code units, which is how Telegram counts, cut at the end of a line where that loses little."""
    if len(words.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return words
    cut = words.encode("utf-16-le")[: 2 * (MAX_TEXT - 4)].decode("utf-16-le", "ignore")
    line, _, rest = cut.rpartition("\n")
    return (line if line and len(rest) < MAX_TEXT // 4 else cut.rstrip()) + "\n..."


def _said(answer: Answer) -> dict[str, Any]:
    """Telegram says `ok` whatever the status; who does not is somebody else. Raises Failed."""
    try:
        said = answer.json()
    except Nonsense:
        raise no_sense() from None
    if not isinstance(said, dict) or said.get("ok") is not (answer.status == 200):
        raise no_sense()
    return said


def _message(chat: str, words: str, buttons: Buttons) -> dict[str, Any]:
    rows = [[{"text": label, "callback_data": data} for label, data in row] for row in buttons]
    keyboard = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
    return {"chat_id": chat, "text": fitting(words), "link_preview_options": _NO_PREVIEW, **keyboard}
