"""`mine backup` packs the file that the run goes by, and `mine restore` puts no configuration in its place that knows less."""

import os
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import noted
from services.cli.main import app
from tests.unit.backup import site

_PLANT = "[APIS]\npdu_ip = 127.0.0.1\n[SIGNAL]\nurl = http://127.0.0.1/power\n"
_LOADS = "name,kind,kW,pdu,outlet\nrig-1,outlet,3,pdu-1,1\n"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose file is not where one is looked for by itself; there only the example lies."""
    site.make(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.example.txt").write_text("[GENERAL]\nsite = example\n")
    (tmp_path / "config.txt").write_text((tmp_path / "config.txt").read_text() + _PLANT)
    (tmp_path / "loads.csv").write_text(_LOADS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mine(*words: str, config: Path | None, said: str = "") -> Result:
    env = {"MINE_CONFIG": str(config) if config else "", "MINE_API_ACCESS_FILE": "", "MINE_DATA_FOLDER": ""}
    return CliRunner().invoke(app, list(words), env=env, input=said)


def newest(plant: Path) -> Path:
    return sorted((plant / "data" / "backups").glob("*.tar.gz"))[-1]


def packed(plant: Path) -> dict[str, bytes]:
    with tarfile.open(newest(plant)) as opened:
        found = {one.name: opened.extractfile(one) for one in opened.getmembers()}
        return {name: file.read() for name, file in found.items() if file is not None}


def poor(plant: Path, name: str, site_name: str = "north") -> Path:
    """A backup of a time when the site knew no device, or no load."""
    before = {path: path.read_bytes() for path in (plant / "config.txt", plant / "loads.csv")}
    rest = _PLANT if name == "loads" else ""
    (plant / "config.txt").write_text(f"[GENERAL]\nsite = {site_name}\n[DATA]\nfolder = {plant / 'data'}\n{rest}")
    (plant / "loads.csv").write_text(_LOADS.splitlines()[0] + "\n")
    made = mine("backup", config=plant / "config.txt")
    assert made.exit_code == 0, made.output
    for path, data in before.items():
        path.write_bytes(data)
    return newest(plant)


def test_of_a_run_the_file_is_packed_that_the_run_goes_by_and_not_the_example(plant: Path) -> None:
    noted.write(plant / "data", plant / "config.txt", {}, {})
    try:
        made = mine("backup", config=None)
    finally:
        (plant / "data" / noted.NAME).unlink()
    assert made.exit_code == 0, made.output
    assert f"of the run that is process {os.getpid()}" in made.output
    assert (packed(plant)["config.txt"], packed(plant)["loads.csv"]) == ((plant / "config.txt").read_bytes(), _LOADS.encode())


def test_the_example_is_no_sites_configuration_and_the_backup_says_that_it_has_none(plant: Path) -> None:
    made = mine("backup", config=None)
    assert (made.exit_code, "no configuration:" in made.output) == (0, True), made.output
    assert "config.txt" not in packed(plant)
    own = (plant / "config.txt").read_bytes()
    back = mine("restore", "--yes", str(newest(plant)), config=plant / "config.txt")
    assert (back.exit_code, "no configuration is in the archive" in back.output) == (0, True), back.output
    assert (plant / "config.txt").read_bytes() == own


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("devices", "of 1 device 1 is not in the backup: pdu-1; of 1 signal 1 is not in the backup: utility"),
        ("loads", "of 1 load 1 is not in the backup: rig-1"),
    ],
)
def test_one_that_knows_less_is_refused_where_nobody_can_be_asked_and_what_it_lacks_is_told(
    plant: Path, name: str, lost: str
) -> None:
    own, archive = (plant / "config.txt").read_bytes(), poor(plant, name)
    refused = mine("restore", "--yes", str(archive), config=plant / "config.txt")
    assert (refused.exit_code, lost in refused.stderr) == (1, True), refused.output
    assert (plant / "config.txt").read_bytes() == own
    assert not list(plant.rglob("*.before-restore-*"))


def test_a_site_that_grew_tenfold_is_not_made_small_again_by_yes(plant: Path) -> None:
    small = (plant / "config.txt").read_text()
    (plant / "config.txt").write_text(small.replace("control = armed", "control = observe"))
    assert mine("backup", config=plant / "config.txt").exit_code == 0
    grown = small.replace("pdu_ip = 127.0.0.1", f"pdu_ip = {', '.join(f'127.0.0.{n}' for n in range(1, 11))}")
    (plant / "config.txt").write_text(grown)
    (plant / "loads.csv").write_text(_LOADS + "".join(f"rig-{n},outlet,3,pdu-{n},1\n" for n in range(2, 6)))
    refused = mine("restore", "--yes", str(newest(plant)), config=plant / "config.txt")
    assert refused.exit_code == 1, refused.output
    assert "of 10 devices 9 are not in the backup: pdu-2, pdu-3, pdu-4, pdu-5, pdu-6 and 4 more; of 5 loads 4" in refused.stderr
    assert mine("restore", str(newest(plant)), config=plant / "config.txt", said="n\n").exit_code == 1
    assert (plant / "config.txt").read_text() == grown


def test_a_person_who_means_it_gets_it_and_the_present_one_stays_beside_it(plant: Path) -> None:
    own, archive = (plant / "config.txt").read_bytes(), poor(plant, "devices")
    assert mine("restore", str(archive), config=plant / "config.txt", said="y\nn\n").exit_code == 1
    assert (plant / "config.txt").read_bytes() == own
    done = mine("restore", str(archive), config=plant / "config.txt", said="y\ny\n")
    assert done.exit_code == 0, done.output
    (kept,) = plant.glob("config.txt.before-restore-*")
    assert (kept.read_bytes(), kept.name in done.output) == (own, True)


def test_a_site_that_has_only_changed_is_not_asked_about(plant: Path) -> None:
    assert mine("backup", config=plant / "config.txt").exit_code == 0
    text = (plant / "config.txt").read_text()
    (plant / "config.txt").write_text(text.replace("control = armed", "control = observe"))
    done = mine("restore", "--yes", str(newest(plant)), config=plant / "config.txt")
    assert done.exit_code == 0, done.output
    assert (plant / "config.txt").read_text() == text
