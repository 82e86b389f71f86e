"""Every message on the bus: the only place that names a topic or a payload.

Root `mine/1/<site>/`, levels `[a-z0-9_-]`, published with QoS 1, MQTT 3.1.1. Payloads are JSON objects, strict, without NaN, and
unknown keys are refused. Moments end in `_at` (Unix seconds UTC) or `_mono_s` (monotonic seconds of `host_boot`); payloads
carry times, never ages. Positive power is import, in kW (`_kw`) or W (`_w`).

A retained command does not exist. Duplicates and reordering are normal: consumers key on (source, boot, seq).
"""

import re
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.shared.vocabulary import (
    AlarmKind,
    CommandPhase,
    Control,
    FanState,
    HealthState,
    LeaseKind,
    Level,
    LoadState,
    LoadTarget,
    Mode,
    PowerState,
    Priority,
    Proof,
    Quality,
    RuleKind,
    SwitchRole,
)

SCHEMA: Final = 1
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A number. Strict: a text, true and false are none."""


class Part(BaseModel):
    """A part of a payload: frozen, strict, closed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Message(Part):
    """A payload with its envelope. The bus fills the envelope when it publishes; `subject` fills the topic's last levels."""

    TOPIC: ClassVar[str]
    RETAIN: ClassVar[bool] = False

    subject: tuple[str, ...] = Field(default=(), exclude=True)
    schema_version: Literal[1] = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    source: str = ""
    boot: str = ""
    seq: int = 0
    sent_at: Finite = 0.0
    clock_trusted: bool = False
    host_boot: str = ""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_by_name=True, validate_by_alias=True
    )


def level_of_topic(name: str) -> str:
    """A name as a topic level: lower case, everything but `[a-z0-9_-]` becomes `_`."""
    return re.sub(r"[^a-z0-9_-]", "_", name.lower()) or "_"


# --- presence and health -------------------------------------------------------------------------------------------------


class Presence(Message):
    """A service is online, stopping or offline (its last will). Nobody uses this as a safety timer."""

    TOPIC: ClassVar[str] = "presence/{0}"
    RETAIN: ClassVar[bool] = True

    state: Literal["online", "stopping", "offline"]
    version: str


class DeviceHealth(Part):
    """One device as its owner sees it. `last_ok_mono_s` is None when it never answered.

    Of the last poll that has ended: when it began (None: none has), how long it took, and why it failed, empty when it did not;
    one failure is no loss yet. The next one ends within `due_s` of that beginning, unless the device is lost.
    """

    device: str
    kind: str
    state: HealthState
    reason: str
    last_ok_mono_s: Finite | None
    lost_since_at: Finite | None
    polled_mono_s: Finite | None = None
    took_s: Finite | None = None
    failure: str = ""
    due_s: Finite = 0.0


class Devices(Message):
    """The health of all devices of one owner, published on change and at connect."""

    TOPIC: ClassVar[str] = "devices/{0}"
    RETAIN: ClassVar[bool] = True

    devices: tuple[DeviceHealth, ...]


# --- what is sensed ------------------------------------------------------------------------------------------------------


class Reading(Message):
    """One quantity of one device. A bad reading has no value and says why. `hist` marks one sent late: it never becomes live."""

    TOPIC: ClassVar[str] = "reading/{0}/{1}"
    RETAIN: ClassVar[bool] = True

    device: str
    quantity: str
    label: str = ""
    zone: str = ""
    role: str = ""
    value: Finite | None
    unit: str
    quality: Quality
    reason: str = ""
    poll_started_mono_s: Finite
    measured_at: Finite
    hist: bool = False
    forced: bool = False


class SwitchReading(Message):
    """A dry contact. `active` is what it means (door open, flood, smoke, utility control), None is unknown."""

    TOPIC: ClassVar[str] = "switch/{0}/{1}"
    RETAIN: ClassVar[bool] = True

    device: str
    quantity: str
    label: str = ""
    role: SwitchRole
    closed: bool | None
    active: bool | None
    reason: str = ""
    poll_started_mono_s: Finite
    measured_at: Finite


class Signal(Message):
    """What one signal source asks for. `target_kw` is drop to, `drop_kw` is drop by; neither means all off under control."""

    TOPIC: ClassVar[str] = "signal/{0}"
    RETAIN: ClassVar[bool] = True

    name: str
    level: Level
    target_kw: Finite | None = None
    drop_kw: Finite | None = None
    event_id: str = ""
    from_at: Finite | None = None
    until_at: Finite | None = None
    raw_text: str = ""
    reason: str = ""
    poll_started_mono_s: Finite
    measured_at: Finite


