"""The command `mine` on the host: in which container its words are carried out, and which files it lends."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi

root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="root's files are lent by root")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def the_command(pi: Pi, compose: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`mine WORDS` on the host; `compose` is what the site's compose does."""
    (pi.site / "current").symlink_to(pi.release(compose))
    return run(pi, *words)


def run(pi: Pi, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", pi.parts(f"filled {ROOT}/scripts/install/mine").stdout, "mine", *words]
    here = pi.root / "home"
    here.mkdir(exist_ok=True)
    return subprocess.run(command, env=pi.env(), cwd=here, capture_output=True, text=True, check=False, timeout=20)


@root_alone
def test_a_backup_that_root_alone_may_read_is_lent_to_the_services_and_taken_back(pi: Pi) -> None:
    backup = pi.write("mnt/north.tar.gz", "a backup")
    backup.chmod(0o600)
    pi.program("docker", "")
    look = 'echo "$*"; while [ $# -gt 0 ]; do [ $1 != --volume ] || stat -c "%u %a" "${2%%:*}" "${2%%:*}"/*; shift; done; exit 1'
    ran = the_command(pi, look, "restore", "--verify", str(backup))
    assert (ran.returncode, "10001 700\n10001 400\n" in ran.stdout) == (1, True), ran.stdout + ran.stderr
    assert "backup mine restore --verify /given/1/north.tar.gz" in ran.stdout
    assert not list(pi.site.glob(".given-*"))


def test_a_word_that_is_also_a_files_name_here_stays_the_word(pi: Pi) -> None:
    for name in ("home/daily", "home/backup", "home/restore", "home/arm"):
        pi.write(name, "not meant")
    pi.program("docker", "")
    backed = the_command(pi, 'echo "$*"', "backup", "--kind", "daily")
    assert (backed.returncode, backed.stdout.strip().endswith("backup mine backup --kind daily")) == (0, True), backed.stdout
    back = run(pi, "restore", "--to", "old", "/backups/x.tar.gz")
    assert back.stdout.strip().endswith("backup mine restore --to /restored /backups/x.tar.gz"), back.stdout + back.stderr


@root_alone
def test_a_second_copy_is_brought_into_the_folder_of_this_host_that_was_named(pi: Pi) -> None:
    pi.program("docker", "")
    ran = the_command(pi, 'echo "$*"', "restore", "--to", "old", "/backups/x.tar.gz")
    old = pi.root / "home/old"
    assert f"--volume {old}:/restored backup mine restore --to /restored /backups/x.tar.gz" in ran.stdout, ran.stderr
    assert (old.stat().st_uid, old.stat().st_mode & 0o777, f"/restored is {old}" in ran.stderr) == (10001, 0o700, True)
    (old / "photos").touch()
    old.chmod(0o755)
    assert (run(pi, "restore", "--to", "old", "/backups/x.tar.gz").returncode, old.stat().st_mode & 0o777) == (0, 0o755)


@root_alone
@pytest.mark.parametrize("words", [["--to=old"], ["--to", "old"]], ids=" ".join)
def test_an_option_with_its_value_in_one_word_means_the_same(pi: Pi, words: list[str]) -> None:
    pi.program("docker", "")
    ran = the_command(pi, 'echo "$*"', "restore", *words, "/backups/x.tar.gz")
    assert f"--volume {pi.root}/home/old:/restored backup mine restore --to /restored /backups/x.tar.gz" in ran.stdout, ran.stderr


def test_a_backup_of_the_site_is_found_also_by_who_may_not_look_into_its_folder(pi: Pi) -> None:
    pi.program("docker", "")
    ran = the_command(pi, 'echo "$*"', "restore", "--verify", f"{pi.site}/backups/x.tar.gz")
    assert ran.stdout.strip().endswith("mine restore --verify /backups/x.tar.gz"), ran.stdout + ran.stderr


@pytest.mark.parametrize("user", [pytest.param(0, marks=root_alone), 1000])
def test_two_files_of_one_name_stay_two_and_no_place_is_mounted_twice(pi: Pi, user: int) -> None:
    files = [str(pi.write(f"mnt/{folder}/north.tar.gz", folder)) for folder in "ab"]
    pi.program("docker", "")
    pi.program("id", f"echo {user}")
    look = 'echo "$*"; while [ $# -gt 0 ]; do [ $1 != --volume ] || echo "${2#*:}=$(cat "${2%%:*}"/*)"; shift; done'
    ran = the_command(pi, look, "restore", *files)
    assert "backup mine restore /given/1/north.tar.gz /given/2/north.tar.gz\n" in ran.stdout, ran.stdout + ran.stderr
    assert "/given/1:ro=a\n/given/2:ro=b\n" in ran.stdout


@pytest.mark.parametrize("words", [("status", "--json"), ("config", "show")])
def test_who_asks_has_a_container_of_its_own_beside_the_apis(pi: Pi, words: tuple[str, ...]) -> None:
    """A question or two in the api's own memory end the api."""
    pi.program("docker", '[ "$1" != inspect ] || echo MINE_X=y; [ "$1" != run ] || exit 1')
    compose = '[ "$1" = ps ] && echo c0ffee || echo "in: $*"'
    asked = the_command(pi, compose, *words)
    (run,) = [call for call in pi.calls() if call.startswith("docker run")]
    assert (asked.returncode, "--network container:c0ffee" in run, "--memory 160m" in run) == (1, True, True)
    assert run.endswith(f"mine {' '.join(words)}")


def test_a_stop_is_asked_in_the_container_that_is_there(pi: Pi) -> None:
    pi.program("docker", "")
    stopped = the_command(pi, '[ "$1" = ps ] && echo c0ffee || echo "in: $*"', "stop")
    assert (stopped.returncode, "api mine stop" in stopped.stdout) == (0, True), stopped.stderr


def test_where_no_container_can_be_made_the_question_is_asked_all_the_same(pi: Pi) -> None:
    pi.program("docker", '[ "$1" != run ] || exit 125')
    asked = the_command(pi, '[ "$1" = ps ] && echo c0ffee || echo "in: $*"', "status")
    assert (asked.returncode, "api mine status" in asked.stdout) == (0, True), asked.stderr


@pytest.mark.parametrize("cut_off", [True, False])
def test_where_nobody_is_there_to_ask_the_way_to_start_is_told(pi: Pi, *, cut_off: bool) -> None:
    pi.program("docker", "")
    pi.write("etc/systemd/system/bitcoin-mine.service", "")
    if cut_off:
        (pi.site / "data/.before-update").mkdir(parents=True)
    asked = the_command(pi, '[ "$1" = run ] && { echo Nobody is there to ask; exit 3; }', "status")
    assert (asked.returncode, "sudo systemctl start bitcoin-mine" in asked.stderr) == (3, True), asked.stderr
    assert ("an update was cut off" in asked.stderr) == cut_off


@pytest.mark.parametrize("there", [True, False], ids=["the api has just come", "the api is not there yet"])
def test_while_the_unit_starts_the_site_nobody_is_told_to_start_it(pi: Pi, *, there: bool) -> None:
    """What was cut off is noted before the question: the way back may be done by its end."""
    pi.with_systemd().program("systemctl", "echo activating; exit 3")
    (pi.site / "data/.before-update").mkdir(parents=True)
    undone = f"rmdir {pi.site}/data/.before-update; echo Nobody is there to ask; exit 3"
    pi.program("docker", f'[ "$1" != inspect ] || echo MINE_X=y; [ "$1" != run ] || {{ {undone}; }}')
    listed = "echo c0ffee" if there else ":"
    asked = the_command(pi, f'[ "$1" = ps ] && {{ {listed}; exit; }}; {undone}', "status")
    assert (asked.returncode, "an update was cut off" in asked.stderr) == (3, True), asked.stderr
    assert ("starts what is missing" in asked.stderr, "Start them" in asked.stderr) == (True, False), asked.stderr


def test_without_a_word_as_a_tab_calls_it_the_question_is_asked_too(pi: Pi) -> None:
    pi.program("docker", '[ "$1" != inspect ] || echo MINE_X=y')
    assert the_command(pi, '[ "$1" = ps ] && echo c0ffee').returncode == 0
    assert [call for call in pi.calls() if call.startswith("docker run") and call.endswith(" mine")]
