"""What the keys of [FANS] must be to each other, to the relay boards and to the zones of the loads."""

import re
from collections.abc import Iterator

from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings

_CHANNEL = re.compile(r"^relay-([1-9][0-9]?)/([1-9][0-9]?)$")
_MAX_CHANNEL = 32  # of the largest boards that speak this register map


def fan_problems(settings: Settings) -> Iterator[Problem]:
    """Wiring words, one value per fan, channels on boards that are there."""
    fans = settings.fans
    for word in fans.wiring:
        if word.lower() not in ("nc", "no"):
            yield wrong(settings, "FANS", "wiring", word, "nc or no")
    if len(fans.wiring) not in (0, 1, fans.count):
        yield wrong(settings, "FANS", "wiring", ", ".join(fans.wiring), f"none, one for all, or {fans.count}, one per fan")
    for key, values in (("channels", fans.channels), ("series", fans.series), ("zones", fans.zones)):
        if len(values) not in (0, fans.count):
            yield wrong(settings, "FANS", key, ", ".join(values), f"none, or {fans.count}, one per fan")
    for key, values in (("channels", fans.channels), ("series", fans.series)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield wrong(settings, "FANS", key, value, "each once")
    yield from _channels(settings)


def fan_warnings(settings: Settings) -> Iterator[str]:
    """Fans that move the air of a zone without loads, and loads whose air no fan moves."""
    fans, load_zones = settings.fans, {row.zone for row in settings.loads}
    if not fans.zones or not load_zones:
        return
    where = settings.origins.get("FANS.zones", "default")
    for zone in sorted(set(fans.zones) - load_zones):
        yield f"{where}: [FANS] zones names {zone}, where no load stands; zones of the loads: {', '.join(sorted(load_zones))}"
    for zone in sorted(load_zones - set(fans.zones)):
        yield f"{where}: [FANS] zones names no fan for zone {zone}, where loads stand"


def _channels(settings: Settings) -> Iterator[Problem]:
    boards = len(settings.apis.fan_relay_ip)
    for channel in settings.fans.channels:
        match = _CHANNEL.match(channel)
        if not match or int(match.group(2)) > _MAX_CHANNEL:
            yield wrong(settings, "FANS", "channels", channel, f"relay-1/1 and so on, channel 1 to {_MAX_CHANNEL}")
        elif int(match.group(1)) > boards:
            allowed = f"relay-1 to relay-{boards}" if boards else "a board that [APIS] fan_relay_ip names; it names none"
            yield wrong(settings, "FANS", "channels", channel, allowed)