# --- what is decided and done --------------------------------------------------------------------------------------------


class Limit(Part):
    """A ceiling that some rule holds on load, with its reason. `scope` is `site`, `zone <name>` or `feeder <name>`."""

    rule: str
    kind: RuleKind = RuleKind.OTHER
    scope: str
    ceiling_kw: Finite
    reason: str
    clause: str = ""
    """The reason as a part of a sentence; empty where it is one as it stands."""


class SignalView(Part):
    """A signal source as the decision sees it; `effective` is after loss, lease and service rules."""

    name: str
    level: Level
    effective: Level
    target_kw: Finite | None
    event_id: str = ""
    from_at: Finite | None = None
    until_at: Finite | None = None
    observed_mono_s: Finite | None
    observed_at: Finite | None
    commissioned: bool
    in_service: bool
    reason: str


class LoadSummary(Part):
    """Site load in kW. `measured_kw` is None when no meter is fresh; unknown is never counted as off."""

    measured_kw: Finite | None
    measured_at: Finite | None
    measured_mono_s: Finite | None
    target_kw: Finite
    setpoint_kw: Finite
    unknown_kw: Finite
    nominal_kw: Finite
    proven: bool = False
    """A meter polled after the newest ask shows the load within what is allowed, and nothing is unknown."""
    tolerance_kw: Finite | None = None
    """How far above what is allowed a meter may read for that; None where it was not told."""
    ready_kw: Finite = 0.0
    """What could be taken off and confirmed now."""
    interval_kw: Finite | None = None
    """The projected mean of the running settlement interval; None outside a power event."""
    interval_ends_at: Finite | None = None
    """When the running settlement interval ends, Unix seconds; None outside a power event."""


class FanView(Part):
    """One fan: what is commanded, what the relay says, what its watts say."""

    number: int
    commanded: PowerState
    running: PowerState
    proven: Proof
    watts: Finite | None
    read_mono_s: Finite | None
    locked_out: bool
    reason: str
    state: FanState = FanState.UNKNOWN
    """What it does with its order; of one that is ordered to run `proven` says the rest."""
    hours: Finite | None = None
    """How long it was on in all, as counted by what it was told."""


class Lease(Part):
    """A hold with an owner and an end. `payload` is JSON text of the request that made it."""

    id: str
    kind: LeaseKind
    owner: str
    reason: str
    from_at: Finite
    until_at: Finite
    payload: str


class Lockout(Part):
    """A fan, outlet, miner or group that must not be moved. No end: a person removes it."""

    target: str
    owner: str
    reason: str
    since_at: Finite


class Trip(Part):
    """A latched interlock. Ends only by a person's reset, refused while its cause persists: `present` is why, else empty."""

    key: str
    reason: str
    since_at: Finite
    present: str = ""


class Drill(Part):
    """The last drill of an acting device; `at` None: it was never drilled."""

    device: str
    at: Finite | None
    proven: bool
    seconds: Finite | None
    how: str


class State(Message):
    """The controller's whole state: what a page needs to say safe or not, curtailed or not, and why.

    `still_on` is the one of the reasons that tells in words what `load` tells in figures; empty where none does.
    `temperature_mono_s`: when the poll of `temperature_max_c` began; None where no fresh intake shows it: there is none, or a
    person's value stands in for it.
    """

    TOPIC: ClassVar[str] = "state"
    RETAIN: ClassVar[bool] = True

    mode: Mode
    since_at: Finite
    control: Control
    reasons: tuple[str, ...]
    still_on: str = ""
    limited_by: str
    limited_kind: RuleKind = RuleKind.OTHER
    phase: str
    limits: tuple[Limit, ...]
    signals: tuple[SignalView, ...]
    load: LoadSummary
    temperature_max_c: Finite | None
    temperature_mono_s: Finite | None = None
    fan_stage: int
    fans: tuple[FanView, ...]
    leases: tuple[Lease, ...]
    lockouts: tuple[Lockout, ...]
    trips: tuple[Trip, ...]
    drills: tuple[Drill, ...] = ()
    would_do: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    forced: bool = False
    back_at: Finite | None = None
    """When load may return at the earliest; None when nothing is held, or when no end of what holds it is known."""
    decided_mono_s: Finite


class Desired(Message):
    """The wanted state of a load group or the fan bank: rows of (member, target)."""

    TOPIC: ClassVar[str] = "desired/{0}"
    RETAIN: ClassVar[bool] = True

    group: str
    members: tuple[tuple[str, LoadTarget], ...]


