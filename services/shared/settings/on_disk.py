"""What the configuration on the card says now, against the one that runs: whether it would start, and what it would change."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.shared import restored
from services.shared.mask import Mask, secrets_of
from services.shared.settings import environment, ini, last_good, text_file
from services.shared.settings.listing import parts
from services.shared.settings.load import EXAMPLE, file_of, load
from services.shared.settings.problems import SettingsError, told_with_care
from services.shared.settings.sections import Data
from services.shared.settings.tree import Settings

Signature = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """`mistakes`: why it would not start. `changed`: the keys and tables that a restart would change; never a value.

    `loads_file`: the table of loads that a restart would read, empty when nobody can tell. `kept_at`: in spite of mistakes a
    start would go on with the last good copy, kept since then, Unix s; None: not.
    """

    mistakes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    loads_file: str = field(default="", compare=False)
    kept_at: float | None = None


def signature(settings: Settings, env: Mapping[str, str], found: OnDisk) -> Signature:
    """Another one when a file that the configuration is read from was changed; costs a few looks, and opens nothing.

    Both tables of loads count: the running one's, and the one that was `found` to be next.
    """
    file = file_of(env)
    named = sorted(text for name, text in env.items() if name.startswith("MINE_") and name.endswith("_FILE") and text)
    tables = [file.parent / name for name in (settings.data.loads_file, found.loads_file) if name]
    kept = env.get(last_good.VARIABLE)
    return (str(file), *map(_stat, (file, *tables, *([Path(kept)] if kept else []), *map(Path, named))))


def look(running: Settings, read_from: Path, env: Mapping[str, str] = os.environ) -> OnDisk:
    """Read it as a start would. `read_from` is the file of the one that runs. Reads at most some MB; never raises."""
    found = _look(running, read_from, env)
    kept = last_good.stand_in(env) if found.mistakes else None
    return replace(found, kept_at=kept.kept_at if kept else None)


def _look(running: Settings, read_from: Path, env: Mapping[str, str]) -> OnDisk:
    file = file_of(env)
    if file == EXAMPLE and read_from != EXAMPLE:
        instead = "" if last_good.stand_in(env) else ": the next start would take the example and only observe"
        return OnDisk((f"{read_from.name} is gone{instead}",))
    try:
        if read_from != EXAMPLE and not text_file.read(file).strip():
            return OnDisk((f"{file.name} is empty",))
        found = load(env=env)
    except SettingsError as error:
        mask = Mask(secrets_of(running))
        return OnDisk(tuple(mask(told_with_care(problem, file)) for problem in error.problems), loads_file=_loads_file(file, env))
    except OSError as error:
        return OnDisk((f"{file.name}: {error.strerror or 'it cannot be read'}",))
    return OnDisk(changed=tuple(_changed(running, found)), loads_file=found.data.loads_file)


def _loads_file(file: Path, env: Mapping[str, str]) -> str:
    """Which table a configuration with mistakes names: the mistake may be in that table."""
    blocks, problems = ini.read(file)
    written = [block.values["loads_file"].text for block in blocks if block.title == Data.TITLE and "loads_file" in block.values]
    given = environment.given(Data, "", env, problems).get("loads_file")
    return given.text if given else "".join(written[:1]).strip()


def _changed(running: Settings, found: Settings) -> Iterator[str]:
    before, after = dict(parts(running)), dict(parts(found))
    armed = "[GENERAL] control" if running.origins.get("GENERAL.control", "").endswith(restored.ENDS) else ""  # a person's arming
    yield from (f"[{label}] is new" for label in after if label not in before)
    for label, section in before.items():
        if label not in after:
            yield f"[{label}] is gone"
            continue
        names = type(section).model_fields
        keys = (f"[{label}] {name}" for name in names if getattr(section, name) != getattr(after[label], name))
        yield from (key for key in keys if key != armed)
    if running.loads != found.loads:
        yield running.data.loads_file


def _stat(path: Path) -> object:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        return getattr(error, "errno", None)
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
