"""What the installer finds on a machine before it changes anything, and what it refuses."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from tests.integration.made_up_pi import INSTALL, ROOT, Pi

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
     ["--set", 'A="b"'], ["--folder", "/opt/a b"], ["--project", "Bad Name"], ["--page-address", "the-pi"]],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_option_is_named_and_nothing_is_done(pi: Pi, options: list[str]) -> None:
    ran = pi.install("--yes", *options)
    assert (ran.returncode, options[0] in ran.stderr, pi.calls()) == (2, True, []), ran.stderr


def test_the_help_and_the_manual_name_each_exit_code_also_of_the_update_that_it_may_become() -> None:
    codes = set(re.findall(r"^readonly EXIT_\w+=(\d)", (ROOT / "scripts" / "install" / "say.sh").read_text(), re.MULTILINE))
    helped = subprocess.run(["bash", str(INSTALL), "--help"], capture_output=True, text=True, check=True).stdout
    manual = (ROOT / "docs" / "manual" / "installation.md").read_text()
    for text in (helped, manual):
        told = text.partition("\nExit codes: ")[2].partition("\n\n")[0]
        assert set(re.findall(r"(?:^|[,;:]\s)(\d) ", told)) == {"0", *codes}, told


@as_root
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda pi: pi.program("dpkg", "echo armhf"), "a 64-bit system is needed"),
        (lambda pi: pi.write("proc/meminfo", "MemTotal: 500000 kB\n"), "memory: 488 MB; at least 1 GB"),
        (lambda pi: pi.write("proc/meminfo", ""), "memory: unknown MB"),
        (lambda pi: pi.program("df", "printf 'Avail\\n 900M\\n'"), "900 MB; 3000 MB are needed"),
        (lambda pi: pi.program("date", 'if [ "$1" = +%Y ]; then echo 1970; else /bin/date "$@"; fi'), "the clock says"),
        (lambda pi: pi.program("id", "echo 1000"), "not root: run it with sudo"),
    ],
    ids=["32-bit programs", "512 MB", "no figure", "full card", "1970", "no root"],
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
    known = f'docker.io) echo "  Candidate: 26.1.5" ;; docker-compose) echo "  Candidate: {compose or "(none)"}" ;;'
    candidate = f'case $2 in {known} *) echo "  Candidate: (none)" ;; esac'
    pi.program("apt-cache", candidate)
    pi.with_engine(compose="").program("apt-get", "")
    ran = pi.parts("DRY='' NO_ENGINE=''; add_packages")
    assert ran.returncode == code, ran.stderr
    assert (f"installing {'docker-compose'}" in ran.stdout) == (code == 0)


@as_root
def test_a_port_that_another_program_holds_is_refused_and_one_of_the_old_product_is_not(pi: Pi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = str(held.getsockname()[1])
        ran = pi.install("--yes", "--page-port", port)
        assert (ran.returncode, f"port {port}: another program answers there" in ran.stderr) == (3, True), ran.stderr
        pi.write("etc/systemd/system/bitcoin-mine.service", "[Service]\n")
        assert "If that is not the old product" in pi.install("--dry-run", "--yes", "--page-port", port).stderr


@as_root
def test_an_address_that_this_machine_has_not_is_refused_before_anything_is_done(pi: Pi) -> None:
    pi.program("hostname", "echo '192.168.1.10 fd00::2 '")
    refused = pi.install("--yes", "--page-address", "192.168.1.11")
    assert (refused.returncode, "which has: 192.168.1.10" in refused.stderr) == (3, True), refused.stderr
    assert "not an address" not in pi.install("--dry-run", "--yes", "--page-address", "fd00::2").stderr


@pytest.mark.parametrize(("fetched", "told"), [("", "is there a way to the internet"), ("exit 100", "apt-get update failed")])
def test_without_a_network_it_is_not_the_distribution_that_is_blamed(pi: Pi, fetched: str, told: str) -> None:
    pi.program("docker", "exit 1")
    pi.program("apt-get", fetched)
    pi.program("apt-cache", "echo '  Candidate: (none)'")
    ran = pi.parts("NO_ENGINE=''; add_packages")
    assert (ran.returncode, told in ran.stderr, "distribution" in ran.stderr) == (1, True, False), ran.stderr


def test_a_dry_run_on_a_machine_that_knows_no_packages_yet_goes_on(pi: Pi) -> None:
    pi.program("docker", "exit 1")
    pi.program("apt-cache", "")
    ran = pi.install("--dry-run", "--yes")
    assert (ran.returncode, "would: install Docker Engine" in ran.stdout) == (0, True), ran.stderr


def test_an_engine_that_is_there_and_dead_is_told_with_where_to_look(pi: Pi) -> None:
    pi.program("docker", "echo Cannot connect to the Docker daemon >&2; exit 1")
    pi.program("service", "exit 1")
    ran = pi.parts("sleep() { :; }; NO_SYSTEMD=yes; start_engine")
    assert ran.returncode == 1
    assert "Cannot connect to the Docker daemon. Why: journalctl -u docker" in ran.stderr


def test_the_command_on_the_host_says_what_to_do_when_the_engine_is_dead(pi: Pi) -> None:
    pi.program("docker", "exit 1")
    pi.program("id", "echo 0")
    ran = pi.parts(f"filled {ROOT}/scripts/install/mine >$FOLDER.mine; exec bash $FOLDER.mine status")
    assert (ran.returncode, "sudo systemctl restart docker" in ran.stderr) == (3, True), ran.stderr
