"""Whether the configuration that a command reads is the one that runs: the services go on with what they read at their start."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from services.cli import noted
from services.cli.ask import NotDone, api_of, detail
from services.cli.listener import reached
from services.cli.reading import leading_to_it
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings import Settings, SettingsError, file_of, last_good
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED

_ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Beside:
    """What the running services say of the card: what is wrong with it, the keys a restart would change; or why nobody knows.

    `kept_at`, `next_kept_at`: since when the last good copy is kept that runs, and that a start would take, Unix s; None: none.
    """

    mistakes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unknown: str = ""
    kept_at: float | None = None
    next_kept_at: float | None = None
    timezone: str = "UTC"

    def lines(self) -> list[str]:
        """For people; none where all is in force, or nothing runs."""
        if self.unknown:
            return [f"Whether this is in force is unknown: {self.unknown}."]
        told = [f"Not in force before a restart: {', '.join(self.changed)}."] if self.changed else []
        if self.mistakes:
            would = "It has mistakes" if self.next_kept_at is not None else "It would not start again"
            return [*told, f"{would}: {'; '.join(self.mistakes)}. {self.runs_on()}"]
        return told if self.kept_at is None else [*told, f"{self._runs()}: the file had mistakes when they were started."]

    def runs_on(self) -> str:
        """By what the services go on beside the mistakes, and what follows from a restart."""
        then = "Mend it before anything restarts: after a restart, or a power cut, nobody would control."
        if self.next_kept_at is not None:
            kept = "it" if self.next_kept_at == self.kept_at else last_good.told(self.next_kept_at, self.timezone)
            then = f"After a restart, or a power cut, they go on with {kept}: mend it soon."
        return f"{self._runs()}. {then}"

    def _runs(self) -> str:
        if self.kept_at is None:
            return "The services run on with what they read at their start"
        return f"The services run by {last_good.told(self.kept_at, self.timezone)}"


def beside(settings: Settings, env: Mapping[str, str] = os.environ) -> Beside:
    """As the api says it. Nothing, where nothing runs, or what runs reads another file than the one that was named here."""
    run = noted.read(Path(settings.data.folder))
    if run is not None and run.config != file_of(env).resolve() and env.get("MINE_CONFIG"):
        return Beside()
    return asyncio.run(_asked(settings))


def beside_mistakes(error: SettingsError) -> str:
    """A sentence, where services run although the file they were started with has mistakes now; else nothing."""
    settings, _, _ = leading_to_it(error)
    found = beside(settings)
    return "" if not found.mistakes or found.unknown else found.runs_on()


async def control_told(settings: Settings) -> list[str]:
    """A sentence, where the controller that runs has another `control` than the settings that were read here, and why."""
    try:
        async with api_of(settings) as api:
            state = await api.state()
        runs, missing = str(state["control"]), [str(line) for line in state["missing"]]
    except (NotDone, TypeError, KeyError):
        return []
    if runs == settings.general.control:
        return []
    told = (line for line in missing if line.endswith((UNTIL_ARMED, ONCE_ARMED)))
    why = next(told, "It goes by what it read at its start: restart it.")
    return [f"control = {settings.general.control} is not in force: the controller that runs has control = {runs}. {why}"]


async def _asked(settings: Settings) -> Beside:
    listener = await reached(settings)
    if listener is None:
        return Beside()
    client = HttpClient(deadline_s=_ANSWER_S, **listener.trust)
    try:
        answer = await client.request("GET", f"{listener.base}/api/v1/config", headers=listener.headers)
        return (
            replace(_told(answer.json()), timezone=settings.general.timezone)
            if answer.status == HTTPStatus.OK
            else Beside(unknown=detail(answer))
        )
    except DeviceError as error:
        return Beside(unknown=f"the api does not answer: {error}")
    finally:
        await client.close()


def _told(said: object) -> Beside:
    mistakes, changed, runs_at, next_at = (
        said.get(name) if isinstance(said, dict) else None for name in ("mistakes", "changed", "kept_at", "next_kept_at")
    )
    if not isinstance(mistakes, list) or not isinstance(changed, list):
        return Beside(unknown="the api is of another version, or another program answers at its port")
    kept_at, next_kept_at = (at if isinstance(at, int | float) else None for at in (runs_at, next_at))
    return Beside(tuple(map(str, mistakes)), tuple(map(str, changed)), kept_at=kept_at, next_kept_at=next_kept_at)
