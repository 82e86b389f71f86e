"""Where a site may lie, and with which ports: what would hurt later is refused before anything is done."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.made_up_pi import INSTALL, Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("timedatectl", "echo yes")
    return made


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(disk)], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def refused(pi: Pi, told: str) -> bool:
    ran = pi.install("--yes")
    assert (ran.returncode, told in ran.stderr, "Nothing was changed" in ran.stderr) == (3, True, True), ran.stderr
    return True


def test_a_folder_that_holds_other_things_is_no_place_for_a_site_that_may_be_purged(pi: Pi) -> None:
    pi.site.mkdir()
    (pi.site / "photos").mkdir()
    assert refused(pi, "holds other things (photos)")


def test_a_file_in_the_folders_place_is_named(pi: Pi) -> None:
    pi.site.touch()
    assert refused(pi, f"{pi.site} is not a folder")


def test_a_disk_that_cannot_be_written_is_named(pi: Pi, read_only: Path) -> None:
    pi.site = read_only / "site"
    assert refused(pi, f"nothing can be written to {read_only}")


@pytest.mark.parametrize(("kind", "code"), [("exfat", 3), ("vfat", 3), ("ext4", 0)])
def test_a_disk_that_keeps_no_owners_of_files_is_named(pi: Pi, kind: str, code: int) -> None:
    pi.program("findmnt", f"echo {kind}")
    ran = pi.parts('UNFIT=(); check_folder; printf "%s\\n" "${UNFIT[@]}"')
    assert (f"({kind}) keeps no owners" in ran.stdout) == bool(code), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "there", ["config/config.txt", "data/ledger/ledger.db", "site.env", "lost+found/x", "releases/.staged/x", "site.env.kept"]
)
def test_what_a_site_left_or_somebody_prepared_is_no_hindrance(pi: Pi, there: str) -> None:
    (pi.site / there).parent.mkdir(parents=True)
    (pi.site / there).touch()
    ran = pi.parts('PAGE_PORT=1 UNFIT=(); check_folder; echo "found: ${UNFIT[*]}"')
    assert (ran.returncode, ran.stdout.endswith("found: \n")) == (0, True), ran.stdout + ran.stderr


def test_the_old_products_own_folder_is_taken_for_both(pi: Pi) -> None:
    pi.site.mkdir()
    (pi.site / "bitcoin_mine.py").touch()
    pi.write("etc/systemd/system/bitcoin-mine.service", f"[Service]\nWorkingDirectory={pi.site}\n")
    ran = pi.parts('UNFIT=(); check_folder; echo "found: ${UNFIT[*]}"')
    assert ran.stdout.endswith("found: \n"), ran.stdout + ran.stderr


@pytest.mark.parametrize("options", [["--page-port", "8700", "--debug-port", "8700"], ["--folder", ""], ["--page-port", "99999"]])
def test_nonsense_is_named_as_such(pi: Pi, options: list[str]) -> None:
    command = ["bash", str(INSTALL), "--yes", *options]
    ran = subprocess.run(command, env=pi.env(), capture_output=True, text=True, check=False, timeout=20, cwd=pi.root)
    assert (ran.returncode, options[0] in ran.stderr) == (2, True), ran.stderr


def test_what_is_installed_is_mended_also_on_a_card_that_has_little_room_left(pi: Pi) -> None:
    pi.program("df", "printf 'Avail\\n 900M\\n'")
    (pi.site / "current").mkdir(parents=True)
    ran = pi.parts('UNFIT=(); check_disk; echo "found: ${UNFIT[*]}"')
    assert ran.stdout.endswith("found: \n"), ran.stdout + ran.stderr


@pytest.mark.parametrize("script", ["install.sh", "update.sh", "uninstall.sh"])
def test_a_link_in_the_folders_place_is_followed_before_anything_is_compared_or_removed(pi: Pi, script: str) -> None:
    pi.program("realpath", "echo /mnt/ssd/mine")
    ran = pi.parts(f'eval "$(grep -o "^FOLDER=[^ ]*[^=]* " $SOURCE/scripts/{script})"; echo "$FOLDER"')
    assert ran.stdout == "/mnt/ssd/mine\n", ran.stdout + ran.stderr


def test_what_runs_is_not_dropped_as_old_where_the_folder_is_a_link(pi: Pi) -> None:
    pi.program("docker", "")
    for name in ("1.0", "1.1", "1.2"):
        (pi.site / "releases" / name).mkdir(parents=True)
    (pi.site / "current").symlink_to("releases/1.2")
    (pi.site / "previous").symlink_to("releases/1.1")
    (pi.root / "linked").symlink_to(pi.site)
    ran = pi.parts(f"FOLDER={pi.root}/linked; drop_old_releases")
    assert ran.returncode == 0, ran.stderr
    assert sorted(path.name for path in (pi.site / "releases").iterdir()) == ["1.1", "1.2"]


@pytest.mark.parametrize("given", ["COMPOSE_PROJECT_NAME=x", "MINE_HOME=/x", "MINE_PAGE_PORT=1", "MINE_PAGE_ADDRESS=::1"])
def test_what_has_an_option_of_its_own_is_not_set_past_its_checks(pi: Pi, given: str) -> None:
    ran = pi.install("--dry-run", "--set", given)
    assert (ran.returncode, given.partition("=")[0] in ran.stderr) == (2, True), ran.stderr
