"""Where a value stands in a foreign document: each form yields exactly one text, or says what it found instead.

Pages carry legends that list every level (the reference's section 3.2), so one match is the rule: none or several is `NotFound`.
"""

import math
import re
import xml.etree.ElementTree as ET
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from services.shared.answer import loads_strict
from services.shared.device import Nonsense
from services.shared.left_out import left_out

with left_out("charset_normalizer", "chardet", "cchardet"):  # 1 MB that guesses encodings: a document here is text already
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup
    from soupsieve import SelectorSyntaxError

_MOST_TAGS = 40_000
_MOST_BROKEN_TAGS = 500  # a parser begins anew at each tag that never ends: ten thousand of them take it seconds
_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[([0-9]{1,6})\]")


class NotFound(Exception):
    """There is not exactly one value where it should stand. The text says what was found."""


class SeveralFound(NotFound):
    """There are several values where one should stand."""


def css(document: str, selector: str, attribute: str = "text") -> str:
    """Text or attribute of the one element that the selector matches. Raises NotFound."""
    _refuse_monsters(document)
    try:
        elements = BeautifulSoup(document, "html.parser").select(selector, limit=2)
    except SelectorSyntaxError:
        raise NotFound(f"the selector {selector!r} is none of CSS") from None
    except (ParserRejectedMarkup, RecursionError, AssertionError):
        raise NotFound(f"the page cannot be searched for {selector!r}: it is no HTML that can be read") from None
    element = _only(elements, f"the selector {selector!r}")
    if attribute == "text":
        return str(element.get_text(" "))
    value = element.get(attribute)
    if value is None:
        raise NotFound(f"the element {selector!r} has no attribute {attribute!r}")
    return value if isinstance(value, str) else " ".join(value)


def json_value(document: str, path: str) -> Any:
    """What stands at a path such as `data.signals[0].level`; an empty path is the whole. Raises NotFound."""
    try:
        value = loads_strict(document)
    except Nonsense as error:
        raise NotFound(str(error)) from None
    for step in _steps(path):
        held = dict(enumerate(value)) if isinstance(value, list) else value
        if not isinstance(held, dict) or step not in held:
            raise NotFound(f"no {step!r} of the path {path!r} in the answer")
        value = held[step]
    return value


def json_text(document: str, path: str) -> str:
    """A text, number or truth value at a path, as text (`2`, `2.5`, `true`). Raises NotFound on null and on structures."""
    value = json_value(document, path)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise NotFound(f"at {path!r} stands {'null' if value is None else 'no single value'}")


def regex(document: str, pattern: str) -> str:
    """What the one group of a pattern holds (the whole match without a group). Raises NotFound unless it matches once."""
    try:
        matches = [match for _, match in zip(range(2), re.finditer(pattern, document), strict=False)]
    except (re.error, RecursionError) as error:
        raise NotFound(f"the pattern {pattern!r} cannot be used: {error}") from None
    match = _only(matches, f"the pattern {pattern!r}")
    return str(match[1 if match.re.groups else 0] or "")


def rss(document: str, field: str = "title") -> tuple[str, float]:
    """A field of the newest RSS 2.0 item, and that item's pubDate in Unix seconds. Raises NotFound."""
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise NotFound("a feed with a document type: its entities are not expanded")
    try:
        items = ET.fromstring(document.strip()).findall("./channel/item")  # noqa: S314 - no entities, checked above
    except (ET.ParseError, ValueError) as error:
        raise NotFound(f"not a feed: {error}") from None
    dated = [(mail_date(item.findtext("pubDate")), item.findtext(field) or "") for item in items]
    if not dated:
        raise NotFound("a feed without items")
    newest_at = max(at for at, _ in dated)
    return _only([text for at, text in dated if at == newest_at], "the newest pubDate"), newest_at


def mail_date(text: str | None) -> float:
    """Unix seconds of an RFC 5322 date; one without a zone is UTC. Raises NotFound."""
    try:
        read = parsedate_to_datetime(text or "")
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        raise NotFound(f"no date: {(text or '')[:40]!r}") from None


def number(value: object) -> float:
    """A JSON value as a finite number; true, texts and what no float holds are none. Raises NotFound."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise NotFound(f"{str(value)[:40]!r} is not a number")


def _refuse_monsters(document: str) -> None:
    opened, closed = document.count("<"), document.count(">")
    comments, ended = document.count("<!--"), document.count("-->")
    if opened > _MOST_TAGS or opened - closed > _MOST_BROKEN_TAGS or comments - ended > _MOST_BROKEN_TAGS:
        raise NotFound("no page: too many tags, or too many that never end")
    if "<html" in document.lower() and "</html" not in document.lower():
        raise NotFound("the page is cut short: its end is missing")


def _steps(path: str) -> list[str | int]:
    path = path.strip().removeprefix("$").removeprefix(".")
    steps = list(_STEP.finditer(path))
    if "".join(step[0] for step in steps) != path:
        raise NotFound(f"{path!r} is no path; allowed: data.signals[0].level")
    return [step[1] if step[1] is not None else int(step[2]) for step in steps]


def _only(found: list[Any], by_what: str) -> Any:
    if len(found) == 1:
        return found[0]
    raise SeveralFound(f"{by_what} matches more than once") if found else NotFound(f"{by_what} matches nothing")
