"""`GET /api/status`: the present in a few fields, for programs. Null is unknown, never 0; nothing old is told as the present."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.api.dashboard import Dashboard
from services.api.tile_views import LoadTile, SignalTile
from services.shared.messages import Drill, Limit
from services.shared.vocabulary import Control, Level, Mode, PowerState, Proof


class SignalStatus(BaseModel):
    """The strictest power signal in effect, with its event. One that is planned has not begun: `from_at` lies ahead."""

    level: Level | None
    source: str | None
    observed_at: str | None
    target_kw: float | None = Field(description="at most so many kW in the event; null where the signal names none")
    event_id: str | None
    from_at: str | None
    until_at: str | None


class LoadStatus(BaseModel):
    """The site's load in kW."""

    measured_kw: float | None
    target_kw: float | None
    unknown_kw: float | None
    ready_kw: float | None = Field(description="what could be taken off and confirmed now")
    interval_kw: float | None = Field(description="the projected mean of the running settlement interval; null outside an event")
    interval_limit_kw: float | None = Field(description="the lowest that a power signal asks for; null while none asks")


class DrillStatus(BaseModel):
    """The last drill of a device that acts: `at` null, it was never drilled. `seconds` until a reading proved the move."""

    device: str
    at: str | None
    proven: bool
    seconds: float | None
    how: str


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
    limits: list[Limit] | None = Field(description="every ceiling in force, kW by scope (site, zone <name>, feeder <name>)")
    drills: list[DrillStatus] | None
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
    missing: list[str] = Field(description="what is not set up, and what is not known now, in plain sentences")


def build(feed: Dashboard) -> Status:
    """The status from the page's feed: the two never disagree."""
    known = not feed.state_stale
    signal = max(feed.signals, key=lambda tile: (tile.effective.severity, tile.level.severity), default=None) if known else None
    return Status(
        mode=feed.mode if known else None,
        since=_moment(feed.since_at) if known else None,
        reasons=list(feed.reasons) if known else list(feed.headline.why),
        limited_by=feed.limited_by if known else None,
        limits=list(feed.limits) if known else None,
        drills=[_drill(drill) for drill in feed.drills] if known else None,
        control=feed.control if known else None,
        signal=_signal(signal),
        load=_load(feed.load),
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
        return SignalStatus(**dict.fromkeys(SignalStatus.model_fields))
    return SignalStatus(
        level=tile.effective,
        source=tile.name,
        observed_at=_moment(tile.observed_at),
        target_kw=tile.target_kw,
        event_id=tile.event_id or None,
        from_at=_moment(tile.from_at),
        until_at=_moment(tile.until_at),
    )


def _load(tile: LoadTile) -> LoadStatus:
    return LoadStatus(
        measured_kw=None if tile.stale else tile.measured_kw,
        target_kw=tile.target_kw,
        unknown_kw=tile.unknown_kw,
        ready_kw=tile.ready_kw,
        interval_kw=tile.interval_kw,
        interval_limit_kw=tile.interval_limit_kw,
    )


def _drill(drill: Drill) -> DrillStatus:
    return DrillStatus(**{**drill.model_dump(), "at": _moment(drill.at)})


def _moment(at: float | None) -> str | None:
    try:
        return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
