"""A version's containers, its journal, and the test that it must pass: with an engine that is made up."""

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
    (pi.site / "releases").mkdir(parents=True)
    shutil.copytree(ROOT / "scripts/install", pi.site / "releases/1.0/scripts/install")
    (pi.site / "current").symlink_to("releases/1.0")
    (pi.site / "site.env").write_text("COMPOSE_PROJECT_NAME=mine-none\n")
    pi.program("docker", "")
    compose = pi.site / "current/scripts/install/compose"
    compose.write_text("#!/bin/sh\nprintf '\\033[2Kapi-1 | %s\\033[0m\\n' \"$*\"; exit 7\n")
    unit = pi.parts(f"filled {ROOT}/scripts/systemd/bitcoin-mine.service").stdout
    (line,) = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecStart=")]
    ran = subprocess.run(shlex.split(line), env=pi.env(), capture_output=True, text=True, check=False, timeout=10)
    assert (ran.returncode, ran.stdout.startswith("api-1 | --ansi never up"), "\x1b" in ran.stdout) == (7, True, False), (
        ran.stdout
    )


def test_a_version_that_does_not_like_the_configuration_is_told_with_what_it_says(pi: Pi) -> None:
    release = pi.release('echo "config.txt line 12: wrong"; exit 2')
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
    scripts = pi.release("") / "scripts/install"
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


def tried_update(pi: Pi, *options: str) -> subprocess.CompletedProcess[str]:
    """`mine update --dry-run` by who is not root, of a site that goes well, from a checkout."""
    release = pi.release("printf 'mode=normal\\ntrips=0\\n'")
    (release / "scripts/install/look.py").touch()
    (pi.site / "current").symlink_to(release)
    (pi.root / "checkout/.git").mkdir(parents=True)
    (pi.site / "site.env").write_text(f"MINE_SOURCE={pi.root}/checkout\n")
    pi.program("id", "echo 1000")
    for name in ("runuser", "git", "tar", "mktemp"):
        pi.program(name, "exit 1")
    command = ["bash", str(ROOT / "scripts/update.sh"), "--folder", str(pi.site), "--dry-run", *options]
    return subprocess.run(command, env=pi.env(), capture_output=True, text=True, check=False, timeout=20)


@pytest.mark.parametrize("options", [[], ["--ref", "v1.4"], ["--from", "/mnt/new.tar.gz"]], ids=" ".join)
def test_an_update_that_is_only_tried_asks_the_site_and_fetches_nothing(pi: Pi, options: list[str]) -> None:
    pi.program("docker", "")
    ran = tried_update(pi, *options)
    assert (ran.returncode, "The site: normal" in ran.stdout) == (0, True), ran.stderr
    assert (options[-1] if options else f"from {pi.root}/checkout") in ran.stdout
    assert not [call for call in pi.calls() if call.startswith(("runuser", "git", "tar", "mktemp"))]
    assert sorted(path.name for path in (pi.site / "releases").iterdir()) == ["1.0"]


def test_who_may_not_ask_the_engine_is_told_so_and_not_that_the_site_is_silent(pi: Pi) -> None:
    pi.program("docker", "exit 1")
    ran = tried_update(pi)
    assert (ran.returncode, "run it with sudo" in ran.stderr) == (2, True), ran.stdout + ran.stderr
