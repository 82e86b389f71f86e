"""`python -m tests.proof.planted <module> <old> <new>`: the quick check of a core in which one text was changed.

Prints the trace and exits with 1 when the change is found, exits with 0 when it is not.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

CORE = "services.controller.core."


class _Changed(SourceFileLoader):
    """Loads a module with one text changed; no cached code is read or written."""

    def __init__(self, name: str, path: str, old: str, new: str) -> None:
        super().__init__(name, path)
        self._old, self._new = old, new

    def get_code(self, fullname: str) -> CodeType:
        """The code of the changed source."""
        return compile(changed(Path(self.path).read_text("utf-8"), self._old, self._new), self.path, "exec")


class _Finder(MetaPathFinder):
    def __init__(self, name: str, old: str, new: str) -> None:
        self._name, self._old, self._new = name, old, new

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None and spec.origin is not None
        spec.loader = _Changed(fullname, spec.origin, self._old, self._new)
        return spec


def changed(source: str, old: str, new: str) -> str:
    """The source with the bug in it. Raises ValueError when the text is not there exactly once."""
    if source.count(old) != 1:
        raise ValueError(f"found {source.count(old)} times instead of once: {old!r}")
    return source.replace(old, new)


def main(arguments: Sequence[str]) -> int:
    """Plant the bug, if one is given, and check."""
    if arguments:
        module, old, new = arguments
        sys.meta_path.insert(0, _Finder(CORE + module, old, new))
    from tests.proof.quick import first_break

    found = first_break()
    sys.stdout.write(f"{found or 'nothing is broken'}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
