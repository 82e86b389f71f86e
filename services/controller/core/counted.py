"""Counts and durations as a sentence says them."""

_MINUTE_S, _HOUR_S = 60, 3_600


def counted(count: int, one: str, several: str) -> str:
    """1 load is, 3 loads are."""
    return f"{count} {one if count == 1 else several}"


def lasting(seconds: float) -> str:
    """A duration in its two largest units, whole ones alone: 45 s, 1 min 20 s, 16 min, 2 h 8 min."""
    whole = round(seconds)
    hours, minutes, left = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S, whole % _MINUTE_S
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else left, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
