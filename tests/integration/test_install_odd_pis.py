"""Pis that are not as the picture shows them: another language, names that are taken, a card that forgets, IPv6."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")
TAKEN = "eval \"$(sed -n '/^{0}()/,/^}}/p' {1}/scripts/install.sh)\"; {0}"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("timedatectl", "echo yes")
    (made.site / "config").mkdir(parents=True)
    return made


def test_a_pi_that_speaks_german_gets_docker_too(pi: Pi) -> None:
    pi.program("apt-cache", 'word=Candidate; [ "$LC_ALL" = C ] || word=Installationskandidat; echo "  $word: 26.1.5"')
    pi.with_engine(compose="").program("apt-get", "")
    ran = pi.parts("NO_ENGINE=''; add_packages")
    assert (ran.returncode, "installing docker-compose-v2" in ran.stdout) == (0, True), ran.stderr


@pytest.mark.parametrize(
    ("users", "told"),
    [
        ("bitcoin-mine:x:998:998::/home/bitcoin-mine:/bin/bash\n", "bitcoin-mine is another's name here"),
        ("anna:x:10001:10001::/home/anna:/bin/bash\n", "10001 is anna here"),
    ],
    ids=["the name", "the number"],
)
def test_a_name_or_a_number_that_another_has_is_told_and_no_hindrance(pi: Pi, users: str, told: str) -> None:
    pi.write("etc/passwd", f"root:x:0:0:root:/root:/bin/bash\n{users}")
    group = users.split(":")
    pi.write("etc/group", f"root:x:0:\n{group[0]}:x:{group[2]}:\n")
    for name in ("groupadd", "useradd"):
        pi.program(name, f'! grep -qs "^${{@: -1}}:" {pi.root}/etc/passwd || exit 9')
    ran = pi.parts("make_folders")
    assert (ran.returncode, told in ran.stderr, (pi.site / "data/secrets").is_dir()) == (0, True, True), ran.stderr


@pytest.mark.parametrize("word", ["boot=overlay", "overlayroot=tmpfs"])
def test_a_card_that_forgets_everything_at_a_reboot_is_no_place_for_records(pi: Pi, word: str) -> None:
    pi.write("proc/cmdline", f"console=tty1 {word} rootwait\n")
    ran = pi.install("--yes")
    assert (ran.returncode, "raspi-config" in ran.stderr) == (3, True), ran.stderr


def test_a_system_that_cannot_be_written_is_refused_before_the_old_product_is_stopped(pi: Pi) -> None:
    etc = pi.root / "etc"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(etc)], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        ran = pi.install("--yes")
    finally:
        subprocess.run(["umount", str(etc)], check=True)
    assert (ran.returncode, f"nothing can be written to {etc}" in ran.stderr) == (3, True), ran.stderr


def test_no_second_site_takes_the_place_of_the_one_whose_folder_was_forgotten(pi: Pi) -> None:
    first = pi.root.parent / "first"
    first.mkdir()
    (first / "site.env").touch()
    pi.write("usr/local/bin/mine", f"#!/bin/bash\nfolder={first}\n")
    ran = pi.install("--yes")
    assert (ran.returncode, f"--folder {first}" in ran.stderr) == (3, True), ran.stderr
    (first / "site.env").unlink()
    assert f"{first}" not in pi.install("--dry-run").stderr


def test_a_site_that_was_installed_by_a_link_to_its_folder_is_no_other(pi: Pi) -> None:
    (pi.site / "site.env").touch()
    link = pi.root.parent / "link"
    link.symlink_to(pi.site)
    pi.write("usr/local/bin/mine", f"#!/bin/bash\nfolder={link}\n")
    assert "is installed in" not in pi.install("--dry-run").stderr


@pytest.mark.parametrize(
    ("address", "page", "own"),
    [
        ("fd00::2", "[fd00::2]", "192.168.1.10 fd00::2 "),
        ("::", "192.168.1.10", "fd00::2 192.168.1.10 "),
        ("0.0.0.0", "192.168.1.10", "192.168.1.10 10.0.0.2"),
        ("0.0.0.0", "127.0.0.1", "fd00::2 "),
        ("10.0.0.2", "10.0.0.2", "192.168.1.10 10.0.0.2"),
    ],
)
def test_the_page_is_told_by_an_address_at_which_it_answers(pi: Pi, address: str, page: str, own: str) -> None:
    pi.program("hostname", f"echo '{own}'")
    (pi.site / "site.env").write_text(f"MINE_PAGE_ADDRESS={address}\n")
    (pi.site / "config/config.txt").touch()
    ran = pi.parts(f"PAGE_PORT=8000; {TAKEN.format('tell_the_end', ROOT)}")
    assert f"http://{page}:8000/" in ran.stdout, ran.stdout + ran.stderr


def test_an_option_may_have_its_value_in_the_same_word(pi: Pi) -> None:
    (pi.site / "current").symlink_to(pi.release(""))
    (pi.site / "site.env").touch()
    said = pi.install("--dry-run", "--set=MINE_LOG=json", "--site=North").stderr
    assert "--site North: a name has" in said, said
    assert "--from /none/x.gz" in pi.script("update.sh", "--from=/none/x.gz", "--yes").stderr
    assert "unknown option --frmo" in pi.script("uninstall.sh", "--frmo=x").stderr


@pytest.mark.skipif(shutil.which("docker") is None, reason="it is compose that reads it")
@pytest.mark.parametrize("address", ["192.168.1.10", "fd00::2", "::"])
def test_the_page_may_listen_at_an_address_of_ipv6(pi: Pi, address: str) -> None:
    env = pi.env() | {"MINE_PAGE_ADDRESS": address, "MINE_PAGE_PORT": "8123"}
    command = ["docker", "compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--format", "json"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=20)
    assert ran.returncode == 0, ran.stderr
    page = json.loads(ran.stdout)["services"]["api"]["ports"][0]
    assert (page["host_ip"], page["published"], page["target"]) == (address, "8123", 8000)


RERUN = "unhealthy() { :; }; PAGE_PORT=8000 NEW=$FOLDER/releases/1.0; write_site_env; start_site"


@pytest.mark.parametrize(("given", "restarted"), [("MINE_PAGE_ADDRESS=10.0.0.2", True), ("MINE_PAGE_ADDRESS=0.0.0.0", False)])
def test_a_page_address_that_is_given_to_a_running_site_is_in_force_afterwards(pi: Pi, given: str, *, restarted: bool) -> None:
    pi.with_systemd()
    assert pi.parts("GIVEN=(MINE_PAGE_ADDRESS=0.0.0.0); write_site_env").returncode == 0
    ran = pi.parts(f"YES=yes GIVEN=({given}); {RERUN}")
    assert ran.returncode == 0, ran.stderr
    assert ("systemctl restart bitcoin-mine.service" in pi.calls()) == restarted


def test_who_does_not_say_yes_is_told_that_the_site_goes_by_its_old_values(pi: Pi) -> None:
    pi.with_systemd()
    assert pi.parts("GIVEN=(); write_site_env").returncode == 0
    ran = pi.parts(f"GIVEN=(MINE_PAGE_PORT=8001); {RERUN} </dev/null")
    assert (ran.returncode, "until: sudo systemctl restart bitcoin-mine" in ran.stderr) == (0, True), ran.stderr
    assert "systemctl restart bitcoin-mine.service" not in pi.calls()


def test_a_first_start_is_no_restart(pi: Pi) -> None:
    pi.with_systemd().program("systemctl", '[ "$1" != is-active ]')
    ran = pi.parts(f"YES=yes GIVEN=(); {RERUN}")
    assert (ran.returncode, "systemctl start bitcoin-mine.service" in pi.calls()) == (0, True), ran.stderr
