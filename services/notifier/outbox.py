"""One worker per channel, with its own queue, deadline and pauses, so that a channel that hangs delays no other.

A row is marked in flight on disk before the provider is asked, and leaves the outbox with its receipt in one commit after the
provider took it. In between it may be sent twice after a kill, and is then marked as repeated.
"""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack

from services.notifier.change import Change
from services.notifier.channels.base import Channel
from services.notifier.message import Draft, Row
from services.notifier.sending import Way
from services.notifier.threads import in_order, joined, post_of
from services.notifier.worker import Worker
from services.shared.messages import ChannelHealth
from services.shared.vocabulary import AlarmKind, HealthState


class Outbox:
    """The workers by channel, and the reasons of the channels that are not set up.

    `orphans` are the numbers of stored messages whose channel is set up no more.
    """

    def __init__(self, channels: Mapping[str, Channel | str], way: Way) -> None:
        self._missing = {name: channel for name, channel in channels.items() if isinstance(channel, str)}
        self._store = way.store
        self._last_id = way.store.last_id
        self._new: dict[int, Row] = {}
        self.orphans = {row.id for row in way.store.rows if isinstance(channels.get(row.channel, ""), str)}
        self.workers = {
            name: Worker(channel, way, self._resumed(channel))
            for name, channel in channels.items()
            if not isinstance(channel, str)
        }

    def rows_of(self, drafts: Iterable[Draft], now_at: float) -> list[Row]:
        """What is to be written: numbered rows, one per recipient, and rows that wait already and tell more now.

        What waits is changed at once, so that what is being written is not sent without it. Write it before anything else is
        awaited, then hand it to `replace`.
        """
        rows: dict[int, Row] = {}
        for draft in (one for one in drafts if one.channel in self.workers):
            for recipient in dict.fromkeys(draft.recipients or self.workers[draft.channel].channel.recipients):
                if (row := self._joined(draft, recipient, now_at)) is not None:
                    rows[row.id] = row
        return list(rows.values())

    def superseded(self, rows: Iterable[Row]) -> set[int]:
        """Heartbeats that still wait where a newer one comes: nobody needs to hear that we lived an hour ago."""
        ways = {row.channel for row in rows if _is_beat(row)}
        old = [row for name in ways for row in self.workers[name].rows.values()]
        return {row.id for row in old if _is_beat(row) and not row.in_flight}

    def replace(self, rows: Iterable[Row], dropped: set[int]) -> None:
        """Hand rows that are on disk to the workers, and take others away."""
        for worker in self.workers.values():
            for number in dropped & worker.rows.keys():
                del worker.rows[number]
        for row in rows:
            if (new := self._new.pop(row.id, None)) is not None:
                self.workers[row.channel].add(new)

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
        """Give the connections back. Raises what a channel raised, after all others have closed."""
        async with AsyncExitStack() as stack:
            for worker in self.workers.values():
                stack.push_async_callback(worker.channel.close)

    def _joined(self, draft: Draft, recipient: str, now_at: float) -> Row | None:
        """The row of a draft for one recipient, or one that waits with it in it; None where there is nothing to say."""
        worker = self.workers[draft.channel]
        row = Row(
            self._last_id + 1, draft.channel, recipient, draft.kind, draft.keys, draft.text, now_at, thread=draft.thread,
            act=draft.act, ask=draft.ask, whole=draft.whole, repeated=draft.repeated,
        )  # fmt: skip
        before = (*worker.rows.values(), *self._new.values())
        found = joined(before, row, post_of(row, self._store.refs), edits=worker.channel.edits)
        if found is None:
            return None
        self._last_id = max(self._last_id, found.id)
        if found.id in worker.rows:
            worker.rows[found.id] = found
            worker.hurry(row)
        else:
            self._new[found.id] = found
        return found

    def _resumed(self, channel: Channel) -> list[Row]:
        """What an earlier process left, which may have been killed while a provider was asked."""
        left = [row.again(maybe_taken=row.in_flight) for row in self._store.rows if row.channel == channel.name]
        threads: dict[tuple[str, ...], list[Row]] = {}
        for row in left:
            threads.setdefault(row.place if row.thread else (str(row.id),), []).append(row)
        rows = [
            row
            for thread in threads.values()
            for row in in_order(thread, post_of(thread[0], self._store.refs), edits=channel.edits)
        ]
        dropped = {row.id for row in left} - {row.id for row in rows}
        self._store.stage(Change(rows={row.id: row for row in rows if row not in left}, dropped=dropped))
        return rows


def _is_beat(row: Row) -> bool:
    """A heartbeat. What is as quiet and has a thread, such as the month's report, is told once and waits."""
    return row.kind is AlarmKind.HEARTBEAT and not row.thread
