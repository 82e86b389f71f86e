"""The bodies of the requests by verb, `{"reason": ..., "payload": {...}}`: strict, closed, with limits."""

from typing import Any

from pydantic import ConfigDict, Field

from services.api.bodies import Body, Reason
from services.api.payloads import (
    AlarmKey,
    AnyLease,
    Channel,
    Curtailment,
    Device,
    Holding,
    Nothing,
    PhaseName,
    Release,
    ServiceOf,
    Shelving,
    Target,
    TripKey,
)


def _shown(**payload: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{"reason": "belt changed", "payload": payload}]})


class Ask(Body):
    """A request of a person. `reason` is for the records."""

    reason: Reason = ""


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


class AskShelve(Ask):
    """The alarm that nobody is to be told of for a while."""

    model_config = _shown(key="device_lost_*", minutes=120)
    payload: Shelving


class AskUnshelve(Ask):
    """The shelf to take back, by its key or pattern."""

    model_config = _shown(key="device_lost_*")
    payload: AlarmKey


class AskTest(Ask):
    """The channel to test."""

    model_config = _shown(channel="telegram")
    payload: Channel


class AskCheck(Ask):
    """The channel whose provider is asked."""

    model_config = _shown(channel="email")
    payload: Channel


class AskPlain(Ask):
    """A reason alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "smoke seen"}]})
    payload: Nothing = Field(default_factory=Nothing)
