"""Cut off in the middle, by a power cut or a full card: nothing that is half there is taken for whole the next time."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi
from tests.waiting import wait

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("docker", "")
    made.program("timedatectl", "echo yes")
    made.site.mkdir()
    return made


@pytest.fixture
def full(pi: Pi) -> Iterator[Path]:
    """The site's folder of configuration on a disk of 16 kB."""
    folder = pi.site / "config"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(folder)], check=False, capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_of_a_checkouts_configuration_no_half_is_taken_on_a_full_card(pi: Pi, full: Path) -> None:
    source = pi.write("checkout/config/config.txt", "[GENERAL]\n" + "# a word\n" * 9000)
    ran = pi.parts(f"SOURCE={source.parents[1]}; take_checkout_config")
    assert (ran.returncode, "config.txt could not be written" in ran.stderr) == (1, True), ran.stderr
    assert not list(full.iterdir())


def test_records_of_a_volume_that_were_copied_by_half_are_copied_again(pi: Pi) -> None:
    ledger = pi.site / "data/ledger"
    ledger.mkdir(parents=True)
    pi.program("docker", '[ "$1 $2 $3" != "volume inspect mine-none_ledger" ] && [ "$1" = volume ] && exit 1; exit 0')
    cut = f"in_image() {{ echo half >{ledger}/ledger.db; exit 9; }}; take_over_volumes"
    assert pi.parts(cut).returncode == 9
    whole = f"in_image() {{ echo whole >{ledger}/ledger.db; }}; take_over_volumes"
    ran = pi.parts(whole)
    assert (ran.returncode, (ledger / "ledger.db").read_text()) == (0, "whole\n"), ran.stderr
    assert [path.name for path in ledger.iterdir()] == ["ledger.db"]
    assert "volume" not in pi.parts(whole).stdout


@pytest.mark.parametrize("left", [".retiring", ".previous", ".given-Ab12Cd", "config"])
def test_what_a_cut_off_run_left_in_the_folder_keeps_nobody_from_installing_again(pi: Pi, left: str) -> None:
    (pi.site / left).mkdir()
    ran = pi.parts('UNFIT=(); check_folder; echo "found: ${UNFIT[*]}"')
    assert ran.stdout.endswith("found: \n"), ran.stdout + ran.stderr


UPDATE_SCRIPT = (ROOT / "scripts/update.sh").read_text()
UPDATE = """eval "$(sed -n '/^change_over()/,/^}/p' $SOURCE/scripts/update.sh)"
TEST_S=1 WATCH_S=1 FRESH='' STOPPED='' OLD=$FOLDER/releases/1.0 NEW=$FOLDER/releases/1.1
for name in guard_update stop_site keep_records start_containers self_test stays_well record take_host_over drop_old_releases; do
  eval "$name() { :; }"
done
trap 'echo "stopped=$STOPPED"' EXIT
"""


def test_an_update_that_is_ended_while_the_site_stops_is_taken_back(pi: Pi) -> None:
    """The terminal's Ctrl-C ends what orders the stop, and the stop goes on."""
    ran = pi.parts(f"{UPDATE} stop_site() {{ return 130; }}; change_over")
    assert (ran.returncode, "stopped=yes" in ran.stdout) == (130, True), ran.stdout + ran.stderr


def test_an_update_that_is_killed_has_somebody_who_starts_the_site(pi: Pi) -> None:
    """Not its own process: that is the one which is killed. What it had begun is waited for, by its lock."""
    pi.with_systemd().program("systemd-run", 'while [ "$1" != bash ]; do shift; done; exec 9>&-; "$@" >/dev/null 2>&1 &')
    killed = pi.parts(
        "alone $FOLDER; guard_update; (sleep 2; echo slow >>$FOLDER/../programs/.calls) >/dev/null 2>&1 & kill -KILL $$"
    )
    assert killed.returncode == -9, killed.stderr
    wait(lambda: "systemctl start bitcoin-mine.service" in pi.calls(), 15, "the start")
    calls = pi.calls()
    assert calls.index("slow") < calls.index("systemctl start bitcoin-mine.service")
    assert "guard_update" in UPDATE_SCRIPT[UPDATE_SCRIPT.index("change_over() {") : UPDATE_SCRIPT.index('  stop_site "$OLD"')]


def test_the_last_lines_of_a_version_that_failed_are_words_alone(pi: Pi) -> None:
    (line,) = [line for line in UPDATE_SCRIPT.splitlines() if "failed-update.log" in line and " logs " in line]
    release = pi.release(r"printf '\033[2Kapi-1 | %s\033[0m\n' why")
    (pi.site / "logs").mkdir()
    ran = pi.parts(f"NEW={release}; {line}")
    assert (pi.site / "logs/failed-update.log").read_text() == "api-1 | why\n", ran.stderr


def test_an_update_whose_last_step_fails_on_a_full_card_is_still_taken_back(pi: Pi) -> None:
    ran = pi.parts(f"{UPDATE} switch_to() {{ return 1; }}; change_over")
    assert (ran.returncode, "stopped=yes" in ran.stdout) == (1, True), ran.stdout + ran.stderr
    ran = pi.parts(f"{UPDATE} switch_to() {{ :; }}; change_over")
    assert (ran.returncode, "stopped=\n" in ran.stdout) == (0, True), ran.stdout + ran.stderr


@pytest.mark.parametrize("options", [["--self-test-s", "08"], ["--watch-s", "-1"], ["--ref", ""], ["--from", ""], ["--folder"]])
def test_an_update_takes_no_option_that_would_be_found_wrong_half_way(pi: Pi, options: list[str]) -> None:
    release = pi.release("")
    (pi.site / "current").symlink_to(release)
    (pi.site / "site.env").touch()
    command = ["bash", str(ROOT / "scripts/update.sh"), "--folder", str(pi.site), *options]
    ran = subprocess.run(command, env=pi.env(), capture_output=True, text=True, check=False, timeout=20)
    assert (ran.returncode, options[0] in ran.stderr) == (2, True), ran.stdout + ran.stderr


def test_a_purge_of_a_site_on_a_disk_of_its_own_empties_the_disk_and_is_done(pi: Pi) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "none", str(pi.site)], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        (pi.site / "data/secrets").mkdir(parents=True)
        (pi.site / "site.env").write_text("COMPOSE_PROJECT_NAME=mine-none\n")
        ran = pi.script("uninstall.sh", "--yes", "--purge", str(pi.site))
        left = list(pi.site.iterdir())
    finally:
        subprocess.run(["umount", str(pi.site)], check=True)
    assert (ran.returncode, "Done" in ran.stdout, left) == (0, True, []), ran.stderr
    assert "docker volume rm --force mine-none_secrets" in pi.calls()


@pytest.mark.parametrize("purged", [True, False])
def test_the_user_stays_as_long_as_records_are_his(pi: Pi, *, purged: bool) -> None:
    (pi.site / "data").mkdir()
    (pi.site / "site.env").write_text("COMPOSE_PROJECT_NAME=mine-none\n")
    pi.write("etc/passwd", "root:x:0:0::/:/bin/sh\nbitcoin-mine:x:10001:10001::/:/bin/sh\n")
    pi.program("userdel", "")
    ran = pi.script("uninstall.sh", "--yes", *(["--purge", str(pi.site)] if purged else []))
    assert (ran.returncode, "docker image prune" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    assert (f"userdel --prefix {pi.root} bitcoin-mine" in pi.calls()) == purged, pi.calls()
