"""Which settings a command asks by while the configuration has mistakes."""

from pathlib import Path

import pytest

from services.cli import noted
from services.cli.reading import judged, to_ask
from services.shared.settings import load

BROKEN = "[GENERAL]\nloop_interval_minutes = banana\n[API]\nport = 8123\n[OPS]\ncontroller_port = 8177\ntoken = t0ken\n"
RIGHT = "config/demo.txt"
FEW = {"MINE_DATA_LOGS": "none", "MINE_GENERAL_TIMEZONE": "Europe/Oslo", "MINE_OPS_CONTROLLER_HOST": "10.0.0.7"}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (file := tmp_path / "config.txt").write_text(BROKEN)
    monkeypatch.setenv("MINE_CONFIG", str(file))
    monkeypatch.setenv("MINE_DATA_FOLDER", str(tmp_path))
    return file


def write_note(folder: Path, config: Path) -> None:
    reach = noted.reach_of(load(env={"MINE_CONFIG": RIGHT, **FEW}), {"MINE_OPS_TOKEN_FILE": str(folder / "token")})
    noted.write(folder, config, {"MINE_API_PORT": 8999}, {"MINE_API_TLS": "yes"}, reach)


def test_without_a_run_the_environment_and_what_can_be_read_of_the_file_lead_to_the_site(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINE_API_DEBUG_PORT", "8555")
    settings = to_ask(quiet=True)
    assert (settings.api.port, settings.api.debug_port, settings.ops.controller_port) == (8123, 8555, 8177)
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("config.txt has ") and "(first: config.txt line 2: [GENERAL] loop_interval_minutes" in said.err
    assert "t0ken" not in said.err


def test_with_a_run_its_note_beats_the_file_and_holds_no_token(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_note(config.parent, config)
    monkeypatch.delenv("MINE_DATA_FOLDER")
    config.write_text(BROKEN + f"[DATA]\nfolder = {config.parent}\n")
    (config.parent / "token").write_text("0ps")
    settings = to_ask(quiet=True)
    assert (settings.api.port, settings.api.tls, settings.general.timezone) == (8999, True, "Europe/Oslo")
    assert (settings.ops.controller_host, settings.data.logs) == ("10.0.0.7", "")
    assert settings.ops.token.get_secret_value() == "0ps"
    assert capsys.readouterr().err.endswith(" was started\n")
    assert "0ps" not in (config.parent / noted.NAME).read_text()


def test_a_broken_file_that_is_named_is_not_asked_of_the_run_of_another(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_note(config.parent, Path(RIGHT).resolve())
    assert to_ask(quiet=True).api.port == 8123
    assert "asked as the run" not in capsys.readouterr().err


def test_a_note_that_is_garbage_is_said_to_be_beside_the_mistakes(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = config.parent / noted.NAME
    note.write_bytes(b"\x00 no json")
    assert to_ask(quiet=True).api.port == 8123
    said = capsys.readouterr().err
    assert f"{note}, the note of the run, is unreadable, so the ports it still names, or the default ones, are used" in said
    note.unlink()
    to_ask(quiet=True)
    assert "unreadable" not in capsys.readouterr().err


def test_a_note_of_a_version_before_still_leads_to_its_run(config: Path) -> None:
    path = noted.write(config.parent, config, {"MINE_API_PORT": 8999}, {})
    path.write_text(path.read_text().replace(', "reach": {}', ""))
    assert to_ask(quiet=True).api.port == 8999


def test_a_file_that_was_made_after_the_run_began_by_the_example_is_not_said_to_be_the_runs(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.parent
    monkeypatch.chdir(folder)
    (folder / "config").mkdir()
    for name in ("config.example.txt", "config.txt"):
        (folder / "config" / name).write_text("[GENERAL]\nsite = mine\n")
    monkeypatch.delenv("MINE_CONFIG", raising=False)
    monkeypatch.setenv("MINE_DATA_FOLDER", str(folder))
    noted.write(folder, (folder / "config" / "config.example.txt").resolve(), {}, {})
    judged()
    assert "goes by config.example.txt until it is started again" in capsys.readouterr().out
