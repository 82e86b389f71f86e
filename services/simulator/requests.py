"""What may be asked of the control port: one class per body, so that a wrong one is told what was found and what is allowed."""

import re
from collections.abc import Collection
from typing import Literal, Self, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.simulator.devices.signal_page import Said
from services.simulator.site import FAULT_KINDS

_NEED_A_NUMBER = ("slow", "late", "rate_limit", "unplugged", "stale")
_PARTS = re.compile(r"(miner|fan|outlet):\S+")

PowerMode = Literal["sleeping", "low", "normal", "high"]


class Body(BaseModel):
    """A body of the control port; a form of the page gives the same fields as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


B = TypeVar("B", bound=Body)


class Wrong(Exception):
    """A body that is refused, with what was found and what is allowed."""


def read(kind: type[B], text: str, *, is_form: bool) -> B:
    """The body of a request. Raises Wrong."""
    try:
        return kind.model_validate(dict(parse_qsl(text))) if is_form else kind.model_validate_json(text)
    except ValidationError as error:
        raise Wrong(_words(error, kind)) from None


class SignalBody(Body):
    """What the utility's page says from now on: a level, and what stands beside it where it is given.

    The event begins in `in_minutes` and lasts `for_minutes`, of real time: the utility's clock is the wall's.
    """

    level: Literal["normal", "watch", "alert", "control", "emergency", "unknown"]
    target_kw: float | None = Field(default=None, ge=0, le=100_000)
    drop_kw: float | None = Field(default=None, ge=0, le=100_000)
    in_minutes: float | None = Field(default=None, ge=0, le=10_080)
    for_minutes: float | None = Field(default=None, gt=0, le=10_080)
    event: str = Field(default="", max_length=80)

    def said(self, now_s: float) -> Said:
        """The body as the page says it at `now_s`, Unix seconds."""
        from_at = None if self.in_minutes is None else now_s + 60 * self.in_minutes
        begun_at = now_s if from_at is None else from_at
        until_at = None if self.for_minutes is None else begun_at + 60 * self.for_minutes
        return Said(self.level, self.target_kw, self.drop_kw, self.event, from_at, until_at)


class SpeedBody(Body):
    """How much faster than life."""

    speed: float = Field(ge=0.1, le=1000)


class FaultBody(Body):
    """A fault of a device or of a part of the plant."""

    device: str
    kind: str
    value: float | str = 1.0

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"found kind {self.kind!r}; allowed: {', '.join(FAULT_KINDS)}")
        if self.kind in _NEED_A_NUMBER and not (isinstance(self.value, float) and self.value >= 0):
            raise ValueError(f"found value {self.value!r}; allowed for {self.kind}: a number from 0")
        return self

    def must_be_of(self, devices: Collection[str], parts: Collection[str]) -> None:
        """Raises ValueError for a device that is not there. `parts` are those named `miner:`, `fan:` and `outlet:`."""
        if self.device not in (parts if _PARTS.fullmatch(self.device) else devices):
            raise ValueError(
                f"found device {self.device!r}; allowed: {', '.join(sorted(devices))}, miner:<name>, fan:<n>, outlet:<pdu>/<n>"
            )


class FaultsBody(Body):
    """The faults that end: of a device, of a kind, or all."""

    device: str | None = None
    kind: str | None = None


class OutsideBody(Body):
    """The weather: the temperature at the middle of the day's swing, and the swing around it."""

    celsius: float = Field(ge=-50, le=60)
    swing: float = Field(default=0.0, ge=0, le=30)


class SwitchBody(Body):
    """A dry contact."""

    name: Literal["utility", "door", "flood", "smoke"]
    closed: bool


class MinerBody(Body):
    """Somebody at the miner, or another program, sets its power mode."""

    name: str
    mode: PowerMode


class OutletBody(Body):
    """Somebody at the PDU presses the button of an outlet."""

    pdu: str
    outlet: int = Field(ge=1)
    on: bool


class CoilBody(Body):
    """Somebody at the board moves a coil, channels from 0."""

    board: str
    channel: int = Field(ge=0)
    energised: bool


class DeviceBody(Body):
    """A PDU or a relay board."""

    device: str


class TelegramBody(Body):
    """What a person does in the chat: `text` writes, `data` presses a button of message `message_id`."""

    user_id: int
    chat_id: int = 0
    text: str = ""
    data: str = ""
    message_id: int = 0


def _words(error: ValidationError, body: type[Body]) -> str:
    return "; ".join(_in_words(one["loc"], one["input"], one["msg"], one["type"], body) for one in error.errors())


def _in_words(where: tuple[int | str, ...], found: object, text: str, kind: str, body: type[Body]) -> str:
    name = str(where[0]) if where else "the body"
    if kind == "missing":
        return f"found no {name}; allowed: {name} is required"
    if kind == "extra_forbidden":
        return f"found {name}; allowed: {', '.join(body.model_fields)}"
    if kind == "value_error":
        return text.removeprefix("Value error, ")
    return f"found {name} = {str(found)[:80]!r}; allowed: {text[:1].lower()}{text[1:]}"
