"""The words of the plant, as types. Standard library only: the pure core imports this module and nothing else of ours.

One word per thing and one thing per word, in code, messages, page and manual alike (docs/manual/words.md).
"""

from enum import StrEnum


class Level(StrEnum):
    """What a power signal asks for, mildest first. `UNKNOWN` is no level: it never counts as normal."""

    NORMAL = "normal"
    WATCH = "watch"
    ALERT = "alert"
    CONTROL = "control"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"

    @property
    def curtails(self) -> bool:
        """True for a positive control: the levels at which load must come off."""
        return self in (Level.CONTROL, Level.EMERGENCY)

    @property
    def severity(self) -> int:
        """0 (normal) to 4 (emergency), -1 for unknown; only to compare known levels."""
        return _LEVEL_SEVERITY[self]


def name_of(who: str) -> str:
    """The name alone of a person or program as the records tell of them: "ann" of "ann (session, 192.168.1.7)"."""
    return who.rpartition(" (")[0] or who


_LEVEL_SEVERITY = {
    Level.UNKNOWN: -1,
    Level.NORMAL: 0,
    Level.WATCH: 1,
    Level.ALERT: 2,
    Level.CONTROL: 3,
    Level.EMERGENCY: 4,
}


class Mode(StrEnum):
    """What the site is doing, derived at each decision and never stored."""

    STARTING = "starting"
    NORMAL = "normal"
    CURTAILING = "curtailing"
    CURTAILED = "curtailed"
    RESTORING = "restoring"
    THERMAL_LIMIT = "thermal_limit"
    EMERGENCY = "emergency"
    FAILSAFE = "failsafe"
    MANUAL = "manual"


class Control(StrEnum):
    """`OBSERVE` decides and shows but sends nothing; `ARMED` acts."""

    OBSERVE = "observe"
    ARMED = "armed"


class OnLoss(StrEnum):
    """What the loss of a power signal leads to after its limit."""

    CURTAIL = "curtail"
    HOLD = "hold"
    RUN = "run"


class Quality(StrEnum):
    """Whether a reading holds a value that may be used. Staleness is never stored: it follows from age."""

    GOOD = "good"
    BAD = "bad"


class PowerState(StrEnum):
    """A read-back of an outlet, a relay or a fan. Unknown is neither on nor off."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class LoadState(StrEnum):
    """What the device itself reports of a load; never proof of its kW."""

    HASHING = "hashing"
    WAKING = "waking"
    ASLEEP = "asleep"
    UNKNOWN = "unknown"


class LoadTarget(StrEnum):
    """The wanted state of a load: run, sleep by its soft path, or off at its outlet."""

    RUN = "run"
    SLEEP = "sleep"
    OFF = "off"


class LoadKind(StrEnum):
    """The soft path of a load: by which driver it is put to sleep."""

    FOREMAN = "foreman"
    HTTP = "http"
    OUTLET = "outlet"


class RuleKind(StrEnum):
    """Of what kind the rule is that holds a ceiling; its name says which one of the kind. `OTHER`: told by nobody.

    `SIGNAL_LOST`: what a lost signal leaves. `BLIND`: temperatures lost for too long. `STALE`, `AIR_UNPROVEN`: nothing is raised.
    """

    SIGNAL = "signal"
    SIGNAL_LOST = "signal_lost"
    CONTACT = "contact"
    SCHEDULE = "schedule"
    LEASE = "lease"
    INTERVAL = "interval"
    TRIP = "trip"
    TEMPERATURE = "temperature"
    BLIND = "blind"
    STALE = "stale"
    AIRFLOW = "airflow"
    AIR_UNPROVEN = "air_unproven"
    REST = "rest"
    RAMP = "ramp"
    SITE_LIMIT = "site_limit"
    FEEDER = "feeder"
    OTHER = "other"

    @property
    def is_power_event(self) -> bool:
        """Whether it asks for less power: a utility's page or contact, hours known in advance, a forced signal."""
        return self.is_signal or self in (RuleKind.SCHEDULE, RuleKind.LEASE)

    @property
    def is_signal(self) -> bool:
        """Whether a power signal asks, or the loss of one does."""
        return self in (RuleKind.SIGNAL, RuleKind.SIGNAL_LOST, RuleKind.CONTACT)


class Proof(StrEnum):
    """What a different measurement says of a running fan. Unproven is not disproved."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    DISPROVED = "disproved"


class FanState(StrEnum):
    """What a fan does with its order. `STOPPING`: switched off just now, it still runs. `UNASKED`: on although wanted off."""

    ORDERED = "ordered"
    RESTING = "resting"
    STOPPING = "stopping"
    UNASKED = "unasked"
    UNKNOWN = "unknown"


class SensorRole(StrEnum):
    """Where a temperature sensor hangs. Only `INTAKE` votes in its zone."""

    INTAKE = "intake"
    EXHAUST = "exhaust"
    OTHER = "other"


class SwitchRole(StrEnum):
    """What a dry contact means."""

    UTILITY = "utility"
    DOOR = "door"
    FLOOD = "flood"
    SMOKE = "smoke"
    OTHER = "other"


class Wiring(StrEnum):
    """Through which contact of its relay a fan runs. Unset means read-only."""

    NC = "nc"
    NO = "no"
    UNSET = "unset"


class AlarmKind(StrEnum):
    """The three kinds the operator knows, which decide the channels."""

    HEARTBEAT = "heartbeat"
    WARNING = "warning"
    EMERGENCY = "emergency"


class Priority(StrEnum):
    """How soon a person must act on an alarm (ISA-18.2): at once, within the shift, when there is time."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class CommandPhase(StrEnum):
    """The life of a command. It ends as confirmed, refused, failed or expired; acknowledged is no end."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


class LeaseKind(StrEnum):
    """What a lease holds. A lease only tightens: the stricter of it and the plant wins. `RAW` holds nothing, it shows."""

    POWER_SIGNAL = "power_signal"
    MINERS = "miners"
    FANS = "fans"
    TEMPERATURE = "temperature"
    DRILL = "drill"
    RAW = "raw"


class HealthState(StrEnum):
    """Of a device or a service."""

    STARTING = "starting"
    OK = "ok"
    LOST = "lost"
    NOT_CONFIGURED = "not_configured"
