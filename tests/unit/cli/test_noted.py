"""The other commands judge what runs, and nothing that ran."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import noted
from services.cli.main import app
from services.shared.settings import load


def output(data: Path, *arguments: str, **env: str) -> list[str]:
    return CliRunner().invoke(app, list(arguments), env={"MINE_DATA_FOLDER": str(data), **env}).output.splitlines()


def test_the_file_and_ports_of_the_living_run_are_judged_and_named(tmp_path: Path) -> None:
    config = Path("config/demo.txt").resolve()
    path = noted.write(tmp_path, config, {"MINE_API_PORT": 8123}, {})
    assert path.stat().st_mode & 0o777 == 0o600
    first = f"Configuration: {config}, of the run that is process {os.getpid()}"
    shown = output(tmp_path, "config", "show")
    assert (shown[0], "port = 8123    (the run)" in shown) == (first, True)
    checked = output(tmp_path, "check", "--config-only")
    assert checked[0] == first
    assert "control = armed, 300 loads" in checked[-1]
    assert output(tmp_path, "status")[0] == first


def test_mine_config_beats_the_run(tmp_path: Path) -> None:
    noted.write(tmp_path, Path("config/demo.txt").resolve(), {"MINE_API_PORT": 8123}, {})
    shown = output(tmp_path, "config", "show", MINE_CONFIG="tests/data/old_config.txt")
    assert shown[0] == "Configuration: tests/data/old_config.txt"
    assert "port = 8123    (the run)" not in shown


def test_a_run_of_the_example_still_only_observes(tmp_path: Path) -> None:
    noted.write(tmp_path, Path("config/config.example.txt").resolve(), {}, {})
    found = noted.read(tmp_path)
    assert found is not None
    assert found.env() == {}


@pytest.mark.parametrize("change", [{"begun": "1"}, {"pid": 2**22 + 1}, {"pid": "x"}, {"ports": [1]}, {"page": 7}, {"config": 3}])
def test_a_run_that_is_gone_or_a_garbled_note_is_no_run(tmp_path: Path, change: dict[str, object]) -> None:
    path = noted.write(tmp_path, Path("config/demo.txt").resolve(), {}, {})
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert noted.read(tmp_path) is None
    path.write_text("{")
    assert noted.read(tmp_path) is None
    path.unlink()
    assert noted.read(tmp_path) is None


def test_a_page_that_speaks_https_by_the_environment_of_the_run_alone_is_asked_by_https(tmp_path: Path) -> None:
    settings = load(env={"MINE_CONFIG": "config/demo.txt", "MINE_API_TLS": "yes", "MINE_API_TLS_CERTIFICATE": "own.crt"})
    noted.write(tmp_path, Path("config/demo.txt").resolve(), {}, noted.page_of(settings))
    shown = output(tmp_path, "config", "show")
    assert "tls = yes    (the run)" in shown
    assert f"tls_certificate = {Path('own.crt').resolve()}    (the run)" in shown
    assert "tls = no    (environment)" in output(tmp_path, "config", "show", MINE_API_TLS="no")
