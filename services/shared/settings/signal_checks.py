"""What the keys of a [SIGNAL] must be to each other: a signal that can never match would curtail for ever."""

import re
from collections.abc import Iterator

from services.shared.settings.problems import Problem, shown
from services.shared.settings.sections import SignalSource
from services.shared.settings.tree import Settings

_NEEDS_PATH = ("css", "json", "regex")
_HAS_MORE = ("css", "json")
_MORE = ("target_path", "drop_path", "from_path", "until_path", "event_path")


def signal_problems(settings: Settings) -> Iterator[Problem]:
    """An address, a way to find the value, an expression that compiles, a vocabulary without contradiction."""
    for name, source in settings.signals.items():
        for key, found, allowed in _mistakes(source):
            label = f"SIGNAL {name}"
            where = settings.origins.get(f"{label}.{key}", "default")
            yield Problem(where, f"[{label}] {key}", shown(found), allowed)


def _mistakes(source: SignalSource) -> Iterator[tuple[str, str, str]]:
    if source.kind == "http" and not source.url:
        yield "url", "nothing", "an address that begins with http:// or https://"
    if source.kind == "mqtt" and not source.topic:
        yield "topic", "nothing", "a topic, because kind is mqtt"
    if source.form in _NEEDS_PATH and not source.path:
        yield "path", "nothing", f"where the value stands, because form is {source.form}"
    for key in _MORE:
        if getattr(source, key) and source.form not in _HAS_MORE:
            yield key, getattr(source, key), f"only with form = css or json; form is {source.form}"
    if source.poll_seconds * 2 > source.heartbeat_minutes * 60:
        yield "poll_seconds", f"{source.poll_seconds:g}", f"at most half of heartbeat_minutes ({source.heartbeat_minutes:g} min)"
    yield from _expression("pattern", source.pattern)
    if source.form == "regex":
        yield from _expression("path", source.path)
    yield from _contradictions(source)


def _expression(key: str, text: str) -> Iterator[tuple[str, str, str]]:
    try:
        groups = re.compile(text).groups if text else 1
    except re.error as error:
        yield key, text, f"a regular expression ({error})"
        return
    if groups != 1:
        yield key, text, "a regular expression with one group in parentheses"


def _contradictions(source: SignalSource) -> Iterator[tuple[str, str, str]]:
    levels: dict[str, str] = {}
    for word, level in source.vocabulary:
        if levels.setdefault(word.lower(), level) != level:
            yield "vocabulary", f"{word} = {level}", f"one level for each word; it is {levels[word.lower()]} already"
