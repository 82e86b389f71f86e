"""What makes a shell complete the commands: a script that asks `mine` itself, printed or put in its place."""

from enum import StrEnum
from typing import Annotated

import typer
from typer.completion import (  # type: ignore[attr-defined]  # it names them, and does not list them
    completion_init,
    get_completion_script,
    install,
)

NAME = "mine"
_ASKS = "_MINE_COMPLETE"
"""The variable by which the script asks, as the library names it after the command."""


class Shell(StrEnum):
    """Whose script there is."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def _show(shell: Shell | None) -> None:
    if shell is not None:
        typer.echo(get_completion_script(prog_name=NAME, complete_var=_ASKS, shell=shell))
        raise typer.Exit


def _install(shell: Shell | None) -> None:
    if shell is not None:
        _, path = install(shell=shell, prog_name=NAME, complete_var=_ASKS)
        typer.echo(f"{path}: completes `{NAME}` in every {shell} that is opened from now on")
        raise typer.Exit


def options(
    show: Annotated[
        Shell | None, typer.Option("--show-completion", callback=_show, is_eager=True, help="Print the shell's script.")
    ] = None,
    install: Annotated[
        Shell | None, typer.Option("--install-completion", callback=_install, is_eager=True, help="Put it in its place.")
    ] = None,
) -> None:
    """Bitcoin Mine Control."""


def add_to(app: typer.Typer) -> None:
    """Give the program both options, and the answers that the scripts ask for."""
    completion_init()
    app.callback()(options)
