"""What came of the last test of a channel, as it is written down."""

import json
from dataclasses import asdict, dataclass

FACT = "channel_test_"
"""And the channel's name: what came of its last test."""
SINCE = "channel_tests_since"
"""What was due before, nobody owes."""


@dataclass(frozen=True, slots=True)
class Result:
    """`at` Unix seconds; `words` are the provider's, or the reason."""

    at: float
    ok: bool
    words: str

    def document(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))


def read(document: str) -> Result | None:
    """What was stored; None where there is nothing to be read."""
    try:
        kept = json.loads(document)
        return Result(float(kept["at"]), kept["ok"] is True, str(kept["words"]))
    except (ValueError, TypeError, KeyError):
        return None
