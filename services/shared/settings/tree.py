"""The whole configuration as one frozen tree, read once in each service's `main.py` and handed down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.shared.settings import sections as s
from services.shared.vocabulary import LoadKind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The words of a schedule's days, in the order of `datetime.weekday`."""


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One row of loads.csv, or one load of an HTTP range. An outlet that no row names is never switched.

    `priority` 1 (shed last) to 9 (shed first); `efficiency_j_th` None is unknown; `pdu` is a device name such as `pdu-1`, with
    `outlet` from 1; `address` fills {address} of its [HTTP_LOADS] section, whose name is `section`.
    """

    name: str
    kind: LoadKind
    group: str
    zone: str
    kw: float
    priority: int = 5
    efficiency_j_th: float | None = None
    foreman_id: int | None = None
    pdu: str = ""
    outlet: int | None = None
    protected: bool = False
    address: str = ""
    section: str = ""

    def is_behind(self, members: Iterable[str]) -> bool:
        """Whether one of a feeder's members is this load's PDU, group or zone."""
        return bool({self.pdu, self.group.lower(), self.zone.lower()} & {member.lower() for member in members})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator may say. `origins` tells of each `SECTION.key` where its value comes from; `file` was read.

    `kept_at`: these are the last good copy of it, and since when it is kept, Unix seconds; None: of the file itself.
    """

    general: s.General = field(default_factory=s.General)
    apis: s.Apis = field(default_factory=s.Apis)
    notifications: s.Notifications = field(default_factory=s.Notifications)
    persons: Mapping[str, s.Person] = field(default_factory=dict)
    alarms: Mapping[str, s.AlarmChoice] = field(default_factory=dict)
    annunciator: s.Annunciator = field(default_factory=s.Annunciator)
    watch: s.Watcher = field(default_factory=s.Watcher)
    signals: Mapping[str, s.SignalSource] = field(default_factory=dict)
    power: s.Power = field(default_factory=s.Power)
    meter: s.Meter = field(default_factory=s.Meter)
    temperature: s.Temperature = field(default_factory=s.Temperature)
    mqtt_sensors: Mapping[str, s.MqttSensor] = field(default_factory=dict)
    iotawatt: s.Iotawatt = field(default_factory=s.Iotawatt)
    fans: s.Fans = field(default_factory=s.Fans)
    foreman: s.Foreman = field(default_factory=s.Foreman)
    pdu: s.Pdu = field(default_factory=s.Pdu)
    http_loads: Mapping[str, s.HttpLoads] = field(default_factory=dict)
    feeders: Mapping[str, s.Feeder] = field(default_factory=dict)
    schedules: Mapping[str, s.Schedule] = field(default_factory=dict)
    broker: s.Broker = field(default_factory=s.Broker)
    data: s.Data = field(default_factory=s.Data)
    history: s.History = field(default_factory=s.History)
    backup: s.Backup = field(default_factory=s.Backup)
    api: s.Api = field(default_factory=s.Api)
    ops: s.Ops = field(default_factory=s.Ops)
    simulator: s.Simulator = field(default_factory=s.Simulator)
    loads: tuple[LoadRow, ...] = ()
    warnings: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = field(default=None, compare=False)
    kept_at: float | None = field(default=None, compare=False)
