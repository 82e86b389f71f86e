"""`mine check`: is the configuration right, and what is not set up yet."""

import typer

from services.cli.reading import judged
from services.shared.settings import Settings, counted, missing


def check() -> None:
    """Read the configuration. Exit code 2 when it has mistakes; warnings stand last and leave it 0."""
    settings = judged()
    if lines := missing(settings):
        typer.echo("\n".join(["Not set up:", *(f"  {line}" for line in lines)]))
    typer.echo("\n".join([_verdict(settings), *(f"  {warning}" for warning in settings.warnings)]))


def _verdict(settings: Settings) -> str:
    kw = sum(row.kw for row in settings.loads)
    what = f"control = {settings.general.control}, {counted(len(settings.loads), 'load')} with {kw:g} kW"
    if settings.warnings:
        return (
            f"The configuration has no mistake and {counted(len(settings.warnings), 'warning')}: {what}. Not as meant, perhaps:"
        )
    return f"The configuration is right: {what}."
