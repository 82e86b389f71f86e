"""How long, in words: one way for pages, messages and the command line."""

import math


def span(seconds: float) -> str:
    """A duration in its two largest units: 59 s, 9 min 5 s, 40 min, 3 h 5 min, 2 d 4 h. What is below 0 is 0."""
    if not math.isfinite(seconds):
        return "an unknown time"
    whole = int(max(seconds, 0.0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"
