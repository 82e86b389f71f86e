"""The bodies of the requests by verb, `{"reason": ..., "payload": {...}}`: strict, closed, with limits."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from services.api.bodies import Body, FanNumber, Minutes, Name, Reason
from services.shared.vocabulary import LeaseKind


def _shown(**payload: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{"reason": "belt changed", "payload": payload}]})


class Ask(Body):
    """A request of a person. `reason` is for the records."""

    reason: Reason = ""


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


AnyLease = Annotated[SignalLease | MinersLease | FansLease | TemperatureLease, Field(discriminator="kind")]


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
    """The key of an alarm, such as `door`."""

    key: Name


class Channel(Body):
    """A channel to people."""

    channel: Name


class AskCurtail(Ask):
    """Take load off, for so many minutes."""

    model_config = _shown(target_kw=200, minutes=60)
    payload: Curtailment


class AskHold(Ask):
    """Let miners sleep, for so many minutes."""

    model_config = _shown(members=["row-a"], minutes=60)
    payload: Holding


class AskRelease(Ask):
    """End leases."""

    model_config = _shown(id="bf1ce76d15b5")
    payload: Release


class AskLease(Ask):
    """Make a lease of any kind. It only tightens."""

    model_config = _shown(kind="fans", stage=9, minutes=30)
    payload: AnyLease


class AskTarget(Ask):
    """What to lock out, or to give back."""

    model_config = _shown(target="fan-3")
    payload: Target


class AskReset(Ask):
    """The trip to end."""

    model_config = _shown(trip="stop")
    payload: TripKey


class AskService(Ask):
    """The source to take out of service, or back."""

    model_config = _shown(signal="utility", in_service=False, minutes=60)
    payload: ServiceOf


class AskPhase(Ask):
    """The phase to set."""

    model_config = _shown(phase="free")
    payload: PhaseName


class AskDrill(Ask):
    """The device to drill."""

    model_config = _shown(device="pdu-1")
    payload: Device


class AskAcknowledge(Ask):
    """The alarm that somebody has seen."""

    model_config = _shown(key="door")
    payload: AlarmKey


class AskTest(Ask):
    """The channel to test."""

    model_config = _shown(channel="telegram")
    payload: Channel


class AskPlain(Ask):
    """A reason alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "smoke seen"}]})
    payload: Nothing = Field(default_factory=Nothing)
