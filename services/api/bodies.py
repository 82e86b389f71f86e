"""The bodies of the requests: strict, closed, with limits. A body becomes the payload of a request on the bus."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

Name = Annotated[str, Field(min_length=1, max_length=100)]
Minutes = Annotated[float, Field(gt=0, le=1440, description="how long it holds", examples=[30])]
RawMinutes = Annotated[float, Field(ge=1, le=60, description="how long they are shown", examples=[5])]
Reason = Annotated[str, Field(max_length=500, description="for the records")]
FanNumber = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9"]


class Body(BaseModel):
    """A body: unknown keys and wrong types are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Lasting(Body):
    """A body of a debug call: it holds for `minutes` and is recorded with its reason."""

    minutes: Minutes = 30
    reason: Reason = ""

    def wish(self) -> dict[str, Any]:
        """What is asked for: the given fields without minutes and reason."""
        return self.model_dump(exclude={"minutes", "reason"}, exclude_none=True)

    @property
    def releases(self) -> bool:
        """True when it ends a hold instead of making one."""
        return False


class PowerSignal(Lasting):
    """Override the signal. A level of null releases it; the stricter of it and the real one wins."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "curtail", "target_kw": 200, "minutes": 30}]})
    level: Literal["normal", "curtail", "emergency"] | None
    target_kw: float | None = Field(default=None, ge=0, le=100_000)

    def wish(self) -> dict[str, Any]:
        """What is asked for, in the words of the plant: to curtail is the level control."""
        wish = super().wish()
        return {**wish, "level": "control"} if self.level == "curtail" else wish

    @property
    def releases(self) -> bool:
        """A null level."""
        return self.level is None


class Miners(Lasting):
    """Put miners to sleep, wake them, or give them back. Members are names of miners or groups, or `all`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "sleep", "members": ["all"], "minutes": 30}]})
    action: Literal["sleep", "wake", "release"]
    members: list[Name] = Field(min_length=1, max_length=1000)

    @property
    def releases(self) -> bool:
        """The action release."""
        return self.action == "release"


class Fans(Lasting):
    """Hold fans on or off, or a stage of them. `auto` gives that fan back and no other, so it is part of the lease's wish.

    A stage of null or `auto` gives back every fan: the leases of a stage and of single fans end.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"fans": {"1": "on", "2": "off", "3": "auto"}}, {"stage": 9}, {"stage": None}]}
    )
    fans: dict[FanNumber, Literal["on", "off", "auto"]] | None = Field(default=None, min_length=1)
    stage: Annotated[int, Field(ge=0, le=9)] | Literal["auto"] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Fans":
        if (self.fans is None) == (self.stage is None) and (self.fans is not None or "stage" not in self.model_fields_set):
            raise ValueError("either fans or stage")
        return self

    def wish(self) -> dict[str, Any]:
        """What is asked for; a release needs no more than its kind."""
        return {} if self.releases else super().wish()

    @property
    def releases(self) -> bool:
        """A stage of null or `auto`."""
        return self.fans is None and self.stage in (None, "auto")

    def frees_all(self, count: int) -> bool:
        """True when each of the site's `count` fans is given back by its number."""
        auto = {number for number, wish in (self.fans or {}).items() if wish == "auto"}
        return count > 0 and auto == set(self.fans or {}) and auto >= {str(number) for number in range(1, count + 1)}


class Temperature(Lasting):
    """Override a temperature; without a sensor all of them. Null releases it; the hotter of it and the real one wins."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"celsius": 41.0, "sensor": "roomalert-1/sensor-1"}]})
    celsius: float | None = Field(ge=-40, le=120)
    sensor: Name | None = None

    @property
    def releases(self) -> bool:
        """A null temperature."""
        return self.celsius is None


class RawAnswers(Lasting):
    """Show on the bus, under `raw/<device>`, what a device answers. Null ends that for all devices. It holds nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"device": "pdu-1", "minutes": 5}]})
    device: Name | None
    minutes: RawMinutes = 5

    @property
    def releases(self) -> bool:
        """A null device."""
        return self.device is None


class RawState(Lasting):
    """Change what a reset or a lease may change; anything else is refused."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"set": {"phase": "free"}}]})
    set: dict[Name, JsonValue] = Field(min_length=1, max_length=20)


class Stop(BaseModel):
    """The emergency shutdown needs no field, and is never refused for one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})
    reason: Reason = ""


def reason_of(raw: bytes) -> str:
    """The reason in the body of a stop, cut to its limit; empty when it cannot be read."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    reason = body.get("reason") if isinstance(body, dict) else None
    return reason[:500].encode("utf-8", "replace").decode("utf-8") if isinstance(reason, str) else ""
