"""Leaves out what a library would load only because it happens to be installed, and does well without."""

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