class MemberReport(Part):
    """One load as read back. `watts` is None when nothing meters it alone; `outlet` is unknown when it has none."""

    name: str
    target: LoadTarget
    state: LoadState
    outlet: PowerState
    watts: Finite | None
    watts_mono_s: Finite | None


class Reported(Message):
    """The read-back of a load group, members in one table."""

    TOPIC: ClassVar[str] = "reported/{0}"
    RETAIN: ClassVar[bool] = True

    group: str
    members: tuple[MemberReport, ...]


class Event(Message):
    """Something that happened: a decision, a transition, a step in a command's life, an act of a person.

    `ledger_seq` numbers the events of one owner without gaps; the owner keeps each until history says it is stored.
    """

    TOPIC: ClassVar[str] = "event/{0}"

    ledger_seq: int
    kind: Literal["decision", "transition", "command", "audit", "service"]
    happened_at: Finite
    title: str
    reasons: tuple[str, ...] = ()
    mode: str = ""
    device: str = ""
    target: str = ""
    act: str = ""
    phase: CommandPhase | None = None
    command_id: str = ""
    seconds: Finite | None = None
    who: str = ""
    detail: str = ""


class Stored(Message):
    """History holds the events of this owner up to and including `ledger_seq`; the owner re-sends from there."""

    TOPIC: ClassVar[str] = "stored/{0}"
    RETAIN: ClassVar[bool] = True

    owner: str
    ledger_seq: int


# --- requests ------------------------------------------------------------------------------------------------------------

Verb = Literal[
    "lease",
    "release",
    "lockout",
    "unlock",
    "reset",
    "stop",
    "cycle",
    "service",
    "phase",
    "drill",
    "acknowledge",
    "shelve",
    "unshelve",
    "test",
    "check",
    "why",
]

NOTIFIER_VERBS: frozenset[Verb] = frozenset({"acknowledge", "shelve", "unshelve", "test", "check"})
API_VERBS: frozenset[Verb] = frozenset({"why"})
"""Who answers: the notifier, the api, and for every other verb the controller. Two answers to one request would race."""


class Request(Message):
    """Something a person or a program asks for. Refused when `expires_at` has passed. `payload` is JSON text, by verb:

    lease: {kind, minutes, ...body of the debug call; exercise: true, where one forces it} · release: {id} or {kind}
    lockout, unlock: {target} · reset: {trip} · stop: {} · cycle: {} · service: {signal, in_service, minutes} · phase: {phase}
    drill: {device} · to the notifier: acknowledge: {key}, shelve: {key, minutes} (a key, or a pattern with * for warnings),
    unshelve: {key}, test: {channel}, check: {channel} (asks the provider, sends nothing) · to the api: why: {at} (Unix seconds,
    none: now), answered with {text}.
    """

    TOPIC: ClassVar[str] = "request/{0}"

    id: str
    verb: Verb
    who: str
    reason: str
    expires_at: Finite
    payload: str = "{}"


ANOTHER_REQUEST = "another request came under this id before; nothing was done"
"""The reason of a reply to a request whose id was used for something else."""


class Reply(Message):
    """The answer to a request: done, or refused with the reason. `result` is JSON text: for a lease, the lease made; for any
    other verb of the controller {done, control}: in observe nothing is switched."""

    TOPIC: ClassVar[str] = "reply/{0}"

    request_id: str
    accepted: bool
    reason: str
    result: str = "{}"


# --- alarms --------------------------------------------------------------------------------------------------------------


class Alarm(Message):
    """A condition as its owner sees it: a level, re-published on connect. The notifier makes people know.

    `device` is the one that all of it is read by: while that is lost, which is an alarm of its own, this follows from it. Empty:
    none, or several. `rank` is how bad it is among those of its kind (a signal's level): people are told again when it rises.
    """

    TOPIC: ClassVar[str] = "alarm/{0}"
    RETAIN: ClassVar[bool] = True

    key: str
    active: bool
    kind: AlarmKind
    cause: str
    consequence: str = ""
    action: str = ""
    device: str = ""
    rank: int = 0
    since_at: Finite


class OpenAlarm(Part):
    """An alarm that is open or not yet acknowledged, with what each channel's provider said.

    `acknowledged_until_at`: then it is asked about again. `shelved_until_at`: until then nobody is told. `escalated` counts how
    often further people were told because nobody acknowledged.
    """

    key: str
    kind: AlarmKind
    priority: Priority = Priority.MEDIUM
    state: Literal["unacknowledged", "acknowledged", "returned", "shelved"] = "unacknowledged"
    active: bool
    cause: str
    consequence: str
    action: str
    since_at: Finite
    ended_at: Finite | None
    acknowledged_by: str
    acknowledged_until_at: Finite | None = None
    shelved_by: str = ""
    shelved_until_at: Finite | None = None
    escalated: int = 0
    receipts: tuple[str, ...]


