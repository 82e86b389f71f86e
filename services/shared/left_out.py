"""Leaves out what a library would load and does well without: because it happens to be installed, or for others than us."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Until the end of the block an import of these top-level packages raises ImportError, as if they were not installed.

    A megabyte of colours for a terminal is loaded for nothing into a service that lives for months. For a library's import
    alone, where it asks for them within `try`; who has loaded them already keeps them.
    """
    there = {name: sys.modules[name] for name in names if name in sys.modules}
    absent: dict[str, ModuleType | None] = dict.fromkeys(names)
    sys.modules.update(absent)  # type: ignore[arg-type]  # None is how the import system is told so
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(there)


def left_out_for_good(name: str) -> None:
    """The same of one module for as long as the process lives, for a library that asks for it again and again."""
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]


@contextmanager
def not_loaded(name: str) -> Iterator[None]:
    """Until the end of the block an import of this module loads nothing: of it there is every name, and each is None.

    For the import of a package alone that takes names out of a module of its own which we never use; who imports the module
    afterwards loads it.
    """
    empty = ModuleType(name)
    empty.__getattr__ = lambda _: None  # type: ignore[method-assign]
    there = sys.modules.setdefault(name, empty)
    try:
        yield
    finally:
        if there is empty:
            del sys.modules[name]
