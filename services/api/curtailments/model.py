"""One curtailment as it is told: in a line of the list, and as a story. Moments are Unix seconds, load is kW, null is unknown."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Kind = Literal["signal", "contact", "schedule", "lease", "drill", "thermal", "trip", "failsafe", "unknown"]
_EXAMPLE: JsonDict = {
    "id": 207, "kind": "signal", "kinds": ["signal"], "source": "utility", "from_at": 1795348800.0, "until_at": 1795356000.0,
    "reason": "utility signal: Control, at most 0 kW", "level": "control", "event_id": "EV-7", "target_kw": 0.0,
    "lowest_kw": 12.0, "confirmed_s": 214.0, "proven": True, "energy_not_used_kwh": 1890.0, "forced": False, "exercised": False,
    "clock_trusted": True,
}  # fmt: skip


class CurtailmentRow(BaseModel):
    """From leaving normal running because something asked for less, until the load was free again.

    `id` is the cursor of the event with which it began. `lowest_kw` and the energy come from the rows of `mine_states`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: int
    kind: Kind = Field(description="what asked first")
    kinds: tuple[Kind, ...] = Field(description="all that the site was in between, in their order")
    source: str | None = Field(description="the signal, contact or schedule by its name")
    from_at: float
    until_at: float | None = Field(description="null while it runs")
    reason: str
    level: str | None
    event_id: str | None = Field(description="as the utility names it")
    target_kw: float | None = Field(description="what might stay on when it began")
    lowest_kw: float | None = Field(description="the least that was measured with nothing unknown")
    confirmed_s: float | None = Field(
        description="seconds until a measurement showed the load within the target; null: never did"
    )
    proven: bool = Field(description="a measurement showed it")
    energy_not_used_kwh: float | None = Field(
        description="an estimate: the load before it began, less what was measured, over its time; null where one is not known"
    )
    forced: bool = Field(description="a lease or a drill stood in it")
    exercised: bool = Field(description="a drill, or a lease of the debug listener, brought it: no evidence of the site's own")
    clock_trusted: bool


class Curtailments(BaseModel):
    """The newest first. `more` tells that there are older ones; `timezone` is the site's."""

    curtailments: tuple[CurtailmentRow, ...]
    more: bool
    timezone: str


class Notice(BaseModel):
    """The plan, where one was told before it began."""

    seen_at: float
    source: str
    words: str


class SignalSaid(BaseModel):
    """A signal as the decision knew it. `raw_text` is what stood on the utility's page."""

    source: str
    level: str
    target_kw: float | None
    event_id: str | None
    from_at: float | None
    until_at: float | None
    raw_text: str | None
    age_s: float | None


class Decided(BaseModel):
    """The decision with which it began, and all that it went by."""

    at: float
    title: str
    mode: str
    reasons: tuple[str, ...]
    inputs: dict[str, Any]


class CommandCount(BaseModel):
    """One kind of command of one device. `sent` = confirmed + refused + failed + expired + open."""

    device: str
    act: str
    sent: int
    confirmed: int
    refused: int
    failed: int
    expired: int
    open: int
    first_sent_at: float
    last_confirmed_at: float | None


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

    measured_by: Literal["site meter", "PDUs", "records", "nothing"]
    meters: tuple[str, ...]
    points: tuple[Point, ...]
    target: tuple[HeldFrom, ...]
    setpoint: tuple[HeldFrom, ...]
    unknown: tuple[HeldFrom, ...] = Field(description="load that nothing measured")


class Interval(BaseModel):
    """One settlement interval. `within` is null where too little of it was measured; `complete`: the ask lasted to its end."""

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


class AlarmStood(BaseModel):
    """An alarm that was open in that time. `ended_at` null: it still stands, or its end is not recorded."""

    key: str
    kind: str
    since_at: float
    ended_at: float | None
    cause: str
    action: str


class Moment(BaseModel):
    """One line of the story."""

    at: float
    what: str
    why: str
    who: str = ""
    kind: Literal["notice", "signal", "mode", "decision", "command", "proof", "restore", "alarm", "over", "act", "gap", "end"]


class Gap(BaseModel):
    """A stretch of which something is not known."""

    from_at: float
    until_at: float
    what: str


class LoadProof(BaseModel):
    """Whether the load was shown to be within the target, when first, and by which readings."""

    proven: bool
    at: float | None
    meters: tuple[str, ...]
    words: str


class Story(BaseModel):
    """One curtailment told in time."""

    curtailment: CurtailmentRow
    timezone: str
    now_at: float
    sentence: str
    notice: Notice | None
    signals: tuple[SignalSaid, ...]
    decision: Decided
    first_sent_at: float | None
    last_sent_at: float | None = Field(description="the last command that took load off")
    last_confirmed_at: float | None
    released_at: float | None = Field(description="when nobody asked for less any more and the load began to return")
    timeline: tuple[Moment, ...]
    commands: tuple[CommandCount, ...]
    curve: Curve
    intervals: Intervals
    stages: tuple[Stage, ...]
    alarms: tuple[AlarmStood, ...]
    proof: LoadProof
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...] = Field(description="what to know of the records themselves")
