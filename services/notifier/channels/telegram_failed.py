"""What Telegram may answer that calls for something else than to try again. Without the library, whose import may fail."""

from services.notifier.channels.base import Failed


class Moved(Failed):
    """The group became a supergroup with another number."""

    def __init__(self, chat: int) -> None:
        super().__init__(f"the chat has moved: set telegram_chat_id to {chat}", slow=True)
        self.chat = str(chat)


class Gone(Failed):
    """The message that was to be changed is not there any more."""


class Taken(Failed):
    """Somebody else asks for the updates of this bot."""
