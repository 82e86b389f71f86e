"""Who may come in is changed by a command; no password is ever an argument."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.api.login import access_file, hashes
from services.api.login.person import Role
from services.cli.main import app
from services.cli.setup import provision

Mine = Callable[..., Result]
PASSWORD = "four words in a row"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    provision(tmp_path / "secrets")
    return tmp_path / "secrets" / "access.json"


@pytest.fixture
def mine(file: Path, tmp_path: Path) -> Mine:
    def run(*words: str, typed: str = "") -> Result:
        env = {"MINE_API_ACCESS_FILE": str(file), "MINE_DATA_FOLDER": str(tmp_path), "MINE_CONFIG": "config/config.example.txt"}
        return CliRunner().invoke(app, ["access", *words], input=typed, env=env)

    return run


def test_setups_operator_fits_the_password_and_the_token_that_setup_wrote(file: Path) -> None:
    access = access_file.read(file)
    assert [(one.name, one.role) for one in access.people] == [("operator", Role.OPERATOR)]
    assert hashes.fits((file.parent / "operator-password").read_text().strip(), access.people[0].password)
    assert [one.sha256 for one in access.tokens] == [hashes.of_token((file.parent / "operator-token").read_text().strip())]


def test_a_person_is_added_listed_changed_and_removed(file: Path, mine: Mine) -> None:
    assert mine("add", "ann", "--role", "viewer", typed=PASSWORD + "\n").exit_code == 0
    ann = access_file.read(file).people[1]
    assert (ann.name, ann.role) == ("ann", Role.VIEWER)
    assert hashes.fits(PASSWORD, ann.password)
    assert PASSWORD not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = mine("list").output
    assert "ann" in listed
    assert "viewer" in listed
    assert ann.password not in listed
    assert mine("password", "ann", typed="another four words\n").exit_code == 0
    assert hashes.fits("another four words", access_file.read(file).people[1].password)
    assert mine("remove", "ann").exit_code == 0
    assert [one.name for one in access_file.read(file).people] == ["operator"]
    assert [path.name for path in file.parent.iterdir() if path.name.endswith(".half")] == []


def test_the_last_operator_is_removed_only_by_who_says_so(file: Path, mine: Mine) -> None:
    before = file.read_text()
    refused = mine("remove", "operator")
    assert (refused.exit_code, file.read_text()) == (1, before)
    assert "nobody can ask for anything on the page" in refused.output and "--yes" in refused.output
    assert mine("add", "ann", "--role", "viewer", typed=PASSWORD + "\n").exit_code == 0
    assert mine("remove", "operator").exit_code == 1, "a viewer asks for nothing"
    assert mine("remove", "ann").exit_code == 0
    removed = mine("remove", "operator", "--yes")
    assert (removed.exit_code, access_file.read(file).people) == (0, ())
    assert "No operator is left" in removed.output


def test_one_of_two_operators_goes_without_a_question(file: Path, mine: Mine) -> None:
    assert mine("add", "ann", "--role", "operator", typed=PASSWORD + "\n").exit_code == 0
    assert mine("remove", "operator").exit_code == 0
    assert [one.name for one in access_file.read(file).people] == ["ann"]


def test_a_generated_password_is_printed_once_and_fits(file: Path, mine: Mine) -> None:
    result = mine("add", "bob", "--role", "operator", "--generate")
    password = result.output.partition("The password is ")[2].split()[0]
    assert len(password) >= 12
    assert hashes.fits(password, access_file.read(file).people[1].password)


def test_a_token_is_printed_once_its_hash_is_kept_and_it_is_taken_back(file: Path, mine: Mine) -> None:
    token = mine("token", "logger", "--role", "viewer").output.strip().splitlines()[-1]
    kept = access_file.read(file).tokens[1]
    assert (kept.name, kept.role, kept.sha256) == ("logger", Role.VIEWER, hashes.of_token(token))
    assert token not in file.read_text()
    assert mine("token", "logger", "--role", "viewer").exit_code == 1
    assert mine("revoke", "logger").exit_code == 0
    assert [one.name for one in access_file.read(file).tokens] == ["operator-token"]


@pytest.mark.parametrize(
    "typed",
    ["tiny", "", "password1234", "123456789012", "changeme-changeme", "ann-ann-ann-1", "ann-raspberry-1"],
)
def test_a_password_that_is_short_or_known_is_refused_and_nothing_changes(file: Path, mine: Mine, typed: str) -> None:
    before = file.read_text()
    result = mine("add", "ann", "--role", "viewer", typed=typed + "\n")
    assert result.exit_code == 1
    assert not typed or typed not in result.output
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("add", "operator", "--role", "viewer", "--generate"), 1, "mine access password operator"),
        (("add", "../x", "--role", "viewer", "--generate"), 2, "allowed: a-z"),
        (("password", "nobody", "--generate"), 2, "found the person 'nobody'; allowed: operator"),
        (("remove", "nobody"), 2, "found the person 'nobody'; allowed: operator"),
        (("revoke", "nobody"), 2, "found the token 'nobody'; allowed: operator-token"),
        (("token", "UPPER", "--role", "viewer"), 2, "allowed: a-z"),
    ],
)
def test_a_mistake_changes_nothing_and_is_told(file: Path, mine: Mine, words: tuple[str, ...], code: int, told: str) -> None:
    before = file.read_text()
    result = mine(*words)
    assert (result.exit_code, told in result.output) == (code, True), result.output
    assert file.read_text() == before


def test_since_when_somebody_may_come_in_is_the_sites_day(file: Path, mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    access = access_file.read(file)
    evening = access.people[0].model_copy(update={"made_at": 1_790_040_000.0})  # 01:20 UTC, 20:20 in Chicago the day before
    file.write_text(access.model_copy(update={"people": (evening,)}).text())
    assert "operator  since 2026-09-21" in mine("list").output
    monkeypatch.setenv("MINE_GENERAL_TIMEZONE", "UTC")
    assert "operator  since 2026-09-22" in mine("list").output


def test_no_command_takes_a_password_as_an_argument(mine: Mine) -> None:
    assert mine("add", "ann", PASSWORD, "--role", "viewer").exit_code == 2
    assert mine("password", "operator", PASSWORD).exit_code == 2


def test_without_a_file_it_says_who_makes_one_and_a_broken_one_stays_as_it_is(file: Path, mine: Mine) -> None:
    file.write_text("{broken")
    assert mine("list").exit_code == 1
    assert mine("token", "logger", "--role", "viewer").exit_code == 1
    assert file.read_text() == "{broken"
    file.unlink()
    assert "mine setup" in mine("list").output
