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


@pytest.mark.parametrize(
    ("service", "unwanted"),
    [
        ("collector", DATABASE | PEOPLE | PAGE | {"pysnmp", "pyasn1"}),
        ("controller", DATABASE | PEOPLE | PAGE | DEVICES),
        ("notifier", DATABASE | PAGE | DEVICES | {"telegram", "httpx", "httpcore", "cryptography"}),
        ("api", PEOPLE | DEVICES | {"alembic", "mako"}),
    ],
    ids=["collector", "controller", "notifier", "api"],
)
def test_a_service_loads_no_library_that_it_has_no_use_for(service: str, unwanted: set[str]) -> None:
    program = f"import sys, services.{service}.main; print(*{{name.partition('.')[0] for name, it in sys.modules.items() if it}})"
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


def test_no_authorities_are_kept_for_who_would_not_verify_and_nobody_is_trusted_without() -> None:
    program = (
        "import gc, ssl, services.shared.http;"
        "kept = [one for one in gc.get_objects() if isinstance(one, ssl.SSLContext)];"
        "print(sum(one.verify_mode != ssl.CERT_REQUIRED for one in kept), sum(len(one.get_ca_certs()) > 0 for one in kept))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
