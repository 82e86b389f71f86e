"""What a person reads when a command ends in another way than by its answer."""

import logging
from collections.abc import Awaitable

from services.notifier.chat.age import OLD_S
from services.notifier.chat.asking import NoAnswer
from services.notifier.chat.command import Answer, Wrong

log = logging.getLogger(__name__)

FOREIGN = Answer("A forwarded message is not carried out: write the command yourself.")
EDITED = Answer("An edited message is not carried out: send the command anew.")


async def outcome(work: Awaitable[Answer], usage: str = "") -> Answer:
    """The answer, or why there is none."""
    try:
        return await work
    except Wrong as wrong:
        return Answer(f"{wrong}\n{usage}" if usage else str(wrong))
    except NoAnswer as none:
        return Answer(str(none))
    except Exception:
        log.exception("a command of the chat failed")
        return Answer("That failed by a fault of our own; it is in the log.")


def too_old(text: str) -> Answer:
    """To what was written too long ago."""
    command = text.split(maxsplit=1)[0][:40] if text.split() else ""
    return Answer(f"{command} was written over {OLD_S / 60:.0f} minutes ago: too old to act on. Send it again if it still holds.")
