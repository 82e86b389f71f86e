"""What the installer finds on a machine before it changes anything, and what it refuses."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")
SCRIPTS = [*ROOT.glob("scripts/*.sh"), *ROOT.glob("scripts/install/*.sh")]
SCRIPTS += [ROOT / "scripts" / "install" / name for name in ("compose", "mine", "unfinished")]


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("timedatectl", "echo yes")
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_can_be_read_by_bash(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_a_dry_run_says_each_step_and_does_nothing(pi: Pi) -> None:
    pi.program("docker", "exit 1")
    pi.program("apt-cache", "echo '  Candidate: 26.1.5'")
    pi.program("apt-get", "")
    before = sorted(pi.root.rglob("*"))
    ran = pi.install("--dry-run", "--yes")
    assert ran.returncode == 0, ran.stderr
    for told in ("Looking at this machine", "would: apt_install", "would: write", "bitcoin-mine.service", "nothing was done"):
        assert told in ran.stdout, ran.stdout
    assert (sorted(pi.root.rglob("*")), pi.site.exists()) == (before, False)
    assert not [call for call in pi.calls() if call.startswith("apt-get")]


@pytest.mark.parametrize(
    "options",
    [["--nothing"], ["--site"], ["--site", "North Mine"], ["--page-port", "0"], ["--page-port", "80a"], ["--set", "x"],
     ["--set", 'A="b"'], ["--folder", "/opt/a b"]],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_option_is_named_and_nothing_is_done(pi: Pi, options: list[str]) -> None:
    ran = pi.install("--yes", *options)
    assert (ran.returncode, options[0] in ran.stderr, pi.calls()) == (2, True, []), ran.stderr


@as_root
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda pi: pi.program("dpkg", "echo armhf"), "a 64-bit system is needed"),
        (lambda pi: pi.write("proc/meminfo", "MemTotal: 500000 kB\n"), "memory: 488 MB; at least 1 GB"),
        (lambda pi: pi.write("proc/meminfo", ""), "memory: unknown MB"),
        (lambda pi: pi.program("df", "printf 'Avail\\n 900M\\n'"), "900 MB; 3000 MB are needed"),
        (lambda pi: pi.program("date", 'if [ "$1" = +%Y ]; then echo 1970; else /bin/date "$@"; fi'), "the clock says"),
    ],
    ids=["32-bit programs", "512 MB", "no figure", "full card", "1970"],
)
def test_a_machine_that_cannot_run_it_is_told_why_and_left_alone(pi: Pi, spoil: object, told: str) -> None:
    assert callable(spoil)
    spoil(pi)
    ran = pi.install("--yes")
    assert (ran.returncode, told in ran.stderr) == (3, True), ran.stderr
    assert "Nothing was changed" in ran.stderr
    assert not pi.site.exists()


@as_root
def test_on_a_pi_without_memory_limits_the_kernel_line_gets_one_word_and_a_reboot_is_asked_for(pi: Pi) -> None:
    pi.write("proc/cgroups", "memory\t0\t97\t0\n")
    line = pi.write("boot/firmware/cmdline.txt", "console=tty1 root=PARTUUID=1 rootwait\n")
    first = pi.install("--yes")
    assert (first.returncode, "reboot" in first.stderr) == (4, True), first.stderr
    assert line.read_text() == "console=tty1 root=PARTUUID=1 rootwait cgroup_enable=memory cgroup_memory=1\n"
    assert line.with_name("cmdline.txt.before-bitcoin-mine").read_text() == "console=tty1 root=PARTUUID=1 rootwait\n"
    again = pi.install("--yes")
    assert (again.returncode, line.read_text().count("cgroup_enable")) == (4, 1)


@as_root
def test_nobody_at_the_terminal_and_no_yes_leaves_the_kernel_line_as_it_is(pi: Pi) -> None:
    pi.write("proc/cgroups", "memory\t0\t97\t0\n")
    line = pi.write("boot/firmware/cmdline.txt", "rootwait\n")
    ran = pi.install()
    assert (ran.returncode, line.read_text()) == (3, "rootwait\n"), ran.stderr


@as_root
@pytest.mark.parametrize(("compose", "code"), [("1.29.2-3", 3), ("2.26.1-4", 0), ("", 3)], ids=["Debian 12", "Debian 13", "none"])
def test_compose_comes_from_the_distribution_or_not_at_all(pi: Pi, compose: str, code: int) -> None:
    candidate = f'case $2 in docker-compose) echo "  Candidate: {compose or "(none)"}" ;; *) echo "  Candidate: (none)" ;; esac'
    pi.program("apt-cache", candidate)
    pi.program("docker", "exit 1")
    pi.program("apt-get", "")
    ran = pi.parts("DRY='' NO_ENGINE=''; add_packages")
    assert ran.returncode == code, ran.stderr
    assert (f"installing {'docker-compose'}" in ran.stdout) == (code == 0)
