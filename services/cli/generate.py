"""`python -m services.cli.generate [--check]`: writes what is made from the code, or names what is out of date."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from services.api import openapi
from services.cli import (
    alarms_page,
    asyncapi,
    commands_page,
    invariants_page,
    manual,
    modes_page,
    page_types,
    rehearse_page,
    rules_page,
)
from services.cli.broker import ROOT
from services.cli.main import app as program
from services.shared.settings.example import example

FILES: Mapping[str, Callable[[], str]] = {
    "config/config.example.txt": example,
    "docs/openapi.json": lambda: _json(openapi.document()),
    "docs/messages.json": lambda: _json(asyncapi.document()),
    "docs/manual/alarm-list.md": alarms_page.document,
    "docs/manual/configuration.md": manual.document,
    "docs/manual/commands.md": lambda: commands_page.document(typer.main.get_command(program)),
    "docs/manual/rules.md": rules_page.text,
    "docs/manual/safety.md": invariants_page.text,
    "docs/manual/rehearse.md": rehearse_page.document,
    "frontend/src/debug/modes.ts": modes_page.text,
    "frontend/src/types.ts": page_types.text,
}


def stale(folder: Path = ROOT) -> dict[str, str]:
    """Every file that is not what the code makes, with the text that it should hold."""
    made = {name: make() for name, make in FILES.items()}
    return {name: text for name, text in made.items() if not _is(folder / name, text)}


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """0 when all is up to date or was written, 1 when --check finds a difference."""
    found = stale()
    for name, text in found.items():
        if "--check" in arguments:
            print(f"{name} is out of date: run python -m services.cli.generate", file=sys.stderr)
        else:
            (ROOT / name).write_text(text, "utf-8")
            print(f"{name} written")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
