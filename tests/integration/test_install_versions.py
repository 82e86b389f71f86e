"""A version's containers, its journal, and the test that it must pass: with an engine that is made up."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def test_a_container_of_the_installers_own_is_not_taken_for_one_of_the_sites(pi: Pi) -> None:
    """Compose labels the images it builds with its project, and a container has the labels of its image."""
    pi.program("docker", "")
    ran = pi.parts("in_image /x/releases/1.0-abc --user 1:1 -- mine --version")
    assert ran.returncode == 0, ran.stderr
    (call,) = pi.calls()
    assert "--label com.docker.compose.project= --user 1:1 bitcoin-mine-control:1.0-abc mine --version" in call


def test_the_journal_gets_lines_to_read_and_none_of_a_terminals_commands(pi: Pi) -> None:
    compose = pi.site / "current/scripts/install/compose"
    compose.parent.mkdir(parents=True)
    compose.write_text("#!/bin/sh\nprintf '\\033[2Kapi-1 | %s\\033[0m\\n' \"$*\"; exit 7\n")
    compose.chmod(0o755)
    unit = pi.parts(f"filled {ROOT}/scripts/systemd/bitcoin-mine.service").stdout
    (line,) = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecStart=")]
    words = [word.replace("\\x1b", "\x1b") for word in shlex.split(line)]  # as systemd reads them
    ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)
    assert (ran.returncode, ran.stdout.startswith("api-1 | --ansi never up"), "\x1b" in ran.stdout) == (7, True, False), (
        ran.stdout
    )


def release_of(pi: Pi, script: str) -> Path:
    """A release whose compose is this script."""
    compose = pi.site / "releases/1.0/scripts/install/compose"
    compose.parent.mkdir(parents=True)
    compose.write_text(f"#!/bin/bash\n{script}\n")
    compose.chmod(0o755)
    return pi.site / "releases/1.0"


def test_a_version_that_does_not_like_the_configuration_is_told_with_what_it_says(pi: Pi) -> None:
    release = release_of(pi, 'echo "config.txt line 12: wrong"; exit 2')
    ran = pi.parts(f"wanting() {{ :; }}; self_test {release} 5 '' || echo \"taken back: $WANTING\"")
    assert "config.txt line 12: wrong" in ran.stderr
    assert "taken back: the configuration has mistakes for this version" in ran.stdout


@pytest.mark.parametrize(
    ("counts", "said", "code", "told"),
    [
        ("0", "", 0, ""),
        ("0 1", "", 1, "well at first, then: ended by itself"),
        ("0", "the controller does not decide", 1, "well at first, then: the controller does not decide"),
    ],
    ids=["well", "crashes later", "stops deciding"],
)
def test_a_version_that_begins_well_is_watched_for_a_while(pi: Pi, counts: str, said: str, code: int, told: str) -> None:
    noted = pi.write("counts", counts.replace(" ", "\n"))
    pi.program(
        "docker", f'[ "$1" = ps ] && echo c1 || {{ head -n 1 {noted}; [ "$(wc -l <{noted})" = 0 ] || sed -i 1d {noted}; }}'
    )
    script = f"sleep() {{ /bin/sleep 0.1; }}; wanting() {{ echo '{said}'; }}; stays_well /x 2"
    ran = pi.parts(f'{script} || {{ echo "$WANTING"; exit 1; }}')
    assert (ran.returncode, told in ran.stdout) == (code, True), ran.stdout + ran.stderr


@pytest.mark.parametrize(("tested", "code"), [("1.0", "old"), ("0.9", "new")], ids=["before its end", "after it had passed"])
def test_a_power_cut_takes_the_records_back_unless_the_new_version_had_passed(pi: Pi, tested: str, code: str) -> None:
    scripts = release_of(pi, "") / "scripts/install"
    for name in ("unfinished", "say.sh", "folders.sh", "release.sh", "data.sh", "tables.py"):
        shutil.copy(ROOT / "scripts/install" / name, scripts / name)
    kept = pi.site / "data/.before-update"
    for folder in (kept, pi.site / "data/ledger", pi.site / "logs"):
        folder.mkdir(parents=True)
    for name, text in (("version", tested + "\n"), ("archive", ""), ("tables", "ledger/ledger.db aaaa\n"), ("ledger.db", "old")):
        (kept / name).write_text(text)
    (pi.site / "data/ledger/ledger.db").write_text("new")
    pi.program("docker", "echo ledger/ledger.db bbbb")
    ran = subprocess.run([str(scripts / "unfinished")], env=pi.env(), capture_output=True, text=True, check=False, timeout=20)
    assert (ran.returncode, (pi.site / "data/ledger/ledger.db").read_text(), kept.exists()) == (0, code, False), ran.stderr


def the_command(pi: Pi, compose: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`mine WORDS` on the host; `compose` is what the site's compose does."""
    script = release_of(pi, compose) / "scripts/install/compose"
    (pi.site / "current").symlink_to(script.parents[2])
    command = pi.parts(f"filled {ROOT}/scripts/install/mine").stdout
    return subprocess.run(["bash", "-c", command, "mine", *words], env=pi.env(), capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="root's files are lent by root")
def test_a_backup_that_root_alone_may_read_is_lent_to_the_services_and_taken_back(pi: Pi) -> None:
    backup = pi.write("mnt/north.tar.gz", "a backup")
    backup.chmod(0o600)
    pi.program("docker", "")
    look = 'echo "$*"; while [ $# -gt 0 ]; do [ $1 != --volume ] || stat -c "%u %a" "${2%%:*}" "${2%%:*}"/*; shift; done; exit 1'
    ran = the_command(pi, look, "restore", "--verify", str(backup))
    assert (ran.returncode, "10001 700\n10001 400\n" in ran.stdout) == (1, True), ran.stdout + ran.stderr
    assert "backup mine restore --verify /given/north.tar.gz" in ran.stdout
    assert not list(pi.site.glob(".given-*"))


def test_who_asks_has_a_container_of_its_own_beside_the_apis(pi: Pi) -> None:
    """A question or two in the api's own memory end the api."""
    pi.program("docker", '[ "$1" != inspect ] || echo MINE_X=y; [ "$1" != run ] || exit 1')
    compose = '[ "$1" = ps ] && echo c0ffee || echo "in: $*"'
    asked = the_command(pi, compose, "status", "--json")
    (run,) = [call for call in pi.calls() if call.startswith("docker run")]
    assert (asked.returncode, "--network container:c0ffee" in run, "--memory 160m" in run) == (1, True, True)
    assert run.endswith("mine status --json")


def test_a_stop_is_asked_in_the_container_that_is_there(pi: Pi) -> None:
    pi.program("docker", "")
    stopped = the_command(pi, '[ "$1" = ps ] && echo c0ffee || echo "in: $*"', "stop")
    assert (stopped.returncode, "api mine stop" in stopped.stdout) == (0, True), stopped.stderr


def test_where_no_container_can_be_made_the_question_is_asked_all_the_same(pi: Pi) -> None:
    pi.program("docker", '[ "$1" != run ] || exit 125')
    asked = the_command(pi, '[ "$1" = ps ] && echo c0ffee || echo "in: $*"', "status")
    assert (asked.returncode, "api mine status" in asked.stdout) == (0, True), asked.stderr


def test_without_a_word_as_a_tab_calls_it_the_question_is_asked_too(pi: Pi) -> None:
    pi.program("docker", '[ "$1" != inspect ] || echo MINE_X=y')
    assert the_command(pi, '[ "$1" = ps ] && echo c0ffee').returncode == 0
    assert [call for call in pi.calls() if call.startswith("docker run") and call.endswith(" mine")]
