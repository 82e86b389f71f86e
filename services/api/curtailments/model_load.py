"""The load in a curtailment: measured, asked, settled, given back. Moments are Unix seconds, load is kW, null is unknown."""

from pydantic import BaseModel, Field

from services.api.load_meters import By


class Point(BaseModel):
    """What was measured from `at` on for `width_s`. `kw` is null where nothing was; `partial`: some of the meters are missing."""

    at: float
    width_s: float
    kw: float | None
    lowest_kw: float | None
    highest_kw: float | None
    partial: bool = False


class HeldFrom(BaseModel):
    """A figure that holds from `at` on."""

    at: float
    kw: float | None


class Curve(BaseModel):
    """Measured load over time with what was allowed. `measured_by`: what the points come from."""

    measured_by: By
    meters: tuple[str, ...]
    points: tuple[Point, ...]
    target: tuple[HeldFrom, ...]
    setpoint: tuple[HeldFrom, ...]
    unknown: tuple[HeldFrom, ...] = Field(description="load that nothing measured")


class Interval(BaseModel):
    """One settlement interval. `within` is null where a meter was silent; `complete`: the ask lasted to its end."""

    from_at: float
    until_at: float
    mean_kw: float | None
    limit_kw: float | None
    unknown_s: float = Field(description="seconds of it that nothing measured")
    complete: bool
    within: bool | None


class Intervals(BaseModel):
    """Back to back from the moment the ask must have been met, as the controller watches them; the ask's end cuts the last."""

    minutes: float = Field(description="0: none are watched")
    begin_at: float | None
    rows: tuple[Interval, ...]
    worst: int | None = Field(description="index of the row with the highest mean; null where none was measured")


class Stage(BaseModel):
    """Loads that were given back together: the commands, and the load a moment before the next."""

    at: float
    until_at: float
    loads: int
    confirmed: int
    setpoint_kw: float | None
    kw_after: float | None


class LoadProof(BaseModel):
    """Whether the load was shown to be within the target, when first, and by which readings."""

    proven: bool
    at: float | None
    meters: tuple[str, ...]
    words: str


class Gap(BaseModel):
    """A stretch of which something is not known."""

    from_at: float
    until_at: float
    what: str
