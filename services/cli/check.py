"""`mine check`: is the configuration right, what is not set up yet, and can the fleet be off in time."""

from collections.abc import Sequence

import typer

from services.cli import reach
from services.cli.reading import judged
from services.shared.settings import Settings, counted, missing
from services.shared.settings.problems import without_user
from services.shared.settings.watcher import is_watcher


def check() -> None:
    """Read the configuration, of a site or of a second machine that watches one; warnings stand last.

    Exit code 0 right, or with warnings alone; 2 mistakes.
    """
    settings = judged()
    lines, late = reach.told(settings)
    warnings = (*late, *settings.warnings)
    if absent := missing(settings):
        typer.echo("\n".join(["Not set up:", *(f"  {line}" for line in absent)]))
    typer.echo("\n".join([*lines, _verdict(settings, warnings), *(f"  {warning}" for warning in warnings)]))


def _verdict(settings: Settings, warnings: Sequence[str]) -> str:
    what = _watcher(settings) if is_watcher(settings) else _site(settings)
    if warnings:
        return f"The configuration has no mistake and {counted(len(warnings), 'warning')}: {what}. Not as meant, perhaps:"
    return f"The configuration is right: {what}."


def _site(settings: Settings) -> str:
    kw = sum(row.kw for row in settings.loads)
    return f"control = {settings.general.control}, {counted(len(settings.loads), 'load')} with {kw:g} kW"


def _watcher(settings: Settings) -> str:
    watch, broker = settings.watch, settings.broker
    ways = [f"its page {without_user(watch.url)}"] if watch.url else []
    ways += [f"its broker {broker.host}:{broker.port}"] if watch.broker else []
    if not ways:
        return "a second machine that watches nothing yet"
    after = f"silent after {watch.silence_minutes:g} min"
    return f"a second machine that watches {settings.general.site} by {' and '.join(ways)}, {after}"
