"""One worker per channel, with its own queue, deadline and pauses, so that a channel that hangs delays no other.

A row is marked in flight on disk before the provider is asked, and leaves the outbox with its receipt in one commit after the
provider took it. In between it may be sent twice after a kill, and is then marked as repeated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.notifier.channels.base import Channel
from services.notifier.message import Draft, Row
from services.notifier.worker import Way, Worker
from services.shared.messages import ChannelHealth
from services.shared.vocabulary import AlarmKind, HealthState


class Outbox:
    """The workers by channel, and the reasons of the channels that are not set up.

    `orphans` are the numbers of stored messages whose channel is set up no more.
    """

    def __init__(self, channels: Mapping[str, Channel | str], way: Way) -> None:
        self._missing = {name: channel for name, channel in channels.items() if isinstance(channel, str)}
        self.orphans = {row.id for row in way.store.rows if isinstance(channels.get(row.channel, ""), str)}
        waiting = [replace(row, in_flight=False, repeated=row.repeated or row.in_flight) for row in way.store.rows]
        self.workers = {
            name: Worker(channel, way, (row for row in waiting if row.channel == name))
            for name, channel in channels.items()
            if not isinstance(channel, str)
        }
        self._last_id = way.store.last_id

    def rows_of(self, drafts: Iterable[Draft], now_at: float) -> list[Row]:
        """Numbered rows, one per recipient."""
        rows = []
        for draft in (one for one in drafts if one.channel in self.workers):
            for recipient in self.workers[draft.channel].channel.recipients:
                self._last_id += 1
                rows.append(Row(self._last_id, draft.channel, recipient, draft.kind, draft.keys, draft.text, now_at))
        return rows

    def superseded(self, rows: Iterable[Row]) -> set[int]:
        """Heartbeats that still wait where a newer one comes: nobody needs to hear that we lived an hour ago."""
        ways = {row.channel for row in rows if row.kind is AlarmKind.HEARTBEAT}
        old = [row for name in ways for row in self.workers[name].rows.values()]
        return {row.id for row in old if row.kind is AlarmKind.HEARTBEAT and not row.in_flight}

    def replace(self, rows: Iterable[Row], dropped: set[int]) -> None:
        """Hand rows that are on disk to the workers, and take others away."""
        for worker in self.workers.values():
            for number in dropped & worker.rows.keys():
                del worker.rows[number]
        for row in rows:
            self.workers[row.channel].add(row)

    def health(self) -> tuple[ChannelHealth, ...]:
        """Of all channels, set up or not."""
        return (
            *(worker.health for worker in self.workers.values()),
            *(
                ChannelHealth(name=name, state=HealthState.NOT_CONFIGURED, reason=why, waiting=0, last_delivered_at=None)
                for name, why in self._missing.items()
            ),
        )

    async def close(self) -> None:
        """Give the connections back."""
        for worker in self.workers.values():
            await worker.channel.close()
