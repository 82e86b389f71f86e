"""What the commands say of the configuration and of the running system."""

from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.api.routes.config import Config, ConfigKey
from services.cli.broker import free_port
from services.cli.main import app
from services.shared.settings import load
from services.shared.settings.listing import listed

SECRET = "s3cret-value"


def mine(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=env)


@pytest.mark.parametrize("name", sorted(path.stem for path in Path("config/wrong").glob("*.txt")))
def test_check_names_every_mistake_and_ends_with_2(name: str) -> None:
    result = mine("check", MINE_CONFIG=f"config/wrong/{name}.txt")
    assert result.exit_code == 2
    assert "The configuration has 1 mistake:" in result.output
    assert "allowed: " in result.output


def test_check_says_what_is_not_set_up_and_ends_with_0() -> None:
    result = mine("check", "--config-only", MINE_CONFIG="tests/data/old_config.txt")
    assert result.exit_code == 0
    for text in ("Telegram is off", "wiring of [FANS] is empty", "warnings: control = observe, 0 loads"):
        assert text in result.output
    assert "is right" not in result.output
    assert result.output.splitlines()[0] == "Configuration: tests/data/old_config.txt"
    assert result.output.splitlines()[-1] == "  loads.csv is not there: no load can be switched"


def test_a_mistyped_name_on_an_armed_site_is_the_last_thing_that_check_says(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("[GENERAL]\ncontrol = armed\n[FANZ]\n[APIS]\npdu_ip = 10.0.0.1\n")
    (tmp_path / "loads.csv").write_text("name,kind,kW,pdu,outlet\nm-1,outlet,3,1,1\n")
    result = mine("check", "--config-only", MINE_CONFIG=str(tmp_path / "config.txt"))
    assert result.exit_code == 0
    assert "The configuration has no mistake and 1 warning: control = armed, 1 load with 3 kW" in result.output
    assert result.output.splitlines()[-1] == "  config.txt line 3: section [FANZ] is unknown; did you mean FANS?"


def test_the_demos_configuration_is_right_and_names_all_its_miners() -> None:
    result = mine("check", "--config-only", MINE_CONFIG="config/demo.txt")
    assert result.exit_code == 0
    assert "control = armed, 300 loads" in result.output


def test_config_show_tells_each_origin_and_masks_secrets(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text(
        f"[GENERAL]\nmax_temp_celsius = 33\n[FOREMAN]\napi_key = {SECRET}\n[SIGNAL]\nurl = https://me:{SECRET}@a.example/p\n"
        f"[HTTP_LOADS a]\nurl = https://b.example\nheader = X-Key: {SECRET}\n"
    )
    result = mine("config", "show", MINE_CONFIG=str(file), MINE_API_PORT="8123", MINE_BROKER_PASSWORD=SECRET)
    assert result.exit_code == 0
    assert SECRET not in result.output
    for line in (
        "max_temp_celsius = 33    (config.txt line 2)",
        "api_key = ********    (config.txt line 4)",
        "port = 8123    (environment)",
        "password = ********    (environment)",
        "min_temp_celsius = 10    (default)",
        "url = https://********@a.example/p    (config.txt line 6)",
        "[HTTP_LOADS a]",
    ):
        assert line in result.output


def test_changed_lists_what_differs_from_the_defaults_and_not_what_repeats_them(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text("[GENERAL]\nmin_temp_celsius = 10\nmax_temp_celsius = 33\n[PDU]\ncommunity_read = public\n")
    output = mine("config", "show", "--changed", MINE_CONFIG=str(file), MINE_API_PORT="8000").output
    assert output == f"Configuration: {file}\n[GENERAL]\nmax_temp_celsius = 33    (config.txt line 3)\n\n"


def test_config_show_is_for_programs_what_the_api_answers_and_masked_too(tmp_path: Path) -> None:
    file, token = tmp_path / "config.txt", tmp_path / "token"
    file.write_text(f"[GENERAL]\nmax_temp_celsius = 33\n[FOREMAN]\napi_key = {SECRET}\n[FANZ]\n")
    token.write_text(SECRET)
    env = {"MINE_CONFIG": str(file), "MINE_OPS_TOKEN_FILE": str(token)}
    result = mine("config", "show", "--json", **env)
    assert result.exit_code == 0 and SECRET not in result.output
    shown = Config.model_validate_json(result.output)
    settings = load(env=env)
    assert shown == Config(keys=tuple(ConfigKey(**asdict(key)) for key in listed(settings)), warnings=settings.warnings)
    origins = {(key.section, key.key): (key.value, key.origin) for key in shown.keys}
    assert origins["OPS", "token"] == ("********", "secret file")
    changed = Config.model_validate_json(mine("config", "show", "--json", "--changed", **env).output)
    assert [key for key in shown.keys if key.is_changed] == list(changed.keys) and len(changed.keys) == 3


def test_without_a_file_of_ones_own_a_command_says_that_it_reads_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.example.txt").write_text("[GENERAL]\n")
    monkeypatch.chdir(tmp_path)
    line = mine("config", "show").output.splitlines()[0]
    assert line == "Configuration: config/config.example.txt (the example, because there is no config/config.txt)"


@pytest.mark.parametrize("command", ["status", "why", "release", "curtail", "check"])
def test_with_nothing_running_the_command_says_so_and_ends_with_3(command: str) -> None:
    ports = {"MINE_API_PORT": str(free_port()), "MINE_API_DEBUG_PORT": str(free_port())}
    result = mine(command, MINE_CONFIG="tests/data/old_config.txt", **ports)
    assert result.exit_code == 3
    assert "connect" in result.output.lower()
