"""How every command reads the configuration: mistakes are printed and end it with exit code 2."""

from collections.abc import Mapping
from typing import NoReturn

import typer

from services.shared.settings import Settings, SettingsError, load

EXIT_MISTAKES = 2
EXIT_NOT_RUNNING = 3


def settings_or_exit(env: Mapping[str, str]) -> Settings:
    """The settings, or every mistake on stderr and the end."""
    try:
        return load(env=env)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_MISTAKES) from None


def end(text: str, code: int) -> NoReturn:
    """Say why on stderr and end with `code`."""
    typer.echo(text, err=True)
    raise typer.Exit(code)
