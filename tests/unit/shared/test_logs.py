"""What a log line looks like, and what never stands in one."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.shared import logs, mask
from services.shared.settings import sections
from services.shared.settings.tree import Settings

TOKEN = "123456:AAtoken-of-a-bot"
PASSWORD = "hunter2+(x)"


def settings(folder: str = "") -> Settings:
    return Settings(
        notifications=sections.Notifications(telegram_token=SecretStr(TOKEN), sms_api_key=SecretStr("abc")),
        broker=sections.Broker(password=SecretStr(PASSWORD)),
        data=sections.Data(logs=folder),
    )


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raises


def lines_of(capsys: pytest.CaptureFixture[str], env: dict[str, str] | None = None, folder: str = "", **log: str) -> list[str]:
    listener = logs.start("controller", settings(folder), env or {})
    logger = logging.getLogger("services.controller.loop")
    try:
        for level, text in log.items():
            getattr(logger, level)(text)
    finally:
        listener.stop()
    return capsys.readouterr().out.splitlines()


def test_a_line_tells_when_how_grave_which_service_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines_of(capsys, info="the site is off")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO controller loop: the site is off", line)


def test_json_lines_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines_of(capsys, {"MINE_LOG": "json"}, warning=f'a "quoted" text with {PASSWORD}')
    found = json.loads(line)
    assert (found["level"], found["service"], found["where"]) == ("WARN", "controller", "loop")
    assert found["text"] == 'a "quoted" text with ***'


def test_debug_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_of(capsys, debug="detail") == []
    assert len(lines_of(capsys, {"MINE_DEBUG": "1"}, debug="detail")) == 1


def test_secrets_are_masked_in_text_arguments_and_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    listener = logs.start("notifier", settings(), {})
    logger = logging.getLogger("x")
    logger.info("to https://api.telegram.org/bot%s/sendMessage", "999:other-token")
    logger.info("with %s and %r", TOKEN, {"password": PASSWORD})
    try:
        raise RuntimeError(f"refused {PASSWORD}")
    except RuntimeError:
        logger.exception("failed")
    listener.stop()
    text = capsys.readouterr().out
    assert "RuntimeError: refused ***" in text
    assert "/bot***/sendMessage" in text
    for secret in (TOKEN, PASSWORD, "999:other-token"):
        assert secret not in text


def test_a_secret_too_short_to_tell_from_text_is_no_mask(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines_of(capsys, info="abcabc")
    assert line.endswith("abcabc")


def test_every_secret_of_the_settings_is_found() -> None:
    named = Settings(http_loads={"a": sections.HttpLoads(**_secrets_in(sections.HttpLoads))}, **{
        name: type(getattr(Settings(), name))(**_secrets_in(type(getattr(Settings(), name))))
        for name in ("notifications", "iotawatt", "foreman", "pdu", "broker", "api", "ops")
    })  # fmt: skip
    expected = {
        f"https://a.example/secret-{kind.__name__}-{key}"
        for kind in (sections.HttpLoads, sections.Notifications, sections.Iotawatt, sections.Foreman, sections.Pdu,
                     sections.Broker, sections.Api, sections.Ops)
        for key in _secrets_in(kind)
    }  # fmt: skip
    assert set(mask.secrets_of(named)) == expected
    assert len(expected) >= 6


def _secrets_in(kind: type[sections.Section]) -> dict[str, SecretStr]:
    fields = kind.model_fields.items()
    text = f"https://a.example/secret-{kind.__name__}-"
    return {key: SecretStr(text + key) for key, field in fields if field.annotation is SecretStr}


def test_text_from_outside_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(capsys, info="x\n2026-01-01T00:00:00Z ERROR controller loop: forged\r\nmore")
    assert [line for line in lines if line.startswith("20")] == lines[:1]


def test_a_folder_gets_a_file_and_an_unwritable_one_is_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines_of(capsys, folder=str(tmp_path / "logs"), info="kept")
    assert "kept" in (tmp_path / "logs" / "controller.log").read_text()
    (tmp_path / "file").write_text("")
    lines = lines_of(capsys, folder=str(tmp_path / "file" / "logs"), info="kept")
    assert any("no log file" in line for line in lines)
    assert any("kept" in line for line in lines)


def test_a_full_queue_loses_lines_and_does_not_wait(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logs, "QUEUE_LINES", 3)
    listener = logs.start("controller", settings(), {})
    listener.stop()
    for number in range(100):
        logging.getLogger("x").info("line %d", number)
    assert capsys.readouterr().err == ""
