"""Updates at a bad moment: beside a backup, with a full card, after one that was cut off, without git, to what is older."""

import os
from pathlib import Path

import pytest

from tests.integration.made_up_pi import Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an update wants root")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    made.program("docker", "")
    return made


def test_an_update_waits_for_the_backup_that_is_being_made(pi: Pi) -> None:
    tries = pi.root / "tries"
    busy = f'[ "$(wc -l <{tries})" -gt 2 ] || {{ echo "No backup was made: another backup is being made"; exit 1; }}'
    release = pi.release(f"echo >>{tries}; {busy}; echo /backups/x-daily.tar.gz: 1 MB")
    ran = pi.parts(f"sleep() {{ :; }}; back_up {release}")
    assert (ran.returncode, ran.stdout.count("waiting for it")) == (0, 2), ran.stdout + ran.stderr
    assert f"{pi.site}/backups/x-daily.tar.gz: opened" in ran.stdout


def test_a_backup_that_fails_for_another_reason_is_not_waited_for(pi: Pi) -> None:
    ran = pi.parts(f"sleep() {{ exit 9; }}; back_up {pi.release('echo no room; exit 1')}")
    assert (ran.returncode, "no room" in ran.stderr) == (1, True), ran.stdout + ran.stderr


def test_no_version_is_built_on_a_card_that_it_would_fill(pi: Pi) -> None:
    pi.program("docker", '[ "$1 $2" != "image inspect" ]')
    pi.program("df", "printf 'Avail\\n 700M\\n'")
    ran = pi.parts(f"NEW={pi.release('exit 0')}; build_release")
    assert (ran.returncode, "No room for another version" in ran.stderr) == (1, True), ran.stdout + ran.stderr
    assert "What runs was not touched" in ran.stderr


def test_when_the_tables_cannot_be_looked_at_no_record_is_exchanged(pi: Pi) -> None:
    """The engine is the one that died: what the new version wrote may be right, and the next start looks again."""
    kept, ledger = pi.site / "data/.before-update", pi.site / "data/ledger/ledger.db"
    for folder in (kept, ledger.parent):
        folder.mkdir(parents=True)
    for name, text in (("tables", "ledger/ledger.db aaaa\n"), ("archive", ""), ("ledger.db", "old")):
        (kept / name).write_text(text)
    ledger.write_text("new")
    pi.program("docker", "exit 125")
    ran = pi.parts(f"set +e; give_back_records {pi.site}/releases/1.0; echo code $?")
    assert (ledger.read_text(), (kept / "tables").exists(), "code 1" in ran.stdout) == ("new", True, True), ran.stderr


def with_secrets(pi: Pi) -> Path:
    secrets = pi.site / "data/secrets"
    (secrets / "last-good").mkdir(parents=True)
    for name in ("operator-password", "session-key", "last-good/configuration.json"):
        (secrets / name).write_text(f"old {name}")
        (secrets / name).chmod(0o600)
        os.chown(secrets / name, 10001, 10001)
    secrets.chmod(0o700)
    return secrets


def changed_over(pi: Pi, meanwhile: str) -> str:
    """What the way back says, of an update in which this was done to the secrets."""
    release = pi.release("exit 0")
    (release / "scripts/install/tables.py").touch()
    ran = pi.parts(f"keep_records {release}; (cd {pi.site}/data/secrets; {meanwhile}); set +e; give_back_records {release}")
    return ran.stdout + ran.stderr


def test_an_update_that_goes_back_gives_the_secrets_back(pi: Pi) -> None:
    secrets = with_secrets(pi)
    said = changed_over(pi, "rm operator-password; echo new >session-key; chmod 644 *; echo >last-good/configuration.json")
    assert (secrets / "operator-password").read_text() == "old operator-password", said
    assert (secrets / "last-good/configuration.json").read_text() == "old last-good/configuration.json"
    found = (secrets / "session-key").stat()
    assert (found.st_mode & 0o777, found.st_uid, secrets.stat().st_mode & 0o777) == (0o600, 10001, 0o700)
    aside = next(secrets.parent.glob("secrets.after-update-*"))
    assert ((aside / "session-key").read_text(), aside.name in said) == ("new\n", True), said
    assert not (pi.site / "data/.before-update").exists()


def test_the_secrets_are_back_once_also_when_the_tables_cannot_be_looked_at(pi: Pi) -> None:
    secrets = with_secrets(pi)
    pi.program("docker", f"[ -e {secrets}/session-key ] && [ ! -e {secrets}.died ]")
    said = changed_over(pi, f"rm session-key; touch {secrets}.died")
    assert ((secrets / "session-key").exists(), "could not be looked at" in said) == (True, True), said
    (pi.site / "data/secrets.died").unlink()
    pi.parts(f"give_back_records {pi.site}/releases/1.0")
    assert len(list(secrets.parent.glob("secrets*"))) == 2, "set aside once"


def test_secrets_that_no_version_touched_leave_nothing_aside(pi: Pi) -> None:
    secrets = with_secrets(pi)
    said = changed_over(pi, "echo >last-good/configuration.json")
    assert [one.name for one in secrets.parent.iterdir()] == ["secrets"], said
    assert (secrets / "last-good/configuration.json").read_text() == "old last-good/configuration.json"


def fetched(pi: Pi, script: str) -> tuple[int, str]:
    (pi.site / "releases").mkdir(parents=True, exist_ok=True)
    ran = pi.parts(f". $SOURCE/scripts/install/source.sh; {script}")
    return ran.returncode, ran.stdout + ran.stderr


def test_what_an_update_that_was_cut_off_had_fetched_goes_with_the_next(pi: Pi) -> None:
    (pi.site / "releases/.fetched-abc").mkdir(parents=True)
    new = pi.root / "new"
    new.mkdir()
    code, said = fetched(pi, f"FROM={new}; fetch_source")
    assert (code, list((pi.site / "releases").iterdir())) == (0, []), said


def test_without_git_it_is_git_that_is_missing_and_not_the_repository(pi: Pi) -> None:
    (pi.root / "checkout/.git").mkdir(parents=True)
    pi.site.mkdir()
    (pi.site / "site.env").write_text(f"MINE_SOURCE={pi.root}/checkout\n")
    code, said = fetched(pi, "command() { [ \"$2\" != git ]; }; REF='' FROM=''; fetch_source")
    assert (code, "apt-get install git" in said, "reached" in said) == (1, True, False), said


@pytest.mark.parametrize(("new", "told"), [("1.2.0-a", True), ("1.10.0-a", False), ("1.9.0-a", False)])
def test_an_older_version_is_called_so(pi: Pi, new: str, *, told: bool) -> None:
    code, said = fetched(pi, f"NEW=/r/{new} OLD=/r/1.9.0-b; tell_if_older")
    assert (code, "is older than 1.9.0" in said) == (0, told), said


def test_no_update_begins_over_one_that_was_cut_off(pi: Pi) -> None:
    """Its records are what the version before can read; the next update would throw them away."""
    (pi.site / "data/.before-update").mkdir(parents=True)
    (pi.site / "data/.before-update/tables").touch()
    code, said = fetched(pi, f"OLD=/r/1.0 FROM={pi.root}; fetch_source")
    assert (code, "systemctl restart bitcoin-mine" in said) == (3, True), said
