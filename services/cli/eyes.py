"""What the controller says now: by the api, and where that knows nothing by the broker. What is old is nothing."""

import time
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from services.cli.ask import NotDone, api_of
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.inbox import Arrival
from services.shared.messages import State
from services.shared.settings import Settings

_ANSWER_S = 3.0
_FRESH_S = 15.0  # the controller speaks at least every 5 s
_USER = "cli"  # the broker's user that may read everything (mosquitto/acl)


class _Part(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False, strict=True)


class _Load(_Part):
    measured_kw: float | None
    target_kw: float
    unknown_kw: float
    nominal_kw: float
    proven: bool
    tolerance_kw: float | None = None


class _Trip(_Part):
    key: str


class _Told(_Part):
    """What is read of a state; one of another version, without any of it, tells nothing."""

    trips: list[_Trip]
    load: _Load


class Eyes:
    """The broker is asked from the first time on that the api does not know; its first word is not taken, as it may be old."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bus: Bus | None = None
        self._heard: tuple[State, float] | None = None
        self.heard_first = False

    async def __aenter__(self) -> "Eyes":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bus is not None:
            await self._bus.stop()

    async def state(self) -> dict[str, Any] | None:
        """The controller's state as it stands in the JSON of both; None while neither has a fresh one."""
        found = await self.of_api()
        if found is not None:
            return found
        await self._listen()
        if self._heard is None or time.monotonic() - self._heard[1] > _FRESH_S:
            return None
        return self._heard[0].model_dump(mode="json")

    async def of_api(self) -> dict[str, Any] | None:
        """As the api has it; None where that knows nothing fresh."""
        try:
            async with api_of(self._settings, answer_s=_ANSWER_S) as api:
                said = await api.get("/api/state")
        except NotDone:
            return None
        return said["state"] if isinstance(said, dict) and not said.get("stale") and _is_whole(said.get("state")) else None

    async def _listen(self) -> None:
        if self._bus is not None:
            return
        broker, site = self._settings.broker, self._settings.general.site
        if password := _password(Path(self._settings.data.folder)):
            broker = broker.model_copy(update={"user": _USER, "password": SecretStr(password)})
        self._bus = Bus(broker, service=_USER, site=site, clock=Clock(self._settings.general.clock_trusted))
        self._bus.only_listen()
        self._bus.on(State, self._take)
        await self._bus.start()

    def _take(self, state: State, arrival: Arrival) -> None:
        self.heard_first = True
        if not arrival.retained and not arrival.first_since_connect:
            self._heard = (state, arrival.received_mono_s)


def _is_whole(state: object) -> bool:
    try:
        return _Told.model_validate(state) is not None
    except ValidationError:
        return False


def _password(folder: Path) -> str:
    """As `mine setup` made it; empty where this user may not read it."""
    try:
        return (folder / "secrets" / f"broker-{_USER}").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
