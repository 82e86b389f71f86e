"""`scripts/backup.sh`: it backs up the site of its own folder, says which that is, and never another's of the same name."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MINE = """#!/bin/sh
case "$*" in *"config show"*) echo "[GENERAL]"; echo "site = north    (config.txt line 2)";; *) echo "ran here: $*";; esac
"""
DOCKER = """#!/bin/sh
case "$*" in
  "compose ps"*) echo 4f1d;;
  inspect*) echo "{folder}";;
  *printenv*) echo "{config}";;
  *"config show"*) echo "site = south    (config.txt line 2)";;
  *) echo "ran in the containers: $*";;
esac
"""


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    program(made / ".venv" / "bin" / "python", MINE)
    shutil.copy(ROOT / "scripts" / "backup.sh", made / "scripts.sh")
    (made / "scripts").mkdir()
    (made / "scripts.sh").rename(made / "scripts" / "backup.sh")
    return made


def ran(clone: Path, containers_of: Path | None, config: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    text = "#!/bin/sh\nexit 1\n" if containers_of is None else DOCKER.format(folder=containers_of, config=config)
    program(clone.parent / "bin" / "docker", text)
    base = {name: value for name, value in os.environ.items() if not name.startswith("MINE_")}
    env = base | {"PATH": f"{clone.parent / 'bin'}:{os.environ['PATH']}"} | env
    command = [clone / "scripts" / "backup.sh", "--kind", "hourly"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


def test_the_containers_of_another_folder_are_left_alone_and_both_are_named(clone: Path) -> None:
    other = clone.parent / "other"
    found = ran(clone, other)
    assert found.returncode == 1 and found.stdout == ""
    assert f"those of {other}, and this is {clone}." in found.stderr


def test_a_configuration_that_is_named_is_backed_up_on_this_computer_whoevers_containers_run(clone: Path) -> None:
    found = ran(clone, clone.parent / "other", MINE_CONFIG="config/mine.txt")
    assert found.returncode == 0 and found.stdout.startswith("ran here: ")
    assert found.stderr.splitlines()[-1] == f"Site: north, on this computer, of {clone} by config/mine.txt"


def test_the_containers_of_this_folder_make_the_backup_and_the_last_line_names_the_site(clone: Path) -> None:
    found = ran(clone, clone)
    assert found.stdout.endswith("exec -T backup mine backup --kind hourly\n")
    assert found.stderr.splitlines()[-1] == f"Site: south, in the containers of {clone}"


def test_another_configuration_than_the_containers_go_by_is_not_passed_over(clone: Path) -> None:
    found = ran(clone, clone, config="/app/config/a.txt", MINE_CONFIG="config/b.txt")
    assert found.returncode == 1 and found.stdout == ""
    assert "MINE_CONFIG is config/b.txt, and the containers of this folder go by /app/config/a.txt." in found.stderr


def test_without_containers_it_is_made_on_this_computer(clone: Path) -> None:
    found = ran(clone, None)
    assert found.stdout.endswith("backup --kind hourly\n") and found.stdout.startswith("ran here")
    assert found.stderr.splitlines()[-1] == f"Site: north, on this computer, of {clone}"


def test_called_by_a_link_it_is_the_folder_of_the_script_that_counts(clone: Path) -> None:
    link = clone.parent / "daily" / "backup"
    link.parent.mkdir()
    link.symlink_to(clone / "scripts" / "backup.sh")
    program(clone.parent / "bin" / "docker", "#!/bin/sh\nexit 1\n")
    env = {"PATH": f"{clone.parent / 'bin'}:{os.environ['PATH']}"}
    found = subprocess.run([link], env=env, capture_output=True, text=True, timeout=30, check=False)
    assert found.stdout.startswith("ran here"), found.stderr
