"""The parts of the page's feed, one for each tile."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

from services.shared.messages import ChannelHealth, OpenAlarm, ShelfTold
from services.shared.vocabulary import FanState, HealthState, Level, LoadTarget, PowerState, Proof, SwitchRole

Tone = Literal["good", "warning", "bad", "unknown"]
"""The colour of a sentence or a tile; never the only carrier of its meaning."""


Age = Annotated[float | None, PlainSerializer(lambda age: age if age is None else round(age, 1), return_type=float | None)]
"""Seconds. To a tenth on the wire: what a float adds beyond that is no measurement, and is sent each second."""


class View(BaseModel):
    """A part of the feed."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Aged(View):
    """Something measured. When it was never measured, or on another boot of the host, its age is null and it is stale."""

    age_s: Age
    stale: bool
    stale_after_s: float


class Headline(View):
    """The five-second answer. `safe` and `curtailed` are null when the controller is silent.

    `back_at`: the earliest moment at which load may return, Unix seconds; null when something that holds it has no known end,
    and when nothing holds it. `todo`: what a person should do now, the gravest first, at most four; empty when nothing.
    `brief`: the sentence without its figures and without `back_at`. `more`: those of `why` that it does not tell;
    `tells_since`: it tells since when. `tolerance_kw`: the meter's, where what it still reads is proven off by it.
    """

    sentence: str
    brief: str
    tells_since: bool = False
    why: tuple[str, ...]
    more: tuple[str, ...] = ()
    tone: Tone
    safe: bool | None
    curtailed: bool | None
    tolerance_kw: float | None = None
    back_at: float | None = None
    todo: tuple[str, ...] = ()


class SensorTile(Aged):
    """One reading, named `device/quantity`. `value` is null where its device says that it cannot be read, for a `reason`.

    A stale value, of which nothing comes any more, is kept and must look stale. `measured_at`: the last good one, null: never.
    """

    name: str
    label: str
    zone: str
    role: str
    value: float | None
    unit: str
    reason: str
    measured_at: float | None
    forced: bool
    tone: Tone


class SwitchTile(Aged):
    """One dry contact: `active` is what it means (door open, flood, smoke, utility control)."""

    name: str
    label: str
    role: SwitchRole
    active: bool | None
    reason: str
    tone: Tone


class SignalTile(Aged):
    """One power signal: what it says, and what follows after loss, lease and service rules. An event may be planned."""

    name: str
    level: Level
    effective: Level
    target_kw: float | None
    event_id: str
    from_at: float | None
    until_at: float | None
    observed_at: float | None
    commissioned: bool
    in_service: bool
    reason: str
    raw_text: str
    tone: Tone


class LoadTile(Aged):
    """The site's load in kW; `age_s` is that of `measured_kw`. What is unknown is counted in no other figure.

    `ready_kw` could be taken off and confirmed now, never more than is on. In a power event `interval_kw` is the projected mean
    of the running settlement interval of `interval_minutes`, which ends at `interval_ends_at` (Unix seconds), and
    `interval_limit_kw` the lowest that a signal asks for.
    """

    measured_kw: float | None
    target_kw: float | None
    setpoint_kw: float | None
    unknown_kw: float | None
    nominal_kw: float | None
    ready_kw: float | None
    interval_kw: float | None
    interval_ends_at: float | None = None
    interval_limit_kw: float | None
    interval_minutes: float


class FanTile(Aged):
    """One fan: commanded, what its relay says, what its watts say, what it does, and how many hours it was on in all."""

    number: int
    commanded: PowerState
    running: PowerState
    proven: Proof
    state: FanState
    watts: float | None
    hours: float | None
    locked_out: bool
    reason: str
    tone: Tone


class GroupTile(View):
    """A load group by what its devices report. `measured_kw` is the sum of fresh watts, null when none is metered.

    `states` has a letter for each configured load of the group, in the order of `GET /api/v1/loads`: h hashing, w waking,
    a asleep, o off at its outlet, u unknown; `unknown` counts the last, for what has no power is off. One that cannot be
    reached is waking for 10 min after it was woken or its power returned. While the controller is silent all is unknown.
    """

    name: str
    members: int
    hashing: int
    waking: int
    asleep: int
    unknown: int
    outlets_off: int
    target: LoadTarget | Literal["mixed"]
    measured_kw: float | None
    metered: int
    states: str
    tone: Tone


class PduTile(Aged):
    """A PDU or relay that feeds loads: what it delivers, by its own meter, and its outlets as it reports them.

    `limit_kw` is that of its feeder when the feeder is its alone. `reason` says what is wrong with the device.
    """

    name: str
    kw: float | None
    limit_kw: float | None
    outlets_on: int
    outlets_off: int
    outlets_unknown: int
    reason: str
    tone: Tone


class TemperatureTile(View):
    """The hottest fresh intake and the limits it is judged by, in Celsius."""

    max_c: float | None
    warn_c: float
    shed_c: float
    emergency_c: float
    min_c: float
    tone: Tone


class HumidityTile(View):
    """The highest fresh relative humidity and its limit, in %RH."""

    max_percent: float | None
    limit_percent: float
    tone: Tone


class AlarmsTile(View):
    """Open alarms. `known` is false while the notifier has not spoken: then an empty list proves nothing.

    `unacknowledged` leaves out what somebody shelved. `shelves`: all that is put aside, also where it hides no open alarm.
    """

    known: bool
    open: int | None
    unacknowledged: int | None
    alarms: tuple[OpenAlarm, ...]
    channels: tuple[ChannelHealth, ...]
    shelves: tuple[ShelfTold, ...] = ()


class ServiceTile(View):
    """One of our own services, by its presence on the bus."""

    name: str
    state: Literal["online", "stopping", "offline", "unknown"]
    version: str
    since_at: float | None


class DeviceTile(View):
    """One device by its owner's word; `age_s` since it last answered, null when never."""

    name: str
    kind: str
    owner: str
    state: HealthState
    reason: str
    age_s: Age
    lost_since_at: float | None


class HistoryTile(View):
    """Whether records reach the disk. Control and this page go on without it."""

    ok: bool
    reason: str
