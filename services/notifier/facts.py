"""What is kept over restarts in a few words: facts, by name, in `alerts.db`."""

import math


def number(text: str) -> float | None:
    """A fact that is a number; None where it is none, as when it was never written. What is not finite is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
