"""`mine config show`: each value and where it comes from."""

from collections.abc import Iterator

import typer

from services.cli.reading import judged
from services.shared.settings import Settings
from services.shared.settings import sections as s
from services.shared.settings.keys import masked

app = typer.Typer(help="The configuration as the services read it.", no_args_is_help=True)


@app.callback()
def _only() -> None:
    """Keeps `show` a command of its own."""


@app.command()
def show(changed: bool = typer.Option(False, "--changed", help="Only what differs from the defaults.")) -> None:
    """Each value with its origin; secrets are masked."""
    settings = judged()
    for label, section in parts(settings):
        lines = [line for differs, line in _lines(settings, label, section) if differs or not changed]
        if lines:
            typer.echo("\n".join([f"[{label}]", *lines, ""]))


def parts(settings: Settings) -> Iterator[tuple[str, s.Section]]:
    """Every section there is, with its label."""
    named = {
        s.SignalSource: settings.signals, s.MqttSensor: settings.mqtt_sensors, s.HttpLoads: settings.http_loads,
        s.Feeder: settings.feeders, s.Schedule: settings.schedules,
    }  # fmt: skip
    for kind in s.ALL:
        if kind in named:
            yield from ((f"{kind.TITLE} {name}", section) for name, section in named[kind].items())
        else:
            yield kind.TITLE, getattr(settings, kind.TITLE.lower())


def _lines(settings: Settings, label: str, section: s.Section) -> Iterator[tuple[bool, str]]:
    """Each line, and whether its value differs from the default, wherever it was set."""
    for name, field in type(section).model_fields.items():
        differs = getattr(section, name) != field.default
        yield differs, f"{name} = {masked(section, name)}    ({settings.origins[f'{label}.{name}']})"
