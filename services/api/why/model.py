"""One answer to "why was it off at 14:05": what the site did at a moment, why, by whom, since when, and how it ended."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, Field

from services.api.why.words import of_the_load, tidy
from services.shared.site_time import SiteTime

_EARLIEST_AT, _LATEST_AT = 0.0, 4_102_444_800.0  # 1970 to 2100


class WhyLoad(BaseModel):
    """The load in kW, null where unknown; `as_of` is when that was recorded."""

    measured_kw: float | None
    target_kw: float | None
    unknown_kw: float | None
    as_of: str | None


class WhySignal(BaseModel):
    """The signal that counted most, and the event that it named. `age_s` as of `decided_at`, `age_then_s` as of `at`."""

    source: str
    level: str
    target_kw: float | None
    event_id: str | None
    start: str | None
    end: str | None
    age_s: float | None
    age_then_s: float | None = None


class WhyInput(BaseModel):
    """What the decision went by. `age_s` as of `decided_at`, since its poll began; null where it was never heard.

    `age_then_s` as of `at`: how old this value was by the moment that was asked for, whatever was heard after the decision.
    """

    kind: str
    name: str
    value: float | str | None
    unit: str
    age_s: float | None
    age_then_s: float | None = None
    last_read_s: float | None = Field(
        default=None, description="set where nothing was read at the moment: seconds from its last reading to the moment"
    )


class WhyCommand(BaseModel):
    """One kind of command of one device, with what came of it. Confirmed is a different measurement's word."""

    first_at: str
    device: str
    act: str
    sent: int
    acknowledged: int
    confirmed: int
    confirmed_later: int = Field(default=0, description="of the confirmed, those that were so only after the moment")
    failed: int = Field(description="refused, failed or expired")
    confirmed_within_s: float | None = Field(description="the slowest, from sending to confirmed; null while none was")
    last_failure: str | None


class WhyAct(BaseModel):
    """What somebody did, or what began or ended by itself."""

    at: str
    who: str
    what: str
    reasons: list[str]


class Why(BaseModel):
    """The answer. Moments are ISO 8601 with the offset of `timezone`. Null is unknown."""

    at: str
    timezone: str
    now: bool = Field(description="of the present; else from the records")
    known: bool = Field(description="false where nothing is known of that moment; `sentence` says why")
    sentence: str
    mode: str | None = None
    since: str | None = Field(default=None, description="when this mode began")
    until: str | None = Field(default=None, description="when this mode ended; null while it lasts")
    off_since: str | None = Field(default=None, description="when the site last left normal running before that; null in normal")
    off_until: str | None = Field(default=None, description="when it was normal again")
    ended_because: list[str] = Field(default_factory=list)
    control: str | None = None
    limited_by: str | None = None
    reasons: list[str] = Field(default_factory=list)
    load: WhyLoad | None = None
    temperature_max_c: float | None = None
    signal: WhySignal | None = None
    caused_by: str | None = Field(default=None, description="the person, the signal's event, or the condition that asked for it")
    decided_at: str | None = Field(
        default=None, description="what every `age_s` counts to: the decision that held then, or now for an answer of the present"
    )
    inputs: list[WhyInput] = Field(default_factory=list)
    commands: list[WhyCommand] = Field(
        default_factory=list,
        description="sent by that moment, since the site left normal running, or was normal; their ends until 15 min after",
    )
    acts: list[WhyAct] = Field(default_factory=list, description="of the hour before")
    notes: list[str] = Field(default_factory=list, description="what to know of the records themselves")


class Calendar(SiteTime):
    """The site's calendar, which reads what a person asks for too."""

    def moment(self, text: str, now_at: float) -> float | None:
        """Unix seconds of `14:05` or `14:05:30` (the last one that was), ISO 8601 (at the site if no offset), or Unix seconds.

        None for anything else, and outside 1970 to 2100.
        """
        try:
            at = self._read(text.strip(), now_at)
        except (ValueError, OverflowError):
            return None
        return at if _EARLIEST_AT <= at < _LATEST_AT else None

    def _read(self, text: str, now_at: float) -> float:
        if text.isascii() and text.replace(".", "", 1).isdigit():
            return float(text)
        if len(text) <= len("14:05:30") and ":" in text:
            return self._last(time.fromisoformat(text if text.index(":") > 1 else f"0{text}"), now_at)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=self.zone)).timestamp()

    def _last(self, clock: time, now_at: float) -> float:
        today: date = datetime.fromtimestamp(now_at, self.zone).date()
        at = datetime.combine(today, clock, self.zone).timestamp()
        return at if at <= now_at else datetime.combine(today - timedelta(days=1), clock, self.zone).timestamp()


def sentence(mode: str, began: str | None, load: WhyLoad | None, reasons: Iterable[str], load_at: str = "") -> str:
    """Such as "curtailed since 14:02 CST, 3.5 kW on, 12 kW unknown: the utility asks for control".

    The load is told once: a reason that tells it again, as it was at another moment, is left out.
    """
    parts = [mode.replace("_", " ") + (f" since {began}" if began else "")]
    if load is not None:
        when = f" at {load_at}" if load_at else ""
        parts.append("load not measured" if load.measured_kw is None else f"{load.measured_kw:.1f} kW on{when}")
        if load.unknown_kw:
            parts.append(f"{load.unknown_kw:.1f} kW unknown{when}")
    why = "; ".join([tidy(one) for one in reasons if load is None or not of_the_load(one)][:3])
    return ", ".join(parts) + (f": {why}" if why else "")
