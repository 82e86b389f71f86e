"""One sending by one channel, within its deadline."""

import asyncio

from services.notifier import text
from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Outgoing, Row, Sent


async def hand_over(channel: Channel, row: Row, ref: str = "") -> Sent:
    """Send a row; `ref` is the provider's reference of its thread's post. Raises Failed, and nothing else."""
    words = text.as_repeated(row.text) if row.repeated else row.text
    outgoing = Outgoing(row.name, row.act, row.kind, words, row.keys, row.thread, ref, row.ask, row.created_at)
    try:
        async with asyncio.timeout(channel.deadline_s):
            return await channel.send(row.recipient, outgoing)
    except TimeoutError:
        raise Failed(f"no answer within {channel.deadline_s:g} s", maybe_taken=True) from None
    except Failed:
        raise
    except Exception as error:
        raise Failed(f"a fault of our own ({type(error).__name__})", maybe_taken=True) from None
