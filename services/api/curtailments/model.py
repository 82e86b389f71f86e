"""One curtailment in a line of the list. Moments are Unix seconds, load is kW, null is unknown."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Kind = Literal["signal", "contact", "schedule", "lease", "drill", "thermal", "trip", "failsafe", "unknown"]
_EXAMPLE: JsonDict = {
    "id": 207, "kind": "signal", "kinds": ["signal"], "source": "utility", "from_at": 1795348800.0, "released_at": 1795355820.0,
    "until_at": 1795356000.0, "asked_anew": False,
    "reason": "utility signal: Control, at most 0 kW", "level": "control", "event_id": "EV-7", "target_kw": 0.0,
    "lowest_kw": 12.0, "confirmed_s": 214.0, "proven": True, "energy_not_used_kwh": 1890.0, "forced": False, "exercised": False,
    "clock_trusted": True, "asks": [],
}  # fmt: skip


class Asker(BaseModel):
    """One who asked for less, from when until when."""

    kind: Kind
    source: str | None
    from_at: float
    until_at: float | None = Field(description="null while it asks")
    target_kw: float | None = Field(description="what might stay on when it began; null where it names no load of the site")
    reason: str
    level: str | None
    event_id: str | None
    confirmed_s: float | None = Field(
        description="seconds from its ask until a measurement showed it; null: never while it asked"
    )


class CurtailmentRow(BaseModel):
    """From leaving normal running because something asked for less, until the load was free again, or something asked anew.

    `id` is the cursor of the event with which it began. `lowest_kw` and the energy come from the rows of `mine_states`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: int
    kind: Kind = Field(description="what the first of `asks` is")
    kinds: tuple[Kind, ...] = Field(description="the kinds of all that asked, in the order of `asks`")
    asks: tuple[Asker, ...] = Field(description="all who asked: the utility first, then in the order in which they began")
    source: str | None = Field(description="the signal, contact or schedule by its name")
    from_at: float
    released_at: float | None = Field(description="when nobody asked any more and load might return; null while somebody asks")
    until_at: float | None = Field(description="when load was free again, or something asked anew; null before")
    asked_anew: bool = Field(description="the load was not free again when the next one began")
    reason: str
    level: str | None
    event_id: str | None = Field(description="as the utility names it")
    target_kw: float | None = Field(description="what the first of `asks` left")
    lowest_kw: float | None = Field(description="the least that was measured with nothing unknown")
    confirmed_s: float | None = Field(
        description="seconds from the first of `asks` until a measurement showed the load within the target; null: never did"
    )
    proven: bool = Field(description="a measurement showed it")
    energy_not_used_kwh: float | None = Field(
        description="an estimate: the load before it began, less what was measured, over its time; null where one is not known"
    )
    forced: bool = Field(description="a lease or a drill stood in it")
    exercised: bool = Field(description="a drill, or a debug call that forced it, brought it: no evidence of the site's own")
    clock_trusted: bool


class Curtailments(BaseModel):
    """The newest first. `more` tells that there are older ones; `timezone` is the site's."""

    curtailments: tuple[CurtailmentRow, ...]
    more: bool
    timezone: str
