"""How every command reads the configuration.

Mistakes are printed and end a command that judges with exit code 2. One that asks the running site says them in a line and asks.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import typer

from services.cli import noted
from services.cli.exit_codes import EXIT_MISTAKES
from services.cli.saying import say
from services.shared.settings import CONFIG, EXAMPLE, Settings, SettingsError, counted, file_of, load
from services.shared.settings.sections import Data

Told = Callable[[SettingsError], None]


def _on_stderr(error: SettingsError) -> None:
    say(str(error), err=True)


def settings_or_exit(env: Mapping[str, str], tell: Told = _on_stderr) -> Settings:
    """The settings, or every mistake on stderr, unless `tell` says them otherwise, and the end."""
    try:
        return load(env=env)
    except SettingsError as error:
        tell(error)
        raise typer.Exit(EXIT_MISTAKES) from None


def judged(*, quiet: bool = False, tell: Told = _on_stderr) -> Settings:
    """The settings of the run that is alive in the data folder, unless MINE_CONFIG names a file; the first line says of which.

    What this command's own environment sets beats the ports of the run.
    """
    env = dict(os.environ)
    run = None if env.get("MINE_CONFIG") else noted.read(Path(env.get("MINE_DATA_FOLDER") or Data().folder))
    given = {name: text for name, text in run.env().items() if not env.get(name)} if run else {}
    env |= given
    if not quiet:
        say(f"Configuration: {file_of(env)}{_of_whom(env, run)}")
    settings = settings_or_exit(env, tell)
    return replace(settings, origins={**settings.origins, **{noted.key_of(name): "the run" for name in given}})


def to_ask(*, quiet: bool = False) -> Settings:
    """As `judged`; with mistakes a line on stderr, and all the same the settings that lead to the running site.

    What this command's environment sets beats what the run noted, that what can be read of the file, and that the defaults.
    """
    met: list[SettingsError] = []
    try:
        return judged(quiet=quiet, tell=met.append)
    except typer.Exit:
        return _in_spite_of(met[0])


def _in_spite_of(error: SettingsError) -> Settings:
    settings, run, env = leading_to_it(error)
    how = "the ports it still names, or the default ones, are used"
    if run is not None:
        how = f"asked as the run that is process {run.pid} was started"
    elif noted.is_garbled(data := Path(env.get("MINE_DATA_FOLDER") or settings.data.folder)):
        how = f"{data / noted.NAME}, the note of the run, is unreadable, so {how}"
    first = " ".join(str(error.problems[0]).split())
    say(f"{file_of(env).name} has {counted(len(error.problems), 'mistake')} (first: {first}): {how}", err=True)
    return settings


def leading_to_it(error: SettingsError) -> tuple[Settings, noted.Run | None, Mapping[str, str]]:
    """The settings by which the running site is asked in spite of mistakes, the run they are of, and their environment."""
    own = {name: text for name, text in os.environ.items() if text}
    rest = error.rest or Settings()
    run = noted.read(Path(own.get("MINE_DATA_FOLDER") or rest.data.folder))
    if run is not None and own.get("MINE_CONFIG") and Path(own["MINE_CONFIG"]).resolve() != run.config:
        run = None  # of another site
    env = own if run is None else {**run.env(), **run.reach, **own}
    try:
        return load(env=env), run, env
    except SettingsError as still:
        return still.rest or rest, run, env


def _of_whom(env: Mapping[str, str], run: noted.Run | None) -> str:
    if run is not None and run.config == file_of(env).resolve():
        return f", of the run that is process {run.pid}"
    if run is not None:  # the example is read by no name, so a file that was made since goes before it
        return f"; the run that is process {run.pid} goes by {run.config.name} until it is started again"
    return "" if env.get("MINE_CONFIG") or file_of(env) != EXAMPLE else f" (the example, because there is no {CONFIG})"


def end(text: str, code: int) -> NoReturn:
    """Say why on stderr and end with `code`."""
    say(text, err=True)
    raise typer.Exit(code)
