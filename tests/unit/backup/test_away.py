"""The second folder is on another medium or is refused; what goes away is encrypted and is no shell's word."""

import shutil
import subprocess
from pathlib import Path

import pytest

from services.backup import sealed
from services.backup.trouble import Trouble
from services.shared.backups import Kind, read_notes
from tests.unit.backup import site

PASSPHRASE = "rather-blue-heron-7"
MEMORY = Path("/dev/shm")


@pytest.fixture
def medium(tmp_path: Path):
    folder = MEMORY / f"mine-backup-{tmp_path.parent.name}-{tmp_path.name}"
    if not MEMORY.exists() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system here")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_it_is_carried_to_the_second_medium_and_kept_there_by_the_same_counts(tmp_path: Path, medium: Path) -> None:
    site.make(tmp_path)
    for n in range(3):
        made = site.take(
            tmp_path, Kind.HOURLY, site.AT + n, MINE_BACKUP_SECOND_FOLDER=f"{medium}/mine", MINE_BACKUP_KEEP_HOURLY="2"
        )
        assert made.troubles == ()
    there = sorted(path.name for path in (medium / "mine").iterdir())
    assert [name[:12] for name in there] == ["north-000002", "north-000003"]
    assert (medium / "mine" / there[-1]).read_bytes() == made.path.read_bytes()
    assert (medium / "mine").stat().st_mode & 0o777 == 0o700


def test_without_its_medium_the_second_folder_is_refused_and_nothing_fills_the_card(tmp_path: Path) -> None:
    site.make(tmp_path)
    made = site.take(tmp_path, MINE_BACKUP_SECOND_FOLDER=str(tmp_path / "usb" / "mine"))
    assert made.path.exists() and not (tmp_path / "usb").exists()
    assert "nothing is mounted there" in made.troubles[0]
    note = read_notes(made.path.parent)[Kind.DAILY]
    assert not note.ok and "nothing is mounted there" in note.words


def test_a_full_second_medium_is_told_and_the_first_backup_stands(tmp_path: Path, medium: Path, monkeypatch) -> None:
    site.make(tmp_path)
    monkeypatch.setattr("services.backup.away._SPARE_MB", 1e12)
    made = site.take(tmp_path, MINE_BACKUP_SECOND_FOLDER=f"{medium}/mine")
    assert "no room" in made.troubles[0] and made.path.exists()
    assert list((medium / "mine").iterdir()) == []


def test_what_goes_away_is_encrypted_and_comes_back_with_the_passphrase_alone(tmp_path: Path) -> None:
    site.make(tmp_path)
    away = tmp_path / "away; touch x"
    away.mkdir()
    command = f"cp {{file}} '{away}/{{name}}'"
    env = {"MINE_BACKUP_REMOTE_COMMAND": command, "MINE_BACKUP_PASSPHRASE": PASSPHRASE}
    made = site.take(tmp_path, **env)
    assert made.troubles == ()
    (sent,) = away.iterdir()
    assert sent.name == f"{made.path.name}.enc" and b"config.txt" not in sent.read_bytes()
    sealed.unseal(sent, tmp_path / "opened.tar.gz", PASSPHRASE)
    assert (tmp_path / "opened.tar.gz").read_bytes() == made.path.read_bytes()
    with pytest.raises(Trouble, match="another passphrase"):
        sealed.unseal(sent, tmp_path / "not", "another-blue-heron-7")
    site.take(tmp_path, Kind.HOURLY, **env)
    assert list(away.iterdir()) == [sent]


def test_the_encrypted_file_can_be_opened_by_hand_as_its_description_says(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"what was put in" * 1000)
    sealed.seal(tmp_path / "plain", tmp_path / "closed.enc", PASSPHRASE)
    by_hand = f"head -c -32 closed.enc | openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -pass pass:{PASSPHRASE}"
    done = subprocess.run(["sh", "-c", by_hand], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == b"what was put in" * 1000


def test_a_changed_byte_is_found_before_anything_is_decrypted(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(5000))
    sealed.seal(tmp_path / "plain", tmp_path / "closed", PASSPHRASE)
    data = bytearray((tmp_path / "closed").read_bytes())
    data[2500] ^= 1
    (tmp_path / "closed").write_bytes(data)
    with pytest.raises(Trouble, match="changed"):
        sealed.unseal(tmp_path / "closed", tmp_path / "opened", PASSPHRASE)


@pytest.mark.parametrize(
    ("command", "minutes", "words"),
    [
        ("sh -c 'echo no such bucket >&2; exit 3' {file}", "1", "ended with 3: no such bucket"),
        (
            "sh -c 'echo no such key >&2; echo rsync: closed >&2; exit 12' {file}",
            "1",
            "ended with 12: no such key / rsync: closed",
        ),
        ("no-such-program {file}", "1", "cannot be started"),
        ("sh -c 'exec sleep 30' {file}", "0.005", "did not end"),
    ],
)
def test_a_remote_place_that_fails_is_told_and_nothing_is_left_of_it(
    tmp_path: Path, command: str, minutes: str, words: str
) -> None:
    site.make(tmp_path)
    env = {"MINE_BACKUP_REMOTE_COMMAND": command, "MINE_BACKUP_REMOTE_MINUTES": minutes}
    made = site.take(tmp_path, **env, MINE_BACKUP_PASSPHRASE=PASSPHRASE)
    assert words in made.troubles[0] and PASSPHRASE not in made.troubles[0]
    assert made.path.exists() and list(made.path.parent.rglob("*.enc")) == []
