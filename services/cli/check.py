"""`mine check`: is the configuration right, and what is not set up yet."""

import os

import typer

from services.cli.reading import settings_or_exit
from services.shared.settings import missing


def check() -> None:
    """Read the configuration. Exit code 2 when it has mistakes."""
    settings = settings_or_exit(os.environ)
    for title, lines in (("Warnings", settings.warnings), ("Not set up", missing(settings))):
        if lines:
            typer.echo(f"{title}:")
            for line in lines:
                typer.echo(f"  {line}")
    kw = sum(row.kw for row in settings.loads)
    typer.echo(f"The configuration is right: control = {settings.general.control}, {len(settings.loads)} loads with {kw:g} kW.")
