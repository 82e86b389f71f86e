"""Who may import what, name by name: an allow-list, where import-linter's contracts forbid."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE, SIMULATOR = "services/controller/core/", "services/simulator/"
PURE = {"collections", "dataclasses", "datetime", "enum", "math", "typing", "zlib"}
MAY = {
    CORE: PURE | {"services.shared.vocabulary", "services.controller.core"},
    SIMULATOR: {"services.shared", "services.controller.core", "services.simulator"},
}
"""All that the core may import; what of ours the simulated site may."""
HTTP = {"aiohttp", "httpx", "requests", "urllib3", "urllib.request", "http.client"}
IMPURE = re.compile(r"\b(open|print|input|exec|eval|__import__)\(|\b(datetime|date)\.(now|today|utcnow)\(")


def imported(path: str, code: str) -> Iterator[str]:
    """Each name that is imported, with its module before it."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = list(Path(path).parts[: -node.level]) if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), name.name]) for name in node.names)


def is_of(name: str, modules: set[str]) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def may_import(path: str, name: str) -> bool:
    if is_of(name, {"paho"}):
        return path == "services/shared/link.py"
    if is_of(name, HTTP):
        serves = path.startswith(SIMULATOR) and is_of(name, {"aiohttp.web"})
        return serves or path == "services/shared/http.py"
    if path.startswith(CORE):
        return is_of(name, MAY[CORE])
    return not (path.startswith(SIMULATOR) and is_of(name, {"services"})) or is_of(name, MAY[SIMULATOR])


def not_allowed(path: str, code: str) -> list[str]:
    found = [name for name in imported(path, code) if not may_import(path, name)]
    return found + [match[0] for match in IMPURE.finditer(code) if path.startswith(CORE)]


def test_every_file_imports_only_what_it_may() -> None:
    files = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py")}
    assert {folder: any(path.startswith(folder) for path in files) for folder in MAY} == dict.fromkeys(MAY, True)
    assert {path: found for path, code in files.items() if (found := not_allowed(path, code))} == {}


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        *((CORE, f"import {name}") for name in ("socket", "random", "sqlite3", "subprocess", "time", "services.shared.spans")),
        (CORE, "from services.shared import spans"),
        (CORE, "from ... import shared"),
        (CORE, "def f():\n    from os import path"),
        (CORE, "now = datetime.now(UTC)"),
        *((SIMULATOR, f"import {name}") for name in ("services.controller.leases", "services.backup", "paho.mqtt", "aiohttp")),
        (SIMULATOR, "from services.controller import leases"),
        ("services/cli/", "from paho.mqtt.client import Client"),
        ("services/shared/", "import paho.mqtt.client as mqtt"),
        ("services/notifier/", "from aiohttp import ClientSession"),
        ("services/notifier/", "from urllib.request import urlopen"),
    ],
)
def test_an_import_against_the_rules_is_found(folder: str, code: str) -> None:
    assert not_allowed(f"{folder}new.py", code)
