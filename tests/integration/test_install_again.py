"""The installer run again: over one that was cut off, after an uninstall, and over what a hand has changed meanwhile."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import INSTALL, ROOT, Pi
from tests.ports import free_port

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")
WRITE = "GIVEN=(); write_site_env; cat $FOLDER/site.env"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.site.mkdir()
    made.program("docker", "")
    return made


def test_what_a_hand_wrote_into_site_env_is_read_as_it_was_meant(pi: Pi) -> None:
    hand = b'# a word = of mine\r\nexport MINE_LOG = json\r\nCOMPOSE_PROJECT_NAME="north"\r\n\r\nMINE_PAGE_PORT=8001'
    (pi.site / "site.env").write_bytes(hand)
    ran = pi.parts(f"PROJECT=$(site_value COMPOSE_PROJECT_NAME); {WRITE}")
    lines = (pi.site / "site.env").read_text().splitlines()
    assert ran.returncode == 0, ran.stderr
    assert lines[:4] == ["# a word = of mine", "MINE_LOG=json", "COMPOSE_PROJECT_NAME=north", "MINE_PAGE_PORT=8001"]
    assert f"MINE_HOME={pi.site}" in lines
    assert "written:" not in pi.parts(f"PROJECT=north; {WRITE}").stdout


def test_after_an_uninstall_the_page_listens_where_it_did(pi: Pi) -> None:
    (pi.site / "site.env.kept").write_text("MINE_PAGE_ADDRESS=192.168.1.10\nCOMPOSE_PROJECT_NAME=north\n")
    ran = pi.parts(f"PROJECT=$(site_value COMPOSE_PROJECT_NAME); {WRITE}")
    assert "MINE_PAGE_ADDRESS=192.168.1.10\nCOMPOSE_PROJECT_NAME=north\n" in ran.stdout, ran.stderr
    assert not (pi.site / "site.env.kept").exists()


def test_no_awk_program_reads_what_it_raises_in_the_same_assignment() -> None:
    """The order is not defined: one awk of Debian keeps the comments of site.env by it, the other blanks them."""
    texts = {path: path.read_text() for path in (ROOT / "scripts").rglob("*") if path.is_file()}
    assert [path.name for path, text in texts.items() if re.search(r"\[\+\+(\w+)\] *= *\1\b", text)] == []


@pytest.mark.parametrize("line", ["export {} = {}", " {}= {}", "export\t{}='{}'\r", "{} ={}"])
def test_a_value_is_read_in_each_form_that_is_kept(pi: Pi, line: str) -> None:
    (pi.site / "site.env").write_text(line.format("MINE_PAGE_PORT", "8123") + "\n")
    assert pi.parts("site_value MINE_PAGE_PORT").stdout == "8123\n"


@pytest.mark.parametrize("name", ["site.env", "site.env.kept"])
def test_the_ports_that_were_chosen_are_the_ones_that_are_looked_at(pi: Pi, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        (pi.site / name).write_text(f"MINE_PAGE_PORT={port}\nMINE_DEBUG_PORT={free_port()}\n")
        pi.program("timedatectl", "echo yes")
        command = ["bash", str(INSTALL), "--yes", "--folder", str(pi.site)]
        ran = subprocess.run(command, env=pi.env(), capture_output=True, text=True, check=False, timeout=30)
    assert (ran.returncode, re.findall(r"port (\d+):", ran.stderr)) == (3, [str(port)]), ran.stderr


def test_a_configuration_that_root_alone_may_read_is_opened_to_the_services(pi: Pi) -> None:
    config = pi.site / "config"
    config.mkdir()
    for name, mode in (("config.txt", 0o600), ("loads.csv", 0o640), ("seen.csv", 0o644)):
        (config / name).write_text("x")
        (config / name).chmod(mode)
    ran = pi.parts("make_user() { :; }; make_folders")
    modes = {one.name: (one.stat().st_mode & 0o777, one.stat().st_gid) for one in config.iterdir()}
    assert ran.returncode == 0, ran.stderr
    assert modes == {"config.txt": (0o640, 10001), "loads.csv": (0o640, 10001), "seen.csv": (0o644, 0)}


@pytest.mark.parametrize(("umask", "bits"), [("000", 0o777), ("077", 0o700)])
def test_a_checkout_of_any_umask_makes_a_release_that_all_may_read_and_root_alone_may_write(
    pi: Pi, umask: str, bits: int
) -> None:
    source = pi.root / "checkout"
    parts = ".dockerignore CHANGELOG.md Dockerfile LICENSE README.md config/x docs/x frontend/x mosquitto/acl requirements/x"
    names = (
        "scripts/install/attend scripts/install/compose scripts/install/mine scripts/install/unfinished scripts/x.sh "
        "docker-compose.yml pyproject.toml"
    )
    for name in (*parts.split(), *names.split(), "services/main.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(f'version = "1.0" of {name}\n')
    for one in (source, *source.rglob("*")):
        one.chmod(bits if one.is_dir() else bits & 0o666)
    ran = pi.parts(f'SOURCE={source}; stage_release; echo "$NEW"', umask=umask)
    (release,) = (pi.site / "releases").iterdir()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    modes = {str(one.relative_to(release)): one.stat().st_mode & 0o777 for one in (release, *release.rglob("*"))}
    assert {mode for name, mode in modes.items() if (release / name).is_dir()} == {0o755}
    assert (modes["services/main.py"], modes["release.env"], modes["scripts/install/compose"]) == (0o644, 0o644, 0o755)


def test_an_installation_that_never_ran_is_finished_by_a_newer_checkout_and_not_refused(pi: Pi) -> None:
    release = pi.release("exit 9")
    (release / "scripts/update.sh").write_text("echo as an update; exit 3\n")
    (pi.site / "current").symlink_to("releases/1.0")
    taken = "eval \"$(sed -n '/^another_version/,/^}/p' $SOURCE/scripts/install.sh)\""
    script = f"GIVEN=(); {taken}; NEW=$FOLDER/releases/1.1; another_version"
    ran = pi.parts(script)
    assert (ran.returncode, "1.0 never ran: 1.1 takes its place" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    (pi.site / "data/ledger").mkdir(parents=True)
    (pi.site / "data/ledger/ledger.db").touch()
    for changed, told in (("", False), ("yes", True)):
        ran = pi.parts(f"CHANGED={changed}; {script}")
        assert (ran.returncode, "site.env has other values now" in ran.stderr) == (3, told), ran.stdout + ran.stderr


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (2, 1), (125, 0)], ids=["right", "mistakes", "the engine's own trouble"])
def test_a_configuration_with_a_mistake_is_told_before_anything_is_started(pi: Pi, code: int, ended: int) -> None:
    release = pi.release(f'[[ "$*" != *check* ]] || {{ echo "config.txt line 5: allowed: once"; exit {code}; }}')
    ran = pi.parts(f"NEW={release}; check_config")
    assert (ran.returncode, "config.txt line 5" in ran.stderr, "Mend it" in ran.stderr) == (ended, ended == 1, ended == 1), (
        ran.stderr
    )


def test_what_a_cut_off_update_left_is_taken_back_before_the_start(pi: Pi) -> None:
    release = pi.release("")
    (release / "scripts/install/unfinished").write_text("#!/bin/sh\nexec 8>$LOCK; flock --nonblock 8 && echo taken back\n")
    (release / "scripts/install/unfinished").chmod(0o755)
    (pi.site / "data/.before-update").mkdir(parents=True)
    start = "start_containers() { echo started; }; unhealthy() { :; }; NO_SYSTEMD=yes; start_site"
    ran = pi.parts(f"export LOCK=$FOLDER/.lock; alone $FOLDER; NEW={release}; {start}")
    assert (ran.returncode, ran.stdout.index("taken back") < ran.stdout.index("started")) == (0, True), ran.stdout + ran.stderr


@pytest.mark.parametrize("reason", ["its tables are of a later version", ""])
def test_records_that_are_not_stored_are_told_beside_what_is_healthy(pi: Pi, reason: str) -> None:
    release = pi.release(f"cat >/dev/null; echo 'unstored={reason}'")
    (release / "scripts/install/look.py").touch()
    start = "start_containers() { :; }; unhealthy() { :; }; sleep() { SECONDS=$((SECONDS + 20)); }; NO_SYSTEMD=yes; start_site"
    ran = pi.parts(f"NEW={release}; {start}")
    assert (ran.returncode, "all services are healthy" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    assert (f"the records are not stored: {reason}" in ran.stderr) == bool(reason), ran.stderr


def test_nonsense_in_site_env_is_named_and_no_network_is_blamed(pi: Pi) -> None:
    release = pi.release('[ "$1" != config ] || { echo "invalid hostPort: 99999" >&2; exit 15; }')
    ran = pi.parts(f"NEW={release}; build_release")
    assert (ran.returncode, "invalid hostPort: 99999" in ran.stderr, "internet" in ran.stderr) == (1, True, False), ran.stderr


RIGHT = "services: {a: {image: a}}\n"


@pytest.mark.skipif(shutil.which("docker") is None, reason="it is compose that reads them")
@pytest.mark.parametrize("wrong", ["site.env", "compose.override.yml", "the version itself"])
def test_of_three_files_that_compose_reads_the_wrong_one_is_named(pi: Pi, wrong: str) -> None:
    ports = {"site.env": "99999"}.get(wrong, "8001")
    (pi.site / "site.env").write_text(f"COMPOSE_PROJECT_NAME=mine-none\nMINE_DEBUG_PORT={ports}\nMINE_HOME={pi.site}\n")
    (pi.site / "compose.override.yml").write_text("services: 5\n" if wrong == "compose.override.yml" else RIGHT)
    release = pi.release("")
    for name in ("docker-compose.yml", "scripts/install/site.yml", "scripts/install/compose"):
        shutil.copy(ROOT / name, release / name)
    if wrong == "the version itself":
        (release / "docker-compose.yml").write_text("services: [\n")
    (release / "release.env").touch()
    (pi.programs / "docker").unlink()
    ran = pi.parts(f"NEW={release}; check_values")
    named = [
        name for name in ("site.env", "compose.override.yml", "the version itself") if name in ran.stderr.partition(" is not")[0]
    ]
    assert (ran.returncode, named) == (1, [wrong]), ran.stderr
    assert not release.exists(), "what cannot be built is kept for nothing"


def test_another_name_for_a_site_that_has_one_is_refused(pi: Pi) -> None:
    (pi.site / "site.env").write_text("COMPOSE_PROJECT_NAME=north\n")
    ran = pi.install("--yes", "--dry-run", "--project", "south")
    assert (ran.returncode, "--project south: this site is north already" in ran.stderr) == (2, True), ran.stderr
    assert pi.parts("PROJECT=north; check_project").returncode == 0
    assert pi.parts('PROJECT=; check_project; echo "$PROJECT"').stdout == "north\n"


def test_a_version_whose_image_cannot_be_built_leaves_nothing_behind(pi: Pi) -> None:
    release = pi.release('[ "$1" != build ]')
    pi.program("docker", '[ "$1 $2" != "image inspect" ]')
    build = f"check_room() {{ :; }}; NEW={release}; build_release"
    (pi.site / "current").symlink_to("releases/1.0")
    assert (pi.parts(build).returncode, release.exists()) == (1, True)
    (pi.site / "current").unlink()
    assert (pi.parts(build).returncode, release.exists()) == (1, False)


def test_a_site_that_does_not_come_up_is_told_in_a_whole_sentence(pi: Pi) -> None:
    said = pi.parts(
        "NEW=/none NO_SYSTEMD=yes; start_containers() { :; }; wait_until_healthy() { return 1; }; "
        "unhealthy() { echo -n 'api exited, controller absent, '; }; start_site"
    ).stderr
    assert "after 180 s: api exited, controller absent. See" in said, said


def test_a_second_uninstall_says_where_the_records_are(pi: Pi) -> None:
    (pi.site / "data").mkdir()
    ran = pi.script("uninstall.sh", "--yes")
    assert (ran.returncode, "off already" in ran.stderr, str(pi.site) in ran.stderr) == (2, True, True), ran.stderr
