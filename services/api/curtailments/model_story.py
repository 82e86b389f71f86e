"""One curtailment as a story. Moments are Unix seconds, load is kW, null is unknown."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.api.curtailments.model import CurtailmentRow
from services.api.curtailments.model_load import Curve, Gap, Intervals, LoadProof, Stage
from services.shared.vocabulary import Priority


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
    """The decision that heard the first of `asks`, and all that it went by."""

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


class AlarmStood(BaseModel):
    """An alarm that was open in that time. `ended_at` null: it still stands, or its end is not recorded."""

    key: str
    kind: str
    priority: Priority
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


class Story(BaseModel):
    """One curtailment told in time."""

    curtailment: CurtailmentRow
    site: str
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
