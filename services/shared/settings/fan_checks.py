"""What the keys of [FANS] must be to each other and to the relay boards."""

import re
from collections.abc import Iterator

from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import Settings

_CHANNEL = re.compile(r"^relay-([1-9]\d?)/([1-9]\d?)$")
_MAX_CHANNEL = 32  # of the largest boards that speak this register map


def fan_problems(settings: Settings) -> Iterator[Problem]:
    """Wiring words, one value per fan, channels on boards that are there."""
    fans = settings.fans
    for word in fans.wiring:
        if word.lower() not in ("nc", "no"):
            yield _wrong(settings, "wiring", word, "nc or no")
    if len(fans.wiring) not in (0, 1, fans.count):
        yield _wrong(settings, "wiring", f"{len(fans.wiring)} words", f"none, one for all, or {fans.count}, one per fan")
    for key, values in (("channels", fans.channels), ("series", fans.series)):
        if len(values) not in (0, fans.count):
            yield _wrong(settings, key, f"{len(values)} values", f"none, or {fans.count}, one per fan")
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield _wrong(settings, key, value, "each once")
    yield from _channels(settings)


def _channels(settings: Settings) -> Iterator[Problem]:
    boards = len(settings.apis.fan_relay_ip)
    for channel in settings.fans.channels:
        match = _CHANNEL.match(channel)
        if not match or int(match.group(2)) > _MAX_CHANNEL:
            yield _wrong(settings, "channels", channel, f"relay-1/1 and so on, channel 1 to {_MAX_CHANNEL}")
        elif int(match.group(1)) > boards:
            allowed = f"relay-1 to relay-{boards}" if boards else "a board that [APIS] fan_relay_ip names; it names none"
            yield _wrong(settings, "channels", channel, allowed)


def _wrong(settings: Settings, key: str, found: str, allowed: str) -> Problem:
    return Problem(settings.origins.get(f"FANS.{key}", "default"), f"[FANS] {key}", shown(found), allowed)
