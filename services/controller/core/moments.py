"""Moments as the core gets them: an argument of every decision, and a stamp in what it remembers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a decision: monotonic seconds of this boot, Unix seconds, whether the calendar is trusted."""

    mono_s: float
    wall_s: float
    wall_trusted: bool
    host_boot: str


Stamp = Now
"""A remembered moment. In the same boot its monotonic seconds count; after a new boot only its calendar may."""
