"""A service keeps in memory for months what it imports: each does without what others and the command line need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LINE = {"typer", "rich", "pygments"}
DATABASE = {"sqlalchemy", "sqlmodel", "alembic", "mako"}
PEOPLE = {"telegram", "httpx", "httpcore", "aiosmtplib", "cryptography"}
PAGE = {"fastapi", "opentelemetry"}
DEVICES = {"pysnmp", "pyasn1", "bs4"}
DEMO = {"amqtt", "aiosmtpd"}
LINE = "services.notifier.channels.telegram_line"  # loaded at the start of a site that tells people by Telegram


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (("collector",), DATABASE | PEOPLE | PAGE | {"pysnmp", "pyasn1"}),
        (("controller",), DATABASE | PEOPLE | PAGE | DEVICES),
        (("notifier",), DATABASE | PAGE | DEVICES | {"telegram", "httpx", "cryptography"}),
        (("notifier", LINE), DATABASE | PAGE | DEVICES | {"cryptography"}),
        (("api",), PEOPLE | DEVICES | {"alembic", "mako"}),
    ],
    ids=["collector", "controller", "notifier", "notifier with Telegram", "api"],
)
def test_a_service_loads_no_library_that_it_has_no_use_for(modules: tuple[str, ...], unwanted: set[str]) -> None:
    wanted = ", ".join(name if "." in name else f"services.{name}.main" for name in modules)
    program = f"import sys, {wanted}; print(*{{name.partition('.')[0] for name, it in sys.modules.items() if it}})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "paho" in loaded and loaded & (unwanted | COMMAND_LINE | DEMO) == set()


def test_a_new_history_is_made_without_colours_for_a_terminal(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from services.api.history import care;"
        f"care.init(Path({str(tmp_path / 'mine_data.db')!r})); print('alembic' in sys.modules, 'pygments' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
