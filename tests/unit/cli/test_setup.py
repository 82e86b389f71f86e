"""Set-up makes secrets once, for their owner alone."""

import stat
from pathlib import Path

from typer.testing import CliRunner

from services.api.login import access_file, hashes
from services.cli.embedded_broker import matches
from services.cli.main import app
from services.cli.setup import ACCESS, KEYS, OPERATORS, USERS, provision
from services.shared.settings import last_good


def test_every_user_has_a_password_that_the_brokers_file_accepts_and_no_other(tmp_path: Path) -> None:
    provision(tmp_path)
    lines = (tmp_path / "passwords").read_text().splitlines()
    passwords = {user: (tmp_path / f"broker-{user}").read_text().strip() for user in USERS}
    assert len(set(passwords.values())) == len(USERS)
    for user, line in zip(USERS, lines, strict=True):
        assert matches(line, user, passwords[user])
        assert not matches(line, user, passwords[user] + "x")
        assert not matches(line, "someone", passwords[user])


def test_every_user_of_the_access_list_has_a_password() -> None:
    acl = Path("mosquitto/acl").read_text().splitlines()
    assert {line.split()[1] for line in acl if line.startswith("user ")} == set(USERS)


def test_the_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    provision(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    names = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert names == {"passwords", *KEYS, *OPERATORS, ACCESS, "tls.crt", "tls.key", *(f"broker-{user}" for user in USERS)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_what_exists_stays_as_it_is(tmp_path: Path) -> None:
    provision(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert provision(tmp_path) == []
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_a_removed_secret_is_made_anew_and_the_others_stay(tmp_path: Path) -> None:
    provision(tmp_path)
    api, cli = (tmp_path / "broker-api").read_text(), (tmp_path / "broker-cli").read_text()
    (tmp_path / "broker-api").unlink()
    assert provision(tmp_path) == ["broker-api", "passwords"]
    assert (tmp_path / "broker-cli").read_text() == cli
    assert (tmp_path / "broker-api").read_text() != api
    lines = (tmp_path / "passwords").read_text().splitlines()
    assert matches(lines[USERS.index("api")], "api", (tmp_path / "broker-api").read_text().strip())


def test_a_token_or_password_that_was_taken_away_is_not_made_again(tmp_path: Path) -> None:
    provision(tmp_path)
    for name in OPERATORS:
        (tmp_path / name).unlink()
    assert provision(tmp_path) == []
    assert not (tmp_path / OPERATORS[0]).exists()


def test_the_token_of_an_older_setup_opens_the_door_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "operator-token").write_text("the-token-of-an-older-setup\n")
    assert ACCESS in provision(tmp_path)
    access = access_file.read(tmp_path / ACCESS)
    assert access.tokens[0].sha256 == hashes.of_token("the-token-of-an-older-setup")


def test_the_command_shows_no_secret(tmp_path: Path) -> None:
    first = CliRunner().invoke(app, ["setup", str(tmp_path)])
    assert first.exit_code == 0
    for path in tmp_path.iterdir():
        assert path.read_text().strip() not in first.output
    assert "log in as operator, the password is in" in first.output
    assert "everything is there" in CliRunner().invoke(app, ["setup", str(tmp_path)]).output


def test_a_secret_of_which_a_power_cut_left_the_name_alone_is_made_anew(tmp_path: Path) -> None:
    for name in ("ops-token", "operator-password", "operator-token"):
        (tmp_path / name).write_text("")
    provision(tmp_path)
    assert all((tmp_path / name).read_text().strip() for name in ("ops-token", "operator-password", "operator-token"))


def test_it_keeps_a_configuration_without_mistakes_and_one_with_mistakes_keeps_nobody_from_starting(tmp_path: Path) -> None:
    config, secrets = tmp_path / "config.txt", tmp_path / "secrets"
    copy = secrets / last_good.FOLDER / last_good.NAME
    env = {"MINE_CONFIG": str(config), last_good.VARIABLE: str(copy)}

    def made() -> str:
        result = CliRunner().invoke(app, ["setup", str(secrets)], env=env)
        assert result.exit_code == 0, result.output
        return result.output

    config.write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    assert "the services do not start" in made() and not copy.exists()
    config.write_text("[GENERAL]\nmax_temp_celsius = 33\n")
    assert "kept the configuration" in made()
    before = copy.read_bytes()
    assert "kept the configuration" not in made(), "it is the same"
    config.write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    told = made()
    assert "found 'hot'" in told and "the services go on with the last good copy, kept since " in told
    assert copy.read_bytes() == before
    copy.unlink()
    copy.mkdir()
    config.write_text("[GENERAL]\n")
    assert "the configuration cannot be kept: " in made()