class ChannelHealth(Part):
    """One way to people: whether it is set up, its last result, and what came of the last test with a real message."""

    name: str
    state: HealthState
    reason: str
    waiting: int
    last_delivered_at: Finite | None
    tested_at: Finite | None = None
    test: str = ""


class ShelfTold(Part):
    """What a person put aside, by its key or pattern, also where no alarm is open that it hides; the end in Unix seconds."""

    pattern: str
    by: str
    until_at: Finite


class AlarmState(Message):
    """All open alarms, the health of the channels and what is put aside, from the notifier."""

    TOPIC: ClassVar[str] = "alarm_state"
    RETAIN: ClassVar[bool] = True

    alarms: tuple[OpenAlarm, ...]
    channels: tuple[ChannelHealth, ...]
    shelves: tuple[ShelfTold, ...] = ()


class Annunciator(Message):
    """Whether the lamp or horn on the site must call, from the notifier; the controller drives its relay.

    Not retained, for it moves a relay; published anew every 30 s. One older than 3 min says nothing any more.
    """

    TOPIC: ClassVar[str] = "annunciator"

    sound: bool
    reason: str
    since_at: Finite | None


class AlarmCount(Part):
    """A key, and how often or how long."""

    key: str
    count: int = 0
    seconds: Finite | None = None


class AlarmReport(Message):
    """How the alarms themselves do (ISA-18.2, EEMUA 191), over the last `days`, from the notifier.

    `per_10_minutes`: the mean. `flood_minutes`: minutes in ten-minute windows with more than ten alarms. `stale`: standing for
    over 24 h. `acknowledged_within_s`: the median; None when none was acknowledged. `priorities`: raised, by priority.
    """

    TOPIC: ClassVar[str] = "alarm_report"
    RETAIN: ClassVar[bool] = True

    from_at: Finite
    until_at: Finite
    days: Finite
    raised: int
    per_10_minutes: Finite
    worst_10_minutes: int
    flood_minutes: Finite
    chattering: tuple[AlarmCount, ...]
    most_frequent: tuple[AlarmCount, ...]
    standing: tuple[AlarmCount, ...]
    stale: tuple[AlarmCount, ...]
    acknowledged: int
    never_acknowledged: int
    acknowledged_within_s: Finite | None
    priorities: tuple[AlarmCount, ...]


class Raw(Message):
    """A device's answer as received, secrets removed; only while a debug lease runs."""

    TOPIC: ClassVar[str] = "raw/{0}"

    device: str
    received_at: Finite
    text: str


ALL: tuple[type[Message], ...] = (
    Presence, Devices, Reading, SwitchReading, Signal, State, Desired, Reported, Event, Stored, Request, Reply, Alarm,
    AlarmState, Annunciator, AlarmReport, Raw,
)  # fmt: skip


def root(site: str) -> str:
    """The common beginning of all topics of a site."""
    return f"mine/1/{site}/"


def topic_of(message: Message, site: str) -> str:
    """The topic a message goes to. Raises ValueError when its subject does not fill the topic."""
    levels = tuple(level_of_topic(name) for name in message.subject)
    if message.TOPIC.count("{") != len(levels):
        raise ValueError(f"{type(message).__name__} needs {message.TOPIC.count('{')} subject levels, got {levels}")
    return root(site) + message.TOPIC.format(*levels)


def filter_of(kind: type[Message], site: str) -> str:
    """The subscription that receives every message of one type."""
    return root(site) + re.sub(r"\{\d\}", "+", kind.TOPIC)


def ping_topic(site: str, client: str) -> str:
    """Where a client, `<service>-<boot>`, sends itself a word to see that its connection carries something."""
    return f"{root(site)}ping/{client}"


def ping_filter(site: str) -> str:
    """The subscription that receives the pings of every client of a site."""
    return ping_topic(site, "+")


def service_of_ping(topic: str) -> str:
    """The service that sent a ping; empty when the topic is none of a ping."""
    head, _, client = topic.rpartition("/")
    return client.partition("-")[0] if head.endswith("/ping") else ""


def parse(kind: type[Message], payload: bytes) -> Message:
    """A payload as a message. Raises ValueError (pydantic's) that names what was found and what is allowed."""
    return kind.model_validate_json(payload)
