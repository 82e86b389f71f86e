"""What the check says of the configuration alone: what is not set up, what can be off in time, what is not as meant, perhaps."""

from collections.abc import Sequence

from services.cli import reach
from services.shared.settings import Settings, counted, missing
from services.shared.settings.watcher import is_watcher
from services.shared.stars import starred


def configuration(settings: Settings) -> list[str]:
    """The lines, warnings last."""
    lines, late = reach.told(settings)
    warnings = (*late, *settings.warnings)
    absent = missing(settings)
    head = ["Not set up:", *(f"  {line}" for line in absent)] if absent else []
    return [*head, *lines, _verdict(settings, warnings), *(f"  {warning}" for warning in warnings)]


def _verdict(settings: Settings, warnings: Sequence[str]) -> str:
    what = _watcher(settings) if is_watcher(settings) else _site(settings)
    if warnings:
        return f"The configuration has no mistake and {counted(len(warnings), 'warning')}: {what}. Not as meant, perhaps:"
    return f"The configuration is right: {what}."


def _site(settings: Settings) -> str:
    kw = sum(row.kw for row in settings.loads)
    control = f"control = {settings.general.control}"
    if (origin := settings.origins.get("GENERAL.control", "")).startswith("restored"):
        control = f"control = {settings.general.control} ({origin})"
    return f"{control}, {counted(len(settings.loads), 'load')} with {kw:g} kW"


def _watcher(settings: Settings) -> str:
    watch, broker = settings.watch, settings.broker
    ways = [f"its page {starred(watch.url)}"] if watch.url else []
    ways += [f"its broker {broker.host}:{broker.port}"] if watch.broker else []
    if not ways:
        return "a second machine that watches nothing yet"
    after = f"silent after {watch.silence_minutes:g} min"
    return f"a second machine that watches {settings.general.site} by {' and '.join(ways)}, {after}"
