"""The payloads of the requests: what is asked for, without who and why."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.api.bodies import Body, FanNumber, Minutes, Name, RawMinutes
from services.shared.vocabulary import LeaseKind


class Nothing(Body):
    """No field."""


class Curtailment(Body):
    """`target_kw` may stay on, or `all` load goes off."""

    target_kw: Annotated[float, Field(ge=0, le=100_000)] | None = None
    all: bool = False
    minutes: Minutes = 30

    @model_validator(mode="after")
    def _one_of_both(self) -> "Curtailment":
        if (self.target_kw is None) != self.all:
            raise ValueError("either target_kw, or all as true")
        return self


class Holding(Body):
    """Loads or groups, or `all`."""

    members: list[Name] = Field(min_length=1, max_length=1000)
    minutes: Minutes = 30


class Release(Body):
    """A lease by its `id`, or all of a `kind`; of the kind miners those that name one of `members`."""

    id: Name | None = None
    kind: LeaseKind | None = Field(default=None, strict=False)
    members: list[Name] = Field(default_factory=list, max_length=1000)
    sensor: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Release":
        if (self.id is None) == (self.kind is None):
            raise ValueError("either id or kind")
        return self


class SignalLease(Body):
    """One more signal; `control` is what a utility asks for."""

    kind: Literal["power_signal"]
    level: Literal["normal", "control", "emergency"]
    target_kw: Annotated[float, Field(ge=0, le=100_000)] | None = None
    minutes: Minutes = 30


class MinersLease(Body):
    """Loads or groups sleep, or an older lease to sleep is taken back."""

    kind: Literal["miners"]
    action: Literal["sleep", "wake"]
    members: list[Name] = Field(min_length=1, max_length=1000)
    minutes: Minutes = 30


class FansLease(Body):
    """So many fans run at least, or single ones are held."""

    kind: Literal["fans"]
    stage: Annotated[int, Field(ge=0, le=9)] | None = None
    fans: Annotated[dict[FanNumber, Literal["on", "off", "auto"]], Field(min_length=1)] | None = None
    minutes: Minutes = 30

    @model_validator(mode="after")
    def _one_of_both(self) -> "FansLease":
        if (self.stage is None) == (self.fans is None):
            raise ValueError("either stage or fans")
        return self


class TemperatureLease(Body):
    """A temperature that counts if it is hotter; without a sensor in every zone."""

    kind: Literal["temperature"]
    celsius: float = Field(ge=-40, le=120)
    sensor: Name | None = None
    minutes: Minutes = 30


class RawLease(Body):
    """The answers of a device are shown on the bus as they come; nothing is held."""

    kind: Literal["raw"]
    device: Name
    minutes: RawMinutes = 5


AnyLease = Annotated[SignalLease | MinersLease | FansLease | TemperatureLease | RawLease, Field(discriminator="kind")]


class Target(Body):
    """A fan, a load, an outlet such as `pdu-1/7`, or a group."""

    target: Name


class TripKey(Body):
    """The key of a trip, such as `stop`."""

    trip: Name


class ServiceOf(Body):
    """A signal source, and whether it counts. The last one needs `confirmed`."""

    signal: Name
    in_service: bool
    minutes: Minutes = 30
    confirmed: bool = False


class PhaseName(Body):
    """The stored phase; only `free` may be set."""

    phase: Name


class Device(Body):
    """An acting device, such as `pdu-1`."""

    device: Name


class AlarmKey(Body):
    """The key of an alarm, such as `door`, or the pattern by which it was shelved."""

    key: Name


class Shelving(Body):
    """An alarm, or all whose key matches a pattern such as `device_lost_*`, put aside for so long; an emergency for an hour."""

    key: Name
    minutes: Minutes = 30


class Channel(Body):
    """A channel to people."""

    channel: Name
