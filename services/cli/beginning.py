"""The configuration with which `mine run` begins, and the last good copy of it, with which its programs go on."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from services.cli.living import say
from services.cli.reading import settings_or_exit
from services.shared.settings import EXAMPLE, Settings, SettingsError, file_of, last_good
from services.shared.settings.sections import Data


def begun(env: Mapping[str, str]) -> Settings:
    """The settings; with mistakes the last good ones, and a line that says so.

    Without a copy that fits, and where a person sits at the terminal who can mend them, all mistakes on stderr and the end.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        return settings_or_exit(env)
    try:
        settings, instead = last_good.start(_with_its_place(env))
    except SettingsError:
        return settings_or_exit(env)
    for words in instead:
        say("mine", words)
    return settings


def kept(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What the programs are given so that they go on with the copy, which is kept here; nothing where the example is read."""
    if settings.file == EXAMPLE:
        return {}
    env = _with_its_place(env)
    try:
        if settings.kept_at is None:
            last_good.keep(env, time.time())
    except SettingsError as error:
        say("mine", f"{file_of(env)} was just changed: {error}")
    except OSError as error:
        say("mine", f"no copy of {file_of(env)} can be kept ({error.strerror}): with mistakes in it nothing starts again")
    return {last_good.VARIABLE: env[last_good.VARIABLE]}


def _with_its_place(env: Mapping[str, str]) -> dict[str, str]:
    """In the data folder, by its name that does not stand in the file: that may be lost with the file."""
    folder = Path(env.get("MINE_DATA_FOLDER") or Data().folder).resolve()
    return {last_good.VARIABLE: str(folder / last_good.FOLDER / last_good.NAME), **env}
