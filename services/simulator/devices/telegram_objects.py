"""The objects of the Bot API as the sink makes them: persons, chats, messages."""

import time
from typing import Any

BOT = {
    "id": 4200042, "is_bot": True, "first_name": "Mine Demo", "username": "mine_demo_bot", "can_join_groups": True,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip


def person(user_id: int, name: str = "Operator") -> dict[str, Any]:
    """A user."""
    return {"id": user_id, "is_bot": False, "first_name": name, "language_code": "en"}


def chat(chat_id: int) -> dict[str, Any]:
    """A private chat has its user's number; groups have negative ones, supergroups and channels such as -100..."""
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": "Operator"}
    kind = "supergroup" if str(chat_id).startswith("-100") else "group"
    return {"id": chat_id, "type": kind, "title": "Operators"}


def full_chat(chat_id: int) -> dict[str, Any]:
    """What getChat tells (ChatFullInfo)."""
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return {**chat(chat_id), "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}


def message(
    number: int, chat_id: int, words: str, sender: dict[str, Any] | None = None, date: float | None = None
) -> dict[str, Any]:
    """A text in a chat; of the bot unless somebody else wrote it. `date` Unix seconds, none: now."""
    made: dict[str, Any] = {"message_id": number, "from": sender or BOT, "chat": chat(chat_id), "text": words}
    made["date"] = int(time.time() if date is None else date)
    if words.startswith("/"):
        made["entities"] = [{"type": "bot_command", "offset": 0, "length": len(words.split(maxsplit=1)[0])}]
    return made
