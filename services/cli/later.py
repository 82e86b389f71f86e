"""A command is loaded when it is called: all of them are 30 MB and, on a Pi, seconds, which `mine status`, a list of the commands
and the Tab key have no use for."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from services.cli.answering import answered, is_asked
from services.cli.commands import COMMANDS


def loaded(name: str) -> Any:
    """The command, or the group of commands, with its options."""
    module = import_module(f"services.cli.{COMMANDS[name].module}")
    alone = typer.Typer()
    if hasattr(module, "app"):
        alone.add_typer(module.app, name=name)
    else:
        alone.command(name)(getattr(module, name))
    return get_group(alone).commands[name]


class Loaded(Mapping[str, Any]):
    """All commands, each loaded when it is looked at."""

    def __getitem__(self, name: str) -> Any:
        return loaded(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Later(TyperCommand):
    """A command that is known by its name and its first sentence; it loads itself when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself."""
        return loaded(str(self.name)).make_context(info_name, args, parent, **extra)


class Group(TyperGroup):
    """The program `mine`."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = Loaded()  # type: ignore[assignment]  # nothing is ever added to it
        self._typed: tuple[str, ...] = ()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the program; for a program that asks, a mistake in it is answered by a document."""
        self._typed = tuple(args)
        with self._answered():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Carry the command out, with an answer for a program also where it is refused."""
        with self._answered():
            return super().invoke(ctx)

    def _answered(self) -> AbstractContextManager[None]:
        return answered(self._typed) if is_asked(self._typed) else nullcontext()

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, to be called or to be listed; None where there is none of this name."""
        row = COMMANDS.get(cmd_name)
        return row and Later(cmd_name, help=row.help)
