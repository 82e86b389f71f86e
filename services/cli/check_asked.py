"""What the running owners say of all that is set up: a device by a poll that began after we asked, a channel by its provider.

No device is asked by us: its owner polls it all the time, and many a board takes no second connection.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.api.check.channels import hint
from services.api.check.places import WORDS, places
from services.api.check.rows import CheckRows, CheckVerdict, Row
from services.cli.ask import Api, NotDone, api_of, strange
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_NO_ANSWER
from services.shared.settings import Settings
from services.shared.spans import span

PATH = "/api/v1/check"
LONGEST_S = 120.0
"""What is asked more seldom is told with its age."""
_LOOK_EACH_S = 1.0
_LONGEST_WORDS = 200
_ROUNDED_S = 0.06  # ages come with one decimal
_NO_NEWER = "no newer poll has ended"
Say = Callable[[int, int], None]
"""How many verdicts are there, of how many."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows, and how long after our question the api was asked for them, seconds."""

    rows: tuple[Row, ...]
    since_s: float

    def is_newer(self, row: Row) -> bool:
        """Whether the poll behind a row began after our question."""
        return row.age_s is not None and row.age_s + _ROUNDED_S <= self.since_s

    def is_awaited(self, row: Row) -> bool:
        """Whether a newer poll may still end in its time."""
        return row.due_s is not None and not self.is_newer(row) and self.since_s < min(row.due_s, LONGEST_S)


async def asked(settings: Settings, say: Say) -> tuple[Row, ...]:
    """Every row of the running site. Raises NotDone when there is nobody to ask."""
    async with api_of(settings) as api:
        began_s = time.monotonic()
        first = await _look(api, began_s)
        answers = asyncio.create_task(_providers(api, first.rows))
        try:
            last = await _fresh(api, began_s, say)
            providers = await answers
        finally:
            answers.cancel()
        last = await _look(api, began_s) if providers else last  # the notifier tells more of those that were asked just now
        return (*_unknown_there(settings, last.rows), *(_judged(row, last, providers) for row in last.rows))


async def now(api: Api) -> tuple[Row, ...]:
    """Every row as it is now; no poll is waited for, and no provider asked. Raises NotDone."""
    return (await _look(api, time.monotonic())).rows


async def _look(api: Api, began_s: float) -> _Told:
    since_s = time.monotonic() - began_s
    try:
        return _Told(CheckRows.model_validate(await api.get(PATH)).rows, since_s)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise strange(f"no rows of a check: {'.'.join(map(str, first['loc']))}: {first['msg']}"[:_LONGEST_WORDS]) from None
    except NotDone as why:  # an api of another version has no such page: that is no mistake of the configuration's
        raise NotDone(str(why), EXIT_NO_ANSWER if why.code == EXIT_MISTAKES else why.code) from None


async def _fresh(api: Api, began_s: float, say: Say) -> _Told:
    """The rows, once each device was polled after our question, or has had its time for that."""
    while True:
        told = await _look(api, began_s)
        polled = [row for row in told.rows if row.due_s is not None]
        waiting = [row for row in polled if told.is_awaited(row)]
        say(len(polled) - len(waiting), len(polled))
        if not waiting:
            return told
        await asyncio.sleep(_LOOK_EACH_S)


async def _providers(api: Api, rows: Iterable[Row]) -> dict[str, tuple[CheckVerdict, str]]:
    """What each channel's provider says now; nothing is sent."""
    names = [
        row.name for row in rows if row.part == "channel" and row.kind == "channel" and row.verdict is not CheckVerdict.ABSENT
    ]
    answers = await asyncio.gather(*(_provider(api, name) for name in names))
    return dict(zip(names, answers, strict=True))


async def _provider(api: Api, name: str) -> tuple[CheckVerdict, str]:
    try:
        document = await api.ask("check", {"channel": name}, "mine check")
    except NotDone as why:
        return CheckVerdict.FAULT, str(why)
    result = document.get("result")
    return CheckVerdict.OK, str(result.get("answer", "accepted") if isinstance(result, dict) else "accepted")


def _judged(row: Row, last: _Told, providers: Mapping[str, tuple[CheckVerdict, str]]) -> Row:
    if row.part == "channel" and row.name in providers:
        return _channel(row, *providers[row.name])
    if row.due_s is None or last.is_newer(row):
        return row
    age = "" if row.age_s is None else f" since that of {span(row.age_s)} ago"
    verdict = CheckVerdict.UNKNOWN if row.verdict in (CheckVerdict.OK, CheckVerdict.WARNING) else row.verdict
    hint = row.hint or "is its owner well? look at its log"
    return row.model_copy(update={"verdict": verdict, "words": f"{row.words}; {_NO_NEWER}{age}", "hint": hint})


def _channel(row: Row, verdict: CheckVerdict, words: str) -> Row:
    """The provider's word of this moment beside what the notifier knows: one who accepts us may still lack a person."""
    if verdict is CheckVerdict.FAULT:
        return row.model_copy(update={"verdict": verdict, "words": _joined(words, row.words), "hint": hint(row.name, words)})
    verdict = CheckVerdict.WARNING if row.verdict is CheckVerdict.FAULT else verdict
    return row.model_copy(update={"verdict": verdict, "words": _joined(words, row.words)})


def _joined(first: str, second: str) -> str:
    """Each of their parts once."""
    return "; ".join(dict.fromkeys((*first.split("; "), *second.split("; "))))


def _unknown_there(settings: Settings, rows: Sequence[Row]) -> Iterable[Row]:
    """Devices of the file that no running service knows: it was changed after they started."""
    known = {row.name for row in rows}
    for place in places(settings):
        if place.name not in known:
            yield Row(
                part="device", name=place.name, kind=place.kind, what=WORDS[place.kind], address=place.address,
                verdict=CheckVerdict.UNKNOWN, words="in the configuration, and unknown to what runs",
                hint="a configuration is read at the start: start the services again",
            )  # fmt: skip
