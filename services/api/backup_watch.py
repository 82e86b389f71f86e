"""The alarm `backup`: raised by who looks, not by who backs up, so that one that never began is told, too.

It looks at the names and the note in the first folder of backups; nothing is asked of the backup's own process.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from services.shared import backups
from services.shared.backups import Archive
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, Message
from services.shared.settings import Settings
from services.shared.vocabulary import AlarmKind

LOOK_S = 60.0
HOURLY_STALE_S = 3 * 3600.0
FULL_STALE_S = 36 * 3600.0


class BackupWatch:
    """Publishes the alarm when what it says has changed."""

    def __init__(self, settings: Settings, clock: Clock, publish: Callable[[Message], None]) -> None:
        chosen = settings.backup
        self._folder = Path(chosen.folder) if chosen.folder else Path(settings.data.folder) / backups.FOLDER
        self._site, self._is_on = settings.general.site, chosen.enabled
        self._clock, self._publish = clock, publish
        self._began_s = clock.now().mono_s
        self._said: str | None = None
        self._since_at = 0.0

    async def run(self) -> None:
        """For ever, once a minute. A medium that hangs holds up a thread, not the service."""
        while True:
            self.tell(await asyncio.to_thread(self.look, self._clock.now()))
            await asyncio.sleep(LOOK_S)

    def look(self, now: Moment) -> str:
        """What is wrong, in words; empty where nothing is."""
        if not self._is_on:
            return ""
        notes = backups.read_notes(self._folder)
        failed = [f"{kind}: {note.words or 'failed'}" for kind, note in notes.items() if not note.ok]
        checked = backups.read_checked(self._folder)
        failed += [f"damaged since it was made: {checked.words}"] if checked is not None and not checked.ok else []
        try:
            made = backups.archives(self._folder, self._site)
        except FileNotFoundError:
            made = ()
        except OSError as error:
            return f"{self._folder.name} cannot be read: {error.strerror}"
        return "; ".join(dict.fromkeys([*failed, *self._stale(made, now)]))

    def tell(self, cause: str) -> None:
        """Say it, if it is not what was said last."""
        if cause == self._said:
            return
        if not self._said or not cause:
            self._since_at = self._clock.now().wall_s
        self._said = cause
        self._publish(
            Alarm(
                subject=("backup",), key="backup", active=bool(cause), kind=AlarmKind.WARNING,
                cause=f"backup: {cause[:400]}" if cause else "backups are made",
                consequence="what happens to the card now may be lost; control is not affected" if cause else "",
                action="run `mine backup`, which says why" if cause else "", since_at=self._since_at,
            )
        )  # fmt: skip

    def _stale(self, made: tuple[Archive, ...], now: Moment) -> list[str]:
        """Ages by a trusted calendar, and never before this process could have seen a newer one."""
        full = tuple(one for one in made if one.kind.is_full)
        kinds = (("backup", made, HOURLY_STALE_S), ("backup of everything", full, FULL_STALE_S))
        told = []
        for words, some, limit_s in kinds:
            up_s = now.mono_s - self._began_s
            if not some and up_s > limit_s:
                told.append(f"there is no {words}")
            elif some and now.wall_trusted and limit_s < some[-1].age_s(now.wall_s) < float("inf") and up_s > 3600.0:
                told.append(f"the newest {words} is {some[-1].age_s(now.wall_s) / 3600:.0f} h old")
        return told
