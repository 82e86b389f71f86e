"""How messages of one incident join at one recipient, so that a provider that was away gets one message as the incident stands.

Pure. A thread is in order when nothing waits behind a post that waits itself: it is in that post. Behind a post in flight, which
cannot be changed any more, replies and edits wait until it is known what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto

from services.notifier.message import Act, Row
from services.notifier.record import severity
from services.notifier.routing import SMS

_CANNOT_THREAD = frozenset({SMS})
"""Here an end without its beginning tells a person nothing."""


class Post(Enum):
    """What became of a thread's post at one recipient, as far as it does not wait."""

    UNKNOWN = auto()
    DELIVERED = auto()
    GIVEN_UP = auto()


def post_of(row: Row, refs: Mapping[tuple[str, str, str], str | None]) -> Post:
    """By the references that are kept."""
    if row.place not in refs:
        return Post.UNKNOWN
    return Post.GIVEN_UP if refs[row.place] is None else Post.DELIVERED


def same_thread(row: Row, other: Row) -> bool:
    """Whether two rows are of one incident at one recipient."""
    return bool(row.thread) and row.place == other.place


def absorbs(waiting: Row, later: Row) -> bool:
    """Whether what comes later is told by a message that waits: a post takes all, an edit edits, a reply what tells the whole."""
    if waiting.in_flight or not same_thread(waiting, later):
        return False
    match waiting.act:
        case Act.POST:
            return True
        case Act.EDIT:
            return later.act is Act.EDIT
        case Act.REPLY:
            return later.act is Act.REPLY and later.whole is not None


def folded(waiting: Row, later: Row) -> Row:
    """One message of two: in the place of the first, with the words of the later one."""
    return replace(
        waiting,
        kind=max(waiting.kind, later.kind, key=severity),
        keys=tuple(dict.fromkeys((*waiting.keys, *later.keys))),
        text=later.whole or later.text,
        whole=later.whole,
        ask=later.ask,
        repeated=waiting.repeated or later.repeated,
        version=waiting.version + (1 if waiting.tries else 0),
    )


def joined(before: Iterable[Row], row: Row, post: Post, *, edits: bool) -> Row | None:
    """What becomes of a row behind those of its thread: one of them with it in it, itself, or None where it has nothing to say.

    `edits`: the channel can change what it posted.
    """
    ahead = [one for one in before if same_thread(one, row)]
    into = next((one for one in ahead if absorbs(one, row)), None)
    if into is not None:
        return folded(into, row)
    if row.in_flight or row.act is Act.POST or (row.thread and any(one.act is Act.POST for one in ahead)):
        return row
    if row.act is Act.EDIT:
        return row if post is Post.DELIVERED and edits else None
    return row if post is Post.DELIVERED else _first(row, post)


def in_order(rows: Sequence[Row], post: Post, *, edits: bool) -> list[Row]:
    """The rows of one thread, oldest first, after something became of its post."""
    kept: dict[int, Row] = {}
    for row in rows:
        if (found := joined(kept.values(), row, post, edits=edits)) is not None:
            kept[found.id] = found
    return list(kept.values())


def _first(reply: Row, post: Post) -> Row | None:
    """A reply to nothing tells the incident itself."""
    if post is Post.GIVEN_UP and reply.channel in _CANNOT_THREAD and not reply.ask:
        return None
    return replace(reply, act=Act.POST, text=reply.whole or reply.text)
