"""One idea of a secret: what an address, a header, a body or a command of the configuration holds of it is nowhere told."""

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.shared import logs, service
from services.shared.mask import secrets_of
from services.shared.raw_text import Plain
from services.shared.settings import SettingsError, load
from services.shared.settings.on_disk import look
from services.shared.stars import starred

KEY, WORD, TOKEN = "k3y-0f-the-provider", "w0rd-of-the-page", "t0ken-of-the-miners"
RIGHT = f"""
[APIS]
cornbelt_url = https://grid.example/now?station=iowa&key={KEY}
[SIGNAL backup]
url = https://me:{WORD}@other.example/signal?u={KEY}
[NOTIFICATIONS]
sms_url = https://sms.example/send?apikey={KEY}
sms_body = to={{to}}&text={{text}}&token={TOKEN}
[HTTP_LOADS hall]
url = http://{{address}}/api?unit={{name}}&auth={WORD}
header = Authorization: Bearer {TOKEN}
sleep_body = {{"mode": "sleep", "password": "{WORD}"}}
[BACKUP]
passphrase = four words in a row
remote_command = curl -T {{file}} https://me:{WORD}@far.example/{{name}}?sig={KEY}
"""
SECRETS = (KEY, WORD, TOKEN)


def written(folder: Path, text: str) -> Path:
    file = folder / "config.txt"
    file.write_text(text)
    return file


def nothing_told(text: str) -> bool:
    return not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("more", [(), ("--json",), ("--changed",)])
def test_what_config_show_prints_has_stars_for_every_secret_and_the_rest_as_written(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    told = CliRunner().invoke(app, ["config", "show", *more], env={"MINE_CONFIG": str(written(tmp_path, RIGHT))})
    assert nothing_told(told.output)
    for text in ("https://grid.example/now?station=********&key=********", "https://********@other.example/signal?u=********",
                 "to={to}&text={text}&token=********", "http://{address}/api?unit={name}&auth=********"):  # fmt: skip
        assert text in told.output


def test_the_check_tells_none_of_them(tmp_path: Path) -> None:
    watch = f"[WATCH]\nurl = https://me:{WORD}@mine.example:8000?key={KEY}\n"
    for text in (RIGHT, watch):
        told = CliRunner().invoke(app, ["check", "--config-only"], env={"MINE_CONFIG": str(written(tmp_path, text))})
        assert nothing_told(told.output) and "The configuration" in told.output


def test_no_log_line_and_no_raw_answer_holds_one_in_whichever_spelling(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(written(tmp_path, RIGHT + f'[FOREMAN]\napi_key = {KEY}"<&\n'), env={})
    assert {*SECRETS, "four words in a row"} < set(secrets_of(settings))
    words = f"refused https://me:{WORD}@other.example/signal?u={KEY} with Authorization: Bearer {TOKEN} of iowa {{address}}"
    assert nothing_told(Plain(settings)(words))
    for form in ({}, {"MINE_LOG": "json"}):
        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        listener = logs.start("controller", settings, form)
        logging.getLogger("x").warning("%s %s", words, f'{KEY}"<&')
        listener.stop()
        root.handlers[:] = handlers
        root.setLevel(level)
        said = capsys.readouterr().out
        assert nothing_told(said) and "of iowa {address}" in said and "<&" not in said


@dataclass(frozen=True)
class Wrong:
    section: str
    line: str


WRONG = [
    Wrong("NOTIFICATIONS", f"sms_url = https:/sms.example/send?apikey={KEY}"),
    Wrong("NOTIFICATIONS", f"sms_url = https://sms.example:99999/{KEY}"),
    Wrong("NOTIFICATIONS", f"sms_body = key={TOKEN}&to={{to}}"),
    Wrong("NOTIFICATIONS", f"sms_header = Bearer {TOKEN}"),
    Wrong("NOTIFICATIONS", f"telegram_token\n{TOKEN}"),
    Wrong("NOTIFICATIONS", f"telegram_api = telegram.example?token={TOKEN}"),
    Wrong("APIS", f"cornbelt_url = grid.example/now?key={KEY}"),
    Wrong("APIS", f"cornbelt_url = https://grid.example/now?view=1 key={KEY}"),
    Wrong("APIS", f"cornbelt_url = https://grid.example/now?{KEY} x"),
    Wrong("APIS", f"cornbelt_url = me:{WORD}@grid.example"),
    Wrong("APIS", f"cornbelt_url = https://me:a /{WORD}@grid.example"),
    Wrong("APIS", f"foreman_api = http://foreman.example/api?token={TOKEN}"),
    Wrong("APIS", f"pdu_ip = http://me:{WORD}@10.0.0.1"),
    Wrong("BACKUP", f"remote_command = curl https://me:{WORD}@far.example?sig={KEY}"),
    Wrong("HTTP_LOADS a", f"header = {TOKEN}\nurl = http://h.example"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.line[:24])
def test_a_mistake_is_told_without_the_secret_on_the_console_and_to_people(
    tmp_path: Path, wrong: Wrong, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    running = load(written(tmp_path, "[GENERAL]\n"), env={})
    file = written(tmp_path, f"[{wrong.section}]\n{wrong.line}\n")
    found = look(running, file, {"MINE_CONFIG": str(file)})
    assert found.mistakes and nothing_told(str(found))
    checked = CliRunner().invoke(app, ["check"], env={"MINE_CONFIG": str(file)})
    assert checked.exit_code == 2 and nothing_told(checked.output)
    monkeypatch.setenv("MINE_CONFIG", str(file))
    assert service.run("controller", None) != 0  # type: ignore[arg-type]
    said = "".join(capfd.readouterr())
    assert "The configuration has" in said and nothing_told(said)


def test_of_a_secret_with_a_mistake_the_length_alone_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"sms_url: found something of 19 letters; allowed: an address that begins with http"):
        load(written(tmp_path, f"[NOTIFICATIONS]\nsms_url = {KEY}\n"), env={})


def test_a_secret_given_where_the_name_of_its_file_should_stand_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as stopped:
        load(written(tmp_path, "[GENERAL]\n"), env={"MINE_FOREMAN_API_KEY_FILE": KEY})
    assert nothing_told(str(stopped.value)) and "something of 19 letters" in str(stopped.value)


@pytest.mark.parametrize(
    "text",
    ["https://a.example:8000/page", "10.0.0.1-10.0.0.36:8080", "Mine <a@b.example>", "site/+/t", "http://{address}/x?m={name}"],
)
def test_what_holds_no_secret_stays_as_it_is_written(text: str) -> None:
    assert starred(text) == text
