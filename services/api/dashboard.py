"""The feed of the page: `GET /dashboard_data.json` and the `dashboard` events of `GET /api/v1/stream`, always whole.

Null is unknown, never 0. `_at` are Unix seconds UTC. `age_s` are seconds at the feed's `time`: the page adds what has passed
since it received the feed, and shows a number older than `stale_after_s` as stale even when no feed comes any more.
"""

from services.api.tile_views import (
    Age,
    AlarmsTile,
    DeviceTile,
    FanTile,
    GroupTile,
    Headline,
    HistoryTile,
    HumidityTile,
    LoadTile,
    PduTile,
    SensorTile,
    ServiceTile,
    SignalTile,
    SwitchTile,
    TemperatureTile,
    View,
)
from services.shared.messages import Drill, Lease, Limit, Lockout, Trip
from services.shared.vocabulary import Control, Mode


class Dashboard(View):
    """Everything the page shows. `mode` and what stands with it are null until the controller has spoken."""

    time: float
    clock_trusted: bool
    timezone: str
    simulated: bool
    site: str
    version: str
    broker_connected: bool
    headline: Headline
    mode: Mode | None
    since_at: float | None
    control: Control | None
    phase: str | None
    reasons: tuple[str, ...]
    limited_by: str | None
    state_age_s: Age
    state_stale: bool
    forced: bool | None
    signals: tuple[SignalTile, ...]
    load: LoadTile
    temperature: TemperatureTile
    humidity: HumidityTile
    sensors: tuple[SensorTile, ...]
    switches: tuple[SwitchTile, ...]
    fan_stage: int | None
    fans: tuple[FanTile, ...]
    groups: tuple[GroupTile, ...]
    pdus: tuple[PduTile, ...]
    limits: tuple[Limit, ...]
    leases: tuple[Lease, ...]
    lockouts: tuple[Lockout, ...]
    trips: tuple[Trip, ...]
    drills: tuple[Drill, ...]
    would_do: tuple[str, ...]
    missing: tuple[str, ...]
    alarms: AlarmsTile
    services: tuple[ServiceTile, ...]
    devices: tuple[DeviceTile, ...]
    history: HistoryTile
