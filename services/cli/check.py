"""`mine check`: is the configuration right, what is not set up yet, and can the fleet be off in time."""

from collections.abc import Sequence

import typer

from services.cli import reach
from services.cli.reading import judged
from services.shared.settings import Settings, counted, missing


def check() -> None:
    """Read the configuration. Exit code 2 when it has mistakes; warnings stand last and leave it 0."""
    settings = judged()
    lines, late = reach.told(settings)
    warnings = (*late, *settings.warnings)
    if absent := missing(settings):
        typer.echo("\n".join(["Not set up:", *(f"  {line}" for line in absent)]))
    typer.echo("\n".join([*lines, _verdict(settings, warnings), *(f"  {warning}" for warning in warnings)]))


def _verdict(settings: Settings, warnings: Sequence[str]) -> str:
    kw = sum(row.kw for row in settings.loads)
    what = f"control = {settings.general.control}, {counted(len(settings.loads), 'load')} with {kw:g} kW"
    if warnings:
        return f"The configuration has no mistake and {counted(len(warnings), 'warning')}: {what}. Not as meant, perhaps:"
    return f"The configuration is right: {what}."
