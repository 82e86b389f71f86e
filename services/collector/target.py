"""The signal form `{"target": 0 | 100, "timestamp": <Unix seconds>}`: 0 is curtail, 100 is run, and there is nothing between.

The form and its limits are those of block/proto-fleet's MQTT demand-response signal.
"""

from services.collector.extract import NotFound, json_value, number
from services.shared.clock import Moment
from services.shared.vocabulary import Level

MAX_BYTES = 1024
SANE_S = 86_400.0
"""A timestamp further away from now than a day is a fault of the sender."""
_LEVELS = {0: Level.CONTROL, 100: Level.NORMAL}


def level_of_target(document: str, now: Moment) -> Level:
    """The level of such a document. Raises NotFound on anything else; the day's limit needs a trusted clock."""
    if len(document.encode()) > MAX_BYTES:
        raise NotFound(f"more than {MAX_BYTES} bytes")
    target, stamp = json_value(document, "target"), number(json_value(document, "timestamp"))
    if type(target) is not int or target not in _LEVELS:
        raise NotFound(f"the target is {str(target)[:40]!r}; allowed: 0 or 100")
    if now.wall_trusted and abs(stamp - now.wall_s) > SANE_S:
        raise NotFound("the timestamp is more than a day from now")
    return _LEVELS[target]
