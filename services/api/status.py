"""`GET /api/status`: the present in a few fields, for programs. Null is unknown, never 0; nothing old is told as the present."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.api.dashboard import Dashboard, SignalTile
from services.shared.vocabulary import Control, Level, Mode, PowerState, Proof


class SignalStatus(BaseModel):
    """The strictest power signal in effect."""

    level: Level | None
    source: str | None
    observed_at: str | None


class LoadStatus(BaseModel):
    """The site's load in kW."""

    measured_kw: float | None
    target_kw: float | None
    unknown_kw: float | None


class TemperatureStatus(BaseModel):
    """Celsius. A sensor that is stale or bad is null."""

    max: float | None
    by_sensor: dict[str, float | None]


class FanStatus(BaseModel):
    """One fan: `proven` is what its watts say."""

    number: int
    commanded: PowerState
    proven: Proof


class AlarmStatus(BaseModel):
    """Null while the notifier is silent."""

    open: int | None
    unacknowledged: int | None


class Status(BaseModel):
    """The present. Moments are ISO 8601 UTC. All that the controller says is null while it is silent (`stale` is true)."""

    mode: Mode | None
    since: str | None
    reasons: list[str]
    limited_by: str | None
    control: Control | None
    signal: SignalStatus
    load: LoadStatus
    temperature_c: TemperatureStatus
    humidity_percent: float | None
    fans: list[FanStatus]
    alarms: AlarmStatus
    services: dict[str, Literal["online", "stopping", "offline", "unknown"]]
    forced: bool | None = Field(description="true while anything is forced; null while that is unknown")
    time: str
    clock_trusted: bool
    stale: bool
    sentence: str
    would_do: list[str] = Field(description="in observe mode: what would be commanded now")
    missing: list[str] = Field(description="what is not set up, in plain sentences")


def build(feed: Dashboard) -> Status:
    """The status from the page's feed: the two never disagree."""
    known = not feed.state_stale
    signal = max(feed.signals, key=lambda tile: tile.effective.severity, default=None) if known else None
    return Status(
        mode=feed.mode if known else None,
        since=_moment(feed.since_at) if known else None,
        reasons=list(feed.reasons) if known else list(feed.headline.why),
        limited_by=feed.limited_by if known else None,
        control=feed.control if known else None,
        signal=_signal(signal),
        load=LoadStatus(
            measured_kw=None if feed.load.stale else feed.load.measured_kw,
            target_kw=feed.load.target_kw,
            unknown_kw=feed.load.unknown_kw,
        ),
        temperature_c=TemperatureStatus(
            max=feed.temperature.max_c,
            by_sensor={s.name: None if s.stale else s.value for s in feed.sensors if s.unit == "Cel"},
        ),
        humidity_percent=feed.humidity.max_percent,
        fans=[FanStatus(number=f.number, commanded=f.commanded, proven=f.proven) for f in feed.fans] if known else [],
        alarms=AlarmStatus(open=feed.alarms.open, unacknowledged=feed.alarms.unacknowledged),
        services={service.name: service.state for service in feed.services},
        forced=True if feed.forced else feed.forced if known else None,
        time=_moment(feed.time) or "",
        clock_trusted=feed.clock_trusted,
        stale=feed.state_stale,
        sentence=feed.headline.sentence,
        would_do=list(feed.would_do),
        missing=list(feed.missing),
    )


def _signal(tile: SignalTile | None) -> SignalStatus:
    if tile is None:
        return SignalStatus(level=None, source=None, observed_at=None)
    return SignalStatus(level=tile.effective, source=tile.name, observed_at=_moment(tile.observed_at))


def _moment(at: float | None) -> str | None:
    try:
        return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
