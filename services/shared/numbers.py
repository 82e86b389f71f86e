"""A number as a device, a file or a database tells it."""

import math


def finite(value: object) -> float | None:
    """A number or a padded text of one; None for anything else, NaN and infinities included."""
    try:
        found = float(str(value).strip())
    except ValueError:
        return None
    return found if math.isfinite(found) else None
