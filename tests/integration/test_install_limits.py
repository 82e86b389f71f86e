"""A kernel without memory limits: who accepts it goes on, and nobody else's alarm is taken away."""

import os
from pathlib import Path

import pytest

from tests.integration.made_up_pi import Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")
LINES = {"asked for, not in force": "rootwait cgroup_enable=memory\n", "not asked for": "rootwait\n"}
CHECKED = "check_memory_group; write_site_env; site_value MINE_LIMITS; grep -c ^MINE_LIMITS= $FOLDER/site.env || true"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("timedatectl", "echo yes")
    made.write("proc/cgroups", "memory\t0\t97\t0\n")
    made.site.mkdir()
    return made


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_who_accepts_no_limits_is_sent_to_no_reboot_and_gets_no_alarm_about_them(pi: Pi, line: str) -> None:
    kernel = pi.write("boot/firmware/cmdline.txt", line)
    ran = pi.parts(f"ANY_LIMITS=yes YES=yes GIVEN=(); {CHECKED}")
    assert (ran.returncode, ran.stdout.endswith("\n\n1\n"), kernel.read_text()) == (0, True, line), ran.stdout + ran.stderr


def test_what_is_set_by_name_wins(pi: Pi) -> None:
    ran = pi.parts(f"ANY_LIMITS=yes GIVEN=(MINE_LIMITS=declared); {CHECKED}")
    assert (ran.returncode, ran.stdout.endswith("\ndeclared\n1\n")) == (0, True), ran.stdout + ran.stderr


def test_where_the_kernel_enforces_them_the_option_takes_no_alarm_away(pi: Pi) -> None:
    pi.write("proc/cgroups", "memory\t0\t97\t1\n")
    ran = pi.parts(f"ANY_LIMITS=yes GIVEN=(); {CHECKED}")
    assert (ran.returncode, ran.stdout.endswith("\n0\n")) == (0, True), ran.stdout + ran.stderr


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_dry_run_tells_it_and_goes_on_to_its_end(pi: Pi, line: str) -> None:
    kernel = pi.write("boot/firmware/cmdline.txt", line)
    pi.program("docker", "exit 1")
    pi.program("apt-cache", "echo '  Candidate: 26.1.5'")
    ran = pi.install("--dry-run")
    assert (ran.returncode, "nothing was done" in ran.stdout, kernel.read_text()) == (0, True, line), ran.stderr
    assert "cgroup_enable" not in line or "not in force yet" in ran.stderr


@pytest.mark.parametrize(("kept", "told"), [("", "declared"), ("MINE_LIMITS=\n", "")], ids=["never accepted", "accepted once"])
def test_an_update_accepts_nothing_in_the_operators_place(pi: Pi, kept: str, told: str) -> None:
    (pi.site / "site.env").write_text(kept)
    (pi.site / "logs").mkdir()
    release = pi.release("")
    (release / "scripts/install.sh").write_text('echo "options: $*"\n')
    ran = pi.parts(f"NEW={release}; take_host_over; cat $FOLDER/logs/last-install.log")
    assert f"--without-memory-limits --set MINE_LIMITS={told}\n" in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.parametrize("line", ["rootwait\r\n", "\nrootwait\n", "rootwait\n# a word\n", "rootwait"], ids=repr)
def test_a_kernel_line_that_a_hand_has_written_loses_nothing(pi: Pi, line: str) -> None:
    kernel = pi.root / "boot/cmdline.txt"
    kernel.parent.mkdir()
    kernel.write_bytes(line.encode())
    ran = pi.parts("ANY_LIMITS='' YES=yes; check_memory_group")
    added = line.replace("\r", "").replace("rootwait", "rootwait cgroup_enable=memory cgroup_memory=1").rstrip("\n") + "\n"
    assert (ran.returncode, kernel.read_bytes().decode()) == (4, added), ran.stderr
