"""`mine config show`: each value and where it comes from."""

from itertools import groupby

import typer

from services.cli.reading import judged
from services.shared.settings.told import told

app = typer.Typer(help="The configuration as the services read it.", no_args_is_help=True)


@app.callback()
def _only() -> None:
    """Keeps `show` a command of its own."""


@app.command()
def show(changed: bool = typer.Option(False, "--changed", help="Only what differs from the defaults.")) -> None:
    """Each value with its origin; secrets are masked."""
    shown = (key for key in told(judged()) if key.is_changed or not changed)
    for section, keys in groupby(shown, lambda key: key.section):
        typer.echo("\n".join([f"[{section}]", *(f"{key.key} = {key.value}    ({key.origin})" for key in keys), ""]))
