"""The messages of one channel that wait or are being sent, each thread in order, and how one is handed over."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from services.notifier import text
from services.notifier.change import Change
from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Act, Outgoing, Row, Sent
from services.notifier.own_fault import own_fault
from services.notifier.store import Store
from services.notifier.threads import Post, in_order, post_of, same_thread


class Queue:
    """`rows` by number. `edits`: the channel can change what it posted. What changes is staged for the next commit."""

    def __init__(self, rows: Iterable[Row], store: Store, *, edits: bool) -> None:
        self.rows = {row.id: row for row in rows}
        self._store = store
        self._edits = edits

    def add(self, row: Row) -> None:
        """One more. What it was to follow may have been tried in vain since it was made, and takes it in then."""
        self.rows[row.id] = row
        self._put_in_order(row)

    def free(self) -> Iterable[Row]:
        """Those that wait, and not for what becomes of one of their thread."""
        busy = [row for row in self.rows.values() if row.in_flight and row.act is not Act.EDIT]
        return (row for row in self.rows.values() if not row.in_flight and not any(same_thread(row, one) for one in busy))

    def ref(self, row: Row) -> str:
        """The provider's reference of the post of a row's thread, empty when there is none."""
        return self._store.refs.get(row.place) or ""

    def begins(self, row: Row) -> Row:
        """The provider is about to be asked."""
        begun = self.rows[row.id] = replace(row, in_flight=True, tries=row.tries + 1)
        self._store.stage(Change(rows={row.id: begun}))
        return begun

    def taken(self, row: Row, sent: Sent) -> None:
        """It waits no more; by the reference of a post the rest of its thread finds it."""
        if row.thread and row.act is not Act.REPLY:
            self._store.stage(Change(refs={row.place: sent.ref or self.ref(row)}))
        self._leaves(row)

    def failed(self, row: Row, failed: Failed) -> None:
        """It waits for its next try, or is given up."""
        if failed.hopeless:
            if row.thread and post_of(row, self._store.refs) is Post.UNKNOWN:
                self._store.stage(Change(refs={row.place: None}))
            self._leaves(row)
        elif row.id in self.rows:
            self.rows[row.id] = again = row.again(maybe_taken=failed.maybe_taken)
            self._store.stage(Change(rows={row.id: again}))
            self._put_in_order(row)
        else:  # a newer one has come in its place meanwhile
            self._store.stage(Change(dropped={row.id}))

    def _leaves(self, row: Row) -> None:
        self.rows.pop(row.id, None)
        self._put_in_order(row)
        if row.act is Act.EDIT:  # it has no receipt, with which the others leave the file
            self._store.stage(Change(dropped={row.id}))

    def _put_in_order(self, changed: Row) -> None:
        before = sorted((row for row in self.rows.values() if same_thread(row, changed)), key=lambda row: row.id)
        after = in_order(before, post_of(changed, self._store.refs), edits=self._edits)
        change = Change(rows={row.id: row for row in after if row != self.rows[row.id]})
        change.dropped = {row.id for row in before} - {row.id for row in after}
        for number in change.dropped:
            del self.rows[number]
        self.rows.update(change.rows)
        self._store.stage(change)


async def hand_over(channel: Channel, row: Row, ref: str = "") -> Sent:
    """Send a row within its deadline; `ref` is the provider's reference of its thread's post. Raises Failed, and nothing else."""
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
        raise own_fault(channel.name, error, maybe_taken=True) from None
