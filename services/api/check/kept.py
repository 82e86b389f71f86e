"""The rows of the backups: how old the last good one is, and whether the second medium took it."""

from pathlib import Path

from services.api.backup_watch import FULL_STALE_S, HOURLY_STALE_S
from services.api.check.own import row
from services.api.check.rows import CheckVerdict, Row
from services.shared import backups
from services.shared.backups import Archive
from services.shared.clock import Moment
from services.shared.settings.tree import Settings
from services.shared.spans import span

_ELSEWHERE = ("the second folder", "remote:", "cannot be written", "reads back otherwise")


def rows(settings: Settings, now: Moment) -> tuple[Row, ...]:
    """Blocks: a medium may hang."""
    chosen = settings.backup
    if not chosen.enabled:
        return (row("backups", CheckVerdict.WARNING, "off: enabled of [BACKUP] is no", "what happens to the card is lost"),)
    folder = Path(chosen.folder) if chosen.folder else Path(settings.data.folder) / backups.FOLDER
    notes = backups.read_notes(folder).values()
    failed = [note.words or "failed" for note in notes if not note.ok]
    try:
        made = backups.archives(folder, settings.general.site)
    except FileNotFoundError:
        made = ()
    except OSError as error:
        return (row("backups", CheckVerdict.FAULT, f"{folder.name} cannot be read: {error.strerror}", "`mine backup` says more"),)
    elsewhere = [words for words in failed if any(sign in words for sign in _ELSEWHERE)]
    first = [words for words in failed if words not in elsewhere]
    return (_first(made, first, now), _second(settings, elsewhere, is_tried=bool(notes)))


def _first(made: tuple[Archive, ...], failed: list[str], now: Moment) -> Row:
    if failed:
        return row("backups", CheckVerdict.FAULT, failed[0], "`mine backup` says why")
    if not made:
        return row(
            "backups",
            CheckVerdict.WARNING,
            "none is made yet",
            "the first one comes within the hour; `mine backup` makes one now",
        )
    full = [one for one in made if one.kind.is_full]
    aged = [_aged("the last", made[-1], HOURLY_STALE_S, now)]
    aged += [_aged("of everything", full[-1], FULL_STALE_S, now)] if full else [("none of everything yet", True)]
    words = ", ".join(words for words, _ in aged)
    if any(is_old for _, is_old in aged) and now.wall_trusted:
        return row("backups", CheckVerdict.WARNING, words, "`mine backup` makes one now, and says what keeps it from it")
    return row("backups", CheckVerdict.OK, words)


def _aged(what: str, one: Archive, limit_s: float, now: Moment) -> tuple[str, bool]:
    age_s = one.age_s(now.wall_s)
    return f"{what} {span(age_s)} old", age_s > limit_s


def _second(settings: Settings, failed: list[str], *, is_tried: bool) -> Row:
    chosen = settings.backup
    if failed:
        return row("second medium", CheckVerdict.FAULT, failed[0], "is it plugged in and mounted, and has it room?")
    if not (chosen.second_folder or chosen.remote_command):
        words = "not set up: a dead card takes its backups with it"
        return row("second medium", CheckVerdict.ABSENT, words, "second_folder or remote_command of [BACKUP]")
    if not is_tried:
        return row("second medium", CheckVerdict.WARNING, "nothing was copied to it yet", "`mine backup` makes one now")
    return row(
        "second medium", CheckVerdict.OK, f"took the last one{f' ({chosen.second_folder})' if chosen.second_folder else ''}"
    )
