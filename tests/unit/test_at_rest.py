"""A service keeps in memory for months what it imports: each does without what others and the command line need."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from services.api.history import care, first
from services.api.history.faults import Trouble

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LINE = {"typer", "rich", "pygments", "click", "multiprocessing"}
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


def test_the_api_loads_no_second_library_of_the_same_name_for_types_that_nobody_has() -> None:
    program = (
        "import sys, services.api.main; print('pydantic' in sys.modules, any(n.startswith('pydantic.v1.') for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_new_history_is_made_without_colours_for_a_terminal(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from services.api.history import care;"
        f"care.init(Path({str(tmp_path / 'mine_data.db')!r})); print('alembic' in sys.modules, 'pygments' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_the_service_that_begins_a_history_keeps_nothing_of_what_made_its_tables(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from services.api.history import first, migrating;"
        "from services.api.history.database import Database;"
        f"path = Path({str(tmp_path / 'mine_data.db')!r}); asyncio.run(first.made(path));"
        "print(Database(path).read(migrating.version) == migrating.HEAD, 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_history_that_cannot_be_begun_beside_the_service_is_left_to_it(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("of somebody else")
    asyncio.run(first.made(in_the_way / "mine_data.db"))
    assert [one.name for one in tmp_path.iterdir()] == ["file"] and in_the_way.read_text() == "of somebody else"
    with pytest.raises(Trouble):
        care.init(in_the_way / "mine_data.db")


def test_no_authorities_are_kept_before_they_are_needed_and_nobody_is_trusted_without() -> None:
    program = (
        "import gc, ssl, services.shared.http;"
        "kept = [one for one in gc.get_objects() if isinstance(one, ssl.SSLContext)];"
        "print(sum(one.verify_mode != ssl.CERT_REQUIRED for one in kept), sum(len(one.get_ca_certs()) > 0 for one in kept))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]
