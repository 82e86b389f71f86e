"""The last good configuration: one copy, by which services go on that are started anew while the file has mistakes.

Whoever starts the whole site keeps it: `mine setup` before the containers, or `mine run`. The services only read it, so that all
of them go on with the same one. It holds the text that was judged, by its path: a start with it reads as that start did. The
environment is not in it, and counts as ever.
"""

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.shared import whole_file
from services.shared.mask import Mask, secrets_of
from services.shared.settings import text_file
from services.shared.settings.load import CONFIG, EXAMPLE, file_of, load
from services.shared.settings.problems import SettingsError, counted, told_with_care
from services.shared.settings.tree import Settings
from services.shared.site_time import SiteTime

VARIABLE = "MINE_LAST_GOOD"
"""Names the copy in the environment. Without it nothing is kept, and a file with mistakes is refused."""
FOLDER, NAME = "last-good", "configuration.json"
"""In whose folder it lies, and how it is called. It is its owner's alone: a configuration may hold secrets."""
_LARGEST = 8 * text_file.LARGEST


@dataclass(frozen=True, slots=True)
class _Copy:
    """`file`: of which it is. `texts`: what stood in it and in the table of loads, by path. `kept_at`: since when, Unix s."""

    file: str
    texts: Mapping[str, str]
    kept_at: float

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.file, self.texts], sort_keys=True).encode()).hexdigest()

    def read(self, path: Path) -> bytes:
        if (text := self.texts.get(_whole(path))) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return text.encode("utf-8", "surrogatepass")


def start(env: Mapping[str, str] = os.environ) -> tuple[Settings, tuple[str, ...]]:
    """What a service starts with, and why it is not what lies on the card: no words where it is.

    Raises SettingsError as `load` does, where the file has mistakes and no copy fits.
    """
    try:
        settings = load(env=env)
    except SettingsError as error:
        if (kept := stand_in(env)) is None:
            raise
        mask, file = Mask(secrets_of(kept)), _named(env)
        wrong = (mask(told_with_care(problem, file)) for problem in error.problems)
        return kept, (*wrong, f"{file} has {counted(len(error.problems), 'mistake')}: {_goes_on(kept)}")
    kept_too = stand_in(env) if settings.file == EXAMPLE else None
    return (kept_too, (f"{_named(env)} is gone: {_goes_on(kept_too)}",)) if kept_too else (settings, ())


def stand_in(env: Mapping[str, str]) -> Settings | None:
    """The settings of the copy. None: there is none of this file that is whole and has no mistake as of today. Never raises."""
    copy = _read(env)
    if copy is None or copy.file != _whole(_named(env)):
        return None
    try:
        return replace(load(_named(env), env, copy.read), kept_at=copy.kept_at)
    except SettingsError:
        return None


def keep(env: Mapping[str, str], at: float) -> bool:
    """Keep what a start reads now; the card is written only if it is another one. `at`: now, Unix s. False: nothing was written.

    The example is nobody's, and is not kept. Raises SettingsError where there are mistakes, and OSError.
    """
    if not env.get(VARIABLE) or file_of(env) == EXAMPLE:
        return False
    texts: dict[str, str] = {}

    def read(path: Path) -> bytes:
        data = text_file.read(path)
        texts[_whole(path)] = data.decode("utf-8", "replace")  # what is no UTF-8 is a mistake, and not kept
        return data

    load(_named(env), env, read)
    copy, before = _Copy(_whole(_named(env)), texts, at), _read(env)
    if before is not None and before.digest == copy.digest:
        return False
    _write(Path(env[VARIABLE]), copy)
    return True


def told(at: float, timezone: str) -> str:
    """The copy in words, with the moment since when it is kept, Unix s."""
    return f"the last good copy, kept since {SiteTime(timezone).clock(at, 0.0)}"


def _goes_on(kept: Settings) -> str:
    return f"this start goes on with {told(kept.kept_at or 0.0, kept.general.timezone)}"


def _named(env: Mapping[str, str]) -> Path:
    """The operator's file, also where it is gone."""
    return Path(env.get("MINE_CONFIG") or CONFIG)


def _whole(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.resolve would follow links, and a copy is of a name


def _read(env: Mapping[str, str]) -> _Copy | None:
    if not env.get(VARIABLE):
        return None
    try:
        found = json.loads(text_file.read(Path(env[VARIABLE]), _LARGEST))
        texts = {str(path): str(text) for path, text in found["texts"].items()}
        copy = _Copy(str(found["file"]), texts, float(found["kept_at"]))
        return copy if copy.digest == found["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _write(path: Path, copy: _Copy) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = {"file": copy.file, "kept_at": copy.kept_at, "sha256": copy.digest, "texts": copy.texts}
    whole_file.write(path, json.dumps(document, indent=1).encode())
