"""A small file that is written is whole, and on the card, whenever the power fails."""

import asyncio
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.api import tally
from services.api.history import ends
from services.api.login.ended import Ended
from services.cli.main import app
from services.cli.setup import provision
from services.shared import restored, whole_file
from services.shared.settings import last_good

ROOT = Path(__file__).resolve().parents[3]
Synced = list[tuple[Path, bytes | None]]
"""What came to the card, in its order, and what the file's name led to then."""


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Synced]:
    """From now on: what is synced, each time with what stood under the name of this file."""

    def look(file: Path) -> Synced:
        seen: Synced = []
        real = os.fsync

        def sync(handle: int) -> None:
            seen.append((Path(f"/proc/self/fd/{handle}").readlink(), file.read_bytes() if file.exists() else None))
            real(handle)

        monkeypatch.setattr(os, "fsync", sync)
        return seen

    return look


def _logout(folder: Path) -> Path:
    ended = Ended(folder / "ended-logins.json")
    ended.add("one", 9e10)
    asyncio.run(ended.keep())
    return folder / "ended-logins.json"


def _audit(folder: Path) -> Path:
    kept = ends.Ends(folder / "mine_data.db")
    kept.see(1, "abc")
    return folder / "mine_data.db.audit-end"


def _restored(folder: Path) -> Path:
    restored.observe(folder, "restored from mine-1")
    return folder / restored.MARKER


def _counted(folder: Path) -> Path:
    tally.save(folder / "cost.json", tally.Tally())
    return folder / "cost.json"


def _configured(folder: Path) -> Path:
    env = {"MINE_CONFIG": str(ROOT / "config" / "demo.txt"), last_good.VARIABLE: str(folder / last_good.NAME)}
    assert last_good.keep(env, 1.8e9)
    return folder / last_good.NAME


WRITERS = {
    "ended-logins.json": _logout,
    "mine_data.db.audit-end": _audit,
    restored.MARKER: _restored,
    "cost.json": _counted,
    last_good.NAME: _configured,
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_on_the_card_before_it_has_its_name_and_its_name_after(
    tmp_path: Path, synced: Callable[[Path], Synced], name: str
) -> None:
    seen = synced(tmp_path / name)
    file = WRITERS[name](tmp_path)
    assert seen == [(tmp_path / f".{name}.half", None), (tmp_path, file.read_bytes())]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("words", [["remove", "operator", "--yes"], ["revoke", "operator-token"]], ids=["person", "token"])
def test_a_power_cut_just_after_brings_back_nobody_who_was_taken_away(
    tmp_path: Path, synced: Callable[[Path], Synced], words: list[str]
) -> None:
    provision(tmp_path / "secrets")
    file = tmp_path / "secrets" / "access.json"
    seen = synced(file)
    env = {"MINE_API_ACCESS_FILE": str(file), "MINE_DATA_FOLDER": str(tmp_path), "MINE_CONFIG": "config/config.example.txt"}
    ran = CliRunner().invoke(app, ["access", *words], env=env)
    assert ran.exit_code == 0, ran.output
    assert seen[-1] == (file.parent, file.read_bytes())


def test_no_other_place_has_a_way_of_its_own() -> None:
    files = {path.relative_to(ROOT): path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py")}
    assert [str(path) for path, code in files.items() if re.search(r"\bfsync\(", code)] == ["services/shared/whole_file.py"]


def test_a_card_that_refuses_leaves_the_file_as_it_was_and_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    whole_file.write(tmp_path / "note", b"before")
    (tmp_path / ".note.half").write_bytes(b"of one that was killed")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        whole_file.write(tmp_path / "note", b"after")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"note": b"before"}


def test_it_is_its_owners_alone_and_stays_with_the_owner_that_it_had(tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_bytes(b"before")
    note.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(note, 10001, 10001)
    owner = note.stat().st_uid
    whole_file.write(note, b"after")
    assert (note.read_bytes(), note.stat().st_uid, stat.S_IMODE(note.stat().st_mode)) == (b"after", owner, 0o600)
