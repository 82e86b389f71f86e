"""`mine restore` where a hand slips: a backup of another site, a folder that holds other things, and what all share."""

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.backup import disk
from services.cli.main import app
from tests.unit.backup import site


@pytest.fixture
def north(tmp_path: Path) -> Path:
    site.make(tmp_path / "north")
    return site.take(tmp_path / "north").path


def mine(folder: Path, *words: str, said: str = "") -> Result:
    env = {"MINE_CONFIG": str(folder / "config.txt"), "MINE_API_ACCESS_FILE": str(folder / "secrets/access.json")}
    return CliRunner().invoke(app, ["restore", *words], env=env, input=said)


def another_site(tmp_path: Path) -> Path:
    folder = tmp_path / "south"
    site.make(folder)
    (folder / "config.txt").write_text((folder / "config.txt").read_text().replace("north", "south"))
    return folder


def test_a_backup_of_another_site_is_asked_about_and_nothing_is_touched_before(tmp_path: Path, north: Path) -> None:
    south = another_site(tmp_path)
    before = {path: path.read_bytes() for path in south.rglob("*.txt")}
    refused = mine(south, str(north), said="y\nn\n")
    assert (refused.exit_code, "of the site 'north', and this is 'south'" in refused.stderr) == (1, True), refused.output
    assert {path: path.read_bytes() for path in south.rglob("*.txt")} == before
    assert not list(south.rglob("*.before-restore-*"))


@pytest.mark.parametrize("answers", [("--yes", ""), ("--no-yes", "y\ny\n")], ids=["yes", "asked"])
def test_who_means_it_gets_it_and_is_told(tmp_path: Path, north: Path, answers: tuple[str, str]) -> None:
    south = another_site(tmp_path)
    words = ["--yes"] if answers[0] == "--yes" else []
    done = mine(south, *words, str(north), said=answers[1])
    assert (done.exit_code, "this is 'south'" in done.stderr) == (0, True), done.output
    assert "site = north" in (south / "config.txt").read_text()


def test_the_sites_own_backup_is_asked_about_once(tmp_path: Path, north: Path) -> None:
    done = mine(tmp_path / "north", str(north), said="y\n")
    assert (done.exit_code, "Is that meant" in done.stderr) == (0, False), done.output


@pytest.mark.parametrize("verify", [True, False])
def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path, north: Path, *, verify: bool) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "photos").mkdir()
    done = mine(tmp_path / "north", "--yes", *(["--verify"] if verify else []), "--to", str(home), str(north))
    assert done.exit_code == (0 if verify else 1), done.output
    assert verify or "holds other things" in done.output
    assert (stat.S_IMODE(home.stat().st_mode), list(home.iterdir())) == (0o755, [home / "photos"])


def test_nothing_for_a_folder_is_not_the_one_where_somebody_stands(
    tmp_path: Path, north: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "photos").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert mine(tmp_path / "north", "--yes", "--to", "", str(north)).exit_code == 1
    assert list(here.iterdir()) == [here / "photos"]


def test_into_one_folder_it_can_be_brought_twice_and_under_any_umask_all_is_ours_alone(tmp_path: Path, north: Path) -> None:
    before = os.umask(0)
    try:
        for _ in range(2):
            done = mine(tmp_path / "north", "--yes", "--to", str(tmp_path / "new"), str(north))
            assert done.exit_code == 0, done.output
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert (modes["ledger.db"], modes["mine_data.db"], modes["config.txt"], modes["config"]) == (0o600, 0o600, 0o600, 0o755)


def test_a_folder_that_all_share_stays_open_to_all(tmp_path: Path) -> None:
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    tmp.chmod(0o1777)
    assert stat.S_IMODE(disk.folder(tmp).stat().st_mode) == 0o1777
